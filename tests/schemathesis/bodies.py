"""Bodies that fit together, for operations whose fields depend on each other: by chance none would ever be taken."""

from house import CENTRE, CLOZAPINE, CRS, VIAL

LOT = {"cip13": VIAL, "lot": "B2104", "units": 1}
CASE = {"rulebook": CLOZAPINE, "as_of": "2021-10-20"}
PATIENT = {"id": "p-1", "age_years": 41, "indication": "schizophrenia", "treatment": "ongoing"}

JSON = {
    "post_assessments": [CASE | {"patient": PATIENT | {"started_on": "2021-06-05"}}],
    "post_sites_finess_movements": [
        LOT | {"kind": "receipt", "lot": "T1", "expiry": "2022-06-30"},
        LOT | {"kind": "loss", "reason": "breakage"},
        LOT | {"kind": "quarantine", "note": "tried"},
        LOT | {"kind": "return"},
        {"kind": "dispensing", "cip13": VIAL, "units": 1},
        {"kind": "count-adjustment", "cip13": VIAL, "lot": "B2104", "counted": 3, "reason": "missing"},
    ],
    "post_sites_finess_scans": [{"scan": "0103400957464318172206301010B2104"}],
    "put_sites_finess_thresholds_subject": [{"minimum_units": 3}, {"minimum_mg": 800}],
    "post_sites_finess_inventories_id_counts": [{"cip13": VIAL, "lot": "B2104", "counted": 3}],
    "post_sites_finess_inventories_id_close": [{"uncounted": "leave"}],
    "post_requests": [
        {
            "site": CENTRE, "rulebook": CRS, "pseudonym": "TAK-900", "indication": "takayasu", "route": "iv",
            "treatment": "ongoing", "alternatives": "none", "alternatives_reason": "tried", "weight_g": 62000,
            "age_years": 41, "due": "2021-10-27", "due_reason": "tried", "interval_days": 28, "risk": "functional",
        }
    ],
    "post_transfers": [{"from": "930100037", "to": CENTRE, "rows": [{"cip13": VIAL, "units": 1}]}],
    "post_transfers_id_accept": [{"legal_basis": "ars-authorisation", "legal_reference": "2021-75-118"}],
    "post_transfers_id_send": [{"cold_chain": True, "fmd_state": "not-decommissioned"}],
    "post_transfers_id_receive": [{"cold_chain": True}],
    "post_sites_finess_excursions_id_decide": [{"decision": "release", "reason": "tried"}],
    "post_tokens": [{"name": "tried", "role": "reader", "all_sites": True}],
    "post_sites": [{"finess": "750100299", "network": "ght-seine", "name": "Tried", "car_t": False}],
    "post_people": [{"name": "Une", "email": "une@example.org", "roles": [{"role": "reader", "site": CENTRE}]}],
    "post_people_id_roles": [{"role": "reader", "site": CENTRE}],
    "post_catalogue": [
        {"cip13": "3400935764713", "label": "Leponex", "strength_mg": 100, "route": "oral", "units_per_box": 28}
    ],
    "post_plans": [{"network": "ght-seine", "keep": True}],
    "post_plans_id_approve": [{}],
    "put_patients_pseudonym_treatments_rulebook": [
        {"state": "ongoing", "indication": "schizophrenia", "age_years": 41, "started_on": "2021-06-05"}
    ],
}  # fmt: skip

TEXT = {
    "post_sites_finess_stock_import": ["CIP13;lot;péremption;unités\n3400957464318;B2104;2022-06-30;3\n"],
    "post_import_deliveries": ["finess;CIP13;unités;date prévue;référence\n750100125;3400957464318;4;2021-11-20;T-1\n"],
    "post_import_patients": ["finess;pseudonyme;poids (kg);date d'injection\n750100125;CART-900;62;2021-11-20\n"],
    "post_import_people": ["finess;fonction;nom;adresse électronique\n750100125;pharmacist;Une;une@example.org\n"],
}


def exemplify(operation):
    """Gives an operation its examples, where it has some."""
    content = operation.get("requestBody", {}).get("content", {})
    for media, of in (("application/json", JSON), ("text/csv", TEXT)):
        for n, body in enumerate(of.get(operation["operationId"], [])):
            if media in content:
                content[media].setdefault("examples", {})[f"tried-{n}"] = {"value": body}

"""Something of everything there is, so that every address has an id that exists, and what those ids are."""

import json
import re

import bodies
from house import CENTRE, CLOZAPINE, CRS, NEAR, ROLES, VIAL

PATIENT = "/patients/CLO-1"
# Ids that no list of their own gives, by the address they stand in: the list that has them.
LISTED_BY = {
    "/api/v1/counts/": f"{PATIENT}/counts?site={CENTRE}",
    "/api/v1/sites/{finess}/recalls/": "/lots/recalls",
}


def lay_out(house):
    """Does what the demonstration leaves to be tried by hand."""
    do, at = house.must, f"/sites/{CENTRE}"
    do("pharmacist", "PUT", f"{at}/thresholds/{VIAL}", {"minimum_units": 2})
    do("pharmacist", "POST", f"{at}/inventories", {"note": "tried"})
    do("pharmacist", "POST", f"/sites/{NEAR}/excursions", {"reason": "the fridge stood open"})
    for steps in ([], ["accept"], ["accept", "send"]):
        asked = {"from": "930100037", "to": CENTRE, "rows": [{"cip13": VIAL, "units": 1}]}
        key = {"Idempotency_Key": f"transfer-{len(steps)}"}
        transfer = do("pharmacist", "POST", "/transfers", asked, **key)["id"]
        for step in steps:
            do("pharmacist", "POST", f"/transfers/{transfer}/{step}", bodies.JSON[f"post_transfers_id_{step}"][0])
    recalled = {"cip13": "3400927824845", "lot": "S3310", "reason": "particles"}
    do("coordinator", "POST", "/lots/recall", recalled)
    do("coordinator", "POST", "/plans", {"network": "ght-seine", "keep": True})
    treatment = {
        "state": "ongoing", "indication": "schizophrenia", "age_years": 41, "started_on": "2021-06-01",
    }
    do("prescriber", "PUT", f"{PATIENT}/treatments/{CLOZAPINE}?site={CENTRE}", treatment)
    for day in ("11", "18"):
        count = {"taken_on": f"2021-10-{day}", "value": 2.1, "unit": "G/L"}
        key = {"Idempotency_Key": f"count-{day}"}
        do("prescriber", "POST", f"{PATIENT}/counts?site={CENTRE}", count, **key)


def named(house):
    """What the parameters of every address are called by here, whatever it is about."""
    catalogue = house.must("reader", "GET", "/catalogue")["items"]
    rulebooks = [book["name"] for book in house.must("reader", "GET", "/rulebooks")["items"]]
    patients = [p["pseudonym"] for p in house.must("pharmacist", "GET", "/requests")["items"]]
    presentations = [item["cip13"] for item in catalogue]
    of_centre = {
        name: [row["id"] for row in house.must("pharmacist", "GET", path)["items"]]
        for name, path in {
            "request": "/requests",
            "clearance": f"/sites/{CENTRE}/clearances",
            "delivery": f"/sites/{CENTRE}/deliveries",
            "movement": f"/sites/{CENTRE}/movements",
            "plan": "/plans",
        }.items()
    }
    return of_centre | {
        "finess": [CENTRE, NEAR],
        "site": [CENTRE, NEAR],
        "network": ["ght-seine", "ght-rhone"],
        "cip13": presentations,
        "lot": ["B2104", "B1234", "S3310"],
        "subject": [VIAL, f"{CRS}:iv", *presentations],
        "rulebook": [CRS, CLOZAPINE],
        "name": [CRS, *rulebooks],
        "other": rulebooks,
        "pseudonym": ["CLO-1", "CART-015", *patients],
        "indication": ["crs", "takayasu", "schizophrenia"],
        "reason": ["tried", "missing", "breakage"],
        "unit": ["G/L", "/mm³"],
        "email": ["tried@example.org"],
        "language": ["fr", "en"],
        "time_zone": ["Europe/Paris"],
        "role": ROLES,
    }


def ids(house, paths):
    """The ids of each address that has one, by address and parameter, from the list above it."""
    found = {}
    for path in paths:
        for parameter in re.findall(r"\{(\w+)\}", path):
            above = path.split("/{" + parameter + "}")[0]
            known = LISTED_BY.get(above + "/") or above.removeprefix("/api/v1")
            for name, value in (("finess", CENTRE), ("pseudonym", "CLO-1"), ("id", "-")):
                known = known.replace("{" + name + "}", value)
            listed = first_list(house, known) or first_list(house, known.replace(CENTRE, NEAR))
            of_list = [row["id"] for row in listed if isinstance(row.get("id"), str)]
            if of_list and parameter in ("id", "grant"):
                found.setdefault(path, {})[parameter] = of_list[:8]
    return found


def first_list(house, path):
    """The rows of a list, by whichever role may read it; none where there is no such list."""
    for role in ("pharmacist", "prescriber", "coordinator", "admin"):
        status, _, text = house.ask("GET", f"/api/v1{path}", house.tokens[role])
        if status == 200:
            return json.loads(text).get("items", [])
    return []

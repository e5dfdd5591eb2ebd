//! The words of the sheet.

use crate::domain::language::Language;

/// All that stands on a sheet and is no fact.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) as_of: &'static str,
    pub(super) confidential: &'static str,
    pub(super) simulated: &'static str,
    pub(super) none: &'static str,
    pub(super) alerts: (&'static str, [&'static str; 3]),
    pub(super) stock: (&'static str, [&'static str; 8]),
    pub(super) held: (&'static str, [&'static str; 5]),
    pub(super) for_clearance: &'static str,
    pub(super) for_plan: &'static str,
    pub(super) reserves: (&'static str, [&'static str; 4]),
    pub(super) clearances: (&'static str, [&'static str; 4]),
    pub(super) stands: &'static str,
    pub(super) broken: &'static str,
    pub(super) deliveries: (&'static str, [&'static str; 5]),
    pub(super) announced: &'static str,
    pub(super) confirmed: &'static str,
    pub(super) late: &'static str,
    pub(super) due: (&'static str, [&'static str; 5]),
    pub(super) counts: (&'static str, [&'static str; 4]),
    pub(super) telephones: (&'static str, [&'static str; 4]),
    pub(super) people: (&'static str, [&'static str; 3]),
    pub(super) capacities: [&'static str; 3],
    pub(super) by_hand: (&'static str, [&'static str; 7]),
    pub(super) how: &'static str,
    pub(super) index: &'static str,
}

pub(super) const fn of(language: Language) -> &'static Words {
    match language {
        Language::Fr => &FR,
        Language::En => &EN,
    }
}

const FR: Words = Words {
    title: "Situation de la pharmacie",
    as_of: "Situation au",
    confidential: "CONFIDENTIEL – pour la pharmacie seulement : cette feuille porte les pseudonymes de patients. Sa lecture est tracée. Détruire les feuilles dépassées.",
    simulated: "DÉMONSTRATION : l'horloge de ce service est simulée, ses dates et heures ne sont pas les vraies.",
    none: "Rien.",
    alerts: (
        "Alertes ouvertes",
        ["Alerte", "Depuis", "Constaté / attendu"],
    ),
    stock: (
        "Stock par lot",
        [
            "Présentation",
            "CIP13",
            "Lot",
            "Péremption",
            "Utilisables",
            "dont réservées",
            "Libres",
            "Quarantaine",
        ],
    ),
    held: (
        "Unités réservées",
        ["Patient", "Pour", "Présentation", "Lot", "Unités"],
    ),
    for_clearance: "feu vert CAR-T",
    for_plan: "ligne de plan approuvée",
    reserves: (
        "Réserves",
        [
            "Médicament",
            "Référentiel",
            "Doses possibles",
            "Doses requises",
        ],
    ),
    clearances: (
        "Feux verts CAR-T en cours",
        ["Patient", "Injection le", "Doses", "État"],
    ),
    stands: "GO",
    broken: "NO-GO, doses manquantes :",
    deliveries: (
        "Livraisons attendues",
        ["Le", "Présentation", "Unités à venir", "État", "Référence"],
    ),
    announced: "annoncée",
    confirmed: "confirmée",
    late: "en retard",
    due: (
        "Demandes dues sous 7 jours, ou déjà dues",
        ["Due le", "Patient", "Référentiel", "Rang", "Situation"],
    ),
    counts: (
        "Numérations",
        ["Médicament", "Patients suivis", "Dues", "En retard"],
    ),
    telephones: ("Téléphones", ["Pour", "Qui", "Téléphone", "Médicament"]),
    people: ("Destinataires des alertes", ["Rôle", "Nom", "Adresse"]),
    capacities: ["pharmacien", "unité CAR-T", "coordinateur"],
    by_hand: (
        "Mouvements faits à la main",
        [
            "Jour, heure",
            "Mouvement",
            "Présentation",
            "Lot",
            "Unités",
            "Patient (pseudonyme)",
            "Signature",
        ],
    ),
    how: "Quand le service est revenu, saisir chaque ligne avec l'heure où elle a eu lieu (happened_at), puis la rayer. La réserve d'un centre CAR-T reste protégée : n'y toucher que pour un CRS.",
    index: "Situation des pharmacies",
};

const EN: Words = Words {
    title: "Situation of the pharmacy",
    as_of: "As of",
    confidential: "CONFIDENTIAL – for the pharmacy only: this sheet holds pseudonyms of patients. Its reading is on the audit trail. Destroy sheets that are out of date.",
    simulated: "DEMONSTRATION: the clock of this service is simulated; its dates and hours are not the real ones.",
    none: "Nothing.",
    alerts: ("Open alerts", ["Alert", "Since", "Found / expected"]),
    stock: (
        "Stock by lot",
        [
            "Presentation",
            "CIP13",
            "Lot",
            "Expiry",
            "Usable",
            "of these held",
            "Free",
            "Quarantined",
        ],
    ),
    held: (
        "Units held",
        ["Patient", "For", "Presentation", "Lot", "Units"],
    ),
    for_clearance: "CAR-T clearance",
    for_plan: "approved line of a plan",
    reserves: (
        "Reserves",
        ["Medicine", "Rulebook", "Doses possible", "Doses required"],
    ),
    clearances: (
        "CAR-T clearances in force",
        ["Patient", "Infusion on", "Doses", "State"],
    ),
    stands: "GO",
    broken: "NO-GO, doses missing:",
    deliveries: (
        "Deliveries expected",
        ["On", "Presentation", "Units to come", "State", "Reference"],
    ),
    announced: "announced",
    confirmed: "confirmed",
    late: "late",
    due: (
        "Requests due within 7 days, or due already",
        ["Due on", "Patient", "Rulebook", "Rank", "Standing"],
    ),
    counts: (
        "Neutrophil counts",
        ["Medicine", "Patients monitored", "Due", "Overdue"],
    ),
    telephones: ("Telephones", ["For", "Who", "Telephone", "Medicine"]),
    people: ("Who hears of alerts", ["Role", "Name", "Address"]),
    capacities: ["pharmacist", "CAR-T unit", "coordinator"],
    by_hand: (
        "Movements made by hand",
        [
            "Day, hour",
            "Movement",
            "Presentation",
            "Lot",
            "Units",
            "Patient (pseudonym)",
            "Signature",
        ],
    ),
    how: "When the service is back, enter each line with the time at which it happened (happened_at), then strike it out. The reserve of a CAR-T centre stays protected: touch it only for a CRS.",
    index: "Situation of the pharmacies",
};

//! What letters say in good time: of a minimum that the site set, of lots near their end, of a NO-GO, and
//! of a breach of the reserve that is foreseen. Nothing of a patient, nor the day of an infusion.

use super::Facts;
use crate::domain::alert::{AlertKind, Reading};
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::language::Language;
use crate::domain::presentation::Route;
use crate::text::fr;

/// How many lots one letter names. Choice: as many as are read; the others are counted, and stand in Dotation.
pub const MOST_LOTS: usize = 40;

/// What of a shelf a letter is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// A presentation, of which units are counted.
    Presentation {
        /// Its code.
        cip13: Cip13,
        /// What it is called on the catalogue.
        label: String,
    },
    /// A route, of which milligrams are counted.
    Route(Route),
    /// Lots that are near their end, or no more.
    Lots {
        /// Those that this letter is about, the first to expire first.
        lots: Vec<Lot>,
        /// How many other lots of the site have an alert that is open.
        others: usize,
    },
}

/// A lot, as a letter names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Of which presentation.
    pub cip13: Cip13,
    /// What that is called on the catalogue.
    pub label: String,
    /// Its number.
    pub lot: LotNumber,
    /// The first day on which a usable unit of it expires; none when there is no such unit any more.
    pub expiry: Option<Day>,
    /// Usable units that expire within the notice.
    pub units: i64,
}

impl Of {
    /// Returns the presentations that it names; none when it is about a route.
    pub fn presentations(&self) -> Vec<Cip13> {
        match self {
            Self::Presentation { cip13, .. } => vec![*cip13],
            Self::Route(_) => Vec::new(),
            Self::Lots { lots, .. } => lots.iter().map(|l| l.cip13).collect(),
        }
    }
}

type Rows = Vec<(&'static str, String)>;

/// Names and values, in their order; none for another kind.
pub(super) fn rows(language: Language, facts: &Facts<'_>) -> Rows {
    match facts.alert.kind {
        AlertKind::StockBelowMinimum => minimum(language, facts),
        AlertKind::LotExpiring => expiring(language, facts),
        AlertKind::ClearanceRefused => refused(language, facts),
        AlertKind::ReserveForecast => foreseen(language, facts),
        AlertKind::ReserveBelowMinimum
        | AlertKind::ClearanceBroken
        | AlertKind::Override
        | AlertKind::NoticeExpired
        | AlertKind::CountOverdue
        | AlertKind::ResupplyCompromised
        | AlertKind::Recall
        | AlertKind::SiteUnreachable
        | AlertKind::EvaluationLate
        | AlertKind::BreakGlass => Vec::new(),
    }
}

fn day(language: Language, day: Day) -> String {
    match language {
        Language::Fr => fr::day(day),
        Language::En => day.to_string(),
    }
}

/// One of two, by language.
const fn said(language: Language, fr: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Fr => fr,
        Language::En => en,
    }
}

fn minimum(language: Language, facts: &Facts<'_>) -> Rows {
    let reading = facts.alert.reading;
    let mut rows = Vec::new();
    let (free, least) = match &facts.of {
        Some(Of::Route(route)) => {
            let route = match route {
                Route::Intravenous => said(language, "intraveineuse", "intravenous"),
                Route::Subcutaneous => said(language, "sous-cutanée", "subcutaneous"),
                Route::Oral => said(language, "orale", "oral"),
            };
            rows.push((said(language, "Voie", "Route"), route.to_owned()));
            (
                said(language, "Milligrammes libres", "Milligrams free"),
                said(language, "Seuil du site (mg)", "The site's minimum (mg)"),
            )
        }
        Some(Of::Presentation { cip13, label }) => {
            let name = said(language, "Présentation", "Presentation");
            rows.push((name, format!("{label} ({cip13})")));
            (
                said(language, "Unités libres", "Units free"),
                said(language, "Seuil du site", "The site's minimum"),
            )
        }
        Some(Of::Lots { .. }) | None => return rows,
    };
    // of a minimum that was taken away nothing is told
    if reading.expected > 0 {
        rows.push((free, reading.found.to_string()));
        rows.push((least, reading.expected.to_string()));
    }
    rows
}

fn expiring(language: Language, facts: &Facts<'_>) -> Rows {
    let Some(Of::Lots { lots, others }) = &facts.of else {
        return Vec::new();
    };
    let name = said(language, "Lots concernés", "Lots concerned");
    let mut rows = vec![(name, lots.len().to_string())];
    let told = lots.iter().take(MOST_LOTS);
    rows.extend(told.map(|lot| ("Lot", one_lot(language, facts, lot))));
    let counted = |name: &'static str, n: usize| (n > 0).then(|| (name, n.to_string()));
    rows.extend(counted(
        said(
            language,
            "Lots non nommés ici, à voir dans Dotation",
            "Lots not named here, to be seen in Dotation",
        ),
        lots.len().saturating_sub(MOST_LOTS),
    ));
    rows.extend(counted(
        said(
            language,
            "Autres lots, déjà signalés",
            "Other lots, told before",
        ),
        *others,
    ));
    rows
}

fn one_lot(language: Language, facts: &Facts<'_>, lot: &Lot) -> String {
    let named = format!("{} – {} ({})", lot.lot, lot.label, lot.cip13);
    match lot.expiry.filter(|_| facts.event != "closed") {
        None => named,
        Some(expiry) => {
            let expiry = day(language, expiry);
            let n = lot.units;
            match (language, n) {
                (Language::Fr, 1) => format!("{named}, 1 unité, péremption {expiry}"),
                (Language::Fr, _) => format!("{named}, {n} unités, péremption {expiry}"),
                (Language::En, 1) => format!("{named}, 1 unit, expires {expiry}"),
                (Language::En, _) => format!("{named}, {n} units, expires {expiry}"),
            }
        }
    }
}

fn refused(language: Language, facts: &Facts<'_>) -> Rows {
    let reading = facts.alert.reading;
    let missing = reading.expected.saturating_sub(reading.found);
    let name = said(language, "Doses manquantes", "Doses missing");
    let told = missing > 0 && facts.event != "closed";
    told.then(|| (name, missing.to_string()))
        .into_iter()
        .collect()
}

fn foreseen(language: Language, facts: &Facts<'_>) -> Rows {
    let reading = facts.alert.reading;
    if facts.event == "closed" {
        let follows = if reading.is_short() {
            said(
                language,
                "la réserve est aujourd'hui sous son minimum ; l'alerte « Réserve CAR-T sous le minimum » prend le relais",
                "the reserve is below its minimum today; the alert \"CAR-T reserve below its minimum\" takes over",
            )
        } else {
            said(
                language,
                "plus aucune rupture n'est prévue",
                "no breach is foreseen any more",
            )
        };
        return vec![(said(language, "Suite", "What follows"), follows.to_owned())];
    }
    let mut rows = Vec::new();
    if let Some(on) = facts.alert.told_on {
        let name = said(language, "Rupture prévue le", "Breach foreseen on");
        rows.push((name, day(language, on)));
    }
    rows.push((
        said(
            language,
            "Doses possibles, au plus bas",
            "Doses possible, at the lowest",
        ),
        reading.found.to_string(),
    ));
    rows.push((
        said(language, "Doses requises alors", "Doses required then"),
        reading.expected.to_string(),
    ));
    let days = facts.site.ahead.forecast_days;
    rows.push((
        said(language, "Horizon (jours)", "Horizon (days)"),
        days.to_string(),
    ));
    rows
}

/// How a letter begins of a breach that is foreseen no more: it has come, or will not.
pub(super) fn over(language: Language, reading: Reading) -> String {
    let over = match (language, reading.is_short()) {
        (Language::Fr, true) => "SURVENUE – Rupture de la réserve CAR-T",
        (Language::Fr, false) => "ÉCARTÉE – Rupture prévue de la réserve CAR-T",
        (Language::En, true) => "IT HAS COME – The breach of the CAR-T reserve that was foreseen",
        (Language::En, false) => "AVERTED – The breach of the CAR-T reserve that was foreseen",
    };
    over.to_owned()
}

/// What to do; nothing for another kind. `call` is a sentence with a telephone number.
pub(super) fn steps(language: Language, facts: &Facts<'_>, call: Option<String>) -> Vec<String> {
    let call = call.map_or_else(String::new, |call| format!(" {call}"));
    let [first, second, third] = match facts.alert.kind {
        AlertKind::StockBelowMinimum => said_three(language, &MINIMUM),
        AlertKind::LotExpiring => said_three(language, &EXPIRING),
        AlertKind::ClearanceRefused => said_three(language, &REFUSED),
        AlertKind::ReserveForecast => said_three(language, &FORESEEN),
        AlertKind::ReserveBelowMinimum
        | AlertKind::ClearanceBroken
        | AlertKind::Override
        | AlertKind::NoticeExpired
        | AlertKind::CountOverdue
        | AlertKind::ResupplyCompromised
        | AlertKind::Recall
        | AlertKind::SiteUnreachable
        | AlertKind::EvaluationLate
        | AlertKind::BreakGlass => return Vec::new(),
    };
    vec![
        first.to_owned(),
        second.to_owned(),
        format!("{third}{call}"),
    ]
}

/// Three steps in French, and in English.
type Three = ([&'static str; 3], [&'static str; 3]);

const fn said_three(language: Language, three: &Three) -> [&'static str; 3] {
    match language {
        Language::Fr => three.0,
        Language::En => three.1,
    }
}

const MINIMUM: Three = (
    [
        "Voir les livraisons attendues, dans Dotation ; en commander une, ou en faire avancer une.",
        "Demander un transfert à une pharmacie du groupement qui en a au-delà de son besoin.",
        "Si le seuil ne convient plus, le changer dans Dotation : l'alerte suit.",
    ],
    [
        "See the deliveries that are expected, in Dotation; order one, or bring one forward.",
        "Ask a pharmacy of the network that has more than it needs for a transfer.",
        "If the minimum is no longer right, change it in Dotation: the alert follows.",
    ],
);

const EXPIRING: Three = (
    [
        "Utiliser ces unités avant les autres : premier périmé, premier sorti.",
        "Proposer à une pharmacie du groupement, par un transfert, ce qui ne sera pas utilisé à temps.",
        "Détruire ce qui est périmé et l'enregistrer : l'alerte se clôt d'elle-même.",
    ],
    [
        "Use these units before the others: first to expire, first out.",
        "Offer what will not be used in time to a pharmacy of the network, by a transfer.",
        "Destroy what has expired and record it: the alert closes by itself.",
    ],
);

const REFUSED: Three = (
    [
        "Ne pas débuter l'injection de CAR-T : la réserve ne la permet pas.",
        "Voir la réponse dans Dotation : les flacons qui manquent, les pharmacies qui peuvent en envoyer, les livraisons attendues.",
        "Redemander le feu vert une fois le stock complété : l'alerte se clôt au GO. Si l'injection n'a plus lieu, l'annuler, ou prendre l'alerte en charge.",
    ],
    [
        "Do not start the CAR-T infusion: the reserve does not allow it.",
        "See the answer in Dotation: the vials that are missing, the pharmacies that can send them, the deliveries that are expected.",
        "Ask again once the stock is complete: the alert closes with the GO. If the infusion does not take place, cancel it, or acknowledge the alert.",
    ],
);

const FORESEEN: Three = (
    [
        "Voir la projection de la réserve jour par jour, dans Dotation : elle dit ce qui change chaque jour.",
        "Faire confirmer ou avancer une livraison avant ce jour, ou demander un transfert à une pharmacie du groupement : l'alerte se clôt d'elle-même.",
        "Si rien n'est fait, l'alerte « Réserve CAR-T sous le minimum » prend le relais le jour venu.",
    ],
    [
        "See the forecast of the reserve day by day, in Dotation: it says what changes on each day.",
        "Have a delivery confirmed or brought forward to before that day, or ask a pharmacy of the network for a transfer: the alert closes by itself.",
        "If nothing is done, the alert \"CAR-T reserve below its minimum\" takes over when the day has come.",
    ],
);

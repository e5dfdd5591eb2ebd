//! What is wrong with a request that was filled in, and where a request stands that no plan speaks of.

use super::{Bilingual, assess, fr};
use crate::domain::language::Language;
use crate::domain::request::{DISPENSING_UNDONE, FILED_ANEW, Request, RequestState, Wrong};
use crate::domain::rule::{Alternatives, Slug};

impl Bilingual for Wrong {
    fn in_french(&self) -> String {
        match self {
            Self::Missing => "est absent".to_owned(),
            Self::Unlisted { found, known } => {
                format!("{found:?} n'est pas l'un de : {}", known.join(", "))
            }
            Self::WhichRulebook { known } => {
                format!("est absent : dites selon quel référentiel la classer ; il y a : {}", known.join(", "))
            }
            Self::Bounds { found, least, most } => {
                format!("vaut {found}, attendu : un nombre entier de {least} à {most}")
            }
            Self::TooMuch { found, most } => format!(
                "vaut {}, attendu : {} au plus, la plus grande dose de l'indication",
                fr::mg(*found),
                fr::mg(*most)
            ),
            Self::InTheFuture { found, today } => {
                format!("{} est après aujourd'hui, {}", fr::day(*found), fr::day(*today))
            }
            Self::NotByUnits => {
                "n'a pas sa place quand une dose se compose de flacons : omettez-le".to_owned()
            }
            Self::NotByMass => {
                "n'a pas sa place quand on demande des unités : omettez-le".to_owned()
            }
            Self::UnitsMissing { most } => {
                format!("est absent : par cette voie on demande des unités, de 1 à {most}")
            }
            Self::WeightMissing => {
                "est absent : une dose composée de flacons demande le poids, en grammes".to_owned()
            }
            Self::IntervalMissing { most } => format!(
                "est absent : combien de jours d'une administration à la suivante, de 1 à {most}"
            ),
            Self::NoInterval { indication } => format!(
                "n'a pas sa place ici : {indication} se traite maintenant, chaque dose par sa propre demande"
            ),
            Self::StartMissing => "est absent : le jour où le traitement doit débuter".to_owned(),
            Self::LastMissing => {
                "est absent, et aucune dispensation à ce patient n'est enregistrée : dites quand a eu lieu la \
                 dernière administration, ou fixez `due` avec `due_reason`"
                    .to_owned()
            }
            Self::ReasonMissing => {
                "est absent : `due` découle de la dernière administration ; le fixer à la main demande un motif"
                    .to_owned()
            }
            Self::ReasonAlone => "n'a pas sa place sans `due`".to_owned(),
            Self::OtherRoute {
                found,
                expected,
                indication,
            } => format!("vaut {found}, attendu : {expected} ; {indication} ne se traite que par cette voie"),
            Self::NotNow {
                found,
                today,
                indication,
            } => format!(
                "vaut le {}, attendu : le {} ou avant ; {indication} se traite maintenant",
                fr::day(*found),
                fr::day(*today)
            ),
            Self::NotListed { found, known, .. } => format!(
                "{found:?} n'est aucune des alternatives du référentiel : {}",
                known.join(", ")
            ),
            Self::NoList { indication } => format!(
                "n'a pas sa place ici : aucun référentiel ne dresse la liste des alternatives pour \
                 {indication} ; dites dans `alternatives_reason` pourquoi il n'y en a pas"
            ),
            Self::EmptyList { indication } => format!(
                "n'a pas sa place ici : selon le référentiel, il n'y a pas d'alternative pour {indication}"
            ),
            Self::StillOpen { open } => format!(
                "vaut none, mais restent possibles : {} ; omettez-le, et dites dans `tried` ce qu'il en est de \
                 chacune",
                open.join(", ")
            ),
            Self::NoneOpen => {
                "vaut available, mais rien dans la liste du référentiel n'est possible : omettez-le".to_owned()
            }
            Self::StatementMissing => "est absent : aucun référentiel ne dresse la liste des alternatives pour \
                 cette indication ; dites pourquoi il n'y en a pas"
                .to_owned(),
            Self::TooMany { found, most } => {
                format!("a {found} entrées, attendu : {most} au plus")
            }
            Self::NoDose { indication } => format!(
                "{indication} n'a pas de dose selon le poids dans ce référentiel : précisez `prescribed_mg`"
            ),
        }
    }
}

/// Returns where a request stands that no sentence of a plan is about, in French and in English:
/// before the first plan, after its end; or the plan that spoke of it was erased (`planned`).
pub fn unplanned(request: &Request, planned: bool) -> (String, String) {
    let said = |fr: &str, en: &str| (fr.to_owned(), en.to_owned());
    match request.state {
        RequestState::Proposed => said(
            "Proposée par la dispensation précédente : confirmez-la pour qu'un plan la considère, ou retirez-la.",
            "Proposed by the dispensing before: confirm it so that a plan looks at it, or withdraw it.",
        ),
        RequestState::Open if planned => said(
            "Planifiée ; la phrase du plan a été effacée.",
            "Planned; the plan's sentence was erased.",
        ),
        RequestState::Open => said(
            "Pas encore planifiée : le prochain plan dira son rang et sa réponse.",
            "Not planned yet: the next plan will say its rank and its answer.",
        ),
        RequestState::Served => said(
            "Servie : tout a été dispensé.",
            "Served: all of it was dispensed.",
        ),
        RequestState::Withdrawn => withdrawn(request.reason.as_deref()),
    }
}

/// Returns where a request stands of which a part was dispensed, and the rest was lost or held too long.
pub fn served_in_part() -> (String, String) {
    (
        "Servie en partie : le reste de ce qui lui était réservé n'a pas été dispensé.".to_owned(),
        "Served in part: the rest of what was held for it was not dispensed.".to_owned(),
    )
}

fn withdrawn(why: Option<&str>) -> (String, String) {
    match why {
        Some(FILED_ANEW) => (
            "Retirée : une nouvelle demande a été déposée à sa place.".to_owned(),
            "Withdrawn: a new request was filed in its place.".to_owned(),
        ),
        Some(DISPENSING_UNDONE) => (
            "Retirée : la dispensation qu'elle suivait a été annulée.".to_owned(),
            "Withdrawn: the dispensing that it followed was undone.".to_owned(),
        ),
        Some(why) => (
            ended(format!("Retirée : {why}")),
            ended(format!("Withdrawn: {why}")),
        ),
        None => ("Retirée.".to_owned(), "Withdrawn.".to_owned()),
    }
}

/// Returns whether something is left for a request's patient, and from what that follows: the list of a
/// rulebook (with whether it is in force), else the prescriber's statement; and what it was when the
/// request was `filed`, if that was something else.
pub fn left(
    left: Alternatives,
    filed: Alternatives,
    list: Option<(&Slug, bool)>,
    language: Language,
) -> String {
    let none = assess::no_alternative(left == Alternatives::None, language);
    let by = match (list, language) {
        (Some((book, true)), Language::Fr) => format!("Selon la liste de {book}."),
        (Some((book, false)), Language::Fr) => {
            format!("Selon la liste de {book}, qui n'est pas en vigueur.")
        }
        (Some((book, true)), Language::En) => format!("By the list of {book}."),
        (Some((book, false)), Language::En) => {
            format!("By the list of {book}, which is not in force.")
        }
        (None, Language::Fr) => "Selon le prescripteur.".to_owned(),
        (None, Language::En) => "As the prescriber states.".to_owned(),
    };
    let since = match (left == filed, language) {
        (true, _) => "",
        (false, Language::Fr) => " Il n'en était pas ainsi à son dépôt : un référentiel a changé.",
        (false, Language::En) => " It was not so when it was filed: a rulebook has changed.",
    };
    format!("{none} {by}{since}")
}

/// Returns where a request stands that a coordinator left out of what was approved, in their words
/// unless those were erased.
pub fn left_out(why: Option<&str>) -> (String, String) {
    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
    (
        format!(
            "Retenue par le plan, mais laissée de côté à son approbation{why} : elle attend le prochain plan."
        ),
        format!(
            "Granted by the plan, but left out when it was approved{why}: it waits for the next plan."
        ),
    )
}

/// With a full stop, unless it ends already.
fn ended(mut sentence: String) -> String {
    if !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

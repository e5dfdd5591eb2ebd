//! What is wrong in a file of counts, in both languages.

use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::count::CountError;
use crate::text::Bilingual;
use crate::wire::sheet;

/// What is wrong at a place of a file. What stood there is cut to forty characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// What any sheet can have wrong.
    #[error(transparent)]
    Sheet(#[from] sheet::Wrong),
    /// It is no count.
    #[error(transparent)]
    Count(#[from] CountError),
    /// Nobody there has that pseudonym.
    #[error(
        "{0:?} is nobody's pseudonym at your sites; a request or a CAR-T registration makes one known"
    )]
    UnknownPatient(String),
    /// Several have.
    #[error(
        "{found:?} is the pseudonym of a patient at each of several sites ({}); say which site",
        listed(sites)
    )]
    WhichSite {
        /// What stood there.
        found: String,
        /// Where.
        sites: Vec<Finess>,
    },
    /// It is a day to come.
    #[error("{0} is still to come; expected today or earlier")]
    Future(Day),
    /// It is no JSON; what and where, in the words of its reader.
    #[error("{0}")]
    Json(String),
    /// A key stands in an object twice.
    #[error("has {0:?} twice; expected each name once")]
    TwiceKey(String),
    /// Another resource; also one that holds a name.
    #[error("{0:?} is not read; expected an Observation, or a Bundle of nothing else")]
    Resource(String),
    /// A part that changes what the resource means, and is not understood.
    #[error("changes what the resource means, and is not understood; expected none")]
    Modifier,
    /// The state of an observation whose count does not hold.
    #[error("{0:?} is no result that holds; expected final, amended or corrected")]
    Status(String),
    /// It has no code of a neutrophil count.
    #[error("has no LOINC code; expected 751-8 or 26499-4, with the system http://loinc.org")]
    NoCode,
    /// A share of the white cells.
    #[error("{0} is a percentage of the white cells and no count; expected 751-8 or 26499-4")]
    Percentage(String),
    /// Another observation.
    #[error("{0} is no neutrophil count; expected 751-8 or 26499-4")]
    OtherCode(String),
    /// It has `<` or `>`.
    #[error("{0:?} makes it a bound and no count; expected none")]
    Comparator(String),
    /// It is of another type.
    #[error("{0} is of another type; expected a number written with digits")]
    NotANumber(String),
    /// `code` and `unit` differ.
    #[error("{code:?} and {unit:?} are units of another size; expected one")]
    TwoUnits {
        /// The UCUM code.
        code: String,
        /// The unit in words.
        unit: String,
    },
    /// It is no whole day, nor an instant with its zone.
    #[error("{0:?} is not a day; expected YYYY-MM-DD, or an instant with its time zone")]
    Moment(String),
}

fn listed(sites: &[Finess]) -> String {
    let sites: Vec<&str> = sites.iter().map(Finess::as_str).collect();
    sites.join(", ")
}

impl Bilingual for Wrong {
    fn in_french(&self) -> String {
        match self {
            Self::Sheet(wrong) => wrong.in_french(),
            Self::Count(error) => error.in_french(),
            Self::UnknownPatient(found) => format!("{found:?} n'est le pseudonyme de personne dans vos sites ; une demande ou une inscription CAR-T le fait connaître"),
            Self::WhichSite { found, sites } => format!("{found:?} est le pseudonyme d'un patient dans plusieurs sites ({}) ; précisez le site", listed(sites)),
            Self::Future(day) => format!("le {} est encore à venir ; attendu : aujourd'hui ou avant", crate::text::fr::day(*day)),
            Self::Json(place) => format!("ne se lit pas comme du JSON : {place}"),
            Self::TwiceKey(name) => format!("contient {name:?} deux fois ; attendu : chaque nom une fois"),
            Self::Resource(found) => format!("{found:?} n'est pas lu ; attendu : une Observation, ou un Bundle de rien d'autre"),
            Self::Modifier => "change le sens de la ressource et n'est pas compris ; attendu : aucun".to_owned(),
            Self::Status(found) => format!("{found:?} n'est pas un résultat valable ; attendu : final, amended ou corrected"),
            Self::NoCode => "n'a pas de code LOINC ; attendu : 751-8 ou 26499-4, avec le système http://loinc.org".to_owned(),
            Self::Percentage(code) => format!("{code} est un pourcentage des leucocytes et non une numération ; attendu : 751-8 ou 26499-4"),
            Self::OtherCode(code) => format!("{code} n'est pas une numération des neutrophiles ; attendu : 751-8 ou 26499-4"),
            Self::Comparator(found) => format!("{found:?} en fait une borne et non une numération ; attendu : aucun"),
            Self::NotANumber(found) => format!("{found} est d'un autre type ; attendu : un nombre écrit en chiffres"),
            Self::TwoUnits { code, unit } => format!("{code:?} et {unit:?} sont des unités de tailles différentes ; attendu : une seule"),
            Self::Moment(found) => format!("{found:?} n'est pas un jour ; attendu : AAAA-MM-JJ, ou un instant avec son fuseau horaire"),
        }
    }
}

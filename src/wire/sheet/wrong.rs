//! What is wrong in a sheet, in both languages.

use super::{About, Column, Layout, MOST_BYTES, MOST_CELL, Need};
use crate::domain::code::{CodeError, Finess};
use crate::domain::email::AddressError;
use crate::domain::language::Language;
use crate::domain::quantity::{Units, WeightError};
use crate::domain::reason::Refusal;
use crate::domain::slug::SlugError;
use crate::text::{self, Bilingual};

/// What is wrong at a place of a sheet. What stood there is cut to forty characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// There is no first row.
    #[error(
        "is empty; expected a row with the names of the columns: {}",
        listed(layout, Language::En)
    )]
    Empty {
        /// What was expected.
        layout: &'static Layout,
    },
    /// It is larger than any.
    #[error("has {bytes} bytes; expected at most {MOST_BYTES}")]
    TooLarge {
        /// How large it is.
        bytes: usize,
    },
    /// It has more rows than any.
    #[error(
        "is one row more than can be read at once; expected at most {most}: cut the file in two"
    )]
    TooManyRows {
        /// How many are read.
        most: usize,
    },
    /// A cell is longer than any.
    #[error(
        "is a cell of {length} characters; expected at most {MOST_CELL}. Is a quotation mark never closed?"
    )]
    TooLong {
        /// How long it is.
        length: usize,
    },
    /// It is a workbook and no sheet.
    #[error("is a workbook of Excel or LibreOffice; save the sheet as CSV, and give that")]
    Workbook,
    /// It begins in UTF-8 and does not go on so.
    #[error(
        "is not UTF-8 here and is above; expected UTF-8 throughout, or Windows-1252 throughout"
    )]
    Damaged,
    /// It is UTF-16, and no text here.
    #[error("is UTF-16 and no text here: the file is damaged or was cut off; save it again")]
    DamagedUtf16,
    /// A column that is not known; also a name or a birth date, which are never asked for.
    #[error("{found:?} is no column; expected {}", listed(layout, Language::En))]
    Column {
        /// What stood there.
        found: String,
        /// What was expected.
        layout: &'static Layout,
    },
    /// A column stands there twice.
    #[error("{0:?} stands there twice")]
    TwiceColumn(String),
    /// A column is missing.
    #[error("names no column {}; expected {}", column.name, listed(layout, Language::En))]
    NoColumn {
        /// Which.
        column: Column,
        /// What was expected.
        layout: &'static Layout,
    },
    /// More or fewer cells than columns.
    #[error(
        "has {found} cells; expected {expected}, and a value with a comma between quotation marks where commas separate cells"
    )]
    Cells {
        /// How many there are.
        found: usize,
        /// How many columns there are.
        expected: usize,
    },
    /// Nothing stands there.
    #[error("is missing")]
    Nothing,
    /// It is no pseudonym.
    #[error("{0:?} is no pseudonym; expected 1 to 64 characters on one line")]
    Pseudonym(String),
    /// It is no day.
    #[error("{0:?} is not a day; expected YYYY-MM-DD or DD/MM/YYYY, from 2000 to 2099")]
    Day(String),
    /// It is no expiry.
    #[error(
        "{0:?} is not an expiry; expected YYYY-MM-DD, DD/MM/YYYY, or MM/YYYY for the last day of a month"
    )]
    Expiry(String),
    /// It is no such code.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// A code that a spreadsheet has turned into a number, whose last digits are lost.
    #[error(
        "{0:?} is what a spreadsheet makes of a code: its digits are lost. Format the column as text, export it again, and do not open the file in between"
    )]
    Mangled(String),
    /// A FINESS number without its first digit.
    #[error(
        "{0:?} has eight digits: a spreadsheet has dropped the 0 before them. Format the column as text and export it again"
    )]
    NoughtDropped(String),
    /// It is no line of so many characters.
    #[error("{found:?} is not such a text; expected 1 to {most} characters on one line")]
    Words {
        /// What stood there.
        found: String,
        /// The most characters.
        most: usize,
    },
    /// It is none of the words that may stand there.
    #[error("{found:?} is none of them; expected one of {known}")]
    OneOf {
        /// What stood there.
        found: String,
        /// What may.
        known: &'static str,
    },
    /// It is no number of units.
    #[error(
        "{found:?} is no number of units; expected a whole number from {least} to {}",
        Units::MOST
    )]
    Units {
        /// What stood there.
        found: String,
        /// The least that may.
        least: u32,
    },
    /// It is no place in a list.
    #[error("{0:?} is no place in the list; expected a whole number from 1 to 1000")]
    Position(String),
    /// It is no body weight in kilograms.
    #[error(
        "{0:?} is no body weight; expected kilograms with at most three decimals, as 61 or 29,9"
    )]
    Kilograms(String),
    /// Nobody has that weight.
    #[error(transparent)]
    Weight(#[from] WeightError),
    /// It is no dose.
    #[error(
        "{0:?} is no dose; expected milligrams above 0 and at most 100000, with at most two decimals"
    )]
    Milligrams(String),
    /// It is no time zone.
    #[error("{0:?} is no time zone; expected an IANA name, as Europe/Paris")]
    Zone(String),
    /// It is no short name.
    #[error(transparent)]
    Slug(#[from] SlugError),
    /// It is no address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The same thing stands in the sheet before.
    #[error("stands on line {line} already; expected once")]
    Twice {
        /// Where it stood first.
        line: usize,
    },
    /// It says no site, and none was named.
    #[error("names no site; expected a column finess, or the site beside the file")]
    NoSite,
    /// It is of another site than that which was named beside the file.
    #[error("{found} is another site than the one that was named, {expected}")]
    OtherSite {
        /// What stood there.
        found: Finess,
        /// What was named.
        expected: Finess,
    },
    /// Several of the site's deliveries carry the reference.
    #[error(
        "{found:?} is the reference of {several} deliveries of this presentation; change them one by one"
    )]
    SeveralDeliveries {
        /// The reference.
        found: String,
        /// How many carry it.
        several: usize,
    },
    /// The site belongs to another network.
    #[error("the site belongs to {0}, and stays there")]
    OtherNetwork(String),
    /// A rule does not allow it.
    #[error("{}", text::refusal(Language::En, .0))]
    Refused(Refusal),
}

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// `cip13, lot, expiry and units`, and what may be there besides.
fn listed(layout: &Layout, language: Language) -> String {
    let name = |column: &Column| match language {
        Language::En => column.name,
        Language::Fr => column.title,
    };
    let of = |need: Need| -> Vec<&str> {
        let all = layout.columns.iter().filter(|c| c.need == need);
        all.map(name).collect()
    };
    let (must, may) = (of(Need::Must), of(Need::May));
    let (and, besides, nothing_else) = match language {
        Language::En => (
            " and ",
            "; besides, if at hand: ",
            ", and nothing else of the patient",
        ),
        Language::Fr => (
            " et ",
            " ; en plus, si possible : ",
            ", et rien d'autre du patient",
        ),
    };
    let mut text = match must.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{}{and}{last}", first.join(", ")),
    };
    if !may.is_empty() {
        text.push_str(besides);
        text.push_str(&may.join(", "));
    }
    if layout.about == About::Patients {
        text.push_str(nothing_else);
    }
    text
}

impl Bilingual for Wrong {
    fn in_french(&self) -> String {
        let columns = |layout: &Layout| listed(layout, Language::Fr);
        match self {
            Self::Empty { layout } => format!("est vide ; attendu : une ligne avec les noms des colonnes : {}", columns(layout)),
            Self::TooLarge { bytes } => format!("compte {bytes} octets ; attendu : {MOST_BYTES} au plus"),
            Self::TooManyRows { most } => format!("est une ligne de trop pour une seule fois ; attendu : {most} au plus ; coupez le fichier en deux"),
            Self::TooLong { length } => format!("est une cellule de {length} caractères ; attendu : {MOST_CELL} au plus. Un guillemet n'est-il jamais refermé ?"),
            Self::Workbook => "est un classeur Excel ou LibreOffice ; enregistrez la feuille au format CSV, et donnez ce fichier-là".to_owned(),
            Self::Damaged => "n'est pas de l'UTF-8 ici mais l'est plus haut ; attendu : UTF-8 partout, ou Windows-1252 partout".to_owned(),
            Self::DamagedUtf16 => "est en UTF-16 et n'est pas un texte ici : le fichier est abîmé ou tronqué ; enregistrez-le de nouveau".to_owned(),
            Self::Column { found, layout } => format!("{found:?} n'est pas une colonne ; attendu : {}", columns(layout)),
            Self::TwiceColumn(found) => format!("{found:?} figure deux fois"),
            Self::NoColumn { column, layout } => format!("n'a pas de colonne {} ; attendu : {}", column.title, columns(layout)),
            Self::Cells { found, expected } => format!("compte {found} cellules ; attendu : {expected}, et une valeur à virgule entre guillemets là où des virgules séparent les cellules"),
            Self::Nothing => "est absent".to_owned(),
            Self::Pseudonym(found) => format!("{found:?} n'est pas un pseudonyme ; attendu : 1 à 64 caractères sur une ligne"),
            Self::Day(found) => format!("{found:?} n'est pas un jour ; attendu : AAAA-MM-JJ ou JJ/MM/AAAA, de 2000 à 2099"),
            Self::Expiry(found) => format!("{found:?} n'est pas une péremption ; attendu : AAAA-MM-JJ, JJ/MM/AAAA, ou MM/AAAA pour le dernier jour d'un mois"),
            Self::Code(error) => error.in_french(),
            Self::Mangled(found) => format!("{found:?} est ce qu'un tableur fait d'un code : ses chiffres sont perdus. Mettez la colonne au format texte, exportez de nouveau, et n'ouvrez pas le fichier entre-temps"),
            Self::NoughtDropped(found) => format!("{found:?} a huit chiffres : un tableur a supprimé le 0 du début. Mettez la colonne au format texte et exportez de nouveau"),
            Self::Words { found, most } => format!("{found:?} n'est pas un tel texte ; attendu : 1 à {most} caractères sur une ligne"),
            Self::OneOf { found, known } => format!("{found:?} n'en fait pas partie ; attendu : l'un de {known}"),
            Self::Units { found, least } => format!("{found:?} n'est pas un nombre d'unités ; attendu : un nombre entier de {least} à {}", Units::MOST),
            Self::Position(found) => format!("{found:?} n'est pas un rang dans la liste ; attendu : un nombre entier de 1 à 1000"),
            Self::Kilograms(found) => format!("{found:?} n'est pas un poids corporel ; attendu : des kilogrammes avec trois décimales au plus, comme 61 ou 29,9"),
            Self::Weight(error) => error.in_french(),
            Self::Milligrams(found) => format!("{found:?} n'est pas une dose ; attendu : des milligrammes, plus de 0 et 100000 au plus, avec deux décimales au plus"),
            Self::Zone(found) => format!("{found:?} n'est pas un fuseau horaire ; attendu : un nom IANA, comme Europe/Paris"),
            Self::Slug(error) => error.in_french(),
            Self::Address(error) => error.in_french(),
            Self::Twice { line } => format!("figure déjà à la ligne {line} ; attendu : une fois"),
            Self::NoSite => "ne dit pas de quel site ; attendu : une colonne finess, ou le site à côté du fichier".to_owned(),
            Self::OtherSite { found, expected } => format!("{found} est un autre site que celui qui est nommé, {expected}"),
            Self::SeveralDeliveries { found, several } => format!("{found:?} est la référence de {several} livraisons de cette présentation ; modifiez-les une à une"),
            Self::OtherNetwork(network) => format!("le site appartient à {network}, et y reste"),
            Self::Refused(refusal) => text::refusal(Language::Fr, refusal),
        }
    }
}

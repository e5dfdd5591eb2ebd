//! What is wrong with the days of a treatment, in both languages.

use super::{Bilingual, fr};
use crate::domain::treatment::WrongDay;

impl Bilingual for WrongDay {
    fn in_french(&self) -> String {
        match self {
            Self::Missing => {
                "est absent : un traitement dans cet état se compte à partir de ce jour".to_owned()
            }
            Self::NotOfTheState { found } => format!(
                "{} n'est pas un jour d'un traitement dans cet état",
                fr::day(*found)
            ),
            Self::ToCome { found, today } => format!(
                "{} est à venir : il est {} au site",
                fr::day(*found),
                fr::day(*today)
            ),
            Self::Before { found, first } => format!(
                "{} est avant {}, qu'il doit suivre",
                fr::day(*found),
                fr::day(*first)
            ),
        }
    }
}

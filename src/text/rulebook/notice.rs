//! What is said beside an answer whose rulebook is not in force.

use crate::domain::language::Language;
use crate::domain::rule::{Slug, Standing};
use crate::text::rulebook::words::day;

/// Whether a coordinator retired a notice that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// Nobody did: it goes on being applied.
    Applied,
    /// Somebody did.
    Retired,
}

/// Returns what a reader must know of the rulebook of an answer: that it is not in force on its day, and
/// what follows; nothing when it is in force.
pub fn notice(
    language: Language,
    name: &Slug,
    standing: &Standing,
    retirement: Retirement,
) -> Option<String> {
    let day = |d| day(language, d);
    let what = match (language, standing) {
        (_, Standing::InForce) => return None,
        (Language::Fr, Standing::NotYet(from)) => {
            return Some(format!(
                "Le référentiel {name} n'entre en vigueur que le {}.",
                day(*from)
            ));
        }
        (Language::En, Standing::NotYet(from)) => {
            return Some(format!(
                "The rulebook {name} comes into force on {} only.",
                day(*from)
            ));
        }
        (Language::Fr, Standing::Ended(last)) => {
            format!("Le référentiel {name} est échu depuis le {}", day(*last))
        }
        (Language::En, Standing::Ended(last)) => {
            format!("The rulebook {name} ended on {}", day(*last))
        }
        (Language::Fr, Standing::Superseded { by, since }) => {
            format!(
                "Le référentiel {name} est remplacé par {by} depuis le {}",
                day(*since)
            )
        }
        (Language::En, Standing::Superseded { by, since }) => {
            format!(
                "The rulebook {name} was superseded by {by} on {}",
                day(*since)
            )
        }
    };
    Some(match (language, retirement) {
        (Language::Fr, Retirement::Applied) => {
            format!("{what} ; il s'applique tant qu'un coordinateur ne l'a pas retiré.")
        }
        (Language::En, Retirement::Applied) => {
            format!("{what}; it is applied until a coordinator retires it.")
        }
        (Language::Fr, Retirement::Retired) => format!("{what}, et un coordinateur l'a retiré."),
        (Language::En, Retirement::Retired) => format!("{what}, and a coordinator retired it."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Day;

    fn check(standing: &Standing, retirement: Retirement, fr: Option<&str>, en: Option<&str>) {
        let name = Slug::parse("letter").unwrap();
        for (language, expected) in [(Language::Fr, fr), (Language::En, en)] {
            let said = notice(language, &name, standing, retirement);
            assert_eq!(said.as_deref(), expected);
        }
    }

    #[test]
    fn a_rulebook_that_is_not_in_force_is_said_to_be_so() {
        let day = Day::parse("2021-12-31").unwrap();
        check(&Standing::InForce, Retirement::Applied, None, None);
        check(
            &Standing::NotYet(day),
            Retirement::Applied,
            Some("Le référentiel letter n'entre en vigueur que le 31/12/2021."),
            Some("The rulebook letter comes into force on 2021-12-31 only."),
        );
        check(
            &Standing::Ended(day),
            Retirement::Applied,
            Some(
                "Le référentiel letter est échu depuis le 31/12/2021 ; il s'applique tant qu'un coordinateur ne l'a pas retiré.",
            ),
            Some(
                "The rulebook letter ended on 2021-12-31; it is applied until a coordinator retires it.",
            ),
        );
        let by = Slug::parse("next").unwrap();
        check(
            &Standing::Superseded { by, since: day },
            Retirement::Retired,
            Some(
                "Le référentiel letter est remplacé par next depuis le 31/12/2021, et un coordinateur l'a retiré.",
            ),
            Some(
                "The rulebook letter was superseded by next on 2021-12-31, and a coordinator retired it.",
            ),
        );
    }
}

//! Whether what is told of the alternatives fits: derived from a rulebook's list, else stated.

use super::{Check, MOST_YEARS};
use crate::domain::request::misfit::Wrong;
use crate::domain::request::tried::{Books, Facts, MOST_CONDITIONS, MOST_TRIED, Tried};
use crate::domain::request::{Declaration, Misfit, Told};
use crate::domain::rule::{Alternatives, IndicationRule, Slug};

/// What is told of the alternatives.
pub(super) struct Alternative {
    /// Whether one is left.
    pub(super) left: Alternatives,
    /// What became of each.
    pub(super) tried: Vec<Tried>,
    /// What is known of the patient.
    pub(super) conditions: Vec<Slug>,
}

impl<'a> Check<'a> {
    /// What is told of the alternatives; nothing when it does not fit, or cannot be told yet.
    pub(super) fn alternatives(
        &mut self,
        indication: Option<&IndicationRule>,
    ) -> Option<Alternative> {
        let indication = indication.map(|rule| &rule.code);
        let tried = self.tried(indication);
        let conditions = self.conditions();
        let facts = tried.as_deref().zip(conditions.as_deref());
        let left = match (self.books(), indication) {
            (Some(books), Some(code)) if books.listing(code).is_some() => {
                self.derived(&books, code, facts)
            }
            (Some(_), Some(_)) => self.stated(),
            (..) => self.not_known_yet(),
        };
        Some(Alternative {
            left: left?,
            tried: tried?,
            conditions: conditions?,
        })
    }

    /// The rulebooks that may have a list.
    fn books(&self) -> Option<Books<'a>> {
        let against = self.against;
        Some(Books {
            ranking: against.book?,
            safety: against.safety,
        })
    }

    /// Whether an alternative is left, as follows from what became of each.
    fn derived(
        &mut self,
        books: &Books<'_>,
        indication: &Slug,
        facts: Option<(&[Tried], &[Slug])>,
    ) -> Option<Alternatives> {
        let (tried, conditions) = facts?;
        let years = self.draft.age_years.value().copied();
        let age_years = years.and_then(|n| u32::try_from(n).ok().filter(|n| *n <= MOST_YEARS))?;
        let listed = books.weigh(&Facts {
            indication,
            age_years,
            conditions,
            tried,
        })?;
        let left = listed.alternatives();
        match self.draft.alternatives.value() {
            Some(Alternatives::None) if left == Alternatives::Available => {
                let open = listed.open();
                self.wrong("alternatives", Wrong::StillOpen { open })
            }
            Some(Alternatives::Available) if left == Alternatives::None => {
                self.wrong("alternatives", Wrong::NoneOpen)
            }
            Some(_) | None => Some(left),
        }
    }

    /// Whether an alternative is left, as the prescriber states where no rulebook lists them.
    fn stated(&mut self) -> Option<Alternatives> {
        let draft = self.draft;
        if draft.alternatives.is_unread() {
            return None;
        }
        let told = draft.alternatives.value().copied();
        let before = draft.before.as_ref();
        let Some(left) = told.or_else(|| before?.alternatives) else {
            return self.wrong("alternatives", Wrong::Missing);
        };
        // a claim of before a statement was asked for stands as long as nobody makes it again
        let made_before = told.is_none() && before.is_some_and(|before| !before.stated);
        let states = !draft.alternatives_reason.is_nothing();
        if left == Alternatives::None && !states && !made_before {
            return self.wrong("alternatives_reason", Wrong::StatementMissing);
        }
        Some(left)
    }

    /// What is treated is not known, nor whether its alternatives are listed.
    fn not_known_yet<T>(&mut self) -> Option<T> {
        let draft = self.draft;
        if draft.indication.is_nothing() && draft.alternatives.is_nothing() {
            return self.wrong("alternatives", Wrong::Missing);
        }
        None
    }

    fn conditions(&mut self) -> Option<Vec<Slug>> {
        let mut conditions = match &self.draft.conditions {
            Told::Nothing => Vec::new(),
            Told::Unread => return None,
            Told::Is(conditions) => conditions.clone(),
        };
        conditions.sort();
        conditions.dedup();
        let (found, most) = (conditions.len(), MOST_CONDITIONS);
        if found > most {
            return self.wrong("conditions", Wrong::TooMany { found, most });
        }
        Some(conditions)
    }

    /// What became of each: what was declared before stays whose it was; the same twice is once.
    fn tried(&mut self, indication: Option<&Slug>) -> Option<Vec<Tried>> {
        let draft = self.draft;
        let declared = match &draft.tried {
            Told::Nothing => return Some(Vec::new()),
            Told::Unread => return None,
            Told::Is(declared) => declared,
        };
        let (found, most) = (declared.len(), MOST_TRIED);
        if found > most {
            return self.wrong("tried", Wrong::TooMany { found, most });
        }
        let before = draft.before.as_ref();
        let before = before.map_or(&[][..], |before| &before.tried);
        let mut tried: Vec<Tried> = Vec::with_capacity(found);
        let mut wrong = Vec::new();
        for (place, one) in declared.iter().enumerate() {
            if tried.iter().any(|t| t.is(one)) {
                continue;
            }
            if let Some(kept) = before.iter().find(|t| t.is(one)) {
                tried.push(kept.clone());
                continue;
            }
            match self.of_the_list(place, one, indication) {
                Ok(code) => tried.extend(code.map(|code| Tried {
                    code,
                    outcome: one.outcome,
                    note: one.note.clone(),
                    declared_by: self.against.by.to_owned(),
                    declared_at: self.against.now,
                })),
                // that there is no list is said once
                Err(fault) => wrong.extend((!wrong.contains(&fault)).then_some(fault)),
            }
        }
        if wrong.is_empty() {
            return Some(tried);
        }
        let misfits = wrong.into_iter().map(|wrong| Misfit {
            field: "tried",
            wrong,
        });
        self.misfits.extend(misfits);
        None
    }

    /// The code of what somebody declares, if a list has it; nothing while no list is known.
    fn of_the_list(
        &self,
        place: usize,
        one: &Declaration,
        indication: Option<&Slug>,
    ) -> Result<Option<Slug>, Wrong> {
        let (Some(books), Some(code)) = (self.books(), indication) else {
            return Ok(None);
        };
        let indication = || code.clone();
        let listed = books.listing(code);
        let listed = listed.and_then(|book| book.safety.alternatives_for(code));
        let Some(listed) = listed else {
            return Err(Wrong::NoList {
                indication: indication(),
            });
        };
        if listed.is_empty() {
            return Err(Wrong::EmptyList {
                indication: indication(),
            });
        }
        let mut known = listed.iter().map(|alternative| &alternative.code);
        if let Some(code) = known.find(|code| code.as_str() == one.code) {
            return Ok(Some(code.clone()));
        }
        Err(Wrong::NotListed {
            place,
            found: one.code.chars().take(60).collect(),
            known: listed.iter().map(|a| a.code.to_string()).collect(),
        })
    }
}

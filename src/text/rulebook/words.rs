//! The words that several kinds of rules share.

use crate::domain::calendar::Day;
use crate::domain::language::Language;
use crate::domain::presentation::Route;
use crate::domain::quantity::{Grams, Mg};
use crate::domain::rule::{Bilingual, Predicate, Rulebook, Slug};
use crate::text::fr;
use std::collections::BTreeMap;

/// How a page speaks: its language, and the names of the indications.
pub(super) struct Words<'a> {
    pub(super) language: Language,
    names: BTreeMap<&'a Slug, &'a Bilingual>,
}

impl<'a> Words<'a> {
    /// The rulebook's own names come first, then those of `others`.
    pub(super) fn new(
        book: &'a Rulebook,
        others: impl IntoIterator<Item = &'a Rulebook>,
        language: Language,
    ) -> Self {
        let books = std::iter::once(book).chain(others);
        let mut names = BTreeMap::new();
        for rule in books.flat_map(|b| &b.indications) {
            names.entry(&rule.code).or_insert(&rule.name);
        }
        Self { language, names }
    }

    pub(super) const fn pick<'s>(&self, fr: &'s str, en: &'s str) -> &'s str {
        match self.language {
            Language::Fr => fr,
            Language::En => en,
        }
    }

    pub(super) fn both(&self, fr: String, en: String) -> String {
        match self.language {
            Language::Fr => fr,
            Language::En => en,
        }
    }

    pub(super) fn bilingual<'s>(&self, text: &'s Bilingual) -> &'s str {
        self.pick(&text.fr, &text.en)
    }

    /// The name of an indication, or its code where no rulebook names it.
    pub(super) fn indication<'s>(&'s self, code: &'s Slug) -> &'s str {
        self.names
            .get(code)
            .map_or(code.as_str(), |name| self.bilingual(name))
    }

    pub(super) fn mg(&self, mass: Mg) -> String {
        match self.language {
            Language::Fr => fr::mg(mass),
            Language::En => mass.to_string(),
        }
    }

    pub(super) fn day(&self, day: Day) -> String {
        self::day(self.language, day)
    }

    /// `29,9 kg`.
    pub(super) fn kg(&self, weight: Grams) -> String {
        let (whole, part) = (weight.get() / 1_000, weight.get() % 1_000);
        let part = format!("{part:03}");
        let part = part.trim_end_matches('0');
        if part.is_empty() {
            return format!("{whole} kg");
        }
        format!("{whole}{}{part} kg", self.pick(",", "."))
    }

    pub(super) const fn route(&self, route: Route) -> &'static str {
        match (route, self.language) {
            (Route::Intravenous, Language::Fr) => "voie intraveineuse",
            (Route::Intravenous, Language::En) => "intravenous route",
            (Route::Subcutaneous, Language::Fr) => "voie sous-cutanée",
            (Route::Subcutaneous, Language::En) => "subcutaneous route",
            (Route::Oral, Language::Fr) => "voie orale",
            (Route::Oral, Language::En) => "oral route",
        }
    }

    /// Conditions that hold together, in one breath.
    pub(super) fn when(&self, when: &[Predicate]) -> String {
        let all: Vec<&str> = when.iter().map(|p| self.predicate(*p)).collect();
        all.join(", ")
    }

    const fn predicate(&self, predicate: Predicate) -> &'static str {
        let (fr, en) = match predicate {
            Predicate::Ongoing => ("traitement en cours", "ongoing treatment"),
            Predicate::Initiation => ("traitement à débuter", "treatment that is to start"),
            Predicate::NoAlternative => ("sans alternative thérapeutique", "without alternative"),
            Predicate::VitalRisk => ("pronostic vital en jeu", "life at stake"),
            Predicate::FunctionalRisk => ("pronostic fonctionnel en jeu", "a function at stake"),
            Predicate::ListedIndication => (
                "indication de la liste du document, ou admise par un comité",
                "indication on the document's list, or admitted by a committee",
            ),
            Predicate::ReserveIndication => {
                ("indication de la réserve", "the reserve's indication")
            }
            Predicate::OtherIndication => (
                "indication autre que celle de la réserve",
                "indication other than the reserve's",
            ),
        };
        match self.language {
            Language::Fr => fr,
            Language::En => en,
        }
    }
}

/// `14/10/2021`, or `2021-10-14` in English, where a day written with slashes has two readings.
pub(super) fn day(language: Language, day: Day) -> String {
    match language {
        Language::Fr => fr::day(day),
        Language::En => day.to_string(),
    }
}

/// With a capital letter first.
pub(super) fn begun(sentence: &str) -> String {
    let mut rest = sentence.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).collect()
}

//! A rulebook as a page that somebody reads who never wrote a program: sections of sentences, each
//! with the document, the day and the place that say so.
//!
//! Each kind of rule has a function that says its entries in their order, one sentence each; a new
//! kind is such a function and its line in [`page`]. Which entry is which, and where it stands,
//! comes from [`Rulebook::entries`]. Nothing is decided here.

mod difference;
mod document;
mod monitoring;
mod notice;
mod patients;
mod ranking;
mod supply;
mod thresholds;
mod words;

pub use difference::{ChangedSentence, Differences, difference};
pub use notice::{Retirement, notice};

use crate::domain::language::Language;
use crate::domain::rule::{Cited, Entry, Monitoring, Rulebook, Safety, Source};
use words::Words;

/// A rulebook to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What the document is.
    pub title: String,
    /// What it says, in the order of reading; no section is empty.
    pub sections: Vec<Section>,
}

/// What a rulebook says of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The table of the file: `thresholds`. `document` for what heads the file.
    pub kind: &'static str,
    /// What it is about.
    pub heading: &'static str,
    /// What it says.
    pub sentences: Vec<Sentence>,
}

/// One rule in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Which entry of the rulebook it says: `thresholds.anc-low`.
    pub id: String,
    /// The rule.
    pub text: String,
    /// Where it stands; none for what heads the file.
    pub citation: Option<PageCitation>,
}

/// Where a sentence stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageCitation {
    /// The document; none for a choice of this service.
    pub source: Option<Source>,
    /// The place in it, or the reason for the choice.
    pub section: String,
}

impl PageCitation {
    fn of(cited: Cited<'_>) -> Self {
        Self {
            source: cited.source.cloned(),
            section: cited.section.to_owned(),
        }
    }

    /// Returns it in one line: the document, its day, the place.
    pub fn line(&self, language: Language) -> String {
        match &self.source {
            Some(source) => self.place(language, &source.document, source),
            None => self.choice(language),
        }
    }

    /// Returns it in one line beside a list of the sources: the document by its key there.
    pub fn short(&self, language: Language) -> String {
        match &self.source {
            Some(source) => self.place(language, source.key.as_str(), source),
            None => self.choice(language),
        }
    }

    fn place(&self, language: Language, document: &str, source: &Source) -> String {
        let day = words::day(language, source.date);
        let section = &self.section;
        match language {
            Language::Fr => format!("{document}, {day} ; {section}"),
            Language::En => format!("{document}, {day}; {section}"),
        }
    }

    fn choice(&self, language: Language) -> String {
        match (language, self.section.strip_prefix(CHOICE)) {
            (Language::Fr, Some(why)) => format!("Choix :{why}"),
            (Language::Fr, None) | (Language::En, _) => self.section.clone(),
        }
    }
}

/// How the reason for a choice begins in a file.
const CHOICE: &str = "Choice:";

/// Writes the page of a rulebook. `others` are all that are loaded: where one calls an indication by
/// its name, so does the page.
pub fn page<'a>(
    book: &'a Rulebook,
    others: impl IntoIterator<Item = &'a Rulebook>,
    language: Language,
) -> Page {
    let words = Words::new(book, others, language);
    // each field has its section, so that none is forgotten
    let Rulebook {
        name: _,
        hash: _,
        medicine: _,
        title: _,
        jurisdiction: _,
        valid_from: _,
        valid_to: _,
        superseded_by: _,
        sources,
        contacts,
        presentations,
        doses,
        reserve,
        indications,
        gates,
        priorities,
        unit_doses,
        thresholds,
        safety,
        safety_rulebook,
    } = book;
    let mut writing = Writing {
        entries: book.entries().into_iter(),
        sections: Vec::new(),
    };
    let head = words.pick("Le document", "The document");
    let mut said = document::head(&words, book);
    said.extend(patients::safety_rulebook(&words, safety_rulebook.as_ref()));
    writing.section("document", head, said);
    let heading = words.pick("Les sources", "The sources");
    writing.section("sources", heading, document::sources(&words, sources));
    let heading = words.pick("Qui appeler", "Whom to call");
    writing.section("contacts", heading, document::contacts(&words, contacts));
    let heading = words.pick("Les présentations", "The presentations");
    let said = supply::presentations(&words, presentations);
    writing.section("presentations", heading, said);
    let heading = words.pick("Les doses selon le poids", "Doses by weight");
    writing.section("doses", heading, supply::doses(&words, doses));
    let heading = words.pick("Les doses à l'unité", "Doses of single units");
    writing.section(
        "unit_doses",
        heading,
        supply::unit_doses(&words, unit_doses),
    );
    let heading = words.pick(
        "La réserve d'un centre CAR-T",
        "The reserve of a CAR-T centre",
    );
    let said = supply::reserve(&words, reserve.as_ref());
    writing.section("reserve", heading, said);
    let heading = words.pick("Les indications", "The indications");
    let said = ranking::indications(&words, indications);
    writing.section("indications", heading, said);
    let heading = words.pick("Avant le classement", "Before the ranking");
    writing.section("gates", heading, ranking::gates(&words, gates));
    let heading = words.pick("Qui est servi d'abord", "Who comes first");
    let said = ranking::priorities(&words, priorities);
    writing.section("priorities", heading, said);
    let heading = words.pick(
        "Ce que dit un nombre de neutrophiles",
        "What a neutrophil count says",
    );
    writing.section("thresholds", heading, thresholds::rows(&words, thresholds));
    about_patients(&mut writing, &words, safety);
    Page {
        title: words.bilingual(&book.title).to_owned(),
        sections: writing.sections,
    }
}

/// The sections about one patient, in the order of the entries.
#[expect(
    single_use_lifetimes,
    reason = "an anonymous one may not stand in impl Trait yet"
)]
fn about_patients<'a>(
    writing: &mut Writing<impl Iterator<Item = Entry<'a>>>,
    words: &Words<'_>,
    safety: &Safety,
) {
    let Safety {
        start_conditions,
        remarks,
        prior_treatments,
        monitoring:
            Monitoring {
                neutropenia,
                first_count,
                segments,
                interruptions,
            },
        alternatives,
        no_alternatives,
        checklist,
    } = safety;
    let heading = words.pick("Les traitements antérieurs", "Prior treatments");
    let said = patients::prior_treatments(words, prior_treatments.as_ref());
    writing.section("prior_treatments", heading, said);
    let heading = words.pick("Qui peut débuter", "Who may start");
    let said = patients::start_conditions(words, start_conditions);
    writing.section("start_conditions", heading, said);
    let heading = words.pick("Ce qui est dit en plus", "What else is said");
    writing.section("remarks", heading, patients::remarks(words, remarks));
    let heading = words.pick("Les antécédents", "The history");
    let said = monitoring::neutropenia(words, neutropenia.as_ref());
    writing.section("neutropenia", heading, said);
    let heading = words.pick("La première numération", "The first count");
    let said = monitoring::first_count(words, first_count.as_ref());
    writing.section("first_count", heading, said);
    let heading = words.pick("Quand compter", "When to count");
    writing.section("schedule", heading, monitoring::schedule(words, segments));
    let heading = words.pick("Après une interruption", "After an interruption");
    let said = monitoring::interruptions(words, interruptions);
    writing.section("interruptions", heading, said);
    let heading = words.pick("Les alternatives", "The alternatives");
    let said = patients::alternatives(words, alternatives);
    writing.section("alternatives", heading, said);
    let heading = words.pick("Pour qui elles ne sont pas", "Whom they are not for");
    let said = patients::exclusions(words, alternatives);
    writing.section("exclusions", heading, said);
    let heading = words.pick("Sans alternative", "No alternative");
    let said = patients::no_alternatives(words, no_alternatives);
    writing.section("no_alternatives", heading, said);
    let heading = words.pick("À vérifier", "To see to");
    writing.section("checklist", heading, patients::checklist(words, checklist));
}

/// A page on its way.
struct Writing<I> {
    entries: I,
    sections: Vec<Section>,
}

impl<'a, I: Iterator<Item = Entry<'a>>> Writing<I> {
    /// Adds a section: one sentence for each of the next entries. Sections stand in the order of
    /// [`Rulebook::entries`].
    fn section(&mut self, kind: &'static str, heading: &'static str, said: Vec<String>) {
        let sentences = said.into_iter().zip(&mut self.entries);
        let sentences: Vec<Sentence> = sentences
            .map(|(text, entry)| Sentence {
                id: entry.id.to_string(),
                text,
                citation: entry.cited.map(PageCitation::of),
            })
            .collect();
        if !sentences.is_empty() {
            self.sections.push(Section {
                kind,
                heading,
                sentences,
            });
        }
    }
}

#[cfg(test)]
mod tests;

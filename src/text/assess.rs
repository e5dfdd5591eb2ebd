//! What an assessment says beside the rows of a rulebook.

use crate::domain::assess::{Due, Finding, Openness, Says};
use crate::domain::gate::{FRESH_DAYS, Passage};
use crate::domain::language::Language;
use crate::domain::rule::{Citation, Evidence, Rulebook, Severity};

/// Returns what a finding says to a pharmacist.
pub fn message(finding: &Finding<'_>, book: &Rulebook, language: Language) -> String {
    match (finding.says, language) {
        (Says::Row { message, .. }, _) => message.of(language).to_owned(),
        (Says::Overdue { .. }, Language::Fr) => {
            "La prochaine numération des neutrophiles est en retard.".to_owned()
        }
        (Says::Overdue { .. }, Language::En) => "The next neutrophil count is overdue.".to_owned(),
        (Says::Stale { on }, Language::Fr) => format!(
            "Le dernier nombre de neutrophiles date du {on} : plus de {FRESH_DAYS} jours avant le début du traitement."
        ),
        (Says::Stale { on }, Language::En) => format!(
            "The latest neutrophil count is of {on}: more than {FRESH_DAYS} days before the treatment starts."
        ),
        (Says::Stopped { on }, Language::Fr) => {
            format!("Ce traitement a été déclaré arrêté le {on}, et il est demandé comme en cours.")
        }
        (Says::Stopped { on }, Language::En) => {
            format!(
                "This treatment was told to be stopped on {on}, and is asked for as one that runs."
            )
        }
        (Says::NotInForce, Language::Fr) => {
            format!(
                "Le référentiel {} n'est pas en vigueur à cette date.",
                book.name
            )
        }
        (Says::NotInForce, Language::En) => {
            format!("The rulebook {} is not in force on this day.", book.name)
        }
    }
}

/// Returns from when to when a rulebook holds, and what takes its place.
pub fn validity(book: &Rulebook, language: Language) -> String {
    let (from, next) = (book.valid_from, book.superseded_by.as_ref());
    let mut said = match (book.valid_to, language) {
        (Some(to), Language::Fr) => format!("valable du {from} au {to}"),
        (None, Language::Fr) => format!("valable depuis le {from}"),
        (Some(to), Language::En) => format!("valid from {from} to {to}"),
        (None, Language::En) => format!("valid since {from}"),
    };
    if let Some(next) = next {
        said.push_str(match language {
            Language::Fr => ", remplacé par ",
            Language::En => ", superseded by ",
        });
        said.push_str(next.as_str());
    }
    said
}

/// Returns where a finding stands: the document, its day and the section.
pub fn source(finding: &Finding<'_>, book: &Rulebook, language: Language) -> String {
    match finding.says {
        Says::Row { citation, .. } | Says::Overdue { citation } => cited(book, citation),
        Says::Stale { .. } => match language {
            Language::Fr => {
                format!("Choix : {FRESH_DAYS} jours ; les documents ne disent pas combien")
            }
            Language::En => format!("Choice: {FRESH_DAYS} days; the documents do not say how many"),
        },
        Says::Stopped { .. } => match language {
            Language::Fr => "Choix : les documents n'en parlent pas".to_owned(),
            Language::En => "Choice: the documents do not speak of it".to_owned(),
        },
        Says::NotInForce => validity(book, language),
    }
}

/// Returns the document and the section of a rule; of a choice of ours, the reason.
pub fn cited(book: &Rulebook, citation: &Citation) -> String {
    let mut sources = book.sources.iter();
    let source = sources.find(|s| Some(&s.key) == citation.source.as_ref());
    match source {
        Some(source) => format!(
            "{} ({}), {}",
            source.document, source.date, citation.section
        ),
        None => citation.section.clone(),
    }
}

/// Returns what is known of an alternative's effect, with its study.
pub fn evidence(evidence: &Evidence, language: Language) -> String {
    let summary = evidence.summary.of(language);
    match &evidence.doi {
        Some(doi) => format!("{summary} DOI {doi}"),
        None => summary.to_owned(),
    }
}

/// Returns the decision as a sentence.
pub const fn decision(worst: Severity, language: Language) -> &'static str {
    match (worst, language) {
        (Severity::Info, Language::Fr) => "Rien ne s'y oppose.",
        (Severity::Info, Language::En) => "Nothing speaks against it.",
        (Severity::Warn, Language::Fr) => "Possible, avec une vigilance particulière.",
        (Severity::Warn, Language::En) => "Possible, with particular care.",
        (Severity::Refuse, Language::Fr) => "Ne pas débuter le traitement.",
        (Severity::Refuse, Language::En) => "Do not start the treatment.",
        (Severity::Stop, Language::Fr) => "Arrêter le traitement.",
        (Severity::Stop, Language::En) => "Stop the treatment.",
    }
}

/// Returns how grave a finding is, in a word.
pub const fn severity(severity: Severity, language: Language) -> &'static str {
    match (severity, language) {
        (Severity::Info, Language::Fr) => "à savoir",
        (Severity::Info, Language::En) => "to know",
        (Severity::Warn, Language::Fr) => "attention",
        (Severity::Warn, Language::En) => "warning",
        (Severity::Refuse, Language::Fr) => "refus",
        (Severity::Refuse, Language::En) => "refused",
        (Severity::Stop, Language::Fr) => "arrêt",
        (Severity::Stop, Language::En) => "stop",
    }
}

/// Returns what became of an alternative, in a word.
pub const fn openness(status: Openness, language: Language) -> &'static str {
    match (status, language) {
        (Openness::Exhausted, Language::Fr) => "épuisée",
        (Openness::Exhausted, Language::En) => "exhausted",
        (Openness::Excluded, Language::Fr) => "exclue",
        (Openness::Excluded, Language::En) => "excluded",
        (Openness::Open, Language::Fr) => "possible",
        (Openness::Open, Language::En) => "open",
    }
}

/// Returns whether anything else can be given, as a sentence.
pub const fn no_alternative(none: bool, language: Language) -> &'static str {
    match (none, language) {
        (true, Language::Fr) => "Aucune alternative thérapeutique.",
        (true, Language::En) => "There is no alternative.",
        (false, Language::Fr) => "Une alternative reste possible.",
        (false, Language::En) => "An alternative is open.",
    }
}

/// Returns when the next count is due, as a sentence.
pub fn next_count(due: Due, overdue: bool, language: Language) -> String {
    let days = match (due.from == due.to, language) {
        (true, Language::Fr) => format!("le {}", due.from),
        (true, Language::En) => format!("on {}", due.from),
        (false, Language::Fr) => format!("du {} au {}", due.from, due.to),
        (false, Language::En) => format!("from {} to {}", due.from, due.to),
    };
    match (overdue, language) {
        (true, Language::Fr) => {
            format!("Prochaine numération des neutrophiles {days} : en retard.")
        }
        (false, Language::Fr) => format!("Prochaine numération des neutrophiles {days}."),
        (true, Language::En) => format!("Next neutrophil count {days}: overdue."),
        (false, Language::En) => format!("Next neutrophil count {days}."),
    }
}

/// Returns whether the medicine may go, as a sentence; `codes` are the findings that are left.
pub fn passage(passage: &Passage, codes: &str, language: Language) -> String {
    match (passage, language) {
        (Passage::Open, Language::Fr) => "Rien ne reste à décider.".to_owned(),
        (Passage::Open, Language::En) => "Nothing is left to decide.".to_owned(),
        (Passage::ToConfirm(_), Language::Fr) => format!("À confirmer : {codes}."),
        (Passage::ToConfirm(_), Language::En) => format!("To be confirmed: {codes}."),
        (Passage::Blocked(_), Language::Fr) => {
            format!("Bloqué : {codes}. Un pharmacien peut passer outre en écrivant pourquoi.")
        }
        (Passage::Blocked(_), Language::En) => {
            format!("Blocked: {codes}. A pharmacist may override it with a written reason.")
        }
    }
}

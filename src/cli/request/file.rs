use super::receipt;
use crate::app::file_request::{self, NewRequest};
use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::Place;
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::language::Language;
use crate::domain::presentation::Route;
use crate::domain::quantity::{Grams, Mg};
use crate::domain::request::{Declaration, Draft, Misfit, Told};
use crate::domain::rule::{Alternatives, Risk, Slug, Treatment};
use crate::text::Bilingual as _;
use clap::Args;

const FILE: &str = "\
Examples:
  dotation request file --site 750100125 --patient - --indication takayasu --route iv \\
      --treatment ongoing --no-alternative-because 'methotrexate and infliximab failed' \\
      --risk vital --age 34 --weight 61kg --interval 28 --last 2021-09-24 --anc 3500
  dotation request file --site 750100125 --patient - --indication pjia --route sc --units 4 \\
      --treatment ongoing --alternatives available --risk functional \\
      --age 9 --interval 28 --due 2021-11-02 --due-reason 'back from abroad'
  dotation request file --site 750100125 --patient - --indication crs --route iv \\
      --treatment ongoing --risk vital --age 51 --weight 100kg
By a rulebook that lists the alternatives for the indication:
  dotation request alternatives --indication immune-thrombocytopenia
  dotation request file --site 750100125 --patient - --indication immune-thrombocytopenia ... \\
      --tried rituximab=failed --tried 'splenectomy=contraindicated: portal hypertension' \\
      --condition pregnancy";

/// File a request for a patient
///
/// The day it is due follows from the last administration (told, or recorded in the ledger, whichever
/// is later) and the interval. A request that a dispensing proposed for the same patient and
/// indication gives way to it.
#[derive(Debug, Args)]
#[command(after_help = FILE)]
pub(in crate::cli) struct FileRequest {
    /// Where the patient is treated, by its FINESS number
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Finess,
    /// The site's word for the patient, never a name; - reads it from standard input, since others
    /// can read a command line
    #[arg(long, value_name = "PSEUDONYM", value_parser = given::line::<64>)]
    patient: String,
    /// By which rulebook it is ranked [default: the only one that ranks]
    #[arg(long, value_name = "NAME")]
    rulebook: Option<String>,
    /// What is treated: a word of the rulebook
    #[arg(long, value_name = "WORD")]
    indication: String,
    /// How it is given: iv, sc or oral
    #[arg(long, value_name = "ROUTE", value_parser = given::route)]
    route: Route,
    /// Whether the treatment runs already: ongoing or initiation
    #[arg(long, value_name = "WORD", value_parser = given::treatment)]
    treatment: Treatment,
    /// Whether something else could be given: none or available; where a rulebook lists the alternatives
    /// it follows from --tried, and need not be said
    #[arg(long, value_name = "WORD", value_parser = given::alternatives)]
    alternatives: Option<Alternatives>,
    /// Why nothing else could be given, where no rulebook lists the alternatives; it says that there
    /// is none
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    no_alternative_because: Option<String>,
    /// What became of an alternative of the rulebook's list, maybe with a note: failed, contraindicated,
    /// unsuitable, unavailable or not-tried; may be said again
    #[arg(long, value_name = "CODE=OUTCOME[: NOTE]", value_parser = given::tried)]
    tried: Vec<Declaration>,
    /// What is known of the patient at which the list's exclusions look: pregnancy; may be said again
    #[arg(long, value_name = "WORD", value_parser = given::slug)]
    condition: Vec<Slug>,
    /// What an interruption puts at stake: vital, functional or none
    #[arg(long, value_name = "WORD", value_parser = given::risk)]
    risk: Risk,
    /// A medicines committee decided as if the indication were listed
    #[arg(long)]
    exception: bool,
    /// The patient's age in whole years
    #[arg(long, value_name = "YEARS", allow_negative_numbers = true)]
    age: i64,
    /// The patient's weight, as 61kg or 61000g; needed for a dose made of vials
    #[arg(long, value_name = "WEIGHT", value_parser = given::weight, allow_negative_numbers = true)]
    weight: Option<Grams>,
    /// Single syringes or pens, by a route whose doses are single units
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true)]
    units: Option<i64>,
    /// What replaces the dose by weight, for a dose made of vials
    #[arg(long, value_name = "MG", value_parser = given::mg, allow_negative_numbers = true)]
    prescribed: Option<Mg>,
    /// Days from one administration to the next; needed for an ongoing treatment
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    interval: Option<i64>,
    /// The day of the last administration
    #[arg(long, value_name = "DAY", value_parser = given::day)]
    last: Option<Day>,
    /// The day it is due: needed for an initiation; for an ongoing treatment it takes a reason
    #[arg(long, value_name = "DAY", value_parser = given::day)]
    due: Option<Day>,
    /// Why the day is set by hand
    #[arg(long, value_name = "TEXT", value_parser = given::line::<500>)]
    due_reason: Option<String>,
    /// The latest neutrophil count, cells per cubic millimetre
    #[arg(long, value_name = "CELLS", allow_negative_numbers = true)]
    anc: Option<i64>,
    /// The day of that count
    #[arg(long, value_name = "DAY", value_parser = given::day)]
    anc_on: Option<Day>,
}

/// By which option each field is given that is not called like it.
const OPTIONS: &[(&str, &str)] = &[
    ("alternatives_reason", "--no-alternative-because"),
    ("conditions", "--condition"),
    ("weight_g", "--weight"),
    ("prescribed_mg", "--prescribed"),
    ("interval_days", "--interval"),
    ("last_administration_on", "--last"),
    ("due_reason", "--due-reason"),
    ("age_years", "--age"),
    ("anc_per_mm3", "--anc"),
    ("anc_on", "--anc-on"),
];

impl FileRequest {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?;
        let new = NewRequest {
            site: self.site,
            pseudonym: given::pseudonym(&self.patient)?,
            rulebook: self.rulebook.clone(),
            draft: self.draft(),
        };
        let asked = new.clone();
        let misfits = opened.read(move |act| {
            let NewRequest {
                site,
                pseudonym,
                rulebook,
                draft,
            } = &asked;
            let (who, book) = (Some(pseudonym.as_str()), rulebook.as_deref());
            file_request::misfits(act, Some(*site), who, book, draft)
        })?;
        if !misfits.is_empty() {
            let language = place.language();
            let lines = misfits.iter().map(|misfit| line(misfit, language));
            return Err(Failure::Input(lines.collect()));
        }
        let filed = opened.write(vec![new.site], move |act| file_request::file(act, &new))?;
        let text = format!("Request {} was filed.\n", filed.id);
        Ok(Answer::new(text, receipt(&filed)))
    }

    fn draft(self) -> Draft {
        let because = self.no_alternative_because;
        let none = because.as_ref().map(|_| Alternatives::None);
        Draft {
            indication: Told::Is(self.indication),
            route: Told::Is(self.route),
            treatment: Told::Is(self.treatment),
            alternatives: Told::of(self.alternatives.or(none)),
            alternatives_reason: Told::of(because),
            tried: Told::Is(self.tried),
            conditions: Told::Is(self.condition),
            risk: Told::Is(self.risk),
            approved_exception: self.exception,
            age_years: Told::Is(self.age),
            weight: Told::of(self.weight),
            units: Told::of(self.units),
            prescribed: Told::of(self.prescribed),
            interval_days: Told::of(self.interval),
            last_given_on: Told::of(self.last),
            due: Told::of(self.due),
            due_reason: Told::of(self.due_reason),
            anc_per_mm3: Told::of(self.anc),
            anc_on: Told::of(self.anc_on),
            before: None,
        }
    }
}

/// What does not fit, with the option by which it is given.
fn line(misfit: &Misfit, language: Language) -> String {
    let said = match language {
        Language::Fr => misfit.wrong.in_french(),
        Language::En => misfit.wrong.in_english(),
    };
    let mut line = format!("--{} {said}", misfit.field);
    for (field, option) in OPTIONS {
        line = line.replace(&format!("--{field} "), &format!("{option} "));
        line = line.replace(&format!("`{field}`"), option);
    }
    line.replace("`due`", "--due").replace("`tried`", "--tried")
}

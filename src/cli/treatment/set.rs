use super::Of;
use crate::app::tell_treatment::{Draft, Whose, before, tell};
use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::Place;
use crate::domain::calendar::Day;
use crate::domain::language::Language;
use crate::domain::rule::Slug;
use crate::domain::treatment::{Days, MOST_YEARS, TreatmentState};
use crate::text::Bilingual as _;
use clap::Args;
use serde_json::json;

const SET: &str = "\
Examples:
  dotation treatment set clozapine-2025-09 --site 750100125 --patient - \\
      --state ongoing --indication schizophrenia --age 34 --started 2025-09-15
  dotation treatment set clozapine-2025-09 --patient p-17 --state interrupted \\
      --indication schizophrenia --age 34 --started 2025-09-15 --interrupted 2025-10-20";

/// Tell a patient's treatment under a safety rulebook, all of it; what was told before stays in the
/// history
#[derive(Debug, Args)]
#[command(after_help = SET)]
pub(in crate::cli) struct SetTreatment {
    /// The safety rulebook
    #[arg(value_name = "RULEBOOK")]
    rulebook: String,
    #[command(flatten)]
    of: Of,
    /// How far it has come: planned, ongoing, interrupted or stopped
    #[arg(long, value_name = "STATE", value_parser = given::treatment_state)]
    state: TreatmentState,
    /// What is treated, as the rulebook has it
    #[arg(long, value_name = "CODE", value_parser = given::slug)]
    indication: Slug,
    /// The age in whole years
    #[arg(long, value_name = "YEARS", value_parser = clap::value_parser!(u32).range(..=i64::from(MOST_YEARS)))]
    age: u32,
    /// The first day; needed where the schedule is reckoned from it
    #[arg(long, value_name = "DAY", value_parser = given::past_day)]
    started: Option<Day>,
    /// Since when it pauses: of an interrupted one
    #[arg(long, value_name = "DAY", value_parser = given::past_day)]
    interrupted: Option<Day>,
    /// When it is to go on: of an interrupted one
    #[arg(long, value_name = "DAY", value_parser = given::past_day)]
    resumes: Option<Day>,
    /// When it was stopped for good: of a stopped one
    #[arg(long, value_name = "DAY", value_parser = given::past_day)]
    stopped: Option<Day>,
    /// A benign ethnic neutropenia is confirmed
    #[arg(long)]
    benign_ethnic_neutropenia: bool,
    /// There are signs or symptoms of an infection
    #[arg(long)]
    symptoms_of_infection: bool,
    /// What else is known, as a code of the rulebook; may be repeated
    #[arg(long = "condition", value_name = "CODE", value_parser = given::slug)]
    conditions: Vec<Slug>,
    /// What is taken besides, as a code of the rulebook; may be repeated
    #[arg(long, value_name = "CODE", value_parser = given::slug)]
    co_medication: Vec<Slug>,
    /// How active the disease is, as a code of the rulebook
    #[arg(long, value_name = "CODE", value_parser = given::slug)]
    disease_activity: Option<Slug>,
}

impl SetTreatment {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let whose = Whose {
            pseudonym: given::pseudonym(&self.of.patient)?,
            site: self.of.site,
            rulebook: self.rulebook,
        };
        let draft = Draft {
            state: self.state,
            days: Days {
                started_on: self.started,
                interrupted_on: self.interrupted,
                resumes_on: self.resumes,
                stopped_on: self.stopped,
            },
            indication: self.indication,
            age_years: self.age,
            benign_ethnic_neutropenia: self.benign_ethnic_neutropenia,
            symptoms_of_infection: self.symptoms_of_infection,
            conditions: self.conditions,
            co_medication: self.co_medication,
            disease_activity: self.disease_activity,
        };
        let opened = place.open()?;
        let asked = (whose.clone(), draft.clone());
        let before = opened.read(move |act| before(act, &asked.0, &asked.1))?;
        if !before.misdated.is_empty() {
            let lines = before.misdated.iter().map(|one| {
                let said = match place.language() {
                    Language::En => one.wrong.in_english(),
                    Language::Fr => one.wrong.in_french(),
                };
                format!("--{} {said}", one.field.trim_end_matches("_on"))
            });
            return Err(Failure::input(lines.collect::<Vec<_>>().join("\n")));
        }
        let treated = opened.write(vec![before.site], move |act| {
            tell(act, &whose, &draft, |version| version == before.version)
        })?;
        let text = format!(
            "Version {} of the treatment under {} stands: {}.\n",
            treated.version,
            treated.rulebook,
            treated.told.state().code()
        );
        let receipt = json!({
            "id": treated.id.as_str(),
            "site": treated.site.as_str(),
            "rulebook": treated.rulebook.as_str(),
            "version": treated.version,
        });
        Ok(Answer::new(text, receipt))
    }
}

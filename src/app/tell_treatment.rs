//! A treatment is told: since when it runs, pauses or was stopped, and what the safety rulebook looks at
//! besides. What was told before stays in the history.

use super::act::{Act, Done};
use super::enter_counts::whose;
use super::error::Error;
use super::monitor;
use super::record;
use super::see::commons;
use super::site_state::today;
use crate::db;
use crate::db::patients::Known;
use crate::domain::assess::Course;
use crate::domain::calendar::{Day, to_micros};
use crate::domain::code::Finess;
use crate::domain::id::TreatmentId;
use crate::domain::reason::Refusal;
use crate::domain::rule::{Rulebook, Slug};
use crate::domain::treatment::{Days, Misdated, Told, Treated, TreatmentState};
use serde_json::json;

/// What is told, as it was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// How far the treatment has come.
    pub state: TreatmentState,
    /// Its days.
    pub days: Days,
    /// What is treated.
    pub indication: Slug,
    /// The age in whole years.
    pub age_years: u32,
    /// Whether a benign ethnic neutropenia is confirmed.
    pub benign_ethnic_neutropenia: bool,
    /// Whether there are signs or symptoms of an infection.
    pub symptoms_of_infection: bool,
    /// What else is known.
    pub conditions: Vec<Slug>,
    /// What is taken besides.
    pub co_medication: Vec<Slug>,
    /// How active the disease is.
    pub disease_activity: Option<Slug>,
}

/// Whose treatment under which rulebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The site's word for the patient.
    pub pseudonym: String,
    /// The site whose patient it is, where it was said: it then may be somebody new.
    pub site: Option<Finess>,
    /// The name of the safety rulebook.
    pub rulebook: String,
}

/// What is known before a treatment is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// The site, which the write locks.
    pub site: Finess,
    /// The version that stands; 0 when nothing was told.
    pub version: i64,
    /// Every day of the draft that cannot be.
    pub misdated: Vec<Misdated>,
}

/// Looks what would be told of whom; nothing is written.
///
/// # Errors
/// Refused when there is no such rulebook, or as [`whose`]; but who is not known at a site that is named
/// may become so.
pub fn before(act: &mut Act<'_>, of: &Whose, draft: &Draft) -> Result<Before, Error> {
    let book = book(act, &of.rulebook)?;
    let (site, known) = whom(act, of)?;
    let place = commons::site(act, site)?;
    let today = today(act, &place)?;
    let course = course(book, draft, today);
    let version = match &known {
        Some(known) => db::treatments::version(act.conn, &known.id, &book.name)?,
        None => 0,
    };
    Ok(Before {
        site,
        version,
        misdated: course.err().unwrap_or_default(),
    })
}

/// Tells a treatment: the first time, or in the place of what was told, whose version must be one that
/// `allows` takes (0: nothing was told). What says nothing new changes nothing.
///
/// # Errors
/// As [`before`]; refused as well when the version is another one, or a day cannot be.
pub fn tell(
    act: &mut Act<'_>,
    of: &Whose,
    draft: &Draft,
    allows: impl Fn(i64) -> bool,
) -> Result<Treated, Error> {
    let book = book(act, &of.rulebook)?;
    let (site, known) = whom(act, of)?;
    let place = commons::site(act, site)?;
    let today = today(act, &place)?;
    let course = course(book, draft, today).map_err(|wrong| Refusal::UnfitRequest {
        fields: wrong.iter().map(|one| one.field).collect(),
    })?;
    let (patient, patient_hash) = match known {
        Some(known) => (known.id, known.hash),
        None => record::patient(act, site, of.pseudonym.trim())?,
    };
    let version = db::treatments::version(act.conn, &patient, &book.name)?;
    if !allows(version) {
        return Err(Refusal::Stale { version }.into());
    }
    let stands = db::treatments::of(act.conn, std::slice::from_ref(&patient), &book.name)?.pop();
    // who is told to be as old as was known already is no younger than that
    let same_age = stands
        .as_ref()
        .map(|stands| &stands.told)
        .filter(|told| told.age_on(today) == draft.age_years)
        .map(|told| (told.age_years, told.age_told_on));
    let (age_years, age_told_on) = same_age.unwrap_or((draft.age_years, today));
    let told = Told {
        indication: draft.indication.clone(),
        age_years,
        age_told_on,
        course,
        benign_ethnic_neutropenia: draft.benign_ethnic_neutropenia,
        symptoms_of_infection: draft.symptoms_of_infection,
        conditions: in_order(&draft.conditions),
        co_medication: in_order(&draft.co_medication),
        disease_activity: draft.disease_activity.clone(),
    };
    if let Some(stands) = stands.filter(|stands| stands.told == told) {
        return Ok(stands);
    }
    let treated = Treated {
        id: TreatmentId::new(act.id()),
        site,
        patient,
        patient_hash,
        rulebook: book.name.clone(),
        version: version.saturating_add(1),
        told,
        recorded_at: to_micros(act.now),
        recorded_by: act.caller.id.clone(),
    };
    db::treatments::insert(act.conn, &treated)?;
    note(act, &treated)?;
    monitor::settle(act, site)?;
    Ok(treated)
}

/// The rulebook of a name, if it says whether a patient may be treated.
fn book<'r>(act: &Act<'r>, name: &str) -> Result<&'r Rulebook, Refusal> {
    let slug = Slug::parse(name).ok();
    let book = slug.and_then(|slug| act.rules.get(&slug));
    book.filter(|book| book.assesses())
        .ok_or_else(|| Refusal::Unknown {
            what: "rulebook",
            name: name.to_owned(),
        })
}

/// The site and the patient; nobody yet, where a site was named that does not know the pseudonym.
fn whom(act: &mut Act<'_>, of: &Whose) -> Result<(Finess, Option<Known>), Error> {
    match (whose(act, &of.pseudonym, of.site), of.site) {
        (Ok(known), _) => Ok((known.site, Some(known))),
        (Err(Error::Refused(Refusal::UnknownPatient)), Some(site)) => Ok((site, None)),
        (Err(error), _) => Err(error),
    }
}

fn course(book: &Rulebook, draft: &Draft, today: Day) -> Result<Course, Vec<Misdated>> {
    let needs_start = book.safety.monitoring.needs_start(Some(&draft.indication));
    draft.days.course(draft.state, needs_start, today)
}

fn in_order(codes: &[Slug]) -> Vec<Slug> {
    let mut codes = codes.to_vec();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Writes that a treatment was told; what of the patient, stays out of the trail.
fn note(act: &mut Act<'_>, treated: &Treated) -> Result<(), Error> {
    let patient = Some((treated.patient.clone(), treated.patient_hash.clone()));
    act.audit(
        Some(treated.site),
        Done {
            action: "treatment.tell",
            object: treated.id.as_str(),
            patient,
            details: json!({ "rulebook": treated.rulebook.as_str(), "version": treated.version }),
        },
    )
}

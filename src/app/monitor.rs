//! Who is monitored under a safety rulebook at a site, whose next count is due or overdue, and the alert
//! that says that counts are overdue.
//!
//! Those are monitored whose treatment was told ([`super::tell_treatment`]) and is not over; and, as far as
//! something can be said of them, those for whom the medicine was asked as of a treatment that runs, or
//! given as of one that begins.

use super::act::Act;
use super::error::Error;
use super::hear;
use super::safety;
use super::site_state::{SiteState, today};
use crate::db;
use crate::domain::alert::{Alert, AlertKind, Reading};
use crate::domain::assess::{Assessment, Course, DatedCount, Patient, assess};
use crate::domain::calendar::{Day, local_day};
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::PatientId;
use crate::domain::reason::Refusal;
use crate::domain::request::{Request, RequestState};
use crate::domain::rule::{Rulebook, Slug};
use crate::domain::site::Site;
use crate::domain::treatment::{Standing, Treated, is_over};
use std::collections::{BTreeMap, BTreeSet};

/// A patient who is monitored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitored<'r> {
    /// Who.
    pub patient: PatientId,
    /// What is treated.
    pub indication: Slug,
    /// What was told of the treatment; nothing of one that only a request speaks of.
    pub treated: Option<Treated>,
    /// The latest count, and its day.
    pub latest: Option<DatedCount>,
    /// What the rulebook says.
    pub assessment: Assessment<'r>,
    /// How the next count stands.
    pub standing: Standing,
}

/// A site's monitoring under a rulebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen<'r> {
    /// The rulebook.
    pub book: &'r Rulebook,
    /// The day at the site.
    pub today: Day,
    /// The patients: who is overdue first, then by the last day of the next count.
    pub patients: Vec<Monitored<'r>>,
    /// The pseudonyms of those who were not erased.
    pub pseudonyms: BTreeMap<PatientId, String>,
}

impl Seen<'_> {
    /// Returns how many patients are overdue.
    pub fn overdue(&self) -> usize {
        let all = self.patients.iter();
        all.filter(|one| one.standing == Standing::Overdue).count()
    }
}

/// Returns who is monitored at a site under a rulebook.
///
/// # Errors
/// Refused when there is no such site, or no rulebook of that name says when counts are due.
pub fn see<'r>(act: &mut Act<'r>, site: Finess, rulebook: &str) -> Result<Seen<'r>, Error> {
    let slug = Slug::parse(rulebook).ok();
    let book = slug.and_then(|slug| act.rules.get(&slug));
    let book = book
        .filter(|book| has_schedule(book))
        .ok_or_else(|| Refusal::Unknown {
            what: "rulebook",
            name: rulebook.to_owned(),
        })?;
    let site = super::see::commons::site(act, site)?;
    let today = today(act, &site)?;
    let mut patients = monitored(act, &site, book, today)?;
    let ids: Vec<PatientId> = patients.iter().map(|one| one.patient.clone()).collect();
    let pseudonyms = db::patients::pseudonyms(act.conn, &ids)?
        .into_iter()
        .collect();
    patients.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(Seen {
        book,
        today,
        patients,
        pseudonyms,
    })
}

/// Who is overdue first, then by the last day of the next count; of one day by who was known first.
fn order<'a>(one: &'a Monitored<'_>) -> (Standing, Option<Day>, &'a PatientId) {
    let last = one.assessment.next.map(|due| due.to);
    (one.standing, last, &one.patient)
}

fn has_schedule(book: &Rulebook) -> bool {
    !book.safety.monitoring.segments.is_empty()
}

/// Everybody who is monitored, in no order.
fn monitored<'r>(
    act: &mut Act<'r>,
    site: &Site,
    book: &'r Rulebook,
    today: Day,
) -> Result<Vec<Monitored<'r>>, Error> {
    let in_force = act.rules.in_force(book, today);
    let treated = db::treatments::at(act.conn, site.finess, &book.name)?;
    let told: BTreeSet<PatientId> = treated.iter().map(|one| one.patient.clone()).collect();
    let patients = as_told(act, site, book, &treated, today)?;
    let mut all = Vec::new();
    for (treated, patient) in treated.into_iter().zip(patients) {
        let id = treated.patient.clone();
        all.push(one(book, (id, Some(treated)), &patient, (today, in_force)));
    }
    let requests = asked(act, site.finess, book, &told)?;
    let known = safety::patients(act, &requests.iter().collect::<Vec<_>>())?;
    for (request, patient) in requests.into_iter().zip(known) {
        let patient = begun(&request, patient, site);
        all.push(one(
            book,
            (request.patient, None),
            &patient,
            (today, in_force),
        ));
    }
    all.retain(|one| {
        let course = one.treated.as_ref().map(|treated| treated.told.course);
        course.is_none_or(|course| !is_over(course, &one.assessment))
    });
    Ok(all)
}

fn one<'r>(
    book: &'r Rulebook,
    (id, treated): (PatientId, Option<Treated>),
    patient: &Patient,
    (today, in_force): (Day, bool),
) -> Monitored<'r> {
    let assessment = assess(book, patient, today, in_force);
    Monitored {
        patient: id,
        indication: patient.indication.clone(),
        treated,
        latest: patient.latest(today),
        standing: Standing::of(assessment.next, today),
        assessment,
    }
}

/// The patient of a request that began a treatment and was served: it runs since the first day on which
/// the medicine was given.
fn begun(request: &Request, patient: Patient, site: &Site) -> Patient {
    let served = request.state == RequestState::Served;
    if !served || patient.course != Course::Initiation {
        return patient;
    }
    let filed = local_day(request.filed_at, site.zone);
    let given = patient.administrations.iter().copied();
    let started_on = given.filter(|day| filed.is_none_or(|filed| *day >= filed));
    Patient {
        course: Course::Ongoing {
            started_on: started_on.min(),
        },
        ..patient
    }
}

/// The patients of treatments, as rules look at them.
fn as_told(
    act: &mut Act<'_>,
    site: &Site,
    book: &Rulebook,
    treated: &[Treated],
    today: Day,
) -> Result<Vec<Patient>, Error> {
    let ids: Vec<PatientId> = treated.iter().map(|one| one.patient.clone()).collect();
    let mut counts = db::counts::known(act.conn, &ids)?;
    let mut given: BTreeMap<PatientId, Vec<Day>> = BTreeMap::new();
    for (patient, at) in db::requests::given(act.conn, &ids, &presentations(act, book))? {
        if let Some(day) = local_day(at, site.zone) {
            safety::administered(given.entry(patient).or_default(), day);
        }
    }
    let patient = |one: &Treated| {
        let counts = counts.remove(&one.patient).unwrap_or_default();
        let counts = counts.into_iter();
        let counts = counts.map(|(on, per_mm3)| DatedCount { on, per_mm3 });
        let given = given.remove(&one.patient).unwrap_or_default();
        one.told.patient(today, counts.collect(), given)
    };
    Ok(treated.iter().map(patient).collect())
}

/// The rulebooks that rank requests for the medicine of a safety rulebook.
fn rankings<'r>(act: &Act<'r>, book: &Rulebook) -> Vec<&'r Rulebook> {
    let all = act.rules.iter();
    all.filter(|ranking| ranking.safety_rulebook.as_ref() == Some(&book.name))
        .collect()
}

fn presentations(act: &Act<'_>, book: &Rulebook) -> Vec<Cip13> {
    let mut codes: Vec<Cip13> = rankings(act, book)
        .into_iter()
        .flat_map(|ranking| &ranking.presentations)
        .map(|p| p.presentation.cip13)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The latest request of each patient whose treatment runs or was begun and of whom nothing was told; none of those
/// for whom a reserve is kept, whose neutrophils no schedule follows.
fn asked(
    act: &mut Act<'_>,
    site: Finess,
    book: &Rulebook,
    told: &BTreeSet<PatientId>,
) -> Result<Vec<Request>, Error> {
    let mut latest: BTreeMap<PatientId, Request> = BTreeMap::new();
    for ranking in rankings(act, book) {
        let reserve = ranking.reserve.as_ref().map(|rule| &rule.indication);
        for request in db::requests::treated_at(act.conn, site, &ranking.name)? {
            let kept_for = reserve == Some(&request.wanted.indication);
            if !kept_for && !told.contains(&request.patient) {
                latest.insert(request.patient.clone(), request);
            }
        }
    }
    Ok(latest.into_values().collect())
}

/// Opens, worsens or closes the alerts of a site that counts are overdue: one a rulebook.
///
/// # Errors
/// When the database cannot be read or written.
pub(super) fn settle(act: &mut Act<'_>, site: Finess) -> Result<(), Error> {
    let kind = AlertKind::CountOverdue;
    let place = super::see::commons::site(act, site)?;
    let today = today(act, &place)?;
    let mut open: Vec<Alert> = db::alerts::open(act.conn, site)?;
    open.retain(|alert| alert.kind == kind);
    let mut readings: Vec<(String, Reading)> = Vec::new();
    for book in act.rules.iter().filter(|book| has_schedule(book)) {
        let reading = reading(&monitored(act, &place, book, today)?);
        readings.push((book.name.to_string(), reading));
    }
    // of a rulebook that is there no more nothing is overdue
    let nothing = Reading::NOTHING;
    for alert in &open {
        if !readings.iter().any(|(name, _)| *name == alert.subject) {
            readings.push((alert.subject.clone(), nothing));
        }
    }
    let heard = |name: &str| open.iter().any(|alert| alert.subject == name);
    readings.retain(|(name, reading)| reading.is_short() || heard(name));
    if readings.is_empty() {
        return Ok(());
    }
    let state = SiteState::load(act, site)?;
    for (name, reading) in readings {
        hear::hear(act, &state, &mut open, kind, &name, reading)?;
    }
    Ok(())
}

/// How many have a next count, and how many of them are not overdue.
fn reading(all: &[Monitored<'_>]) -> Reading {
    let number = |those: &dyn Fn(Standing) -> bool| {
        let n = all.iter().filter(|one| those(one.standing)).count();
        i64::try_from(n).unwrap_or(i64::MAX)
    };
    let overdue = number(&|standing| standing == Standing::Overdue);
    let expected = number(&|standing| standing != Standing::Unknown);
    Reading {
        found: expected.saturating_sub(overdue),
        expected,
    }
}

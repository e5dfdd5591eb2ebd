//! What the service knows of the patients of requests, as the rules look at it.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::db;
use crate::domain::assess::{Course, DatedCount, Patient};
use crate::domain::calendar::{Day, local_day};
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::PatientId;
use crate::domain::request::Request;
use crate::domain::rule::{PriorTreatment, Slug, Treatment};
use crate::domain::treatment::Told;
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of several patients.
pub(super) struct Known {
    counts: BTreeMap<PatientId, Vec<(Day, u32)>>,
    /// The days on which they were given presentations of a rulebook.
    given: BTreeMap<(PatientId, Slug), Vec<Day>>,
    /// What was told of their treatments, by the rulebook that ranks their requests.
    told: BTreeMap<(PatientId, Slug), Told>,
    zones: BTreeMap<Finess, Tz>,
}

impl Known {
    /// Loads what there is on the patients of some requests.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) fn load(act: &mut Act<'_>, requests: &[&Request]) -> Result<Self, Error> {
        let mut known = Self::counts(act, requests)?;
        known.given(act, requests)?;
        known.told(act, requests)?;
        Ok(known)
    }

    /// Loads their counts alone.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) fn counts(act: &mut Act<'_>, requests: &[&Request]) -> Result<Self, Error> {
        let patients: BTreeSet<PatientId> = requests.iter().map(|r| r.patient.clone()).collect();
        let patients: Vec<PatientId> = patients.into_iter().collect();
        let counts = db::counts::known(act.conn, &patients)?;
        let mut zones = BTreeMap::new();
        for request in requests {
            if !zones.contains_key(&request.site)
                && let Some(site) = db::sites::find(act.conn, request.site)?
            {
                zones.insert(request.site, site.zone);
            }
        }
        Ok(Self {
            counts,
            given: BTreeMap::new(),
            told: BTreeMap::new(),
            zones,
        })
    }

    fn told(&mut self, act: &mut Act<'_>, requests: &[&Request]) -> Result<(), Error> {
        let mut by_book: BTreeMap<&Slug, BTreeSet<&PatientId>> = BTreeMap::new();
        for request in requests {
            let of = by_book.entry(&request.rulebook).or_default();
            of.insert(&request.patient);
        }
        for (name, patients) in by_book {
            let ranking = act.rules.get(name);
            let Some(safety) = ranking.and_then(|book| book.safety_rulebook.as_ref()) else {
                continue;
            };
            let ids: Vec<PatientId> = patients.into_iter().cloned().collect();
            for treated in db::treatments::of(act.conn, &ids, safety)? {
                self.told
                    .insert((treated.patient, name.clone()), treated.told);
            }
        }
        Ok(())
    }

    fn given(&mut self, act: &mut Act<'_>, requests: &[&Request]) -> Result<(), Error> {
        let mut by_book: BTreeMap<&Slug, BTreeMap<PatientId, Finess>> = BTreeMap::new();
        for request in requests {
            let of = by_book.entry(&request.rulebook).or_default();
            of.insert(request.patient.clone(), request.site);
        }
        for (name, patients) in by_book {
            let Some(book) = act.rules.get(name) else {
                continue;
            };
            let codes = book.presentations.iter().map(|p| p.presentation.cip13);
            let codes: Vec<Cip13> = codes.collect();
            let ids: Vec<PatientId> = patients.keys().cloned().collect();
            for (patient, at) in db::requests::given(act.conn, &ids, &codes)? {
                let zone = patients.get(&patient).and_then(|site| self.zones.get(site));
                if let Some(day) = zone.and_then(|zone| local_day(at, *zone)) {
                    let of = self.given.entry((patient, name.clone())).or_default();
                    administered(of, day);
                }
            }
        }
        Ok(())
    }

    /// Returns the patient of a request. A count that the request told without a day stands for the day
    /// it was filed where no other is known: one of a day is never hidden by one of no day.
    pub(super) fn patient(&self, request: &Request) -> Patient {
        let wanted = &request.wanted;
        let known = self.counts.get(&request.patient);
        let mut counts: Vec<DatedCount> = known
            .into_iter()
            .flatten()
            .map(|(on, per_mm3)| DatedCount {
                on: *on,
                per_mm3: *per_mm3,
            })
            .collect();
        let undated = wanted.count.filter(|count| count.on.is_none());
        if let Some(told) = undated.filter(|_| counts.is_empty()) {
            let zone = self.zones.get(&request.site);
            let filed = zone.and_then(|zone| local_day(request.filed_at, *zone));
            counts.extend(filed.map(|on| DatedCount {
                on,
                per_mm3: told.per_mm3,
            }));
        }
        let tried = wanted.tried.iter().map(|tried| PriorTreatment {
            code: tried.code.clone(),
            outcome: tried.outcome,
        });
        let key = (request.patient.clone(), request.rulebook.clone());
        let patient = Patient {
            age_years: wanted.age_years,
            indication: wanted.indication.clone(),
            course: match wanted.treatment {
                Treatment::Initiation => Course::Initiation,
                Treatment::Ongoing => Course::Ongoing { started_on: None },
            },
            administrations: self.given.get(&key).cloned().unwrap_or_default(),
            counts,
            benign_ethnic_neutropenia: false,
            symptoms_of_infection: false,
            conditions: wanted.conditions.clone(),
            prior_treatments: tried.collect(),
            disease_activity: None,
            co_medication: Vec::new(),
        };
        match self.told.get(&key) {
            Some(told) => as_told(patient, told),
            None => patient,
        }
    }
}

/// Adds a day on which a patient was given the medicine, each once: a dose of two lots, or of two
/// strengths, is one administration.
pub(in crate::app) fn administered(days: &mut Vec<Day>, day: Day) {
    if !days.contains(&day) {
        days.push(day);
    }
}

/// The patient of a request with what was told of the treatment. What the request says itself stays: who
/// is to start does so, and one whose treatment runs is treated, though it was told to be planned.
fn as_told(patient: Patient, told: &Told) -> Patient {
    let course = match (patient.course, told.course) {
        (Course::Initiation, _) | (_, Course::Initiation) => patient.course,
        (_, told) => told,
    };
    Patient {
        course,
        benign_ethnic_neutropenia: told.benign_ethnic_neutropenia,
        symptoms_of_infection: told.symptoms_of_infection,
        conditions: both(patient.conditions, &told.conditions),
        disease_activity: told.disease_activity.clone(),
        co_medication: told.co_medication.clone(),
        ..patient
    }
}

/// What either tells: nothing that one knows is forgotten for the other.
fn both(mut known: Vec<Slug>, told: &[Slug]) -> Vec<Slug> {
    known.extend(told.iter().cloned());
    known.sort_unstable();
    known.dedup();
    known
}

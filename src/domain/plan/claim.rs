//! Claims: who asks for what, in which class and in which order.

use super::case::{Case, CaseRequest, Form};
use super::lottery::{Lot, Urn};
use super::outcome::{Decision, Status, Subject};
use super::pool::Pool;
use crate::domain::calendar::Day;
use crate::domain::presentation::Route;
use crate::domain::quantity::{Doses, Mg};
use crate::domain::rule::{ClaimKind, Gated, Rulebook, Slug};

/// Finds the rulebook that another one names.
pub type Books<'a> = &'a (dyn Fn(&Slug) -> Option<&'a Rulebook> + Sync);

/// One claim, all or nothing.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// Its place in the one order.
    pub(super) key: Key,
    /// What it is for.
    pub(super) subject: Subject,
    /// Which of the subject's doses, where they are claimed one by one.
    pub(super) number: Option<u32>,
    /// The site where its doses are to be given.
    pub(super) site: usize,
    /// Which units it counts among when they travel.
    pub(super) tier: Tier,
    /// What it asks for.
    pub(super) asks: Asks,
    /// What to watch.
    pub(super) warnings: Vec<Slug>,
}

/// The order of claims: class, then what the class sorts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) class: usize,
    number: u32,
    day: Day,
    lot: Lot,
}

/// Among which moved units a claim's count; first come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Tier {
    /// Treatment of CRS.
    Crs,
    /// A reserve.
    Reserve,
    /// Anything else.
    Other,
}

impl Tier {
    /// All, in their order.
    pub(super) const ALL: [Self; 3] = [Self::Crs, Self::Reserve, Self::Other];

    /// Returns its place in the order.
    pub(super) const fn place(self) -> usize {
        match self {
            Self::Crs => 0,
            Self::Reserve => 1,
            Self::Other => 2,
        }
    }
}

/// What a claim asks for.
#[derive(Clone, Debug)]
pub(super) enum Asks {
    /// Doses made of whole vials.
    Vials(Vec<VialDose>),
    /// Single units, each a dose.
    Units(UnitCourse),
}

impl Asks {
    /// Returns the route of all its doses; the one of infusions when it has none.
    pub(super) fn route(&self) -> Route {
        match self {
            Self::Vials(doses) => doses.first().map_or(Route::Intravenous, |dose| dose.route),
            Self::Units(course) => course.route,
        }
    }
}

/// One dose made of whole vials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VialDose {
    /// By which route.
    pub(super) route: Route,
    /// What was prescribed or is reserved.
    pub(super) need: Mg,
    /// The least that will do, after rounding down.
    pub(super) least: Mg,
    /// The day its vials must be in date.
    pub(super) on: Day,
}

/// Single units, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnitCourse {
    /// By which route.
    pub(super) route: Route,
    /// How many.
    pub(super) units: u32,
    /// The day of the first.
    pub(super) first: Day,
    /// How many days lie between one and the next.
    pub(super) every: u32,
    /// The patient's age in whole years.
    pub(super) age: u32,
}

impl UnitCourse {
    /// Returns the day of each unit; days past the calendar's end stay on its last.
    pub(super) fn days(&self) -> impl Iterator<Item = Day> {
        let (first, every) = (self.first, self.every);
        (0..self.units).map(move |i| first.plus(i.saturating_mul(every)))
    }
}

/// What a pool asks for: claims whose class is known from the case alone, and what is not ranked.
pub(super) struct Asked {
    pub(super) claims: Vec<Claim>,
    pub(super) unranked: Vec<Decision>,
}

/// Returns the claims of a pool's requests and patients, first served first, and the decisions on
/// requests that are not ranked; `treated` says how many requests of the case treat each patient.
pub(super) fn ask<'a>(
    case: &Case,
    book: &'a Rulebook,
    of: Books<'a>,
    pool: &Pool,
    treated: &[u32],
) -> Asked {
    let mut asked = Asked {
        claims: Vec::with_capacity(pool.requests.len()),
        unranked: Vec::new(),
    };
    let urn = Urn::of(&case.lottery_seed);
    let requests = pool.requests.iter();
    for (place, request) in requests.filter_map(|i| Some((*i, case.requests.get(*i)?))) {
        match request_claim(case, book, of, &urn, place, request) {
            Ok(claim) => asked.claims.push(claim),
            Err(status) => asked.unranked.push(Decision {
                id: request.id.clone(),
                subject: Subject::Request(place),
                class: None,
                rank: None,
                status,
                warnings: Vec::new(),
                doses: Vec::new(),
            }),
        }
    }
    for place in &pool.patients {
        let treated = treated.get(*place).copied().unwrap_or(0);
        patient_claims(case, book, &urn, *place, treated, &mut asked.claims);
    }
    asked.claims.sort_by_key(|claim| claim.key);
    asked
}

/// Returns for each patient of a case how many of its requests treat them.
pub(super) fn treated(case: &Case) -> Vec<u32> {
    let mut treated = vec![0_u32; case.patients.len()];
    for request in &case.requests {
        if let Form::Vials {
            patient: Some(patient),
            ..
        } = request.form
            && let Some(n) = treated.get_mut(patient)
        {
            *n += 1;
        }
    }
    treated
}

fn request_claim<'a>(
    case: &Case,
    book: &'a Rulebook,
    of: Books<'a>,
    urn: &Urn,
    place: usize,
    request: &CaseRequest,
) -> Result<Claim, Status> {
    if request.due >= case.as_of.plus(case.horizon_days) {
        return Err(Status::OutOfHorizon);
    }
    let asked = request.asked();
    let warnings = match book.gates(&asked, request.anc_per_mm3, of) {
        Gated::Frozen(_) => return Err(Status::Refused),
        Gated::Blocked(row) => return Err(Status::Blocked(row.code.clone())),
        Gated::Ranked(rows) => rows.into_iter().map(|row| row.code.clone()).collect(),
    };
    let class = book.class_of(&asked).ok_or(Status::Unclassed)?;
    let treatment = book
        .priorities
        .get(class)
        .is_some_and(|c| c.claims == ClaimKind::Treatment);
    let first = request.due.max(case.as_of);
    let asks = match request.form {
        Form::Vials {
            route, prescribed, ..
        } => {
            let by_weight = || book.dose(&request.indication, request.weight?);
            let need = prescribed.or_else(by_weight).ok_or(Status::Unclassed)?;
            Asks::Vials(vec![VialDose {
                route,
                need,
                least: rounded_down(need, case.rounding_down_pct),
                on: first,
            }])
        }
        Form::Units { route, units } => Asks::Units(UnitCourse {
            route,
            units,
            first,
            every: book
                .unit_doses
                .iter()
                .find(|u| u.route == route)
                .map_or(0, |u| u.every_days),
            age: request.age_years,
        }),
    };
    Ok(Claim {
        key: Key {
            class,
            number: 0,
            day: request.due,
            lot: urn.draw(&request.id),
        },
        subject: Subject::Request(place),
        number: None,
        site: request.site,
        tier: if treatment { Tier::Crs } else { Tier::Other },
        asks,
        warnings,
    })
}

/// Returns the least mass that a dose rounded down by so many percent may have.
pub(super) fn rounded_down(need: Mg, pct: u32) -> Mg {
    let kept = u128::from(100_u32.saturating_sub(pct));
    let ug = (u128::from(need.ug()) * kept).div_ceil(100);
    Mg::from_ug(u64::try_from(ug).unwrap_or(u64::MAX))
}

/// Adds what stays reserved for a patient who was given `treated` doses by requests of the case.
fn patient_claims(
    case: &Case,
    book: &Rulebook,
    urn: &Urn,
    place: usize,
    treated: u32,
    claims: &mut Vec<Claim>,
) {
    let (Some(rule), Some(patient)) = (&book.reserve, case.patients.get(place)) else {
        return;
    };
    let Some(site) = case.sites.get(patient.site) else {
        return;
    };
    let until = patient.infusion_on.plus(rule.window_days);
    let infused = patient.infusion_on <= case.as_of && case.as_of <= until;
    let scheduled = case.as_of < patient.infusion_on
        && patient.infusion_on < case.as_of.plus(case.horizon_days);
    let given = Doses::new(patient.doses_given.get().saturating_add(treated));
    let left = rule.doses_left(site.resupply, given).get();
    if !infused && !scheduled || left == 0 {
        return;
    }
    let kind = if infused {
        ClaimKind::ReserveInfused
    } else {
        ClaimKind::ReserveScheduled
    };
    let Some(class) = class_with(book, &kind) else {
        return;
    };
    let need = book
        .dose(&rule.indication, patient.weight)
        .unwrap_or(rule.reference_most);
    let dose = VialDose {
        route: rule.route,
        need,
        least: need,
        on: until,
    };
    let lot = urn.draw(&patient.id);
    let claim = |number: Option<u32>, doses: Vec<VialDose>| Claim {
        key: Key {
            class,
            number: number.unwrap_or(0),
            day: patient.infusion_on,
            lot,
        },
        subject: Subject::Patient(place),
        number,
        site: patient.site,
        tier: Tier::Reserve,
        asks: Asks::Vials(doses),
        warnings: Vec::new(),
    };
    if infused {
        claims.extend((1..=left).map(|n| claim(Some(n), vec![dose])));
    } else {
        let doses = (0..left).map(|_| dose).collect();
        claims.push(claim(None, doses));
    }
}

/// Returns the claims of a site's floor when its patients were granted `granted` doses.
pub(super) fn floor_claims(
    case: &Case,
    book: &Rulebook,
    urn: &Urn,
    site: usize,
    granted: u32,
) -> Vec<Claim> {
    let (Some(rule), Some(at), Some(class)) = (
        &book.reserve,
        case.sites.get(site).filter(|s| s.car_t),
        class_with(book, &ClaimKind::ReserveFloor),
    ) else {
        return Vec::new();
    };
    let missing = rule.doses(at.resupply).get().saturating_sub(granted);
    let lot = urn.draw(&at.id);
    let dose = VialDose {
        route: rule.route,
        need: at.reference_dose,
        least: at.reference_dose,
        on: case.as_of.plus(rule.window_days),
    };
    let claim = |number| Claim {
        key: Key {
            class,
            number,
            day: case.as_of,
            lot,
        },
        subject: Subject::Floor(site),
        number: Some(number),
        site,
        tier: Tier::Reserve,
        asks: Asks::Vials(vec![dose]),
        warnings: Vec::new(),
    };
    (1..=missing).map(claim).collect()
}

/// Returns the place of the class that holds this kind of claims.
pub(super) fn class_with(book: &Rulebook, kind: &ClaimKind) -> Option<usize> {
    book.priorities.iter().position(|c| c.claims == *kind)
}

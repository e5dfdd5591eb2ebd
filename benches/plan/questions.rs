//! The questions that granting asks, for a solver that knows nothing of medicines: each pool's units
//! and its claims in their order.
//!
//! Units of one route are of some kinds (presentations) and usable up to some day; a dose takes units
//! of the kinds that fit its patient, usable on its day, that together have at least a size. Sizes are
//! in the greatest common measure of the route's strengths, and needs rounded up to it, which loses
//! nothing and spares the solver all rounding. Days are replaced by how many rows have expired by then.

use dotation::domain::calendar::Day;
use dotation::domain::plan::{Case, Decision, Form, Plan, Status, Subject};
use dotation::domain::presentation::Route;
use dotation::domain::quantity::{Doses, Mg};
use dotation::domain::rule::Rulebook;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A dose: its route, the least micrograms that will do, its day, and for which age.
struct Dose {
    route: Route,
    least: u64,
    on: Day,
    age: u32,
}

/// One pool's questions, and our answers.
pub(crate) struct Pool {
    pub(crate) name: String,
    /// For the solver.
    pub(crate) asked: Value,
    /// What we decided, claim by claim.
    pub(crate) granted: Vec<bool>,
}

/// Returns the questions of a plan, pool by pool; `pool` names a site's.
pub(crate) fn questions(
    case: &Case,
    book: &Rulebook,
    plan: &Plan,
    pool: impl Fn(usize) -> String,
) -> Vec<Pool> {
    let mut claims: BTreeMap<String, Vec<&Decision>> = BTreeMap::new();
    for decision in plan.decisions.iter().filter(|d| d.rank.is_some()) {
        let site = match decision.subject {
            Subject::Request(place) => case.requests[place].site,
            Subject::Patient(place) => case.patients[place].site,
            Subject::Floor(site) => site,
        };
        claims.entry(pool(site)).or_default().push(decision);
    }
    let all = claims.into_iter();
    all.map(|(name, claims)| {
        let routes = [Route::Intravenous, Route::Subcutaneous];
        let shelves = routes.map(|route| Shelf::of(case, book, route, |site| pool(site) == name));
        let asked: Vec<Value> = claims
            .iter()
            .map(|decision| {
                let doses = doses(case, book, decision);
                let route = doses
                    .first()
                    .map_or(0, |d| usize::from(d.route != routes[0]));
                let doses: Vec<Value> = doses.iter().map(|d| shelves[route].asked(d)).collect();
                json!({"route": route, "doses": doses})
            })
            .collect();
        let routes: Vec<Value> = shelves.iter().map(Shelf::json).collect();
        Pool {
            asked: json!({"name": name, "routes": routes, "claims": asked}),
            granted: claims.iter().map(|d| d.status == Status::Granted).collect(),
            name,
        }
    })
    .collect()
}

/// What a pool has of one route.
struct Shelf {
    measure: u64,
    /// Strength and least age of each kind.
    kinds: Vec<(u64, u32)>,
    /// Kind, last day, units.
    rows: Vec<(usize, Day, u32)>,
    /// The days on which something expires.
    ends: Vec<Day>,
}

impl Shelf {
    fn of(case: &Case, book: &Rulebook, route: Route, here: impl Fn(usize) -> bool) -> Self {
        let ruled: Vec<_> = book
            .presentations
            .iter()
            .filter(|p| p.presentation.route == route)
            .collect();
        let rows: Vec<(usize, Day, u32)> = case
            .stock
            .iter()
            .filter(|row| here(row.site))
            .filter_map(|row| {
                let kind = ruled
                    .iter()
                    .position(|p| p.presentation.cip13 == row.cip13)?;
                Some((kind, row.expiry, row.units))
            })
            .collect();
        let mut ends: Vec<Day> = rows.iter().map(|(_, expiry, _)| *expiry).collect();
        ends.sort_unstable();
        ends.dedup();
        let kinds: Vec<(u64, u32)> = ruled
            .iter()
            .map(|p| (p.presentation.strength.ug(), p.from_years.unwrap_or(0)))
            .collect();
        Self {
            measure: kinds.iter().fold(0, |a, (b, _)| common(a, *b)),
            kinds,
            rows,
            ends,
        }
    }

    /// How many days on which something expires lie before a day.
    fn class(&self, day: Day) -> usize {
        self.ends.partition_point(|end| *end < day)
    }

    fn asked(&self, dose: &Dose) -> Value {
        let fit = self
            .kinds
            .iter()
            .enumerate()
            .filter(|(_, (_, age))| *age <= dose.age);
        let fit: Vec<usize> = fit.map(|(kind, _)| kind).collect();
        json!({"least": dose.least.div_ceil(self.measure), "day": self.class(dose.on), "kinds": fit})
    }

    fn json(&self) -> Value {
        let sizes: Vec<u64> = self.kinds.iter().map(|(ug, _)| ug / self.measure).collect();
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|(kind, end, units)| json!([kind, self.class(*end), units]))
            .collect();
        json!({"sizes": sizes, "rows": rows})
    }
}

fn common(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common(b, a % b) }
}

/// What a ranked decision is about, from the case and the rules and not from the plan's answer.
fn doses(case: &Case, book: &Rulebook, decision: &Decision) -> Vec<Dose> {
    let Some(rule) = &book.reserve else {
        return Vec::new();
    };
    let kept = |need: Mg, on: Day| Dose {
        route: rule.route,
        least: need.ug(),
        on,
        age: u32::MAX,
    };
    match decision.subject {
        Subject::Request(place) => {
            let request = &case.requests[place];
            let first = request.due.max(case.as_of);
            let (age, rounding) = (request.age_years, u64::from(case.rounding_down_pct));
            match request.form {
                Form::Units { route, units } => {
                    let every = book.unit_doses.iter().find(|u| u.route == route);
                    let every = every.map_or(0, |u| u.every_days);
                    let unit = book.by_route(route).next().map_or(0, |p| p.strength.ug());
                    let on = (0..units).map(|i| first.plus(i * every));
                    on.map(|on| Dose {
                        route,
                        least: unit,
                        on,
                        age,
                    })
                    .collect()
                }
                Form::Vials {
                    route, prescribed, ..
                } => {
                    let by_weight = request
                        .weight
                        .and_then(|w| book.dose(&request.indication, w));
                    let need = prescribed.or(by_weight).map_or(0, Mg::ug);
                    let least = (need * (100 - rounding)).div_ceil(100);
                    vec![Dose {
                        route,
                        least,
                        on: first,
                        age,
                    }]
                }
            }
        }
        Subject::Patient(place) => {
            let patient = &case.patients[place];
            let treated = case
                .requests
                .iter()
                .filter(|r| matches!(r.form, Form::Vials { patient: Some(of), .. } if of == place));
            let treated = u32::try_from(treated.count()).unwrap_or(u32::MAX);
            let given = Doses::new(patient.doses_given.get() + treated);
            let left = rule
                .doses_left(case.sites[patient.site].resupply, given)
                .get();
            let need = book
                .dose(&rule.indication, patient.weight)
                .unwrap_or(rule.reference_most);
            let many = if decision.id.contains('/') { 1 } else { left };
            let on = patient.infusion_on.plus(rule.window_days);
            (0..many).map(|_| kept(need, on)).collect()
        }
        Subject::Floor(site) => {
            let on = case.as_of.plus(rule.window_days);
            vec![kept(case.sites[site].reference_dose, on)]
        }
    }
}

//! Requests: which fields they have depends on what they ask for.

#![expect(
    clippy::option_option,
    reason = "the outer one says whether it could be read, the inner one whether it is there"
)]

use super::large::Rows;
use super::{Fields, Names};
use crate::domain::calendar::Day;
use crate::domain::plan::{CaseRequest, Form};
use crate::domain::presentation::Route;
use crate::domain::quantity::{Grams, Mg};
use crate::domain::request::MOST_UNITS;
use crate::domain::rule::{Alternatives, IndicationRule, ReserveRule, Risk, Rulebook, Treatment};
use crate::wire::json::{Decimal, Node};
use std::cell::RefCell;
use std::collections::HashSet;

const REQUEST: &[&str] = &[
    "id",
    "site",
    "indication",
    "approved_exception",
    "route",
    "treatment",
    "alternatives",
    "risk",
    "age_years",
    "weight_g",
    "due",
    "units",
    "prescribed_mg",
    "car_t_patient",
    "anc_per_mm3",
];

/// What requests are checked against.
struct Against<'a> {
    book: Option<&'a Rulebook>,
    as_of: Option<Day>,
    names: &'a Names<'a>,
}

pub(super) fn read(
    top: &Fields<'_, '_>,
    long: Rows<'_>,
    book: Option<&Rulebook>,
    as_of: Option<Day>,
    names: &Names<'_>,
) -> Option<Vec<CaseRequest>> {
    let against = Against { book, as_of, names };
    if let Rows::Beside(_) = long {
        // whoever reads them so looks for equal ids afterwards
        return long.of(top, "requests", REQUEST, |row| {
            let id = row.filled("id").map(str::to_owned);
            request(row, id, &against)
        });
    }
    let seen = RefCell::new(HashSet::new());
    top.rows("requests", REQUEST, |row| {
        let id = row.word("id", "an id that no other request has", |id| {
            let new = !id.is_empty() && seen.borrow_mut().insert(id.to_owned());
            new.then(|| id.to_owned())
        });
        request(row, id, &against)
    })
}

fn request(row: &Fields<'_, '_>, id: Option<String>, against: &Against<'_>) -> Option<CaseRequest> {
    let site = against.names.site(row);
    let indication = indication(row, against.book);
    let route = route(row, against.book);
    let treatment = row.word(
        "treatment",
        "\"ongoing\" or \"initiation\"",
        Treatment::from_code,
    );
    let alternatives = row.word(
        "alternatives",
        "\"none\" or \"available\"",
        Alternatives::from_code,
    );
    let risk = row.word(
        "risk",
        "\"vital\", \"functional\" or \"none\"",
        Risk::from_code,
    );
    let age_years = row.whole("age_years", 0, u32::MAX);
    let weight = row.optional("weight_g", |f, key| f.whole(key, 1, u32::MAX));
    let due = row.day("due");
    let approved = row.optional("approved_exception", Fields::flag);
    let anc = row.optional("anc_per_mm3", |f, key| f.whole(key, 0, u32::MAX));
    let treated = indication.map(|i| (i, against.book.and_then(|book| book.treated_now(i))));
    if let Some((_, Some(rule))) = treated {
        now_and_by_its_route(row, rule, route, due, against.as_of);
    }
    let form = form(row, against, route, treated, weight);
    Some(CaseRequest {
        id: id?,
        site: site?,
        indication: indication?.code.clone(),
        approved_exception: approved?.unwrap_or(false),
        treatment: treatment?,
        alternatives: alternatives?,
        risk: risk?,
        age_years: age_years?,
        weight: weight?.and_then(Grams::as_written),
        due: due?,
        form: form?,
        anc_per_mm3: anc?,
    })
}

fn indication<'b>(row: &Fields<'_, '_>, book: Option<&'b Rulebook>) -> Option<&'b IndicationRule> {
    let Some(book) = book else {
        let _: Option<&str> = row.text("indication");
        return None;
    };
    let expected = || {
        let codes: Vec<&str> = book.indications.iter().map(|i| i.code.as_str()).collect();
        format!("one of {}", codes.join(", "))
    };
    row.parsed("indication", expected, |code| book.indication(code))
}

/// A route that a presentation of the rulebook has.
fn route(row: &Fields<'_, '_>, book: Option<&Rulebook>) -> Option<Route> {
    let there = |route: &Route| book.is_none_or(|book| book.has_route(*route));
    let expected = || {
        let routes: Vec<&str> = (Route::ALL.iter().filter(|r| there(r)))
            .map(|r| r.code())
            .collect();
        format!("one of {}", routes.join(", "))
    };
    row.parsed("route", expected, |code| {
        Route::from_code(code).filter(there)
    })
}

/// What the reserve is kept for is treated now, by the reserve's route.
fn now_and_by_its_route(
    row: &Fields<'_, '_>,
    rule: &ReserveRule,
    route: Option<Route>,
    due: Option<Day>,
    as_of: Option<Day>,
) {
    let (indication, by) = (&rule.indication, rule.route);
    if let Some(route) = route.filter(|route| *route != by) {
        let node = Node::Text(route.code().into());
        let expected = format!("{by}: {indication} is treated by that route only");
        let _: Option<()> = row.wrong("route", &node, expected);
    }
    if let (Some(due), Some(as_of)) = (due, as_of)
        && due > as_of
    {
        let node = Node::Text(due.to_string().into());
        let expected = format!("{as_of} or before: {indication} is treated now");
        let _: Option<()> = row.wrong("due", &node, expected);
    }
}

/// Reads what depends on the route: a number of units, or what a dose of vials is made for.
fn form(
    row: &Fields<'_, '_>,
    against: &Against<'_>,
    route: Option<Route>,
    treated: Option<(&IndicationRule, Option<&ReserveRule>)>,
    weight: Option<Option<u32>>,
) -> Option<Form> {
    let patient = car_t_patient(row, against.names, treated);
    let by_units = |route: Route| Some(against.book?.is_by_units(route));
    let Some((route, by_units)) = route.and_then(|route| Some((route, by_units(route)?))) else {
        // without a route nobody can say which of them belong here
        row.pass_over("units");
        row.pass_over("prescribed_mg");
        return None;
    };
    if by_units {
        let units = row.whole("units", 1, MOST_UNITS);
        let prescribed = row.absent(
            "prescribed_mg",
            "no such field where single units are asked for",
        );
        let (units, ()) = (units?, prescribed?);
        patient?;
        return Some(Form::Units { route, units });
    }
    let units = row.absent("units", "no such field where a dose is made of vials");
    let prescribed = row.optional("prescribed_mg", |f, key| {
        prescribed_mg(f, key, against.book, treated.map(|(i, _)| i))
    });
    if weight == Some(None) {
        let expected = "a whole number from 1 to 4294967295, for a dose made of vials";
        return row.missing("weight_g", expected);
    }
    let (prescribed, ()) = (prescribed?, units?);
    let dosed = prescribed.is_some() || has_dose(against.book?, treated?.0, weight??);
    if !dosed {
        let node = Node::Text(treated?.0.code.to_string().into());
        return row.wrong("indication", &node, "one that the rulebook has a dose for");
    }
    Some(Form::Vials {
        route,
        prescribed,
        patient: patient?,
    })
}

fn has_dose(book: &Rulebook, indication: &IndicationRule, weight_g: u32) -> bool {
    Grams::as_written(weight_g).is_some_and(|w| book.dose(&indication.code, w).is_some())
}

/// Reads the CAR-T patient who is treated: only where the indication is the reserve's.
fn car_t_patient(
    row: &Fields<'_, '_>,
    names: &Names<'_>,
    treated: Option<(&IndicationRule, Option<&ReserveRule>)>,
) -> Option<Option<usize>> {
    match treated {
        Some((_, None)) => {
            let expected = "no such field: it is for the indication of the reserve only";
            row.absent("car_t_patient", expected).map(|()| None)
        }
        Some((_, Some(_))) | None => row.optional("car_t_patient", |f, key| {
            f.word(key, "the id of a CAR-T patient of the case", |id| {
                names.patients.get(id).copied()
            })
        }),
    }
}

/// Reads what a prescriber wrote in place of the dose by weight: above zero, at most the greatest
/// dose of the indication, to the microgram.
fn prescribed_mg(
    row: &Fields<'_, '_>,
    key: &str,
    book: Option<&Rulebook>,
    indication: Option<&IndicationRule>,
) -> Option<Mg> {
    let (Some(book), Some(indication)) = (book, indication) else {
        row.pass_over(key);
        return None;
    };
    let most = book.most_prescribed(&indication.code);
    let node = row.given(key)?;
    let mass = match node {
        Node::Number(digits) => Decimal::parse(digits).and_then(|d| d.thousandths()),
        Node::Null | Node::Flag(_) | Node::Text(_) | Node::List(_) | Node::Object(_) => None,
    };
    match mass.map(Mg::from_ug) {
        Some(mass) if mass > Mg::ZERO && mass <= most => Some(mass),
        Some(_) | None => row.wrong(
            key,
            node,
            format!("a number of milligrams above 0 and at most {most}, of three decimals at most"),
        ),
    }
}

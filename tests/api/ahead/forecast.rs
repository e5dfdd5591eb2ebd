//! A breach that is foreseen, and the days until then.

use super::{letters, look_ahead, names_nobody, open, told, turn};
use crate::service::{App, CENTRE, MG400, NEIGHBOUR, SYRINGE, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_breach_is_heard_of_before_it_comes
    it_is_worse_when_the_day_comes_nearer_or_more_is_missing
    when_the_day_has_come_the_reserve_itself_is_heard_of
    a_day_that_passes_brings_what_lies_beyond_the_horizon
    the_days_to_come_are_told_with_what_changes
    a_request_that_falls_due_is_reckoned_with
    a_request_that_is_filed_may_bring_a_breach_nearer
    what_an_infusion_would_tell_is_for_those_who_treat
    a_pharmacy_without_car_t_sees_its_shelf
}

const KIND: &str = "reserve-forecast";
const BOOK: &str = "roactemra-2021-10-14";

/// Says by hand that resupply is assured until the end of a day: two doses are enough until then, and the
/// day after asks for three.
#[track_caller]
fn assured_until(app: &App, until: &str) {
    let by_hand = json!({ "resupply": "assured", "reason": "weekly van", "until": until });
    app.edit(Role::Pharmacist, "PUT", &at("/resupply"), &by_hand)
        .expect(200);
}

fn deliver(app: &App, units: u32, on: &str) -> Value {
    let body = json!({ "cip13": MG400, "units": units, "expected_on": on, "confirmed": true });
    app.post(Role::Pharmacist, &at("/deliveries"), &body)
        .expect(201)
}

fn foreseen_on(app: &App) -> Option<String> {
    let alerts = app.alerts(KIND);
    let on = alerts.first().map(|a| a["foreseen_on"].clone());
    on.map(|on| on.as_str().unwrap().to_owned())
}

fn a_breach_is_heard_of_before_it_comes(backend: Backend) {
    let app = spawn(backend);
    assured_until(&app, "2021-10-29");
    // nothing is foreseen of a reserve that is short today
    assert_eq!(open(&app, KIND), None);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 4);
    assert_eq!(open(&app, KIND), Some((BOOK.to_owned(), 2, 3)));
    assert_eq!(foreseen_on(&app).as_deref(), Some("2021-10-30"));
    let (event, to, text) = letters(&app, KIND).remove(0);
    assert_eq!((event.as_str(), to.as_str()), ("opened", "pui@example.org"));
    for said in [
        "Rupture prévue le : 30/10/2021",
        "Doses possibles, au plus bas : 2",
        "Doses requises alors : 3",
        "Horizon (jours) : 14",
        "01 47 61 47 61",
        "prend le relais le jour venu",
    ] {
        assert!(text.contains(said), "{said} not in {text}");
    }
    // a delivery before that day closes it, and one that is only announced does not
    let announced = json!({ "cip13": MG400, "units": 2, "expected_on": "2021-10-28" });
    let made = app
        .post(Role::Pharmacist, &at("/deliveries"), &announced)
        .expect(201);
    assert!(open(&app, KIND).is_some());
    let path = at(&format!("/deliveries/{}", made["id"].as_str().unwrap()));
    app.edit(
        Role::Pharmacist,
        "PATCH",
        &path,
        &json!({ "state": "confirmed" }),
    )
    .expect(200);
    assert_eq!(open(&app, KIND), None);
    let last = letters(&app, KIND).pop().unwrap();
    assert_eq!(last.0, "closed");
    assert!(
        last.2.contains("plus aucune rupture n'est prévue"),
        "{}",
        last.2
    );
    // postponed past that day, it is foreseen again
    app.edit(
        Role::Pharmacist,
        "PATCH",
        &path,
        &json!({ "expected_on": "2021-11-02" }),
    )
    .expect(200);
    assert_eq!(told(&app, KIND), ["opened", "closed", "opened"]);
}

fn it_is_worse_when_the_day_comes_nearer_or_more_is_missing(backend: Backend) {
    let app = spawn(backend);
    assured_until(&app, "2021-10-29");
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    assert_eq!(told(&app, KIND), ["opened"]);
    // further away: no letter, and what was told stays told
    assured_until(&app, "2021-10-31");
    assert_eq!(told(&app, KIND), ["opened"]);
    assert_eq!(foreseen_on(&app).as_deref(), Some("2021-10-30"));
    assured_until(&app, "2021-10-29");
    assert_eq!(told(&app, KIND), ["opened"]);
    assured_until(&app, "2021-10-25");
    assert_eq!(told(&app, KIND), ["opened", "worsened"]);
    assert_eq!(foreseen_on(&app).as_deref(), Some("2021-10-26"));
    let text = letters(&app, KIND).pop().unwrap().2;
    assert!(text.contains("Rupture prévue le : 26/10/2021"), "{text}");
    // somebody who is infused later asks for more than is there
    let before = told(&app, KIND).len();
    let patient = |name: &str, on: &str| json!({ "pseudonym": name, "weight_g": 73_519, "infusion_date": on });
    for (name, on) in [
        ("xavier-pseudo", "2021-11-24"),
        ("yvonne-pseudo", "2021-11-25"),
    ] {
        app.post(Role::Pharmacist, &at("/car-t-patients"), &patient(name, on))
            .expect(201);
    }
    let (_, found, expected) = open(&app, KIND).unwrap();
    assert!(expected - found > 1, "{found} of {expected}");
    let new = letters(&app, KIND).split_off(before);
    assert!(
        !new.is_empty() && new.iter().all(|l| l.0 == "worsened"),
        "{new:?}"
    );
    for (_, _, text) in new {
        names_nobody(
            &text,
            &[
                "xavier",
                "yvonne",
                "73519",
                "73,5",
                "24/11",
                "25/11",
                "2021-11-2",
            ],
        );
    }
}

fn when_the_day_has_come_the_reserve_itself_is_heard_of(backend: Backend) {
    let app = spawn(backend);
    assured_until(&app, "2021-10-22");
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 4);
    assert!(open(&app, KIND).is_some());
    turn(&app, "2021-10-22T12:00:00Z");
    // a day nearer is the same day
    assert_eq!(told(&app, KIND), ["opened"]);
    turn(&app, "2021-10-23T12:00:00Z");
    assert_eq!(open(&app, KIND), None);
    assert_eq!(app.alerts("reserve-below-minimum").len(), 1);
    let last = letters(&app, KIND).pop().unwrap();
    assert_eq!(last.0, "closed");
    assert!(
        last.2
            .contains("« Réserve CAR-T sous le minimum » prend le relais"),
        "{}",
        last.2
    );
}

fn a_day_that_passes_brings_what_lies_beyond_the_horizon(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    assured_until(&app, "2021-11-05");
    // three doses are there, of which the lot makes none from 16 June on
    assert_eq!(open(&app, KIND), None);
    app.lose(MG400, "B1", 2);
    // 6 November is seventeen days away
    assert_eq!(open(&app, KIND), None);
    look_ahead(&app, &json!({ "forecast_days": 17 }));
    assert_eq!(foreseen_on(&app).as_deref(), Some("2021-11-06"));
    look_ahead(&app, &json!({ "forecast_days": 16 }));
    assert_eq!(open(&app, KIND), None);
    turn(&app, "2021-10-21T12:00:00Z");
    assert_eq!(foreseen_on(&app).as_deref(), Some("2021-11-06"));
    assert_eq!(told(&app, KIND), ["opened", "closed", "opened"]);
}

fn the_days_to_come_are_told_with_what_changes(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.receive(CENTRE, MG400, "B2", "2021-10-23", 1);
    let delivery = deliver(&app, 2, "2021-10-25");
    let seen = app.see("/forecast?days=10");
    assert_eq!(
        (
            &seen["as_of"],
            &seen["horizon_days"],
            &seen["breach"],
            &seen["rulebook"]
        ),
        (&json!("2021-10-20"), &json!(10), &json!(null), &json!(BOOK))
    );
    let days = seen["days"].as_array().unwrap();
    assert_eq!(days.len(), 11);
    let reserve = app.reserve();
    let number = |v: &Value| v.as_u64().unwrap();
    assert_eq!(
        (number(&days[0]["possible"]), number(&days[0]["required"])),
        reserve
    );
    let units = |n: usize| {
        let all = days[n]["units"].as_array().unwrap().iter();
        let of = all.clone().find(|u| u["cip13"] == MG400).unwrap();
        number(&of["units"])
    };
    assert_eq!([0, 3, 4, 5, 10].map(units), [7, 7, 6, 8, 8]);
    let kinds = |n: usize| {
        let all = days[n]["changes"].as_array().unwrap().iter();
        all.map(|c| c["kind"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (kinds(0), kinds(4), kinds(5)),
        (
            vec![],
            vec!["expired".to_owned()],
            vec!["arrived".to_owned()]
        )
    );
    assert_eq!(days[4]["changes"][0]["lot"], "B2");
    assert_eq!(days[5]["changes"][0]["delivery"], delivery["id"]);
    for (query, status) in [
        ("?days=0", 400),
        ("?days=91", 400),
        ("?days=ten", 400),
        ("?day=3", 400),
        ("?rulebook=nothing", 400),
        ("?days=90", 200),
        ("", 200),
    ] {
        let answer = app.get(Role::Reader, &at(&format!("/forecast{query}")));
        assert_eq!(answer.status, status, "{query}: {}", answer.text);
    }
    let fourteen = app.see("/forecast");
    assert_eq!(fourteen["days"].as_array().unwrap().len(), 15);
}

fn a_request_that_falls_due_is_reckoned_with(backend: Backend) {
    let app = spawn(backend);
    // three doses that must stay, and one
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let request = json!({
        "site": CENTRE, "pseudonym": "p-1", "indication": "takayasu", "route": "iv",
        "treatment": "ongoing", "alternatives": "none", "alternatives_reason": "méthotrexate, infliximab",
        "risk": "vital", "age_years": 34, "weight_g": 50_000, "interval_days": 28,
        "last_administration_on": "2021-09-24", "anc_per_mm3": 3500, "anc_on": "2021-10-18"
    });
    app.post(Role::Prescriber, "/requests", &request)
        .expect(201);
    let seen = app.see("/forecast?days=5");
    // due on 22 October: 400 mg
    let changes = &seen["days"][2]["changes"][0];
    assert_eq!(
        (&changes["kind"], &changes["units"]),
        (&json!("taken"), &json!([{ "cip13": MG400, "units": 1 }]))
    );
    assert_eq!(seen["days"][5]["possible"], 3);
    app.lose(MG400, "B1", 2);
    let seen = app.see("/forecast?days=5");
    let changes = &seen["days"][2]["changes"][0];
    assert_eq!(
        (&changes["kind"], &changes["count"]),
        (&json!("waiting"), &json!(1))
    );
    // of another route it takes nothing that the reserve asks for
    app.receive(CENTRE, SYRINGE, "S1", "2022-06-30", 4);
    assert_eq!(app.see("/forecast")["days"][14]["possible"], 3);
}

fn a_request_that_is_filed_may_bring_a_breach_nearer(backend: Backend) {
    let app = spawn(backend);
    // three doses, which are asked for once resupply can be counted on no more
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    assured_until(&app, "2021-10-29");
    assert_eq!(open(&app, KIND), None);
    // due on 22 October, when two doses must stay
    let request = json!({
        "site": CENTRE, "pseudonym": "p-1", "indication": "takayasu", "route": "iv",
        "treatment": "ongoing", "alternatives": "none", "alternatives_reason": "méthotrexate, infliximab",
        "risk": "vital", "age_years": 34, "weight_g": 50_000, "interval_days": 28,
        "last_administration_on": "2021-09-24", "anc_per_mm3": 3500, "anc_on": "2021-10-18"
    });
    let filed = app
        .post(Role::Prescriber, "/requests", &request)
        .expect(201);
    assert_eq!(foreseen_on(&app).as_deref(), Some("2021-10-30"));
    let path = format!("/requests/{}/withdraw", filed["id"].as_str().unwrap());
    app.post(Role::Prescriber, &path, &json!({ "reason": "remission" }))
        .expect(200);
    assert_eq!(open(&app, KIND), None);
    let all = letters(&app, KIND);
    let events: Vec<&str> = all.iter().map(|l| l.0.as_str()).collect();
    assert_eq!(events, ["opened", "closed"]);
    names_nobody(&all[0].2, &["p-1", "takayasu", "50000", "22/10"]);
}

fn what_an_infusion_would_tell_is_for_those_who_treat(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 20);
    let patient =
        json!({ "pseudonym": "xavier-pseudo", "weight_g": 73_519, "infusion_date": "2021-11-24" });
    app.post(Role::Pharmacist, &at("/car-t-patients"), &patient)
        .expect(201);
    let kinds = |role| {
        let seen = app.get(role, &at("/forecast")).expect(200);
        assert!(!seen.to_string().contains("xavier"));
        let days = seen["days"].as_array().unwrap().clone();
        let changes = days
            .iter()
            .flat_map(|d| d["changes"].as_array().unwrap().clone());
        let kinds = changes.map(|c| c["kind"].as_str().unwrap().to_owned());
        kinds.collect::<Vec<_>>()
    };
    assert_eq!(kinds(Role::Pharmacist), ["scheduled"]);
    assert_eq!(kinds(Role::CarTUnit), ["scheduled"]);
    assert_eq!(kinds(Role::Reader), Vec::<String>::new());
    assert_eq!(kinds(Role::Prescriber), Vec::<String>::new());
}

fn a_pharmacy_without_car_t_sees_its_shelf(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "N1", "2021-10-24", 3);
    let path = format!("/sites/{NEIGHBOUR}/forecast?days=5");
    let seen = app.get(Role::Pharmacist, &path).expect(200);
    assert_eq!(
        (&seen["car_t"], &seen["breach"]),
        (&json!(false), &json!(null))
    );
    let last = seen["days"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["required"], &last["changes"][0]["kind"]),
        (&json!(0), &json!("expired"))
    );
    let far = app.get(Role::Pharmacist, "/sites/690000013/forecast");
    assert_eq!(far.status, 403, "{}", far.text);
    let none = items(
        &app.get(
            Role::Pharmacist,
            &format!("/sites/{NEIGHBOUR}/alerts?open=true"),
        )
        .expect(200),
    );
    assert!(none.iter().all(|a| a["kind"] != KIND));
}

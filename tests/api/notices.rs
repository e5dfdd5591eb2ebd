//! Notices that end: who hears of it, what goes on until a coordinator retires them, and what then.

use crate::service::{App, CENTRE, MG400, NEIGHBOUR, again_at, spawn};
use crate::story::{at, items};
use crate::support::{Backend, block};
use dotation::app::act::Desk;
use dotation::app::turn_day::Days;
use dotation::app::{Service, notices};
use dotation::domain::calendar::Instant;
use dotation::domain::role::Role;
use dotation::rulebook::Rulebooks;
use serde_json::{Value, json};

on_both! {
    a_notice_is_heard_to_end_two_weeks_before_and_once_more_when_it_has
    a_notice_that_was_renewed_or_superseded_is_heard_of_no_more
    a_pharmacy_without_car_t_hears_of_what_is_on_its_shelf
    only_a_notice_that_has_ended_is_retired_and_only_by_a_coordinator
    a_notice_protects_until_it_is_retired_and_again_when_that_is_taken_back
    nothing_is_decided_anew_by_a_retired_notice
    a_go_that_stands_is_held_after_the_notice_was_retired
    what_uses_a_rulebook_says_how_it_stands
}

const KIND: &str = "notice-expired";
const LETTER: &str = "roactemra-2021-10-14";
const AFTER: &str = "2022-01-02T08:00:00Z";

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

fn turn(service: &Service, now: &str) {
    let turned = block(Days::new(service.clone()).turn(instant(now))).unwrap();
    assert!(turned.iter().all(|(_, done)| done.is_ok()), "{turned:?}");
}

/// Events and addresses of the letters about notices, the oldest first.
fn letters(app: &App) -> Vec<(String, String)> {
    let text = |l: &Value, name: &str| l[name].as_str().unwrap().to_owned();
    let mut all: Vec<_> = items(&app.emails("?limit=200"))
        .iter()
        .filter(|l| text(l, "subject").contains("Référentiel"))
        .map(|l| (text(l, "event"), text(l, "to_email")))
        .collect();
    all.reverse();
    all
}

fn decide(app: &App, role: Role, verb: &str, reason: &str) -> crate::service::Answer {
    let path = format!("/rulebooks/{LETTER}/{verb}");
    app.post(role, &path, &json!({ "reason": reason }))
}

fn retire(app: &App) -> Value {
    decide(app, Role::Coordinator, "retire", "supply is back").expect(200)
}

#[track_caller]
fn wrong_state(answer: crate::service::Answer, says: &str) {
    let problem = answer.expect(409);
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(says), "{problem}");
}

fn a_notice_is_heard_to_end_two_weeks_before_and_once_more_when_it_has(backend: Backend) {
    let app = spawn(backend);
    turn(&app.service, "2021-12-16T12:00:00Z");
    assert_eq!((app.alerts(KIND).len(), letters(&app).len()), (0, 0));
    for day in ["2021-12-17", "2021-12-20", "2021-12-31"] {
        turn(&app.service, &format!("{day}T12:00:00Z"));
        let open = app.alerts(KIND);
        assert_eq!(open.len(), 1, "{day}");
        assert_eq!(
            (&open[0]["subject"], &open[0]["found"]),
            (&json!(LETTER), &json!(1))
        );
    }
    let told = |event: &str| {
        let to = |address: &str| (event.to_owned(), address.to_owned());
        [to("pui@example.org"), to("ght@example.org")]
    };
    let mut heard = letters(&app);
    heard.sort();
    let mut expected = told("opened").to_vec();
    expected.sort();
    assert_eq!(heard, expected);
    for day in ["2022-01-01", "2022-01-02"] {
        turn(&app.service, &format!("{day}T12:00:00Z"));
        assert_eq!(app.alerts(KIND)[0]["found"], 0);
    }
    let mut heard = letters(&app).split_off(2);
    heard.sort();
    let mut expected = told("worsened").to_vec();
    expected.sort();
    assert_eq!(heard, expected);
    // it is retired, and that is the end of it
    let app = again_at(app, AFTER);
    retire(&app);
    assert!(app.alerts(KIND).is_empty());
    let closed = letters(&app)
        .into_iter()
        .filter(|(event, _)| event == "closed");
    assert_eq!(closed.count(), 2);
}

/// The same database under other rules.
fn under(app: &App, files: &[(&str, String)]) -> Service {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let rules = Rulebooks::load(Some(folder.path())).unwrap();
    let desk = Desk {
        public_url: "http://localhost".to_owned(),
        mail_domain: "example.org".to_owned(),
        simulated: true,
        operations: dotation::app::operations::Operations::NOBODY,
    };
    Service::new(app.service.db().clone(), rules, desk)
}

fn a_notice_that_was_renewed_or_superseded_is_heard_of_no_more(backend: Backend) {
    let app = spawn(backend);
    let file = "roactemra-2021-10-14.toml";
    let letter = include_str!("../../config/rulebooks/roactemra-2021-10-14.toml");
    let renewed = letter.replace("valid_to = 2021-12-31", "valid_to = 2022-03-31");
    let next = letter
        .replace(
            "name = \"roactemra-2021-10-14\"",
            "name = \"roactemra-2022-01-10\"",
        )
        .replace("valid_from = 2021-10-14", "valid_from = 2022-01-10")
        .replace("valid_to = 2021-12-31", "valid_to = 2022-06-30");
    let old = letter.replace(
        "valid_to = 2021-12-31",
        "valid_to = 2021-12-31\nsuperseded_by = \"roactemra-2022-01-10\"",
    );
    turn(&app.service, AFTER);
    assert_eq!(app.alerts(KIND).len(), 1);
    turn(&under(&app, &[(file, renewed)]), AFTER);
    assert!(app.alerts(KIND).is_empty());
    turn(&app.service, AFTER);
    assert_eq!(app.alerts(KIND).len(), 1);
    let superseded = under(&app, &[(file, old), ("roactemra-2022-01-10.toml", next)]);
    // until its successor comes into force it has ended
    turn(&superseded, "2022-01-09T12:00:00Z");
    assert_eq!(app.alerts(KIND).len(), 1);
    turn(&superseded, "2022-01-10T12:00:00Z");
    assert!(app.alerts(KIND).is_empty());
}

fn a_pharmacy_without_car_t_hears_of_what_is_on_its_shelf(backend: Backend) {
    let app = spawn(backend);
    let open = |app: &App| {
        let path = format!("/sites/{NEIGHBOUR}/alerts?open=true");
        let all = items(&app.get(Role::Pharmacist, &path).expect(200));
        all.iter().filter(|a| a["kind"] == KIND).count()
    };
    let watch = |app: &App, now: &str| block(notices::watch(&app.service, instant(now))).unwrap();
    assert_eq!(watch(&app, "2021-12-01T12:00:00Z"), 0);
    assert_eq!((watch(&app, AFTER), open(&app)), (1, 0));
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 2);
    // from here on the service's own clock says so too: it looks at the site by itself
    let app = again_at(app, AFTER);
    assert_eq!((watch(&app, AFTER), open(&app)), (1, 1));
    let loss =
        json!({ "kind": "loss", "cip13": MG400, "lot": "B1", "units": 2, "reason": "breakage" });
    let path = format!("/sites/{NEIGHBOUR}/movements");
    app.post(Role::Pharmacist, &path, &loss).expect(201);
    assert_eq!((watch(&app, AFTER), open(&app)), (1, 0));
}

fn only_a_notice_that_has_ended_is_retired_and_only_by_a_coordinator(backend: Backend) {
    let app = spawn(backend);
    wrong_state(
        decide(&app, Role::Coordinator, "retire", "too early"),
        "n'est pas échu",
    );
    let app = again_at(app, AFTER);
    for role in [
        Role::Pharmacist,
        Role::CarTUnit,
        Role::Prescriber,
        Role::Reader,
        Role::Admin,
    ] {
        decide(&app, role, "retire", "not theirs").expect(403);
    }
    decide(&app, Role::Coordinator, "retire", "  ").expect(422);
    let nowhere = json!({ "reason": "none" });
    app.post(Role::Coordinator, "/rulebooks/nothing/retire", &nowhere)
        .expect(404);
    let neutrophils = "/rulebooks/roactemra-neutrophils/retire";
    app.post(Role::Coordinator, neutrophils, &nowhere)
        .expect(409);
    wrong_state(
        decide(&app, Role::Coordinator, "reinstate", "nothing to take back"),
        "n'est pas retiré",
    );
    let decided = retire(&app);
    assert_eq!(
        (&decided["act"], &decided["ended_on"], &decided["reason"]),
        (
            &json!("retired"),
            &json!("2021-12-31"),
            &json!("supply is back")
        )
    );
    wrong_state(decide(&app, Role::Coordinator, "retire", "again"), "retiré");
    let seen = app
        .get(Role::Reader, &format!("/rulebooks/{LETTER}"))
        .expect(200);
    assert_eq!(seen["retired"]["reason"], "supply is back");
    assert_eq!(seen["standing"]["code"], "ended");
    let notice = seen["standing"]["notice_fr"].as_str().unwrap();
    assert!(
        notice.ends_with("et un coordinateur l'a retiré."),
        "{notice}"
    );
    let trail = items(&app.get(Role::Admin, "/audit?limit=200").expect(200));
    let line = trail
        .iter()
        .find(|l| l["action"] == "notice.retire" && l["outcome"] == "done");
    assert_eq!(line.unwrap()["object"], LETTER);
}

/// Takes what a reserve needs: four vials are two doses, of which three must stay.
fn take(app: &App, units: u32) -> crate::service::Answer {
    app.book(&json!({ "kind": "dispensing", "cip13": MG400, "units": units }))
}

fn a_notice_protects_until_it_is_retired_and_again_when_that_is_taken_back(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 4);
    let app = again_at(app, AFTER);
    // it has ended, and nobody retired it
    take(&app, 1).expect(409);
    assert_eq!(app.alerts("reserve-below-minimum").len(), 1);
    retire(&app);
    assert!(app.alerts("reserve-below-minimum").is_empty());
    take(&app, 2).expect(201);
    let reserve = app.see("/reserve");
    assert_eq!(reserve["rulebook_standing"]["retired"], true);
    decide(
        &app,
        Role::Coordinator,
        "reinstate",
        "supply is tight again",
    )
    .expect(200);
    take(&app, 1).expect(409);
    assert_eq!(app.alerts("reserve-below-minimum").len(), 1);
    assert_eq!(app.alerts(KIND).len(), 1);
    // each decision is kept
    retire(&app);
    take(&app, 1).expect(201);
}

fn nothing_is_decided_anew_by_a_retired_notice(backend: Backend) {
    let app = again_at(spawn(backend), AFTER);
    let ask = json!({ "pseudonym": "cart-1", "weight_g": 70_000, "infusion_date": "2022-01-10" });
    let plan = json!({ "network": "ght-001", "keep": true });
    app.post(Role::Coordinator, "/plans", &plan).expect(201);
    retire(&app);
    wrong_state(app.post(Role::CarTUnit, &at("/clearances"), &ask), "retiré");
    let request = json!({
        "site": CENTRE, "pseudonym": "p-1", "indication": "takayasu", "route": "iv",
        "treatment": "ongoing", "alternatives": "available", "risk": "vital", "age_years": 34,
        "weight_g": 61_000, "interval_days": 28, "last_administration_on": "2021-12-24",
    });
    wrong_state(app.post(Role::Prescriber, "/requests", &request), "retiré");
    wrong_state(app.post(Role::Coordinator, "/plans", &plan), "retiré");
}

fn a_go_that_stands_is_held_after_the_notice_was_retired(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    let app = again_at(app, AFTER);
    let ask = json!({ "pseudonym": "cart-1", "weight_g": 70_000, "infusion_date": "2022-01-10" });
    let go = app
        .post(Role::CarTUnit, &at("/clearances"), &ask)
        .expect(201);
    assert_eq!(go["decision"], "GO", "{go}");
    let held = app.held(&go).len();
    retire(&app);
    assert_eq!(app.held(&go).len(), held);
    turn(&app.service, "2022-01-10T12:00:00Z");
    assert_eq!(app.held(&go).len(), held);
    // its window is over: it gives back what it held
    turn(&app.service, "2022-01-30T12:00:00Z");
    assert!(app.held(&go).is_empty());
}

fn what_uses_a_rulebook_says_how_it_stands(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    assert_eq!(app.see("/reserve")["rulebook_standing"]["code"], "in-force");
    let app = again_at(app, AFTER);
    let reserve = app.see("/reserve");
    assert_eq!(reserve["rulebook_standing"]["code"], "ended");
    assert_eq!(reserve["rulebook_sha256"].as_str().unwrap().len(), 64);
    assert_eq!(
        reserve["rulebook_standing"]["notice_en"],
        "The rulebook roactemra-2021-10-14 ended on 2021-12-31; it is applied until a coordinator retires it."
    );
    let ask = json!({ "pseudonym": "cart-1", "weight_g": 70_000, "infusion_date": "2022-01-10" });
    let go = app
        .post(Role::CarTUnit, &at("/clearances"), &ask)
        .expect(201);
    assert_eq!(go["rulebook_standing"]["day"], "2021-12-31");
    let listed = items(&app.see("/clearances"));
    assert_eq!(listed[0]["rulebook_standing"]["code"], "ended");
    let plan = json!({ "network": "ght-001", "keep": true });
    let plan = app.post(Role::Coordinator, "/plans", &plan).expect(201);
    assert_eq!(plan["rulebook_standing"]["code"], "ended");
}

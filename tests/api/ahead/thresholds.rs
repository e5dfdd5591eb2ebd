//! The minimums that a pharmacist sets.

use super::{names_nobody, open, sent, told, turn};
use crate::service::{App, CENTRE, MG80, MG400, NEIGHBOUR, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_minimum_of_a_presentation_is_heard_when_units_leave_and_when_they_come
    a_minimum_of_a_route_counts_milligrams_that_nobody_holds
    a_minimum_is_versioned_and_said_by_a_pharmacist
    what_no_unit_can_be_counted_of_is_refused
    a_minimum_of_a_pharmacy_without_car_t_is_heard_there
    units_that_expire_fall_below_a_minimum_when_the_day_begins
    two_who_set_a_minimum_at_once_set_one
}

const KIND: &str = "stock-below-minimum";
const IV: &str = "roactemra-2021-10-14:iv";

fn path(subject: &str) -> String {
    at(&format!("/thresholds/{subject}"))
}

#[track_caller]
fn set(app: &App, subject: &str, body: &Value) -> Value {
    let put = sent(app, Role::Pharmacist, "PUT", &path(subject), None, body);
    put.expect(201)
}

fn a_minimum_of_a_presentation_is_heard_when_units_leave_and_when_they_come(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 9);
    let made = set(&app, MG400, &json!({ "minimum_units": 8 }));
    assert_eq!(
        (&made["subject"], &made["minimum_units"], &made["version"]),
        (&json!(MG400), &json!(8), &json!(1))
    );
    assert_eq!(open(&app, KIND), None);
    app.lose(MG400, "B1", 2);
    assert_eq!(open(&app, KIND), Some((MG400.to_owned(), 7, 8)));
    app.lose(MG400, "B1", 1);
    // better and still below: no letter
    app.receive(CENTRE, MG400, "B2", "2022-07-31", 1);
    assert_eq!(open(&app, KIND), Some((MG400.to_owned(), 7, 8)));
    app.receive(CENTRE, MG400, "B2", "2022-07-31", 1);
    assert_eq!(open(&app, KIND), None);
    assert_eq!(told(&app, KIND), ["opened", "worsened", "closed"]);
    // a fall the same day is heard again
    app.lose(MG400, "B1", 1);
    assert_eq!(told(&app, KIND).last().unwrap(), "opened");
    let (_, to, text) = super::letters(&app, KIND).remove(0);
    assert_eq!(to, "pui@example.org");
    for said in [
        "Unités libres : 7",
        "Seuil du site : 8",
        MG400,
        "RoActemra (tocilizumab)",
    ] {
        assert!(text.contains(said), "{said} not in {text}");
    }
}

fn a_minimum_of_a_route_counts_milligrams_that_nobody_holds(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    app.receive(CENTRE, MG80, "C1", "2022-06-30", 5);
    // the route alone will do where one rulebook has it
    let made = set(&app, "iv", &json!({ "minimum_mg": 3000 }));
    assert_eq!(
        (&made["subject"], &made["rulebook"], &made["route"]),
        (&json!(IV), &json!("roactemra-2021-10-14"), &json!("iv"))
    );
    assert_eq!(open(&app, KIND), None);
    // 3 600 mg are there; three doses of two vials and more are held
    app.go("xavier-pseudo", 73_519, "2021-10-25");
    let (subject, found, expected) = open(&app, KIND).unwrap();
    assert_eq!((subject.as_str(), expected), (IV, 3000));
    assert!(found < 3000 && found % 80 == 0, "{found}");
    let (event, _, text) = super::letters(&app, KIND).remove(0);
    assert_eq!(event, "opened");
    assert!(text.contains("Voie : intraveineuse"), "{text}");
    assert!(
        text.contains(&format!("Milligrammes libres : {found}")),
        "{text}"
    );
    names_nobody(&text, &["xavier", "73519", "73,5", "25/10", "2021-10-25"]);
}

fn a_minimum_is_versioned_and_said_by_a_pharmacist(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let six = json!({ "minimum_units": 6 });
    for role in [
        Role::CarTUnit,
        Role::Prescriber,
        Role::Reader,
        Role::Coordinator,
        Role::Admin,
    ] {
        let answer = sent(&app, role, "PUT", &path(MG400), None, &six);
        assert_eq!(answer.status, 403, "{role:?} {}", answer.text);
    }
    let put = sent(&app, Role::Pharmacist, "PUT", &path(MG400), None, &six);
    assert_eq!((put.status, put.etag.as_deref()), (201, Some("\"v1\"")));
    let nine = json!({ "minimum_units": 9 });
    let put = |etag, body| sent(&app, Role::Pharmacist, "PUT", &path(MG400), etag, body);
    assert_eq!(put(None, &nine).status, 428);
    assert_eq!(put(Some("\"v7\""), &nine).status, 412);
    let again = put(Some("\"v1\""), &nine);
    assert_eq!((again.status, again.etag.as_deref()), (200, Some("\"v2\"")));
    assert_eq!(open(&app, KIND), Some((MG400.to_owned(), 6, 9)));
    // everybody who sees the stock sees the minimum
    let list = items(&app.get(Role::Reader, &at("/thresholds")).expect(200));
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["minimum_units"], 9);
    let delete = |etag| {
        sent(
            &app,
            Role::Pharmacist,
            "DELETE",
            &path(MG400),
            etag,
            &json!({}),
        )
    };
    assert_eq!(delete(None).status, 428);
    assert_eq!(delete(Some("\"v1\"")).status, 412);
    assert_eq!(delete(Some("\"v2\"")).status, 204);
    // what nobody asks for any more is no alert
    assert_eq!(open(&app, KIND), None);
    assert_eq!(told(&app, KIND), ["opened", "closed"]);
    let (_, _, text) = super::letters(&app, KIND).remove(1);
    assert!(!text.contains("Seuil du site :"), "{text}");
    assert_eq!(delete(Some("\"v2\"")).status, 404);
    let gone = app.get(Role::Pharmacist, &path(MG400));
    assert_eq!(gone.status, 404, "{}", gone.text);
    let audit = app.get(Role::Admin, &format!("/audit?site={CENTRE}&limit=50"));
    let actions: Vec<String> = items(&audit.expect(200))
        .iter()
        .map(|l| l["action"].as_str().unwrap().to_owned())
        .filter(|a| a.starts_with("threshold."))
        .collect();
    assert_eq!(
        actions.iter().filter(|a| *a == "threshold.remove").count(),
        3,
        "{actions:?}"
    );
}

fn what_no_unit_can_be_counted_of_is_refused(backend: Backend) {
    let app = spawn(backend);
    let units = json!({ "minimum_units": 3 });
    let mg = json!({ "minimum_mg": 800 });
    let check = |subject: &str, body: &Value, status| {
        let put = sent(&app, Role::Pharmacist, "PUT", &path(subject), None, body);
        assert_eq!(put.status, status, "{subject} {body}: {}", put.text);
    };
    check("3400930000014", &units, 404);
    check("3400957464540", &units, 404);
    check("oral", &mg, 404);
    check("nothing-2021:iv", &mg, 404);
    check("roactemra-2021-10-14:oral", &mg, 404);
    check("rocket", &units, 404);
    check(MG400, &mg, 422);
    check("iv", &units, 422);
    check(MG400, &json!({ "minimum_units": 0 }), 422);
    check(MG400, &json!({ "minimum_units": 1_000_001 }), 422);
    check("iv", &json!({ "minimum_mg": 1_000_000_001_i64 }), 422);
    check(MG400, &json!({}), 422);
    check(MG400, &json!({ "minimum_units": 3, "note": "x" }), 422);
    assert_eq!(items(&app.see("/thresholds")), Vec::<Value>::new());
    check(MG400, &json!({ "minimum_units": 1_000_000 }), 201);
}

fn a_minimum_of_a_pharmacy_without_car_t_is_heard_there(backend: Backend) {
    let app = spawn(backend);
    let pharmacist = json!({ "capacity": "pharmacist", "name": "PUI", "email": "marne@example.org", "language": "en" });
    app.post(
        Role::Admin,
        &format!("/sites/{NEIGHBOUR}/recipients"),
        &pharmacist,
    )
    .expect(201);
    app.receive(NEIGHBOUR, MG400, "N1", "2022-06-30", 3);
    let at_neighbour = format!("/sites/{NEIGHBOUR}/thresholds/{MG400}");
    let body = json!({ "minimum_units": 4 });
    sent(&app, Role::Pharmacist, "PUT", &at_neighbour, None, &body).expect(201);
    let alerts = app.get(
        Role::Pharmacist,
        &format!("/sites/{NEIGHBOUR}/alerts?open=true"),
    );
    let alerts = items(&alerts.expect(200));
    assert_eq!((alerts.len(), &alerts[0]["kind"]), (1, &json!(KIND)));
    app.receive(NEIGHBOUR, MG400, "N1", "2022-06-30", 1);
    let to_them = app.heard();
    let to_them: Vec<_> = to_them
        .iter()
        .filter(|(_, to)| to == "marne@example.org")
        .collect();
    let events: Vec<&str> = to_them.iter().map(|(e, _)| e.as_str()).collect();
    assert_eq!(events, ["opened", "closed"]);
}

fn units_that_expire_fall_below_a_minimum_when_the_day_begins(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.receive(CENTRE, MG400, "B2", "2021-10-22", 2);
    set(&app, MG400, &json!({ "minimum_units": 7 }));
    turn(&app, "2021-10-22T21:59:59Z");
    assert_eq!(open(&app, KIND), None);
    turn(&app, "2021-10-22T22:00:00Z");
    assert_eq!(open(&app, KIND), Some((MG400.to_owned(), 6, 7)));
    // settled twice, told once
    turn(&app, "2021-10-22T22:00:01Z");
    assert_eq!(told(&app, KIND), ["opened"]);
}

fn two_who_set_a_minimum_at_once_set_one(backend: Backend) {
    let app = spawn(backend);
    let body = json!({ "minimum_units": 7 });
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let put = || sent(&app, Role::Pharmacist, "PUT", &path(MG400), None, &body).status;
        let all: Vec<_> = (0..6).map(|_| scope.spawn(put)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let made = statuses.iter().filter(|s| **s == 201).count();
    assert_eq!(made, 1, "{statuses:?}");
    assert!(
        statuses.iter().all(|s| [201, 412, 428, 409].contains(s)),
        "{statuses:?}"
    );
    assert_eq!(open(&app, KIND), Some((MG400.to_owned(), 0, 7)));
    assert_eq!(told(&app, KIND), ["opened"]);
}

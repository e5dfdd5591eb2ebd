//! One letter about several lots: what becomes of it, and of them.

use super::{edit, fates, instant, of_kind};
use crate::service::{App, CENTRE, MG80, spawn};
use crate::story::at;
use crate::support::{Backend, block};
use chrono::TimeDelta;
use diesel::RunQueryDsl as _;
use dotation::app::escalate;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_letter_that_waits_tells_of_the_lots_that_are_left
    lots_that_nobody_acknowledged_are_escalated_in_one_letter
    a_link_acknowledges_all_that_its_letter_told_of
}

const KIND: &str = "lot-expiring";
const PUI: &str = "pui@example.org";
const COORDINATOR: &str = "ght@example.org";

fn notice(app: &App, days: u32) {
    let body = json!({ "expiry_notice_days": days });
    app.edit(Role::Pharmacist, "PUT", &at("/look-ahead"), &body)
        .expect(200);
}

/// Three lots of two units are near their end, and told in one letter.
fn three(app: &App) {
    notice(app, 0);
    for lot in ["L1", "L2", "L3"] {
        app.receive(CENTRE, MG80, lot, "2021-12-10", 2);
    }
    notice(app, 100);
    assert_eq!(app.alerts(KIND).len(), 3);
}

#[derive(diesel::QueryableByName)]
struct Whole {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    whole: i64,
}

fn a_letter_that_waits_tells_of_the_lots_that_are_left(backend: Backend) {
    let app = spawn(backend);
    let hours = json!({ "quiet_hours": { "from": "22:00", "to": "09:00" } });
    edit(&app, PUI, &hours);
    three(&app);
    let letters = || of_kind(&app, KIND, PUI);
    assert_eq!(fates(&letters()), [("opened", "queued")]);
    assert!(letters()[0].2.contains("Lot : L1"), "{}", letters()[0].2);
    app.lose(MG80, "L1", 2);
    let left = letters();
    assert_eq!(
        fates(&left),
        [("opened", "withdrawn"), ("opened", "queued")]
    );
    let text = &left[1].2;
    assert!(
        text.contains("Lot : L2") && text.contains("Lot : L3"),
        "{text}"
    );
    assert!(!text.contains("Lot : L1"), "{text}");
    // another than the first
    app.lose(MG80, "L3", 2);
    let text = letters().pop().unwrap().2;
    assert!(
        text.contains("Lot : L2") && !text.contains("Lot : L3"),
        "{text}"
    );
    app.lose(MG80, "L2", 2);
    assert!(
        letters()
            .iter()
            .all(|l| l.0 == "opened" && l.1 == "withdrawn")
    );
    // nor are the links of what will not leave there any more
    let whole = "SELECT count(*) AS whole FROM letter_links WHERE address IS NOT NULL
        AND letter_id IN (SELECT id FROM outbox WHERE state = 'withdrawn')";
    let found: Vec<Whole> = diesel::sql_query(whole)
        .get_results(&mut app.database.conn())
        .unwrap();
    assert_eq!(found[0].whole, 0);
}

fn lots_that_nobody_acknowledged_are_escalated_in_one_letter(backend: Backend) {
    let app = spawn(backend);
    three(&app);
    let first = app.alerts(KIND).remove(0);
    let path = format!("/alerts/{}/acknowledge", first["id"].as_str().unwrap());
    app.post(Role::Pharmacist, &path, &json!({})).expect(200);
    for now in ["2021-10-20T10:30:00Z", "2021-10-20T10:31:00Z"] {
        block(escalate::watch(
            &app.service,
            instant(now),
            TimeDelta::hours(4),
        ))
        .unwrap();
    }
    let letters = of_kind(&app, KIND, COORDINATOR);
    assert_eq!(letters.len(), 1, "{letters:#?}");
    assert!(letters[0].2.contains("Lot : L2"), "{}", letters[0].2);
}

fn a_link_acknowledges_all_that_its_letter_told_of(backend: Backend) {
    let app = spawn(backend);
    three(&app);
    app.heard();
    let letters = app.memory.letters();
    let letter = letters
        .iter()
        .find(|l| l.text.contains("Lot : L1"))
        .unwrap();
    let mut words = letter.text.split_whitespace();
    let link = words.find(|word| word.contains("/acknowledge/")).unwrap();
    let (_, token) = link.split_once("/acknowledge/").unwrap();
    let path = format!("//acknowledge/{token}");
    // a lot that came near its end since is none of it
    app.receive(CENTRE, MG80, "L4", "2021-12-11", 2);
    let page = app.send("GET", &path, &[], None);
    assert!(page.text.contains("<dd>2</dd>"), "{}", page.text);
    assert!(page.text.contains(&format!("L1 ({MG80}), 2 unités")));
    let (_, version) = page.text.split_once("name=\"version\" value=\"").unwrap();
    let version = version.split('"').next().unwrap();
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let body = format!("version={version}");
    let done = app.send("POST", &path, &[form], Some(body.as_bytes()));
    assert_eq!(done.status, 200, "{}", done.text);
    let of_state = |state: &str| {
        let alerts = app.alerts(KIND);
        alerts
            .iter()
            .filter(|a: &&Value| a["state"] == state)
            .count()
    };
    assert_eq!((of_state("acknowledged"), of_state("open")), (3, 1));
}

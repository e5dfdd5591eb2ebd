//! What people hear, how often, and what became of each letter.

use crate::service::{App, CENTRE, MG400, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use diesel::connection::SimpleConnection as _;
use dotation::domain::role::Role;
use dotation::mail::{SendError, Stage};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

on_both! {
    an_alert_is_heard_when_it_opens_worsens_and_closes
    what_was_acknowledged_and_gets_worse_is_open_again
    a_broken_clearance_is_heard_by_pharmacist_and_unit_each_in_their_language
    a_letter_can_be_read_back
    a_site_that_is_no_centre_any_more_is_short_of_nothing
    an_address_that_is_refused_is_shown_on_the_alert
    a_letter_that_waits_keeps_no_other_waiting
}

/// What was heard since `before` letters, sorted.
fn since(app: &App, before: usize) -> Vec<(String, String)> {
    let mut new = app.heard().split_off(before);
    new.sort();
    new
}

fn rows(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

const PUI: &str = "pui@example.org";
const CAR_T: &str = "car-t@example.org";

fn an_alert_is_heard_when_it_opens_worsens_and_closes(backend: Backend) {
    let app = spawn(backend);
    let second = json!({ "capacity": "pharmacist", "name": "Night duty", "email": "night@example.org", "language": "en" });
    app.post(Role::Admin, &at("/recipients"), &second)
        .expect(201);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 7);
    let mut before = app.heard().len();
    let mut heard = |events: &[(&str, &str)]| {
        let new = since(&app, before);
        before += new.len();
        assert_eq!(new, rows(events));
    };
    let both = |event| [(event, "night@example.org"), (event, PUI)];
    app.lose(MG400, "B1", 2);
    heard(&both("opened"));
    // five vials or four make two doses all the same
    app.lose(MG400, "B1", 1);
    heard(&[]);
    app.lose(MG400, "B1", 1);
    heard(&both("worsened"));
    // better, and still short
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 1);
    heard(&[]);
    assert_eq!(app.alerts("reserve-below-minimum")[0]["found"], 2);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 2);
    heard(&both("closed"));
    // a fall on the same day is heard again, as another alert
    app.lose(MG400, "B1", 1);
    heard(&both("opened"));
    let all = items(&app.see("/alerts"));
    let states: Vec<_> = all.iter().map(|a| a["state"].clone()).collect();
    assert_eq!(states, ["open", "closed", "closed"]);
}

fn what_was_acknowledged_and_gets_worse_is_open_again(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.lose(MG400, "B1", 1);
    let before = app.heard().len();
    let alert = app.alerts("reserve-below-minimum").remove(0);
    let path = format!("/alerts/{}/acknowledge", alert["id"].as_str().unwrap());
    let seen = app
        .post(
            Role::Pharmacist,
            &path,
            &json!({ "note": "a box is on its way", "version": alert["version"] }),
        )
        .expect(200);
    assert_eq!(
        (&seen["state"], &seen["acknowledged"]["note"]),
        (&json!("acknowledged"), &json!("a box is on its way"))
    );
    assert!(!seen["acknowledged"]["by"].as_str().unwrap().is_empty());
    // the others know that somebody sees to it
    assert_eq!(since(&app, before), rows(&[("acknowledged", PUI)]));
    let twice = app.post(Role::Pharmacist, &path, &json!({}));
    assert_eq!(
        (twice.status, &twice.body["reason"]),
        (409, &json!("wrong-state")),
        "{}",
        twice.text
    );
    let stale = app.post(
        Role::Pharmacist,
        &path,
        &json!({ "version": alert["version"] }),
    );
    assert_eq!(stale.status, 412, "{}", stale.text);

    app.lose(MG400, "B1", 2);
    let alert = app.alerts("reserve-below-minimum").remove(0);
    assert_eq!(alert["state"], "open");
    assert!(alert.get("acknowledged").is_none());
    assert_eq!(since(&app, before + 1), rows(&[("worsened", PUI)]));
    // a reader of another site does not even learn that it is there
    let elsewhere = app.get(Role::Reader, "/alerts/0192aaaa-0000-7000-8000-000000000000");
    assert_eq!(elsewhere.status, 404);
}

fn a_broken_clearance_is_heard_by_pharmacist_and_unit_each_in_their_language(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    // words that no letter may have
    app.go("xavier-pseudo", 73_519, "2021-10-25");
    let before = app.heard().len();
    app.lose(MG400, "B1", 4);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.book(&json!({ "kind": "dispensing-override", "cip13": MG400, "units": 2, "patient": "yvonne-pseudo", "note": "vascularite de Horton" }))
        .expect(201);
    let events = ["closed", "opened"];
    let of_reserve = events.iter().map(|e| (*e, PUI));
    let of_clearance = events.iter().flat_map(|e| [(*e, CAR_T), (*e, PUI)]);
    let mut want: Vec<_> = of_reserve.chain(of_clearance).collect();
    want.sort_unstable();
    let mut heard = since(&app, before);
    heard.retain(|(_, to)| to != "ght@example.org");
    assert_eq!(heard, rows(&want));
    for letter in app.memory.letters() {
        let (subject, to) = (letter.subject.as_str(), letter.to.address.as_str());
        let english = to == CAR_T;
        assert_eq!(letter.language.as_str(), if english { "en" } else { "fr" });
        let over = ["TERMINÉ", "OVER", "RÉTABLI", "RESTORED"]
            .iter()
            .any(|word| subject.contains(word));
        let when = match (english, over) {
            (true, false) => "Since: 20 October 2021, 08:0",
            (true, true) => "Alert opened: 20 October 2021, 08:0",
            (false, false) => "Depuis : 20/10/2021 08:0",
            (false, true) => "Alerte ouverte le : 20/10/2021 08:0",
        };
        assert!(letter.text.contains(when), "{}", letter.text);
        for part in [subject, &letter.text, &letter.html] {
            for secret in [
                "xavier",
                "yvonne",
                "73519",
                "73,5",
                "73.5",
                "2021-10-25",
                "25/10",
                "25 October",
                "Horton",
                "crs",
                "CRS",
            ] {
                assert!(!part.contains(secret), "{secret} in {part}");
            }
        }
        for fact in ["CHU de la Seine", CENTRE] {
            assert!(
                subject.contains(fact) && letter.text.contains(fact) && letter.html.contains(fact)
            );
        }
        let link = letter
            .text
            .lines()
            .find(|l| l.contains("/alerts/"))
            .unwrap();
        assert!(
            letter
                .html
                .contains(link.split_whitespace().last().unwrap())
        );
        assert!(letter.text.contains("RoActemra (tocilizumab)"));
        assert_eq!(
            letter.text.contains("01 47 61 47 61"),
            !over,
            "{}",
            letter.text
        );
        assert_eq!(letter.text.contains("\n3. "), !over);
    }
}

fn a_letter_can_be_read_back(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.lose(MG400, "B1", 2);
    app.heard();
    let all = items(&app.emails("?state=sent"));
    let ids: BTreeSet<_> = all
        .iter()
        .map(|e| e["message_id"].as_str().unwrap())
        .collect();
    // the first alert was open when its first reader came, and closed; the second opened
    assert_eq!((all.len(), ids.len()), (3, 3));
    let sent = app.memory.letters();
    assert!(sent.iter().all(|l| ids.contains(l.message_id.as_str())));
    let one = &all[0];
    assert!(one.get("text").is_none() && one["sent_at"].is_string());
    let read = app
        .get(
            Role::Pharmacist,
            &format!("/emails/{}", one["id"].as_str().unwrap()),
        )
        .expect(200);
    assert_eq!(read["message_id"], one["message_id"]);
    let same = sent
        .iter()
        .find(|l| l.message_id.as_str() == one["message_id"])
        .unwrap();
    // what is kept is what was sent, without the links that are its reader's alone
    let own = ["/acknowledge/", "/unsubscribe/", "[["];
    let shared = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter(|line| !own.iter().any(|part| line.contains(part)));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(shared(read["text"].as_str().unwrap()), shared(&same.text));
    let alert = app
        .get(
            Role::Pharmacist,
            &format!("/alerts/{}", one["alert"].as_str().unwrap()),
        )
        .expect(200);
    assert_eq!(alert["letters"][0]["id"], one["id"]);
    assert_eq!(app.get(Role::CarTUnit, "/emails").status, 403);
    assert_eq!(app.get(Role::Pharmacist, "/emails/nothing").status, 404);
    // letters about one alert are shown together
    let threads: BTreeSet<_> = sent
        .iter()
        .map(|l| {
            l.references
                .as_ref()
                .unwrap_or(&l.message_id)
                .as_str()
                .to_owned()
        })
        .collect();
    assert_eq!(threads.len(), 2);
}

fn a_site_that_is_no_centre_any_more_is_short_of_nothing(backend: Backend) {
    let app = spawn(backend);
    assert_eq!(app.alerts("reserve-below-minimum").len(), 1);
    app.edit(Role::Admin, "PATCH", &at(""), &json!({ "car_t": false }))
        .expect(200);
    assert!(app.alerts("reserve-below-minimum").is_empty());
    assert_eq!(app.reserve(), (0, 0));
}

fn with_two_pharmacists(backend: Backend) -> App {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.heard();
    let second =
        json!({ "capacity": "pharmacist", "name": "Night duty", "email": "night@example.org" });
    app.post(Role::Admin, &at("/recipients"), &second)
        .expect(201);
    app
}

fn letters_of_the_alert(app: &App) -> Vec<Value> {
    let alert = app.alerts("reserve-below-minimum").remove(0);
    let seen = app
        .get(
            Role::Pharmacist,
            &format!("/alerts/{}", alert["id"].as_str().unwrap()),
        )
        .expect(200);
    seen["letters"].as_array().unwrap().clone()
}

fn an_address_that_is_refused_is_shown_on_the_alert(backend: Backend) {
    let app = with_two_pharmacists(backend);
    let refused = SendError::Permanent {
        stage: Stage::Recipient,
        code: Some(550),
        reason: "no such mailbox".to_owned(),
    };
    app.memory.fail_next(1, &refused);
    app.lose(MG400, "B1", 1);
    app.heard();
    let mut letters = letters_of_the_alert(&app);
    letters.sort_by_key(|l| l["state"].as_str().unwrap().to_owned());
    let states: Vec<_> = letters
        .iter()
        .map(|l| {
            (
                l["state"].as_str().unwrap(),
                l["attempts"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(states, [("failed", 1), ("sent", 1)]);
    let said = letters[0]["last_error"].as_str().unwrap();
    assert!(said.contains("no such mailbox"), "{said}");
    assert_eq!(items(&app.emails("?state=failed")).len(), 1);
}

fn a_letter_that_waits_keeps_no_other_waiting(backend: Backend) {
    let app = with_two_pharmacists(backend);
    let busy = SendError::Temporary {
        stage: Stage::Content,
        code: None,
        reason: "the line went dead".to_owned(),
        maybe_delivered: true,
    };
    let before = app.memory.letters().len();
    app.memory.fail_next(1, &busy);
    app.lose(MG400, "B1", 1);
    // one is sent, one waits; both are in the memory, as a server may have kept what it did not confirm
    let state = |app: &App| {
        let mut states: Vec<_> = letters_of_the_alert(app)
            .iter()
            .map(|l| {
                (
                    l["state"].as_str().unwrap().to_owned(),
                    l["attempts"].as_i64().unwrap(),
                )
            })
            .collect();
        states.sort();
        states
    };
    let until = Instant::now() + Duration::from_secs(20);
    let sent_and_waiting = [("queued".to_owned(), 1), ("sent".to_owned(), 1)];
    while state(&app) != sent_and_waiting {
        assert!(Instant::now() < until, "{:?}", state(&app));
        std::thread::sleep(Duration::from_millis(10));
    }
    // half a minute passes at once
    let sooner = "UPDATE outbox SET due_at = created_at WHERE state = 'queued'";
    app.database.conn().batch_execute(sooner).unwrap();
    app.heard();
    assert_eq!(
        state(&app),
        [("sent".to_owned(), 1), ("sent".to_owned(), 2)]
    );
    // it came twice, under one name
    let names: Vec<_> = app
        .memory
        .letters()
        .split_off(before)
        .iter()
        .map(|l| l.message_id.as_str().to_owned())
        .collect();
    assert_eq!(
        (names.len(), names.iter().collect::<BTreeSet<_>>().len()),
        (3, 2)
    );
}

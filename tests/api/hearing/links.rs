//! The links in a letter that need no other access.

use super::{LOW, SHORT, filled, instant, letters, low, recipient, stocked, syringes};
use crate::service::{App, MG400, again_at, spawn};
use crate::story::items;
use crate::support::{Backend, block};
use diesel::RunQueryDsl as _;
use dotation::app::digest;
use dotation::domain::role::Role;
use dotation::mail::Letter;
use serde_json::json;

on_both! {
    a_link_acknowledges_once_and_only_when_it_is_meant
    a_link_shows_the_alert_as_it_is_and_not_as_it_was
    a_link_that_is_too_old_or_whose_reader_is_gone_is_worth_nothing
    a_link_stands_whole_nowhere_once_its_letter_has_left
    what_can_wait_is_unsubscribed_by_one_click_and_what_cannot_is_not
    later_letters_answer_the_first
}

const PUI: &str = "pui@example.org";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// The path of a link of some kind in a letter.
fn link(letter: &Letter, kind: &str) -> String {
    let words = letter.text.split_whitespace();
    let mut links = words.filter(|word| word.contains(&format!("/{kind}/")));
    let link = links.next().unwrap_or_else(|| panic!("{}", letter.text));
    let (_, path) = link.split_once(&format!("/{kind}/")).unwrap();
    assert!(letter.html.contains(link), "{}", letter.html);
    format!("//{kind}/{path}")
}

/// The letter to an address with these words in its subject.
fn about(app: &App, to: &str, words: &str) -> Letter {
    app.heard();
    let mut all = app.memory.letters().into_iter();
    let of = |l: &Letter| l.to.address.as_str() == to && l.subject.as_str().contains(words);
    all.find(of).unwrap()
}

/// The last letter to an address.
fn last(app: &App, to: &str) -> Letter {
    app.heard();
    let all = app.memory.letters();
    let mut to = all
        .into_iter()
        .rev()
        .filter(|l| l.to.address.as_str() == to);
    to.next().unwrap()
}

fn short(backend: Backend) -> (App, String) {
    let app = spawn(backend);
    stocked(&app);
    app.lose(MG400, "B1", 1);
    let letter = last(&app, PUI);
    (app, link(&letter, "acknowledge"))
}

fn state(app: &App) -> String {
    app.alerts(SHORT)[0]["state"].as_str().unwrap().to_owned()
}

fn version(app: &App) -> String {
    format!("version={}", app.alerts(SHORT)[0]["version"])
}

fn a_link_acknowledges_once_and_only_when_it_is_meant(backend: Backend) {
    let (app, link) = short(backend);
    for _ in 0..2 {
        let page = app.send("GET", &link, &[], None);
        assert_eq!(page.status, 200, "{}", page.text);
        let header = |name: &str| page.headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert!(header("content-security-policy").contains("form-action 'self'"));
        assert!(page.text.contains("Prendre cette alerte en charge"));
    }
    assert_eq!(state(&app), "open");
    let body = version(&app);
    let done = app.send("POST", &link, &[FORM], Some(body.as_bytes()));
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(state(&app), "acknowledged");
    let id = recipient(&app, PUI)["id"].as_str().unwrap().to_owned();
    let by = &app.alerts(SHORT)[0]["acknowledged"]["by"];
    assert_eq!(*by, format!("recipient:{id}"));
    for method in ["GET", "POST"] {
        let again = app.send(method, &link, &[FORM], Some(body.as_bytes()));
        assert_eq!(again.status, 410, "{}", again.text);
    }
    let other = app.send("GET", "//acknowledge/0123456789abcdef", &[], None);
    assert_eq!(other.status, 404);
}

fn a_link_shows_the_alert_as_it_is_and_not_as_it_was(backend: Backend) {
    let (app, link) = short(backend);
    let seen = version(&app);
    app.lose(MG400, "B1", 2);
    let stale = app.send("POST", &link, &[FORM], Some(seen.as_bytes()));
    assert_eq!(stale.status, 409, "{}", stale.text);
    assert!(
        stale
            .text
            .contains(&version(&app).replace("version=", "value=\""))
    );
    assert_eq!(state(&app), "open");
    for body in ["", "version=x"] {
        let wrong = app.send("POST", &link, &[FORM], Some(body.as_bytes()));
        assert_eq!(wrong.status, 400, "{}", wrong.text);
        assert!(wrong.text.contains("Prendre cette alerte en charge"));
    }
    let done = app.send("POST", &link, &[FORM], Some(version(&app).as_bytes()));
    assert_eq!((done.status, state(&app).as_str()), (200, "acknowledged"));
    // the other letter's link has nothing left to do
    let other = self::link(&last(&app, PUI), "unsubscribe");
    assert_eq!(app.send("GET", &other, &[], None).status, 200);
}

fn a_link_that_is_too_old_or_whose_reader_is_gone_is_worth_nothing(backend: Backend) {
    let (app, link) = short(backend);
    super::edit(&app, PUI, &json!({ "active": false }));
    assert_eq!(app.send("GET", &link, &[], None).status, 404);
    super::edit(&app, PUI, &json!({ "active": true }));
    assert_eq!(app.send("GET", &link, &[], None).status, 200);
    let app = again_at(app, "2021-10-23T06:30:00Z");
    let body = version(&app);
    let old = app.send("POST", &link, &[FORM], Some(body.as_bytes()));
    assert_eq!((old.status, state(&app).as_str()), (404, "open"));
}

#[derive(diesel::QueryableByName)]
struct Whole {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    whole: i64,
}

fn a_link_stands_whole_nowhere_once_its_letter_has_left(backend: Backend) {
    let (app, link) = short(backend);
    let token = link.rsplit('/').next().unwrap();
    let all = items(&app.emails("?limit=200"));
    for letter in all {
        let path = format!("/emails/{}", letter["id"].as_str().unwrap());
        let read = app.get(Role::Admin, &path).expect(200);
        assert!(!read.to_string().contains(token));
    }
    for (sql, want) in [
        (
            "SELECT count(*) AS whole FROM letter_links WHERE address IS NOT NULL".to_owned(),
            0,
        ),
        (
            format!("SELECT count(*) AS whole FROM letter_links WHERE hash = '{token}'"),
            0,
        ),
        (
            "SELECT count(*) AS whole FROM letter_links WHERE used_at IS NOT NULL".to_owned(),
            0,
        ),
    ] {
        let mut conn = app.database.conn();
        let found: Vec<Whole> = diesel::sql_query(&sql).get_results(&mut conn).unwrap();
        assert_eq!(found[0].whole, want, "{sql}");
    }
}

fn what_can_wait_is_unsubscribed_by_one_click_and_what_cannot_is_not(backend: Backend) {
    let one_click: &[u8] = b"List-Unsubscribe=One-Click";
    let (app, _) = short(backend);
    let must = last(&app, PUI);
    assert_eq!(must.unsubscribe, None);
    let why = link(&must, "unsubscribe");
    for method in ["GET", "POST"] {
        let page = app.send(method, &why, &[FORM], Some(one_click));
        assert_eq!(page.status, if method == "GET" { 200 } else { 409 });
        assert!(
            page.text.contains("ne peuvent être arrêtés"),
            "{}",
            page.text
        );
    }
    assert!(
        recipient(&app, PUI)["kinds"]
            .as_array()
            .unwrap()
            .contains(&json!(SHORT))
    );

    syringes(&app);
    low(&app);
    let may = about(&app, PUI, "] Stock sous le seuil");
    assert!(may.unsubscribe.is_some(), "{}", may.text);
    let stop = link(&may, "unsubscribe");
    assert_eq!(app.send("GET", &stop, &[], None).status, 200);
    let kinds = || recipient(&app, PUI)["kinds"].as_array().unwrap().clone();
    assert!(kinds().contains(&json!(LOW)));
    for _ in 0..2 {
        let done = app.send("POST", &stop, &[FORM], Some(one_click));
        assert_eq!(done.status, 200, "{}", done.text);
    }
    assert!(!kinds().contains(&json!(LOW)));
    let before = letters(&app).len();
    filled(&app);
    low(&app);
    let new = letters(&app).split_off(before);
    assert!(!new.iter().any(|(_, to, _)| to == PUI), "{new:?}");

    super::edit(&app, PUI, &json!({ "digest": true }));
    app.lose(MG400, "B1", 4);
    block(digest::watch(&app.service, instant("2021-10-20T06:00:30Z"))).unwrap();
    block(digest::watch(&app.service, instant("2021-10-21T06:00:00Z"))).unwrap();
    let app = again_at(app, "2021-10-21T06:00:10Z");
    let morning = about(&app, PUI, "alerte");
    let done = app.send(
        "POST",
        &link(&morning, "unsubscribe"),
        &[FORM],
        Some(one_click),
    );
    assert_eq!(done.status, 200);
    assert_eq!(recipient(&app, PUI)["digest"], false);
}

fn later_letters_answer_the_first(backend: Backend) {
    let (app, _) = short(backend);
    let first = last(&app, PUI);
    assert_eq!(first.references, None);
    app.lose(MG400, "B1", 2);
    let second = last(&app, PUI);
    app.lose(MG400, "B1", 2);
    let third = last(&app, PUI);
    for later in [second, third] {
        assert_ne!(later.message_id, first.message_id);
        assert_eq!(later.references.as_ref(), Some(&first.message_id));
    }
}

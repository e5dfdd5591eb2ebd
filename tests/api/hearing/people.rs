//! What somebody hears, and when: read, edited, refused.

use super::{SHORT, add, edit, recipient, stocked, told};
use crate::service::{MG400, spawn};
use crate::story::at;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_recipient_is_edited_by_whoever_saw_them_last
    what_is_no_kind_or_no_hour_is_refused_in_one_go
    who_chose_not_to_hear_does_not_unless_nobody_else_would
    a_note_that_is_a_book_is_refused_and_so_is_an_address_of_one_word
}

const PUI: &str = "pui@example.org";

fn a_recipient_is_edited_by_whoever_saw_them_last(backend: Backend) {
    let app = spawn(backend);
    let path = at(&format!(
        "/recipients/{}",
        recipient(&app, PUI)["id"].as_str().unwrap()
    ));
    let body = json!({ "language": "en", "quiet_hours": { "from": "21:00", "to": "07:00" }, "digest": true, "kinds": [SHORT, "recall"] });
    let send = |etag: Option<&str>, body: &Value| {
        let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
        let mut headers = vec![("Authorization", bearer.as_str())];
        headers.extend(etag.map(|etag| ("If-Match", etag)));
        app.send("PATCH", &path, &headers, Some(body.to_string().as_bytes()))
    };
    assert_eq!(send(None, &body).status, 428);
    let changed = send(Some("\"v1\""), &body);
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(changed.etag.as_deref(), Some("\"v2\""));
    assert_eq!(changed.body["kinds"], json!([SHORT, "recall"]));
    assert_eq!(
        changed.body["quiet_hours"],
        json!({ "from": "21:00", "to": "07:00" })
    );
    assert_eq!(send(Some("\"v1\""), &body).status, 412);
    // what is not said stays; null is said
    let less = send(Some("\"v2\""), &json!({ "quiet_hours": null }));
    assert!(less.body.get("quiet_hours").is_none(), "{}", less.text);
    assert_eq!(less.body["kinds"], json!([SHORT, "recall"]));
    assert_eq!(less.body["language"], "en");
    let seen = app.get(Role::Pharmacist, &path);
    assert_eq!(
        (seen.etag.as_deref(), &seen.body),
        (Some("\"v3\""), &less.body)
    );
    assert_eq!(app.get(Role::Reader, &path).status, 403);
    assert_eq!(
        app.get(Role::Pharmacist, &at("/recipients/nobody")).status,
        404
    );
}

fn what_is_no_kind_or_no_hour_is_refused_in_one_go(backend: Backend) {
    let app = spawn(backend);
    let body = json!({
        "capacity": "pharmacist", "name": "Night", "email": "a@b\r\nBcc: x@y",
        "kinds": ["override", "weather"], "quiet_hours": { "from": "25:00", "to": "7" },
    });
    let refused = app.post(Role::Admin, &at("/recipients"), &body);
    assert_eq!(refused.status, 422, "{}", refused.text);
    for pointer in [
        "/email",
        "/kinds/0",
        "/kinds/1",
        "/quiet_hours/from",
        "/quiet_hours/to",
    ] {
        assert!(
            refused.text.contains(&format!("\"{pointer}\"")),
            "{pointer}: {}",
            refused.text
        );
    }
    let same = json!({ "capacity": "pharmacist", "name": "Night", "email": "night@example.org", "quiet_hours": { "from": "07:00", "to": "07:00" } });
    assert_eq!(app.post(Role::Admin, &at("/recipients"), &same).status, 422);
}

fn who_chose_not_to_hear_does_not_unless_nobody_else_would(backend: Backend) {
    let app = spawn(backend);
    add(&app, "pharmacist", "night@example.org");
    stocked(&app);
    edit(&app, PUI, &json!({ "kinds": ["recall"] }));
    let heard = |before: usize| told(&app, "opened").split_off(before);
    let before = told(&app, "opened").len();
    app.lose(MG400, "B1", 1);
    assert_eq!(heard(before), ["night@example.org"]);
    app.receive(crate::service::CENTRE, MG400, "B1", "2022-06-30", 1);
    // where nobody else hears of what cannot wait, they do
    edit(&app, "night@example.org", &json!({ "kinds": [] }));
    let before = told(&app, "opened").len();
    app.lose(MG400, "B1", 1);
    let mut both = heard(before);
    both.sort();
    assert_eq!(both, ["night@example.org", PUI]);
}

fn a_note_that_is_a_book_is_refused_and_so_is_an_address_of_one_word(backend: Backend) {
    let app = spawn(backend);
    let alert = app.alerts(SHORT).remove(0);
    let path = format!("/alerts/{}/acknowledge", alert["id"].as_str().unwrap());
    let note = json!({ "note": "é".repeat(10_000) });
    assert_eq!(app.post(Role::Pharmacist, &path, &note).status, 422);
    assert_eq!(app.alerts(SHORT)[0]["state"], "open");
    // nor can anybody tell which server an address of one word is at
    let one_word = json!({ "capacity": "pharmacist", "name": "Night", "email": "a@b" });
    let refused = app.post(Role::Admin, &at("/recipients"), &one_word);
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("\"/email\""), "{}", refused.text);
}

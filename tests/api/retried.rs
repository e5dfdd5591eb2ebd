//! Letters that were given up, sent again by an administrator.

use crate::service::{App, CENTRE, MG400, spawn};
use crate::story::items;
use crate::support::{Backend, execute};
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_letter_that_was_given_up_is_sent_again_once_and_written_down
    a_letter_that_a_later_one_has_overtaken_is_left
    only_an_administrator_sends_a_letter_again
}

/// The letters of the centre in a state, the latest first.
fn letters(app: &App, state: &str) -> Vec<Value> {
    items(
        &app.get(Role::Admin, &format!("/emails?state={state}"))
            .expect(200),
    )
}

/// A service one of whose letters was given up.
fn given_up(backend: Backend) -> (App, String) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.letters(1);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while letters(&app, "queued").len() + letters(&app, "sent").len() == 0
        || !letters(&app, "queued").is_empty()
    {
        assert!(std::time::Instant::now() < until);
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let id = letters(&app, "sent")[0]["id"].as_str().unwrap().to_owned();
    execute(
        app.service.db(),
        &format!(
            "UPDATE outbox SET state = 'failed', sent_at = NULL, attempts = 30,
             last_error = 'recipient: 5.1.1 no such user' WHERE id = '{id}'"
        ),
    )
    .unwrap();
    (app, id)
}

fn a_letter_that_was_given_up_is_sent_again_once_and_written_down(backend: Backend) {
    let (app, id) = given_up(backend);
    let before = app.letters(1).len();
    let path = format!("/emails/{id}/retry");
    let answer = app
        .post_with_key(Role::Admin, &path, &json!({}), "again")
        .expect(200);
    assert_eq!(
        (&answer["state"], &answer["attempts"]),
        (&json!("queued"), &json!(0))
    );
    let sent = app.letters(before + 1);
    assert_eq!(sent.len(), before + 1);
    // a repetition by the same key is answered and not done; another finds it is no longer given up
    app.post_with_key(Role::Admin, &path, &json!({}), "again")
        .expect(200);
    let again = app.post(Role::Admin, &path, &json!({}));
    assert_eq!(again.status, 409, "{}", again.text);
    let trail = app
        .get(Role::Admin, &format!("/audit?site={CENTRE}"))
        .expect(200);
    let lines = items(&trail);
    let done = |l: &&Value| l["action"] == "letter.retry" && l["outcome"] == "done";
    assert_eq!(lines.iter().filter(done).count(), 1, "{trail}");
}

fn a_letter_that_a_later_one_has_overtaken_is_left(backend: Backend) {
    let (app, id) = given_up(backend);
    execute(
        app.service.db(),
        &format!(
            "INSERT INTO outbox (id, site, alert_id, event, to_name, to_email, language, message_id,
                subject, body_text, body_html, state, attempts, due_at, created_at, sent_at)
             SELECT 'ffff', site, alert_id, 'closed', to_name, to_email, language, 'ffff@example.org',
                subject, body_text, body_html, 'sent', 1, due_at, created_at, created_at
             FROM outbox WHERE id = '{id}'"
        ),
    )
    .unwrap();
    let answer = app.post(Role::Admin, &format!("/emails/{id}/retry"), &json!({}));
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert_eq!(letters(&app, "failed").len(), 1);
}

fn only_an_administrator_sends_a_letter_again(backend: Backend) {
    let (app, id) = given_up(backend);
    for role in [Role::Pharmacist, Role::Coordinator, Role::Reader] {
        let answer = app.post(role, &format!("/emails/{id}/retry"), &json!({}));
        assert_eq!(answer.status, 403, "{role:?}: {}", answer.text);
    }
    let none = app.post(Role::Admin, "/emails/none/retry", &json!({}));
    assert_eq!(none.status, 404, "{}", none.text);
}

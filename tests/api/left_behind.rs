//! Letters that a killed service had in hand.

use crate::service::{App, CENTRE, MG400, again_at, spawn};
use crate::story::items;
use crate::support::{Backend, execute};
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

on_both! {
    what_a_killed_service_had_in_hand
}

/// A letter that a service took a minute before it was killed: its lease ends in four.
const IN_HAND: &str = "
INSERT INTO outbox (id, event, to_name, to_email, language, message_id, subject, body_text, body_html, state, attempts, due_at,
    leased_by, leased_until, created_at)
VALUES ('letter-1', 'test', 'PUI', 'pui@example.org', 'fr', 'letter-1@example.org', 's', 't', 'h', 'queued', 0, '2021-10-20 06:00:00',
    'killed', '2021-10-20 06:05:00', '2021-10-20 06:00:00')";

fn letter(app: &App) -> Value {
    app.get(Role::Admin, "/emails/letter-1").expect(200)
}

/// Waits until no letter that may be sent waits any more.
fn when_sent(app: &App, count: usize) {
    let until = Instant::now() + Duration::from_secs(20);
    while items(&app.emails("?state=sent&limit=200")).len() < count {
        assert!(Instant::now() < until, "{}", app.emails(""));
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn what_a_killed_service_had_in_hand(backend: Backend) {
    let app = spawn(backend);
    app.heard();
    let before = items(&app.emails("?limit=200")).len();
    execute(app.service.db(), IN_HAND).unwrap();
    let app = again_at(app, "2021-10-20T06:01:00Z");
    match backend {
        // nobody else can serve the file: whoever had it in hand is gone
        Backend::Sqlite => {
            when_sent(&app, before + 1);
            assert_eq!(letter(&app)["attempts"], 1);
            let ids: Vec<_> = app.memory.letters();
            assert_eq!(ids[0].message_id.as_str(), "letter-1@example.org");
        }
        // another instance may be sending it at this moment
        Backend::Postgres => {
            app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
            app.lose(MG400, "B1", 1);
            when_sent(&app, before + 1);
            let waits = letter(&app);
            assert_eq!(
                (&waits["state"], &waits["attempts"]),
                (&json!("queued"), &json!(0))
            );
        }
    }
}

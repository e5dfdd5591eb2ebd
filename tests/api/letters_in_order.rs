//! Letters of one alert to one recipient: the last word is what is so.

use crate::support::{Backend, TestDatabase, block, execute, fresh_database};
use chrono::TimeDelta;
use dotation::db::outbox::{self, LetterState, OutboxLetter};
use dotation::db::{Conn, Db};
use dotation::domain::calendar::Instant;
use dotation::domain::id::{AlertId, LetterId};
use dotation::domain::language::Language;
use dotation::mail::post::{Office, Outcome};
use dotation::mail::{EmailAddress, Mailbox, MemoryPost, Post, SendError, Stage, Transport};
use std::sync::{Arc, Mutex};
use std::time::Duration;

on_both! {
    a_letter_that_was_not_taken_is_superseded_by_the_next
    letters_that_were_not_tried_go_in_their_order
    a_letter_waits_for_the_one_before_it_that_is_in_hand
    letters_of_other_alerts_and_to_others_do_not_wait
}

/// An outbox with two alerts, a post in memory, and a clock that stands until it is moved.
struct Desk {
    db: Db,
    memory: MemoryPost,
    now: Arc<Mutex<Instant>>,
    _database: TestDatabase,
}

impl Desk {
    fn new(backend: Backend) -> Self {
        let database = fresh_database(backend);
        let db = database.open();
        let alert = |id: &str| {
            format!("INSERT INTO alerts (id, site, kind, subject, state, found, expected, opened_at, changed_at, version)
                VALUES ('{id}', '750100125', 'reserve-below-minimum', '{id}', 'open', 0, 3, '2021-10-20 06:00:00', '2021-10-20 06:00:00', 1);")
        };
        let site = "INSERT INTO networks (id, name, created_at) VALUES ('ght-001', 'GHT', '2021-10-20 06:00:00');
            INSERT INTO sites (finess, network_id, name, time_zone, car_t, version, created_at)
                VALUES ('750100125', 'ght-001', 'CHU', 'Europe/Paris', TRUE, 1, '2021-10-20 06:00:00');";
        execute(&db, &format!("{site}{}{}", alert("one"), alert("two"))).unwrap();
        Self {
            db,
            memory: MemoryPost::default(),
            now: Arc::new(Mutex::new("2021-10-20T06:00:00Z".parse().unwrap())),
            _database: database,
        }
    }

    fn write(&self, id: &str, alert: &str, to: &str) {
        let at = *self.now.lock().unwrap();
        let letter = OutboxLetter {
            id: LetterId::new(id),
            site: None,
            alert: Some(AlertId::new(alert)),
            event: "opened".into(),
            to_name: "PUI".into(),
            to_email: to.into(),
            language: Language::Fr,
            message_id: format!("{id}@dotation.example.org"),
            subject: id.into(),
            text: "x\n".into(),
            html: "<p>x</p>\n".into(),
            state: LetterState::Queued,
            attempts: 0,
            due_at: at,
            last_error: None,
            failure: None,
            created_at: at,
            sent_at: None,
        };
        let insert = move |conn: &mut Conn| outbox::insert(conn, &letter);
        block(self.db.write(Vec::new(), insert)).unwrap();
    }

    fn round(&self) -> Vec<Outcome> {
        let now = Arc::clone(&self.now);
        let office = Office {
            from: Mailbox {
                name: None,
                address: EmailAddress::parse("dotation@example.org").unwrap(),
            },
            clock: Arc::new(move || *now.lock().unwrap()),
            tell: Arc::new(|_| {}),
            send_limit: Duration::from_secs(30),
            attempts_most: 9,
        };
        let post = Post::new(
            self.db.clone(),
            Transport::Memory(self.memory.clone()),
            office,
        );
        block(post.round()).unwrap()
    }

    fn lease(&self, time: TimeDelta) -> Vec<String> {
        let now = *self.now.lock().unwrap();
        let lease = move |conn: &mut Conn| outbox::lease(conn, "other", now, now + time, 100);
        let leased = block(self.db.write(Vec::new(), lease)).unwrap();
        leased.iter().map(|l| l.id.to_string()).collect()
    }

    fn state(&self, id: &str) -> LetterState {
        let id = LetterId::new(id);
        let find = move |conn: &mut Conn| outbox::find(conn, &id);
        block(self.db.read(find)).unwrap().unwrap().state
    }

    fn sent(&self) -> Vec<String> {
        let letters = self.memory.letters();
        letters
            .iter()
            .map(|l| l.subject.as_str().to_owned())
            .collect()
    }

    fn pass(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }
}

fn busy() -> SendError {
    SendError::Temporary {
        stage: Stage::Recipient,
        code: Some(451),
        reason: "4.7.1 later".into(),
        maybe_delivered: false,
    }
}

const PUI: &str = "pui@example.org";

fn a_letter_that_was_not_taken_is_superseded_by_the_next(backend: Backend) {
    let desk = Desk::new(backend);
    desk.write("1-opened", "one", PUI);
    desk.memory.fail_next(1, &busy());
    assert_eq!(desk.round(), [Outcome::Deferred]);
    desk.write("2-closed", "one", PUI);
    assert_eq!(desk.round(), [Outcome::Sent]);
    assert_eq!(desk.state("1-opened"), LetterState::Superseded);
    desk.pass(TimeDelta::days(2));
    assert_eq!(desk.round(), []);
    assert_eq!(desk.sent(), ["2-closed"]);
    // one that waits with nothing after it is tried again
    desk.write("3-opened", "two", PUI);
    desk.memory.fail_next(1, &busy());
    assert_eq!(desk.round(), [Outcome::Deferred]);
    desk.pass(TimeDelta::days(2));
    assert_eq!(desk.round(), [Outcome::Sent]);
    assert_eq!(desk.state("3-opened"), LetterState::Sent);
}

fn letters_that_were_not_tried_go_in_their_order(backend: Backend) {
    let desk = Desk::new(backend);
    desk.write("1-opened", "one", PUI);
    desk.write("2-worsened", "one", PUI);
    desk.write("3-closed", "one", PUI);
    for so_far in 1..=3 {
        assert_eq!(desk.round(), [Outcome::Sent]);
        assert_eq!(desk.sent().len(), so_far);
    }
    assert_eq!(desk.sent(), ["1-opened", "2-worsened", "3-closed"]);
}

fn a_letter_waits_for_the_one_before_it_that_is_in_hand(backend: Backend) {
    let desk = Desk::new(backend);
    desk.write("1-opened", "one", PUI);
    assert_eq!(desk.lease(TimeDelta::minutes(5)), ["1-opened"]);
    desk.write("2-closed", "one", PUI);
    assert_eq!(desk.round(), []);
    // whoever had it is gone: it is sent first all the same, for nobody knows whether it was
    desk.pass(TimeDelta::minutes(5));
    assert_eq!(desk.round(), [Outcome::Sent]);
    assert_eq!(desk.round(), [Outcome::Sent]);
    assert_eq!(desk.sent(), ["1-opened", "2-closed"]);
}

fn letters_of_other_alerts_and_to_others_do_not_wait(backend: Backend) {
    let desk = Desk::new(backend);
    desk.write("1-opened", "one", PUI);
    assert_eq!(desk.lease(TimeDelta::minutes(5)), ["1-opened"]);
    desk.write("2-closed", "one", "car-t@example.org");
    desk.write("3-opened", "two", PUI);
    assert_eq!(desk.round(), [Outcome::Sent, Outcome::Sent]);
    assert_eq!(desk.state("1-opened"), LetterState::Queued);
}

//! Every fault of a mail server, for many letters at once, against two servers that others wrote: none is
//! lost, and none arrives twice unless the server vanished with it.

use crate::db_laws::STOCK;
use crate::service::CENTRE;
use crate::smtp::{Sink, SmtpServer, arrived, drop_box};
use crate::support::{Backend, TestDatabase, fresh_database};
use chrono::TimeDelta;
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use dotation::db::letter_links::{self, LetterLink, Purpose};
use dotation::db::outbox::{self, LetterState, OutboxLetter};
use dotation::db::{Conn, Db, alerts};
use dotation::domain::alert::{Alert, AlertKind, AlertState, Reading};
use dotation::domain::calendar::Instant;
use dotation::domain::code::Finess;
use dotation::domain::id::{AlertId, LetterId, RecipientId};
use dotation::domain::language::Language;
use dotation::mail::post::{Office, Outcome};
use dotation::mail::{EmailAddress, MailUrl, Mailbox, Post, Transport};
use dotation::text::letter::links::{ACKNOWLEDGE, UNSUBSCRIBE};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

on_both! {
    one_of_each_fault_loses_no_letter
    one_of_each_fault_of_postfix_loses_no_letter
    a_letter_that_no_server_ever_answers_keeps_no_other_waiting
}

/// The whole matrix: two hundred letters a fault.
#[test]
#[ignore = "a soak: tests/soak faults"]
fn soak_faults() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        by_recipient(backend, 200);
        by_sink(backend, 200);
    }
}

fn one_of_each_fault_loses_no_letter(backend: Backend) {
    by_recipient(backend, 2);
}

fn one_of_each_fault_of_postfix_loses_no_letter(backend: Backend) {
    by_sink(backend, 2);
}

/// An outbox with a clock that stands until it is moved.
struct House {
    db: Db,
    now: Arc<Mutex<Instant>>,
    // last: the database goes when nothing uses it
    _database: TestDatabase,
}

impl House {
    fn new(backend: Backend) -> Self {
        let database = fresh_database(backend);
        database.conn().batch_execute(STOCK).unwrap();
        Self {
            db: database.open(),
            now: Arc::new(Mutex::new("2021-10-20T06:00:00Z".parse().unwrap())),
            _database: database,
        }
    }

    fn worker(&self, url: &str) -> Post {
        let now = Arc::clone(&self.now);
        let transport = Transport::open(&MailUrl::parse(url).unwrap()).unwrap();
        let office = Office {
            from: Mailbox {
                name: None,
                address: EmailAddress::parse("dotation@example.org").unwrap(),
            },
            clock: Arc::new(move || *now.lock().unwrap()),
            tell: Arc::new(|_| {}),
            send_limit: Duration::from_secs(5),
            attempts_most: 4,
        };
        Post::new(self.db.clone(), transport, office)
    }

    fn pass(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }

    /// Letters to these, in their order, in one transaction: each of an alert of its own, with both links.
    async fn write(&self, to: Vec<String>) {
        let now = *self.now.lock().unwrap();
        let insert = move |conn: &mut Conn| {
            to.iter().enumerate().try_for_each(|(n, to)| {
                let local = to.split('@').next().unwrap();
                let alert = alert(local, now);
                alerts::insert(conn, &alert)?;
                for (token, purpose) in [("a", Purpose::Acknowledge), ("u", Purpose::Unsubscribe)] {
                    letter_links::insert(
                        conn,
                        &link(&format!("{n:05}-{local}"), token, purpose, &alert),
                    )?;
                }
                outbox::insert(
                    conn,
                    &OutboxLetter {
                        id: LetterId::new(format!("{n:05}-{local}")),
                        site: Some(alert.site),
                        alert: Some(alert.id),
                        event: "opened".into(),
                        to_name: "Pharmacie".into(),
                        to_email: to.clone(),
                        language: Language::Fr,
                        message_id: format!("{local}@dotation.example.org"),
                        subject: "Réserve sous le minimum".into(),
                        text: format!("Il manque une dose.\n{ACKNOWLEDGE}\n{UNSUBSCRIBE}\n"),
                        html: format!("<p>Il manque une dose.</p>\n<p>{ACKNOWLEDGE}</p>\n"),
                        state: LetterState::Queued,
                        attempts: 0,
                        due_at: now,
                        last_error: None,
                        failure: None,
                        created_at: now,
                        sent_at: None,
                    },
                )
            })
        };
        self.db.write(Vec::new(), insert).await.unwrap();
    }

    /// The letters whose links stand whole.
    async fn whole(&self) -> BTreeSet<String> {
        let whole = |conn: &mut Conn| {
            let found: Vec<Whole> = diesel::sql_query(
                "SELECT DISTINCT letter_id FROM letter_links WHERE address IS NOT NULL",
            )
            .get_results(conn)?;
            Ok::<_, dotation::db::Error>(found.into_iter().map(|row| row.letter_id).collect())
        };
        self.db.read(whole).await.unwrap()
    }

    /// Tries all that is due, until nothing is.
    async fn drain(&self, worker: &Post) -> Vec<Outcome> {
        let mut all = Vec::new();
        loop {
            let round = worker.round().await.unwrap();
            if round.is_empty() {
                return all;
            }
            all.extend(round);
        }
    }

    /// How often each was tried, by the address; and whether it was sent, else the last word on it.
    async fn letters(&self) -> BTreeMap<String, OutboxLetter> {
        let page = |conn: &mut Conn| outbox::page(conn, None, None, None, None, i64::MAX);
        let letters = self.db.read(page).await.unwrap();
        letters
            .into_iter()
            .map(|l| (l.to_email.clone(), l))
            .collect()
    }
}

#[derive(diesel::QueryableByName)]
struct Whole {
    #[diesel(sql_type = diesel::sql_types::Text)]
    letter_id: String,
}

fn alert(subject: &str, now: Instant) -> Alert {
    Alert {
        id: AlertId::new(format!("alert-{subject}")),
        site: Finess::parse(CENTRE).unwrap(),
        kind: AlertKind::StockBelowMinimum,
        subject: subject.to_owned(),
        state: AlertState::Open,
        reading: Reading {
            found: 0,
            expected: 1,
        },
        opened_at: now,
        changed_at: now,
        acknowledged: None,
        closed_at: None,
        told_on: None,
        version: 1,
    }
}

fn link(letter: &str, token: &str, purpose: Purpose, alert: &Alert) -> LetterLink {
    LetterLink {
        hash: format!("{letter}-{token}"),
        letter: LetterId::new(letter),
        purpose,
        recipient: RecipientId::new("r-1"),
        site: alert.site,
        alert: Some(alert.id.clone()),
        kind: alert.kind.code().to_owned(),
        address: Some(format!(
            "https://dotation.example.org/{}/{letter}",
            purpose.code()
        )),
        expires_at: alert.opened_at + TimeDelta::days(3),
        used_at: None,
    }
}

fn wait(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work);
}

/// What each recipient of the scripted server meets: its name there, how often it is tried, whether it
/// arrives in the end, and how often the server may have it.
const FAULTS: [(&str, i64, bool, usize); 10] = [
    ("ok", 1, true, 1),
    ("nobody", 1, false, 0),
    ("size", 1, false, 0),
    ("busy", 2, true, 1),
    ("full", 2, true, 1),
    ("421", 2, true, 1),
    ("drop-rcpt", 2, true, 1),
    ("drop-data", 2, true, 1),
    ("vanish", 2, true, 2),
    ("hang", 2, true, 2),
];

fn by_recipient(backend: Backend, of_each: usize) {
    wait(async {
        let house = House::new(backend);
        let server = SmtpServer::start(&["--fault", "by-recipient", "--lifetime", "1200"]);
        // one that hangs holds a line until the limit, and with it one of four
        let worker = house.worker(&server.url("tls=none&timeout_ms=2000"));
        let mut to = Vec::new();
        for n in 0..of_each {
            to.extend(FAULTS.map(|(fault, ..)| format!("{fault}-{n}@example.org")));
        }
        house.write(to).await;
        house.drain(&worker).await;
        house.pass(TimeDelta::minutes(1));
        house.drain(&worker).await;
        let had = had(&server.end());
        let letters = house.letters().await;
        for (fault, tries, arrives, times) in FAULTS {
            for n in 0..of_each {
                let letter = &letters[&format!("{fault}-{n}@example.org")];
                let expected = if arrives {
                    LetterState::Sent
                } else {
                    LetterState::Failed
                };
                assert_eq!(
                    (letter.state, letter.attempts),
                    (expected, tries),
                    "{letter:?}"
                );
                let had = had.get(&letter.message_id).copied().unwrap_or(0);
                assert_eq!(had, times, "{}", letter.message_id);
            }
        }
        assert_eq!(had.len(), of_each * FAULTS.iter().filter(|f| f.2).count());
        // what was given up may be sent again, and has its links; of what left, nobody needs them
        let failed = letters.values().filter(|l| l.state == LetterState::Failed);
        let failed: BTreeSet<String> = failed.map(|l| l.id.to_string()).collect();
        assert_eq!(house.whole().await, failed);
    });
}

/// How often a scripted server had each message whole, by its `Message-ID`.
fn had(said: &[Value]) -> BTreeMap<String, usize> {
    let mut had = BTreeMap::new();
    for message in said.iter().filter(|value| value["event"] == "message") {
        let headers = message["headers"].as_array().unwrap();
        let id = headers.iter().find(|h| h[0] == "Message-ID").unwrap()[1].as_str();
        let id = id.unwrap().trim_matches(['<', '>']).to_owned();
        *had.entry(id).or_insert(0) += 1;
    }
    had
}

/// What Postfix is told to do, what becomes of a letter then, and whether it may have it.
const SINKS: [(&[&str], Outcome, bool); 11] = [
    (&["-r", "RCPT"], Outcome::Deferred, false),
    (&["-r", "MAIL"], Outcome::Deferred, false),
    (&["-r", "."], Outcome::Deferred, false),
    (&["-f", "RCPT"], Outcome::Failed, false),
    (&["-f", "."], Outcome::Failed, false),
    (&["-f", "MAIL"], Outcome::Deferred, false),
    (&["-q", "CONNECT"], Outcome::Deferred, false),
    (&["-q", "RCPT"], Outcome::Deferred, false),
    (&["-q", "DATA"], Outcome::Deferred, false),
    (&["-Q", "MAIL"], Outcome::Deferred, false),
    (&["-q", "."], Outcome::Deferred, true),
];

/// Each fault for a while, and then the same server well.
fn by_sink(backend: Backend, of_each: usize) {
    wait(async {
        for (options, outcome, may_have_it) in SINKS {
            let house = House::new(backend);
            let (before, after) = (drop_box(), drop_box());
            let ill = Sink::start(options, before.path(), None);
            let port = ill.port();
            let worker = house.worker(&ill.url());
            house
                .write(
                    (0..of_each)
                        .map(|n| format!("ok-{n}@example.org"))
                        .collect(),
                )
                .await;
            let outcomes = house.drain(&worker).await;
            assert_eq!(outcomes, vec![outcome; of_each], "{options:?}");
            let first: Vec<String> = if may_have_it {
                arrived(before.path())
            } else {
                Vec::new()
            };
            drop(ill);
            let _well = Sink::start(&[], after.path(), Some(port));
            house.pass(TimeDelta::minutes(1));
            house.drain(&worker).await;
            all_arrived(&house, after.path(), outcome, of_each).await;
            // what arrived before as well is what it vanished with, each under its own name
            let again = arrived(after.path());
            assert!(first.iter().all(|id| again.contains(id)), "{options:?}");
            assert_eq!(
                first.len(),
                if may_have_it { of_each } else { 0 },
                "{options:?}"
            );
        }
    });
}

async fn all_arrived(house: &House, folder: &Path, outcome: Outcome, of_each: usize) {
    let letters = house.letters().await;
    let mut expected: Vec<String> = letters.values().map(|l| l.message_id.clone()).collect();
    let state = if outcome == Outcome::Failed {
        expected.clear();
        LetterState::Failed
    } else {
        LetterState::Sent
    };
    expected.sort();
    assert_eq!(letters.len(), of_each);
    assert!(letters.values().all(|l| l.state == state), "{letters:?}");
    assert_eq!(arrived(folder), expected);
}

/// Four lines, three of them held by a server that takes letters and never answers.
fn a_letter_that_no_server_ever_answers_keeps_no_other_waiting(backend: Backend) {
    wait(async {
        let house = House::new(backend);
        let server = SmtpServer::start(&["--fault", "by-recipient"]);
        let worker = house.worker(&server.url("tls=none&timeout_ms=20000"));
        let mut to: Vec<String> = (0..3).map(|n| format!("hang-{n}@example.org")).collect();
        to.push("nobody-0@example.org".to_owned());
        to.extend((0..20).map(|n| format!("ok-{n}@example.org")));
        house.write(to).await;
        let round = tokio::spawn(async move { worker.round().await });
        let until = std::time::Instant::now() + Duration::from_secs(15);
        loop {
            let letters = house.letters().await;
            let sent = letters
                .values()
                .filter(|l| l.state == LetterState::Sent)
                .count();
            if sent == 20 {
                assert_eq!(letters["nobody-0@example.org"].state, LetterState::Failed);
                break;
            }
            assert!(std::time::Instant::now() < until, "{sent} sent");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!round.is_finished(), "those that hang are still waited for");
        round.abort();
    });
}

//! The worker that empties the outbox, against a real database and a post in memory.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use dotation::db::outbox::{self, LetterState, OutboxLetter};
use dotation::db::{self, Conn, DatabaseUrl, Db, Plaintext};
use dotation::domain::calendar::Instant;
use dotation::domain::id::LetterId;
use dotation::domain::language::Language;
use dotation::mail::post::{AT_ONCE, Office, Outcome};
use dotation::mail::{
    EmailAddress, Letter, MailUrl, Mailbox, MemoryPost, Post, SendError, Stage, Transport,
};
use tempfile::TempDir;
use tokio::sync::Notify;

type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// A fresh database, a post in memory, and a clock that stands until it is moved.
struct Desk {
    db: Db,
    memory: MemoryPost,
    now: Arc<Mutex<Instant>>,
    told: Arc<Mutex<Vec<Outcome>>>,
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self::with(&db::Options::service())
    }

    fn with(options: &db::Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dotation.db");
        let url = format!("sqlite:{}", file.display());
        let url = DatabaseUrl::parse(&url, Plaintext::ThisMachine).unwrap();
        db::migrate::run(&url).unwrap();
        Self {
            db: Db::open(&url, options).unwrap(),
            memory: MemoryPost::default(),
            now: Arc::new(Mutex::new("2021-10-20T06:00:00Z".parse().unwrap())),
            told: Arc::default(),
            folder,
        }
    }

    fn worker_by(&self, transport: Transport, send_limit: Duration) -> Post {
        let now = Arc::clone(&self.now);
        self.worker_at(
            Arc::new(move || *now.lock().unwrap()),
            transport,
            send_limit,
        )
    }

    fn worker_at(&self, clock: Clock, transport: Transport, send_limit: Duration) -> Post {
        let told = Arc::clone(&self.told);
        let office = Office {
            from: Mailbox {
                name: None,
                address: EmailAddress::parse("dotation@example.org").unwrap(),
            },
            clock,
            tell: Arc::new(move |outcome| told.lock().unwrap().push(outcome)),
            send_limit,
            attempts_most: 4,
        };
        Post::new(self.db.clone(), transport, office)
    }

    fn worker(&self) -> Post {
        let memory = Transport::Memory(self.memory.clone());
        self.worker_by(memory, Duration::from_secs(30))
    }

    fn now(&self) -> Instant {
        *self.now.lock().unwrap()
    }

    fn pass(&self, time: TimeDelta) {
        *self.now.lock().unwrap() += time;
    }

    async fn write(&self, number: usize, to_email: &str) -> LetterId {
        let letter = OutboxLetter {
            id: LetterId::new(format!("letter-{number:03}")),
            site: None,
            alert: None,
            event: "test".into(),
            to_name: "Pharmacie".into(),
            to_email: to_email.into(),
            language: Language::Fr,
            message_id: format!("letter-{number:03}@dotation.example.org"),
            subject: "Réserve sous le minimum".into(),
            text: "Il manque une dose.\n".into(),
            html: "<p>Il manque une dose.</p>\n".into(),
            state: LetterState::Queued,
            attempts: 0,
            due_at: self.now(),
            last_error: None,
            failure: None,
            created_at: self.now(),
            sent_at: None,
        };
        let id = letter.id.clone();
        let insert = move |conn: &mut Conn| outbox::insert(conn, &letter);
        self.db.write(Vec::new(), insert).await.unwrap();
        id
    }

    async fn row(&self, id: &LetterId) -> OutboxLetter {
        let id = id.clone();
        let find = move |conn: &mut Conn| outbox::find(conn, &id);
        self.db.read(find).await.unwrap().unwrap()
    }

    async fn next_due(&self) -> Option<Instant> {
        self.db.read(outbox::next_due).await.unwrap()
    }

    /// Takes every letter that is due, as a worker that crashes before it sends any.
    async fn take_and_crash(&self, time: TimeDelta) -> usize {
        let (now, until) = (self.now(), self.now() + time);
        let lease = move |conn: &mut Conn| outbox::lease(conn, "crashed", now, until, 100);
        self.db.write(Vec::new(), lease).await.unwrap().len()
    }
}

fn busy() -> SendError {
    SendError::Temporary {
        stage: Stage::Recipient,
        code: Some(451),
        reason: "4.7.1 greylisted".into(),
        maybe_delivered: false,
    }
}

fn message_ids(letters: &[Letter]) -> Vec<&str> {
    letters.iter().map(|l| l.message_id.as_str()).collect()
}

#[tokio::test]
async fn a_letter_is_delivered_once() {
    let desk = Desk::new();
    let id = desk.write(1, "pharmacie@example.org").await;
    let worker = desk.worker();
    assert_eq!(worker.round().await.unwrap(), [Outcome::Sent]);
    assert_eq!(worker.round().await.unwrap(), []);
    desk.pass(TimeDelta::days(1));
    assert_eq!(worker.round().await.unwrap(), []);
    let letters = desk.memory.letters();
    assert_eq!(message_ids(&letters), ["letter-001@dotation.example.org"]);
    assert_eq!(letters[0].to.address.as_str(), "pharmacie@example.org");
    let row = desk.row(&id).await;
    assert_eq!((row.state, row.attempts), (LetterState::Sent, 1));
    assert_eq!(row.sent_at, Some(row.created_at));
    assert_eq!(*desk.told.lock().unwrap(), [Outcome::Sent]);
}

#[tokio::test]
async fn a_server_that_says_later_is_asked_again_less_and_less_often() {
    let desk = Desk::new();
    let id = desk.write(1, "pharmacie@example.org").await;
    let worker = desk.worker();
    desk.memory.fail_next(3, &busy());
    let mut waits = Vec::new();
    for attempts in 1..=3 {
        assert_eq!(worker.round().await.unwrap(), [Outcome::Deferred]);
        let row = desk.row(&id).await;
        assert_eq!((row.state, row.attempts), (LetterState::Queued, attempts));
        assert_eq!(
            row.last_error.as_deref(),
            Some("recipient: 4.7.1 greylisted")
        );
        let wait = row.due_at - desk.now();
        waits.push(wait);
        desk.pass(wait - TimeDelta::milliseconds(1));
        assert_eq!(worker.round().await.unwrap(), [], "a millisecond too early");
        desk.pass(TimeDelta::milliseconds(1));
    }
    assert!(waits.is_sorted(), "{waits:?}");
    assert_eq!(worker.round().await.unwrap(), [Outcome::Sent]);
    let row = desk.row(&id).await;
    assert_eq!((row.attempts, row.last_error), (4, None));
}

#[tokio::test]
async fn a_letter_is_given_up_after_the_most_attempts() {
    let desk = Desk::new();
    let id = desk.write(1, "pharmacie@example.org").await;
    let worker = desk.worker();
    desk.memory.fail_next(9, &busy());
    for outcome in [Outcome::Deferred; 3].into_iter().chain([Outcome::Failed]) {
        assert_eq!(worker.round().await.unwrap(), [outcome]);
        desk.pass(TimeDelta::hours(2));
    }
    assert_eq!(worker.round().await.unwrap(), []);
    let row = desk.row(&id).await;
    assert_eq!((row.state, row.attempts), (LetterState::Failed, 4));
    let reason = row.last_error.unwrap();
    assert!(reason.starts_with("given up after 4 attempts"), "{reason}");
}

#[tokio::test]
async fn a_server_that_says_never_is_not_asked_again() {
    let desk = Desk::new();
    let id = desk.write(1, "nobody@example.org").await;
    desk.memory.fail_next(
        1,
        &SendError::Permanent {
            stage: Stage::Recipient,
            code: Some(550),
            reason: "5.1.1 no such user".into(),
        },
    );
    let worker = desk.worker();
    assert_eq!(worker.round().await.unwrap(), [Outcome::Failed]);
    desk.pass(TimeDelta::days(1));
    assert_eq!(worker.round().await.unwrap(), []);
    let row = desk.row(&id).await;
    assert_eq!(row.state, LetterState::Failed);
    assert_eq!(
        row.last_error.as_deref(),
        Some("recipient: 5.1.1 no such user")
    );
}

#[tokio::test]
async fn a_row_that_is_no_letter_holds_up_no_other() {
    let desk = Desk::new();
    let spoilt = desk.write(1, "pharmacie").await;
    let well = desk.write(2, "pharmacie@example.org").await;
    let outcomes = desk.worker().round().await.unwrap();
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Sent]);
    let row = desk.row(&spoilt).await;
    assert_eq!(row.state, LetterState::Failed);
    assert!(row.last_error.unwrap().contains("pharmacie"));
    assert_eq!(desk.row(&well).await.state, LetterState::Sent);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_holds_up_no_other() {
    use diesel::connection::SimpleConnection as _;

    let desk = Desk::new();
    desk.write(1, "pharmacie@example.org").await;
    let well = desk.write(2, "pharmacie@example.org").await;
    let spoil = |conn: &mut Conn| {
        let spoil = "PRAGMA ignore_check_constraints = ON;
                     UPDATE outbox SET language = 'xx' WHERE id = 'letter-001';
                     PRAGMA ignore_check_constraints = OFF;";
        conn.batch_execute(spoil).map_err(db::Error::from)
    };
    desk.db.write(Vec::new(), spoil).await.unwrap();
    let outcomes = desk.worker().round().await.unwrap();
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Sent]);
    assert_eq!(desk.row(&well).await.state, LetterState::Sent);
    assert_eq!(desk.next_due().await, None);
}

#[tokio::test]
async fn a_letter_in_hand_is_left_to_whoever_has_it() {
    let desk = Desk::new();
    let id = desk.write(1, "pharmacie@example.org").await;
    assert_eq!(desk.take_and_crash(TimeDelta::minutes(5)).await, 1);
    let worker = desk.worker();
    assert_eq!(worker.round().await.unwrap(), []);
    let over = desk.now() + TimeDelta::minutes(5);
    assert_eq!(desk.next_due().await, Some(over));
    desk.pass(TimeDelta::minutes(5) - TimeDelta::microseconds(1));
    assert_eq!(worker.round().await.unwrap(), []);
    desk.pass(TimeDelta::microseconds(1));
    assert_eq!(worker.round().await.unwrap(), [Outcome::Sent]);
    assert_eq!(desk.row(&id).await.attempts, 1);
}

#[tokio::test]
async fn a_repeat_after_a_crash_is_the_same_letter() {
    let desk = Desk::new();
    desk.write(1, "pharmacie@example.org").await;
    // the server had it, and we never heard
    desk.memory.fail_next(
        1,
        &SendError::Temporary {
            stage: Stage::Content,
            code: None,
            reason: "the line broke".into(),
            maybe_delivered: true,
        },
    );
    let worker = desk.worker();
    assert_eq!(worker.round().await.unwrap(), [Outcome::Deferred]);
    desk.pass(TimeDelta::hours(1));
    assert_eq!(desk.take_and_crash(TimeDelta::minutes(5)).await, 1);
    desk.pass(TimeDelta::minutes(5));
    let next = desk.worker();
    assert_eq!(next.round().await.unwrap(), [Outcome::Sent]);
    let letters = desk.memory.letters();
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0], letters[1]);
}

#[tokio::test]
async fn two_workers_never_send_one_letter_twice() {
    let desk = Desk::new();
    for number in 0..3 * AT_ONCE {
        desk.write(number, "pharmacie@example.org").await;
    }
    let (one, other) = (desk.worker(), desk.worker());
    for _ in 0..3 {
        let (a, b) = tokio::join!(one.round(), other.round());
        a.unwrap();
        b.unwrap();
    }
    let letters = desk.memory.letters();
    let mut ids = message_ids(&letters);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), letters.len()), (3 * AT_ONCE, 3 * AT_ONCE));
}

#[tokio::test]
async fn a_worker_that_runs_empties_the_outbox_and_stops_when_told() {
    let desk = Desk::new();
    for number in 0..3 * AT_ONCE {
        desk.write(number, "pharmacie@example.org").await;
    }
    let worker = desk.worker();
    let (written, stop) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let running = tokio::spawn({
        let (worker, written, stop) = (worker.clone(), Arc::clone(&written), Arc::clone(&stop));
        async move {
            let give_up = std::future::pending();
            worker
                .run(|| written.notified(), stop.notified(), give_up)
                .await;
        }
    });
    let all_sent = async |count: usize| {
        while desk.told.lock().unwrap().len() < count {
            tokio::task::yield_now().await;
        }
    };
    all_sent(3 * AT_ONCE).await;
    desk.write(99, "pharmacie@example.org").await;
    written.notify_one();
    all_sent(3 * AT_ONCE + 1).await;
    assert!(worker.is_well());
    stop.notify_one();
    running.await.unwrap();
    assert_eq!(desk.next_due().await, None);
}

#[tokio::test]
async fn what_is_under_way_at_the_end_of_a_stop_is_given_back() {
    let desk = Desk::new();
    let id = desk.write(1, "pharmacie@example.org").await;
    // a server that takes the line and never says a word
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let url = MailUrl::parse(&format!("smtp://127.0.0.1:{port}?tls=none")).unwrap();
    let worker = desk.worker_by(Transport::open(&url).unwrap(), Duration::from_secs(30));
    // the stop comes when the line is taken: before, there may be nothing under way
    let mut line = None;
    let taken = async { line = Some(silent.accept().await.unwrap()) };
    worker
        .run(std::future::pending, taken, std::future::ready(()))
        .await;
    assert!(line.is_some());
    let row = desk.row(&id).await;
    assert_eq!((row.state, row.attempts), (LetterState::Queued, 0));
    assert_eq!(desk.next_due().await, Some(desk.now()));
}

/// A letter that was sent and not written down would be sent again.
#[tokio::test]
async fn an_outcome_that_cannot_be_written_down_at_once_is_written_down_later() {
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;

    let desk = Desk::with(&db::Options {
        busy_timeout: Duration::from_millis(10),
        ..db::Options::service()
    });
    let id = desk.write(1, "pharmacie@example.org").await;
    let file = desk.folder.path().join("dotation.db");
    let other = diesel::SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    // the clock is asked between the sending and the writing down
    let (memory, now) = (desk.memory.clone(), desk.now());
    let in_the_way = Arc::new(Mutex::new(other));
    let (held, begins) = (Arc::clone(&in_the_way), Arc::new(Notify::new()));
    let begun = Arc::clone(&begins);
    let clock = move || {
        if !memory.letters().is_empty() {
            held.lock()
                .unwrap()
                .batch_execute("BEGIN IMMEDIATE")
                .unwrap();
            begun.notify_one();
        }
        now
    };
    let memory = Transport::Memory(desk.memory.clone());
    let worker = desk.worker_at(Arc::new(clock), memory, Duration::from_secs(30));
    let gives_way = async {
        begins.notified().await;
        // the first try has been refused by then
        tokio::time::sleep(Duration::from_millis(50)).await;
        in_the_way
            .lock()
            .unwrap()
            .batch_execute("ROLLBACK")
            .unwrap();
    };
    let sent = desk.memory.clone();
    let round = async {
        loop {
            let outcomes = worker.round().await;
            // on a busy machine ten milliseconds may not be enough to take the letter in hand
            if outcomes.is_ok() || !sent.letters().is_empty() {
                return outcomes;
            }
        }
    };
    let (outcomes, ()) = tokio::join!(round, gives_way);
    assert_eq!(outcomes.unwrap(), [Outcome::Sent]);
    let row = desk.row(&id).await;
    assert_eq!((row.state, row.attempts), (LetterState::Sent, 1));
    assert_eq!(desk.memory.letters().len(), 1);
}

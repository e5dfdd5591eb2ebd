//! Letters: from the commit of a movement to the server's 250 to the letter that it caused, and a recall at
//! 2,000 sites, from its commit until every letter is written down as sent. All are letters of alerts, with
//! their links, as the verbs of the service write them.
//!
//! The worker and the database are the service's; the mail server is a sink in a thread of its own that
//! says yes to everything and notes when. Beside the burst stands what the same lines do without an
//! outbox: the transport alone, given the same letters.

use crate::place::{MG400, add_site, now, service, url};
use dotation::app::edit_recipients::{Hearing, NewRecipient};
use dotation::app::recalls::NewRecall;
use dotation::app::receive_units::{Count, Received};
use dotation::app::record::{Particulars, Which};
use dotation::app::{
    Act, Caller, Error, Service, edit_catalogue, edit_recipients, edit_sites, lose_units, recalls,
    receive_units,
};
use dotation::db::outbox::{self, OutboxLetter};
use dotation::db::sites::Network;
use dotation::db::{Db, migrate};
use dotation::domain::alert::Capacity;
use dotation::domain::calendar::Day;
use dotation::domain::code::{Cip13, Finess, LotNumber};
use dotation::domain::language::Language;
use dotation::domain::ledger::{LossReason, UnitState};
use dotation::domain::quantity::Units;
use dotation::domain::role::Role;
use dotation::domain::rule::Slug;
use dotation::mail::post::Office;
use dotation::mail::{
    EmailAddress, HeaderText, LanguageTag, Letter, MailUrl, Mailbox, MessageId, Post, Transport,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Sites that are written to at once: all have a lot that is recalled.
const BURST: i64 = 2_000;
/// One after the other, on an idle service.
const SINGLE: usize = 200;
/// The lot.
const LOT: &str = "B1234";

/// A mail server that takes everything.
#[derive(Clone)]
struct Sink {
    port: u16,
    taken: Arc<AtomicUsize>,
    last: Arc<Mutex<Instant>>,
}

impl Sink {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let sink = Self {
            port: listener.local_addr().expect("its number").port(),
            taken: Arc::default(),
            last: Arc::new(Mutex::new(Instant::now())),
        };
        let this = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(this.clone().talk(stream));
            }
        });
        sink
    }

    async fn talk(self, stream: TcpStream) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let mut line = BufReader::new(stream);
        line.write_all(b"220 here\r\n").await.ok()?;
        let (mut said, mut in_message) = (String::new(), false);
        loop {
            said.clear();
            if line.read_line(&mut said).await.ok()? == 0 {
                return None;
            }
            let reply: &[u8] = match said.trim_end() {
                "." if in_message => {
                    in_message = false;
                    *self.last.lock().expect("a lock") = Instant::now();
                    self.taken.fetch_add(1, Ordering::SeqCst);
                    b"250 taken\r\n"
                }
                _ if in_message => continue,
                "DATA" => {
                    in_message = true;
                    b"354 go on\r\n"
                }
                _ => b"250 ok\r\n",
            };
            line.write_all(reply).await.ok()?;
        }
    }

    async fn wait_for(&self, letters: usize) {
        while self.taken.load(Ordering::SeqCst) < letters {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }

    fn transport(&self) -> Transport {
        let url = format!("smtp://127.0.0.1:{}?tls=none", self.port);
        Transport::open(&MailUrl::parse(&url).expect("a mail URL")).expect("a transport")
    }
}

fn sender() -> Mailbox {
    Mailbox {
        name: None,
        address: EmailAddress::parse("dotation@example.org").expect("an address"),
    }
}

/// A worker that runs, told of new letters by the first and stopped by the second.
fn begin(db: &Db, transport: Transport) -> (Arc<Notify>, Arc<Notify>, tokio::task::JoinHandle<()>) {
    let office = Office {
        from: sender(),
        clock: Arc::new(now),
        tell: Arc::new(|_| {}),
        send_limit: Duration::from_secs(30),
        attempts_most: 30,
    };
    let post = Post::new(db.clone(), transport, office);
    let (written, stop) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (wake, end) = (Arc::clone(&written), Arc::clone(&stop));
    let running = tokio::spawn(async move {
        post.run(|| wake.notified(), end.notified(), std::future::pending())
            .await;
    });
    (written, stop, running)
}

/// Waits until the outbox says that all were sent.
async fn drained(db: &Db) {
    while db.read(outbox::count_queued).await.expect("read") > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// What is measured on one database.
struct Found {
    p50: Duration,
    p99: Duration,
    burst: Duration,
    letters: usize,
    alone: Duration,
}

/// Measures on the database of an address, which is made.
pub(crate) fn measure(address: &str) -> String {
    migrate::run(&url(address)).expect("migrated");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let found = runtime.block_on(async {
        let service = service(address);
        lay_out(&service).await;
        let db = service.db().clone();
        let sink = Sink::start().await;
        let (written, stop, running) = begin(&db, sink.transport());
        written.notify_one();
        drained(&db).await;
        let mut each = Vec::new();
        for n in 0..SINGLE {
            // idle again
            tokio::time::sleep(Duration::from_millis(30)).await;
            let wanted = sink.taken.load(Ordering::SeqCst) + 1;
            moved(&service, n).await;
            let committed = Instant::now();
            written.notify_one();
            sink.wait_for(wanted).await;
            each.push(sink.last.lock().expect("a lock").duration_since(committed));
            drained(&db).await;
        }
        each.sort();
        let new = NewRecall {
            cip13: Cip13::parse(MG400).expect("a CIP13"),
            lot: LotNumber::parse(LOT).expect("a lot"),
            reason: "particles".to_owned(),
            reference: None,
        };
        let recall = move |act: &mut Act<'_>| recalls::start(act, &new);
        done(&service, recall).await;
        let letters = db.read(outbox::count_queued).await.expect("read");
        let committed = Instant::now();
        written.notify_one();
        drained(&db).await;
        let burst = committed.elapsed();
        stop.notify_one();
        running.await.expect("the worker");
        assert!(letters >= BURST, "{letters} letters of a recall");
        Found {
            p50: each[SINGLE / 2],
            p99: each[SINGLE * 99 / 100],
            burst,
            letters: usize::try_from(letters).expect("a count"),
            alone: alone(&db, &sink).await,
        }
    });
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    format!(
        "{:.0} | {:.0} | {} | {:.2} | {:.0} | {:.2} | **{:.2}** |",
        ms(found.p50),
        ms(found.p99),
        found.letters,
        found.burst.as_secs_f64(),
        found.letters as f64 / found.burst.as_secs_f64(),
        found.alone.as_secs_f64(),
        found.alone.as_secs_f64() / found.burst.as_secs_f64(),
    )
}

/// A pharmacy for each letter of the burst, with a lot that all have, and a CAR-T centre with just enough for
/// its reserve; somebody at each is written to.
async fn lay_out(service: &Service) {
    done(service, |act| {
        edit_catalogue::add_ruled(act)?;
        let id = Slug::parse("ght-001").expect("a name");
        let name = "GHT".to_owned();
        edit_sites::add_network(act, &Network { id, name })?;
        laid_out(act, centre(), true, 6)
    })
    .await;
    for hundred in 0..BURST / 100 {
        done(service, move |act| {
            (0..100).try_for_each(|n| laid_out(act, pharmacy(hundred * 100 + n), false, 10))
        })
        .await;
    }
}

fn centre() -> Finess {
    Finess::parse("750100125").expect("a FINESS number")
}

fn pharmacy(n: i64) -> Finess {
    Finess::parse(&format!("{}", 300_000_000 + n)).expect("a FINESS number")
}

fn laid_out(act: &mut Act<'_>, finess: Finess, car_t: bool, units: u32) -> Result<(), Error> {
    add_site(act, finess, car_t)?;
    received(act, finess, units)?;
    let pharmacist = NewRecipient {
        capacity: Capacity::Pharmacist,
        name: "Pharmacie".to_owned(),
        email: format!("pui-{finess}@example.org"),
        language: Language::Fr,
        hearing: Hearing::default(),
    };
    edit_recipients::add(act, finess, &pharmacist).map(drop)
}

fn received(act: &mut Act<'_>, site: Finess, units: u32) -> Result<(), Error> {
    let received = Received {
        cip13: Cip13::parse(MG400).expect("a CIP13"),
        lot: LotNumber::parse(if site == centre() { "OTHER" } else { LOT }).expect("a lot"),
        expiry: Day::parse("2022-06-30").expect("a day"),
        count: Count::Units(Units::new(units)),
        serial: None,
        state: UnitState::Usable,
        told: Particulars::default(),
    };
    receive_units::receive(act, site, &received).map(drop)
}

fn lost(act: &mut Act<'_>) -> Result<(), Error> {
    let which = Which {
        cip13: Cip13::parse(MG400).expect("a CIP13"),
        lot: LotNumber::parse("OTHER").expect("a lot"),
        expiry: None,
    };
    let told = Particulars::default();
    let (units, from, why) = (Units::new(1), UnitState::Usable, LossReason::Breakage);
    lose_units::lose(act, centre(), &which, units, from, why, &told).map(drop)
}

/// Something moves at the centre, and one letter says so: the reserve falls short, or is complete again.
async fn moved(service: &Service, n: usize) {
    let work = move |act: &mut Act<'_>| {
        if n.is_multiple_of(2) {
            lost(act)
        } else {
            received(act, centre(), 1)
        }
    };
    let caller = Caller::at_the_machine("command-line", Role::Admin);
    let moved = service.write(caller, now(), vec![centre()], work).await;
    moved.expect("moved");
}

async fn done<T: Send + 'static>(
    service: &Service,
    work: impl FnMut(&mut Act<'_>) -> Result<T, Error> + Send + 'static,
) {
    let caller = Caller::at_the_machine("command-line", Role::Admin);
    let done = service.write(caller, now(), Vec::new(), work).await;
    done.map(drop).expect("done");
}

/// The same letters by the transport alone.
async fn alone(db: &Db, sink: &Sink) -> Duration {
    let rows = db.read(|conn| outbox::page(conn, None, None, None, None, BURST));
    let rows = Arc::new(rows.await.expect("read"));
    let transport = Arc::new(sink.transport());
    let begun = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let lines: Vec<_> = (0..8)
        .map(|_| {
            let (transport, next) = (Arc::clone(&transport), Arc::clone(&next));
            let rows = Arc::clone(&rows);
            tokio::spawn(async move {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::SeqCst)) {
                    transport.send(&letter(row)).await.expect("sent");
                }
            })
        })
        .collect();
    for line in lines {
        line.await.expect("a line");
    }
    begun.elapsed()
}

fn letter(row: &OutboxLetter) -> Letter {
    Letter {
        message_id: MessageId::parse(&row.message_id).expect("a name"),
        from: sender(),
        to: Mailbox {
            name: None,
            address: EmailAddress::parse(&row.to_email).expect("an address"),
        },
        subject: HeaderText::parse("subject", &row.subject).expect("a subject"),
        text: row.text.clone(),
        html: row.html.clone(),
        language: LanguageTag::parse("fr").expect("a language"),
        date: row.created_at,
        references: None,
        unsubscribe: None,
    }
}

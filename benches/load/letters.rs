//! Letters: from the commit of one to the server's 250, and a burst of one for each of 2,000 sites.
//!
//! The worker and the database are the service's; the mail server is a sink in a thread of its own that
//! says yes to everything and notes when. Beside the burst stands what the same lines do without an
//! outbox: the transport alone, given letter after letter.

use crate::place::{now, url};
use dotation::db::outbox::{self, LetterState, OutboxLetter};
use dotation::db::{Conn, Db, Options, migrate};
use dotation::domain::id::LetterId;
use dotation::domain::language::Language;
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

/// One letter each, at once: a recall that every site has, say.
const BURST: usize = 2_000;
/// One after the other, on an idle service.
const SINGLE: usize = 200;

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

fn row(n: usize) -> OutboxLetter {
    OutboxLetter {
        id: LetterId::new(format!("{n:06}")),
        site: None,
        alert: None,
        event: "test".into(),
        to_name: "Pharmacie".into(),
        to_email: format!("pui-{n}@example.org"),
        language: Language::Fr,
        message_id: format!("{n:06}@dotation.example.org"),
        subject: "Réserve de RoActemra : il manque une dose".into(),
        text: "Il manque une dose à la réserve.\n".repeat(30),
        html: "<p>Il manque une dose à la réserve.</p>\n".repeat(60),
        state: LetterState::Queued,
        attempts: 0,
        due_at: now(),
        last_error: None,
        failure: None,
        created_at: now(),
        sent_at: None,
    }
}

fn sender() -> Mailbox {
    Mailbox {
        name: None,
        address: EmailAddress::parse("dotation@example.org").expect("an address"),
    }
}

async fn write(db: &Db, rows: Vec<OutboxLetter>) {
    let insert = move |conn: &mut Conn| rows.iter().try_for_each(|row| outbox::insert(conn, row));
    db.write(Vec::new(), insert).await.expect("written");
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
        let db = Db::open(&url(address), &Options::service()).expect("a database");
        let sink = Sink::start().await;
        let (written, stop, running) = begin(&db, sink.transport());
        let mut each = Vec::new();
        for n in 0..SINGLE {
            write(&db, vec![row(n)]).await;
            let committed = Instant::now();
            written.notify_one();
            sink.wait_for(n + 1).await;
            each.push(sink.last.lock().expect("a lock").duration_since(committed));
            // idle again
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        each.sort();
        write(&db, (SINGLE..SINGLE + BURST).map(row).collect()).await;
        let committed = Instant::now();
        written.notify_one();
        drained(&db).await;
        let burst = committed.elapsed();
        stop.notify_one();
        running.await.expect("the worker");
        Found {
            p50: each[SINGLE / 2],
            p99: each[SINGLE * 99 / 100],
            burst,
            alone: alone(&sink).await,
        }
    });
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    format!(
        "{:.0} | {:.0} | {:.2} | {:.0} | {:.2} | **{:.2}** |",
        ms(found.p50),
        ms(found.p99),
        found.burst.as_secs_f64(),
        BURST as f64 / found.burst.as_secs_f64(),
        found.alone.as_secs_f64(),
        found.alone.as_secs_f64() / found.burst.as_secs_f64(),
    )
}

/// The same burst by the transport alone.
async fn alone(sink: &Sink) -> Duration {
    let transport = Arc::new(sink.transport());
    let begun = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let lines: Vec<_> = (0..8)
        .map(|_| {
            let (transport, next) = (Arc::clone(&transport), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    if n >= BURST {
                        return;
                    }
                    transport.send(&letter(n)).await.expect("sent");
                }
            })
        })
        .collect();
    for line in lines {
        line.await.expect("a line");
    }
    begun.elapsed()
}

fn letter(n: usize) -> Letter {
    let row = row(n);
    Letter {
        message_id: MessageId::parse(&row.message_id).expect("a name"),
        from: sender(),
        to: Mailbox {
            name: None,
            address: EmailAddress::parse(&row.to_email).expect("an address"),
        },
        subject: HeaderText::parse("subject", &row.subject).expect("a subject"),
        text: row.text,
        html: row.html,
        language: LanguageTag::parse("fr").expect("a language"),
        date: row.created_at,
        references: None,
        unsubscribe: None,
    }
}

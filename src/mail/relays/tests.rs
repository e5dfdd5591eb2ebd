//! Two servers that do as they are told, and where letters go.

use super::*;
use crate::mail::letter::Mailbox;
use crate::mail::url::MailUrl;
use crate::mail::{EmailAddress, HeaderText, LanguageTag, MessageId};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a server does with letters.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    Well,
    Says421,
    RefusesSender,
    RefusesRecipient,
    Greylists,
    VanishesWithTheLetter,
    NeverGreets,
}

/// A server on a port of its own, and how many letters it was given whole.
#[derive(Clone)]
struct Server {
    port: u16,
    mood: Arc<Mutex<Mood>>,
    given: Arc<AtomicUsize>,
    lines: Arc<AtomicUsize>,
}

impl Server {
    async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            mood: Arc::new(Mutex::new(mood)),
            given: Arc::default(),
            lines: Arc::default(),
        };
        let this = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(this.clone().talk(stream));
            }
        });
        server
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap()
    }

    fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn given(&self) -> usize {
        self.given.load(Ordering::SeqCst)
    }

    async fn talk(self, stream: TcpStream) -> Option<()> {
        self.lines.fetch_add(1, Ordering::SeqCst);
        let mut line = BufReader::new(stream);
        if self.mood() == Mood::NeverGreets {
            let _left = line.read_line(&mut String::new()).await;
            return None;
        }
        let greeting = if self.mood() == Mood::Says421 {
            "421 not now\r\n"
        } else {
            "220 here\r\n"
        };
        line.write_all(greeting.as_bytes()).await.ok()?;
        let mut in_message = false;
        loop {
            let mut said = String::new();
            if line.read_line(&mut said).await.ok()? == 0 {
                return None;
            }
            let reply = match (said.trim_end(), self.mood()) {
                (".", mood) if in_message => {
                    in_message = false;
                    self.given.fetch_add(1, Ordering::SeqCst);
                    if mood == Mood::VanishesWithTheLetter {
                        return None;
                    }
                    "250 taken"
                }
                _ if in_message => continue,
                (_, Mood::Says421) => "421 not now",
                (said, Mood::RefusesSender) if said.starts_with("MAIL") => "550 not you",
                (said, Mood::RefusesRecipient) if said.starts_with("RCPT") => "550 nobody here",
                (said, Mood::Greylists) if said.starts_with("RCPT") => "451 later",
                ("DATA", _) => {
                    in_message = true;
                    "354 go on"
                }
                _ => "250 ok",
            };
            line.write_all(format!("{reply}\r\n").as_bytes())
                .await
                .ok()?;
        }
    }

    fn post(&self) -> SmtpPost {
        let url = format!("smtp://127.0.0.1:{}?tls=none&timeout_ms=1000", self.port);
        match MailUrl::parse(&url).unwrap() {
            MailUrl::Smtp(settings) => SmtpPost::open(&settings).unwrap(),
            MailUrl::Directory(_) | MailUrl::Memory => panic!("{url}"),
        }
    }
}

fn letter() -> Letter {
    let mailbox = || Mailbox {
        name: None,
        address: EmailAddress::parse("pharmacie@example.org").unwrap(),
    };
    Letter {
        message_id: MessageId::parse("letter-1@example.org").unwrap(),
        from: mailbox(),
        to: mailbox(),
        subject: HeaderText::parse("subject", "Réserve").unwrap(),
        text: "x\n".into(),
        html: "<p>x</p>\n".into(),
        language: LanguageTag::parse("fr").unwrap(),
        date: "2021-10-20T06:00:05Z".parse().unwrap(),
        references: None,
        unsubscribe: None,
    }
}

fn relays(first: &Server, second: &Server, look: Duration) -> Arc<Relays> {
    let mut relays = Relays::new(first.post(), Some(second.post()));
    relays.look = look;
    Arc::new(relays)
}

async fn send(relays: &Arc<Relays>) -> Result<Receipt, SendError> {
    let letter = letter();
    let message = letter.message().unwrap().formatted();
    relays.send(&letter, &message).await
}

const NEVER: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_server_that_will_not_deal_with_us_hands_its_letters_to_the_second() {
    for mood in [Mood::Says421, Mood::RefusesSender] {
        let (first, second) = (Server::start(mood).await, Server::start(Mood::Well).await);
        let relays = relays(&first, &second, NEVER);
        for n in 1..=3 {
            send(&relays).await.unwrap();
            assert_eq!((first.given(), second.given()), (0, n), "{mood:?}");
        }
    }
}

#[tokio::test]
async fn what_the_first_says_of_the_letter_is_not_asked_of_the_second() {
    let second = Server::start(Mood::Well).await;
    for (mood, permanent) in [(Mood::RefusesRecipient, true), (Mood::Greylists, false)] {
        let first = Server::start(mood).await;
        let relays = relays(&first, &second, NEVER);
        let error = send(&relays).await.unwrap_err();
        assert_eq!(
            matches!(error, SendError::Permanent { .. }),
            permanent,
            "{error}"
        );
        assert!(!relays.is_away());
    }
    assert_eq!(second.given(), 0);
}

#[tokio::test]
async fn a_letter_that_the_first_may_have_is_not_handed_to_the_second_at_once() {
    let first = Server::start(Mood::VanishesWithTheLetter).await;
    let second = Server::start(Mood::Well).await;
    let relays = relays(&first, &second, NEVER);
    for tried in 1..=2 {
        let error = send(&relays).await.unwrap_err();
        assert!(error.maybe_delivered(), "{error}");
        assert_eq!((first.given(), second.given()), (tried, 0));
    }
    // twice in a row: now it counts as away, and the letter arrives
    send(&relays).await.unwrap();
    assert_eq!((first.given(), second.given()), (2, 1));
}

#[tokio::test]
async fn a_letter_that_was_taken_makes_up_for_one_that_vanished() {
    let first = Server::start(Mood::VanishesWithTheLetter).await;
    let second = Server::start(Mood::Well).await;
    let relays = relays(&first, &second, NEVER);
    for _ in 0..3 {
        first.becomes(Mood::VanishesWithTheLetter);
        send(&relays).await.unwrap_err();
        first.becomes(Mood::Well);
        send(&relays).await.unwrap();
    }
    assert_eq!(second.given(), 0);
}

#[tokio::test]
async fn letters_return_to_the_first_when_it_is_well() {
    let first = Server::start(Mood::Says421).await;
    let second = Server::start(Mood::Well).await;
    let relays = relays(&first, &second, Duration::ZERO);
    send(&relays).await.unwrap();
    assert!(relays.is_away());
    first.becomes(Mood::Well);
    // this one goes by the second, and beside it the first is looked at
    send(&relays).await.unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    while relays.is_away() {
        assert!(Instant::now() < until);
        tokio::task::yield_now().await;
    }
    assert_eq!(first.given(), 0, "a look sends no letter");
    send(&relays).await.unwrap();
    assert_eq!((first.given(), second.given()), (1, 2));
}

#[tokio::test]
async fn two_servers_are_never_worse_than_one() {
    let first = Server::start(Mood::Says421).await;
    let second = Server::start(Mood::Says421).await;
    let relays = relays(&first, &second, NEVER);
    let error = send(&relays).await.unwrap_err();
    assert!(
        error.to_string().contains("the other mail server"),
        "{error}"
    );
    first.becomes(Mood::Well);
    send(&relays).await.unwrap();
    assert_eq!((first.given(), second.given()), (1, 0));
    assert!(!relays.is_away());
}

/// Each would wait for the time limit at a server that is behind a wall, four at once.
#[tokio::test]
async fn letters_that_wait_for_a_line_do_not_each_find_out_that_the_server_is_away() {
    let first = Server::start(Mood::NeverGreets).await;
    let second = Server::start(Mood::Well).await;
    let relays = relays(&first, &second, NEVER);
    let all = (0..20).map(|_| send(&relays));
    for sent in futures_util::future::join_all(all).await {
        sent.unwrap();
    }
    assert_eq!(second.given(), 20);
    let tried = first.lines.load(Ordering::SeqCst);
    assert!(
        tried <= super::super::smtp::LINES,
        "{tried} lines were tried"
    );
}

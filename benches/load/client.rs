//! Clients that keep their connections: each sends, waits for the whole answer, and sends again.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What one request is: made anew each time, since each has its own key.
pub(crate) type Make<'a> = &'a (dyn Fn(usize, usize, &mut String) + Sync);

/// What came out of one measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    /// Answers a second.
    pub(crate) a_second: f64,
    /// The time that one answer in a hundred took longer than.
    pub(crate) p99: Duration,
    /// All answers, measured or not.
    pub(crate) answers: usize,
}

/// Lets `clients` clients ask for `time`, after a fifth of it unmeasured.
pub(crate) fn drive(
    address: SocketAddr,
    clients: usize,
    time: Duration,
    status: &str,
    make: Make<'_>,
) -> Rate {
    let (counting, over) = (AtomicBool::new(false), AtomicBool::new(false));
    let (mut times, mut took, mut answers) = (Vec::new(), time, 0);
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..clients)
            .map(|n| {
                let (counting, over) = (&counting, &over);
                scope.spawn(move || one(address, n, status, make, counting, over))
            })
            .collect();
        std::thread::sleep(time / 5);
        let start = Instant::now();
        counting.store(true, Ordering::Relaxed);
        std::thread::sleep(time);
        over.store(true, Ordering::Relaxed);
        took = start.elapsed();
        for client in all {
            let (all, measured) = client.join().expect("a client that ends");
            answers += all;
            times.extend(measured);
        }
    });
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100).copied();
    Rate {
        a_second: times.len() as f64 / took.as_secs_f64(),
        p99: p99.unwrap_or_default(),
        answers,
    }
}

fn one(
    address: SocketAddr,
    client: usize,
    status: &str,
    make: Make<'_>,
    counting: &AtomicBool,
    over: &AtomicBool,
) -> (usize, Vec<Duration>) {
    let mut connection = Connection::open(address);
    let (mut times, mut request, mut all) = (Vec::new(), String::new(), 0);
    while !over.load(Ordering::Relaxed) {
        request.clear();
        make(client, all, &mut request);
        all += 1;
        let start = Instant::now();
        let answer = connection.ask(&request);
        assert!(answer.starts_with(status), "{request}\n{answer}");
        if counting.load(Ordering::Relaxed) {
            times.push(start.elapsed());
        }
    }
    (all, times)
}

/// Writes a request.
pub(crate) fn request(out: &mut String, head: &str, token: &str, key: Option<u128>, body: &str) {
    write!(
        out,
        "{head} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n"
    )
    .expect("text");
    if let Some(key) = key {
        write!(
            out,
            "Idempotency-Key: {key:032x}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        )
        .expect("text");
    }
    out.push_str("\r\n");
    out.push_str(body);
}

/// One connection, kept.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a time limit");
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    /// Sends a request and returns the answer, head and body.
    pub(crate) fn ask(&mut self, request: &str) -> String {
        self.stream.write_all(request.as_bytes()).expect("to send");
        self.buffer.clear();
        let mut whole = None;
        let mut some = [0; 16 * 1024];
        while whole.is_none_or(|n| self.buffer.len() < n) {
            let read = self.stream.read(&mut some).expect("an answer");
            assert!(read > 0, "the service hung up on {request}");
            self.buffer.extend_from_slice(&some[..read]);
            whole = whole.or_else(|| length(&self.buffer));
        }
        String::from_utf8_lossy(&self.buffer).into_owned()
    }
}

/// How long an answer is whose head has arrived.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).expect("a head in ASCII");
    let body = text.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse::<usize>().expect("a length"))
    });
    Some(head + body.unwrap_or(0))
}

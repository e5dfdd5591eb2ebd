//! A real server on a port of the system's choosing.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::{HttpResponse, web};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::*;
use crate::http::body::Body;
use crate::http::limits::Limits;
use crate::http::problem::Problem;
use crate::http::testing;

/// A handler that says when it has begun, and goes on when it may.
#[derive(Clone)]
struct Gate {
    begun: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

async fn slow(gate: web::Data<Gate>) -> HttpResponse {
    gate.begun.add_permits(1);
    gate.open.acquire().await.unwrap().forget();
    HttpResponse::Ok().body("finished")
}

async fn take(body: Body) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().body(body.bytes().len().to_string()))
}

fn start(stop: &Stop) -> (SocketAddr, Gate, JoinHandle<io::Result<()>>) {
    start_with(stop, Connections::default(), Limits::default())
}

fn start_with(
    stop: &Stop,
    connections: Connections,
    limits: Limits,
) -> (SocketAddr, Gate, JoinHandle<io::Result<()>>) {
    let gate = Gate {
        begun: Arc::new(Semaphore::new(0)),
        open: Arc::new(Semaphore::new(0)),
    };
    let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let data = web::Data::new(gate.clone());
    let configure = move |config: &mut web::ServiceConfig| {
        config
            .app_data(data.clone())
            .route("/slow", web::get().to(slow))
            .route("/take", web::post().to(take));
    };
    let connections = Connections {
        workers: 1,
        ..connections
    };
    let api = utoipa::openapi::OpenApi::default();
    let door = testing::door(limits);
    let serving = serve(
        listener,
        None,
        connections,
        door,
        api,
        configure,
        stop.clone(),
    );
    (address, gate, actix_web::rt::spawn(serving))
}

async fn send(address: SocketAddr, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{head}\r\nHost: test\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    // a connection that is cut ends the answer, too
    match stream.read_to_end(&mut text).await {
        Ok(_) | Err(_) => String::from_utf8_lossy(&text).into_owned(),
    }
}

#[actix_web::test]
async fn what_is_under_way_is_finished_before_the_server_stops() {
    let stop = Stop::new();
    let (address, gate, serving) = start(&stop);
    let mut under_way = send(address, "GET /slow HTTP/1.1").await;
    under_way.write_all(b"\r\n").await.unwrap();
    gate.begun.acquire().await.unwrap().forget();
    stop.gently();
    // nothing new is taken
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    gate.open.add_permits(1);
    let text = answer(&mut under_way).await;
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    assert!(text.ends_with("finished"), "{text}");
    serving.await.unwrap().unwrap();
}

#[actix_web::test]
async fn a_second_word_stops_at_once() {
    let stop = Stop::new();
    let (address, gate, serving) = start(&stop);
    let mut under_way = send(address, "GET /slow HTTP/1.1").await;
    under_way.write_all(b"\r\n").await.unwrap();
    gate.begun.acquire().await.unwrap().forget();
    stop.gently();
    stop.at_once();
    serving.await.unwrap().unwrap();
    assert_eq!(answer(&mut under_way).await, "");
}

#[actix_web::test]
async fn a_connection_that_idles_does_not_hold_the_stop_up() {
    let stop = Stop::new();
    let (address, _, serving) = start(&stop);
    let mut idle = send(address, "HEAD /healthz HTTP/1.1").await;
    idle.write_all(b"\r\n").await.unwrap();
    let mut head = [0; 1000];
    let read = idle.read(&mut head).await.unwrap();
    let head = String::from_utf8_lossy(&head[..read]).into_owned();
    assert!(
        head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    stop.gently();
    let soon = Duration::from_secs(10);
    let stopped = tokio::time::timeout(soon, serving).await;
    stopped.unwrap().unwrap().unwrap();
}

#[actix_web::test]
async fn a_caller_who_sends_ten_megabytes_reads_the_refusal() {
    let stop = Stop::new();
    let (address, _, serving) = start(&stop);
    let length = 10_000_000;
    let mut stream = send(address, "POST /take HTTP/1.1").await;
    let head = format!("Content-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; length]).await.unwrap();
    let text = answer(&mut stream).await;
    assert!(text.starts_with("HTTP/1.1 413"), "{text}");
    assert!(text.contains("\"most_bytes\":1048576"), "{text}");
    stop.gently();
    serving.await.unwrap().unwrap();
}

/// Short times: what a connection may do nothing for.
fn impatient() -> Connections {
    Connections {
        // the server reads its clock twice a second
        keep_alive: Duration::from_millis(500),
        head_time: Duration::from_millis(1_500),
        ..Connections::default()
    }
}

/// Waits until the other side closes the line, and returns what came before.
async fn until_closed(stream: &mut TcpStream) -> String {
    let soon = Duration::from_secs(20);
    tokio::time::timeout(soon, answer(stream)).await.unwrap()
}

#[actix_web::test]
async fn a_head_that_does_not_end_is_not_waited_for() {
    let stop = Stop::new();
    let (address, _, serving) = start_with(&stop, impatient(), Limits::default());
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut first = send(address, "GET /healthz HTTP/1.1").await;
    assert!(until_closed(&mut first).await.starts_with("HTTP/1.1 408"));
    until_closed(&mut silent).await;
    // nor is the second of a connection whose first was right
    let mut second = send(address, "GET /healthz HTTP/1.1").await;
    second
        .write_all(b"\r\nGET /healthz HTTP/1.1\r\nHo")
        .await
        .unwrap();
    let text = until_closed(&mut second).await;
    assert_eq!(text.matches("HTTP/1.1 200").count(), 1, "{text}");
    stop.gently();
    serving.await.unwrap().unwrap();
}

#[actix_web::test]
async fn a_body_that_drips_is_not_waited_for() {
    let stop = Stop::new();
    let limits = Limits {
        body_time: Duration::from_millis(300),
        ..Limits::default()
    };
    let (address, _, serving) = start_with(&stop, Connections::default(), limits);
    let mut stream = send(address, "POST /take HTTP/1.1").await;
    stream
        .write_all(b"Content-Length: 100\r\n\r\n{")
        .await
        .unwrap();
    let (mut read, mut write) = stream.split();
    let drip = async {
        while write.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let mut text = [0; 100];
    let answered = tokio::time::timeout(Duration::from_secs(20), read.read(&mut text));
    let count = tokio::select! {
        count = answered => count.unwrap().unwrap(),
        () = drip => panic!("the line was closed without an answer"),
    };
    let text = String::from_utf8_lossy(&text[..count]);
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
    stop.at_once();
    serving.await.unwrap().unwrap();
}

#[actix_web::test]
async fn one_address_does_not_take_all_connections() {
    let stop = Stop::new();
    let connections = Connections {
        most_per_address: 3,
        ..Connections::default()
    };
    let (address, gate, serving) = start_with(&stop, connections, Limits::default());
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = send(address, "GET /slow HTTP/1.1").await;
        stream.write_all(b"\r\n").await.unwrap();
        gate.begun.acquire().await.unwrap().forget();
        held.push(stream);
    }
    let mut fourth = TcpStream::connect(address).await.unwrap();
    assert_eq!(until_closed(&mut fourth).await, "");
    gate.open.add_permits(3);
    for stream in &mut held {
        let mut text = [0; 1_000];
        let read = stream.read(&mut text).await.unwrap();
        let text = String::from_utf8_lossy(&text[..read]);
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    }
    drop(held);
    // there is room again as soon as those are gone
    loop {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        if stream.write_all(head).await.is_ok()
            && until_closed(&mut stream).await.contains("200 OK")
        {
            break;
        }
        tokio::task::yield_now().await;
    }
    stop.gently();
    serving.await.unwrap().unwrap();
}

#[test]
fn an_address_that_is_taken_is_named() {
    let first = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = first.local_addr().unwrap();
    let error = bind(address).unwrap_err();
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

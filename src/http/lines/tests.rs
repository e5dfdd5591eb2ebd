//! Connections that are counted and shut, on sockets of this machine.

use super::*;
use std::io::Read as _;
use std::net::TcpListener;

/// Both ends of a connection.
fn connected() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

fn lines(proxies: &[&str], most_of_one: usize) -> Lines {
    let networks: Vec<IpNet> = proxies.iter().map(|n| n.parse().unwrap()).collect();
    Lines::new(
        Proxies::new(&networks),
        most_of_one,
        Duration::from_secs(25),
    )
}

fn open(lines: &Lines, from: &str) -> (TcpStream, Option<Held>) {
    let (client, server) = connected();
    let held = lines.open(&server, Some(from.parse().unwrap()), Instant::now());
    (client, held)
}

/// Whether the other end sees the end of it; only asked where it does.
fn is_shut(client: &mut TcpStream) -> bool {
    client
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    client.read(&mut [0; 1]).unwrap() == 0
}

#[test]
fn a_network_has_as_many_connections_as_it_may() {
    let lines = lines(&["10.0.0.0/8"], 2);
    let (_one, first) = open(&lines, "2001:db8::1");
    // the same network of IPv6
    let (_two, second) = open(&lines, "2001:db8::2");
    let (mut third, refused) = open(&lines, "2001:db8::3");
    assert!(first.is_some() && second.is_some() && refused.is_none());
    assert!(is_shut(&mut third));
    // another has its own, and a proxy stands for many
    assert!(open(&lines, "203.0.113.9").1.is_some());
    let proxied: Vec<_> = (0..5).map(|_| open(&lines, "10.0.0.1")).collect();
    assert!(proxied.iter().all(|(_, held)| held.is_some()));
    drop(first);
    assert!(open(&lines, "2001:db8::3").1.is_some());
    drop((second, proxied));
    assert!(lines.locked().of_network.is_empty());
    assert!(lines.locked().lines.is_empty());
}

#[actix_web::test]
async fn an_answer_is_sent_whole() {
    let lines = lines(&[], 10);
    let (_client, held) = open(&lines, "203.0.113.9");
    let text = "0123456789".repeat(20_000);
    for whole in [String::new(), "short".to_owned(), text] {
        let body = held
            .as_ref()
            .unwrap()
            .busy()
            .until_sent(BoxBody::new(whole.clone()));
        let length = u64::try_from(whole.len()).unwrap();
        assert_eq!(body.size(), BodySize::Sized(length));
        let sent = actix_web::body::to_bytes(body).await.unwrap();
        assert!(sent == whole.as_bytes());
    }
}

#[test]
fn a_connection_without_a_request_is_shut_and_one_with_a_request_is_not() {
    let lines = lines(&[], 10);
    let (mut idle, _held) = open(&lines, "203.0.113.9");
    let (_busy_one, busy) = open(&lines, "203.0.113.9");
    let request = busy.as_ref().unwrap().busy();
    let body = request.until_sent(BoxBody::new("a long answer"));
    let now = Instant::now();
    assert_eq!(lines.sweep(now + Duration::from_secs(20)), 0);
    assert_eq!(lines.sweep(now + Duration::from_secs(30)), 1);
    assert!(is_shut(&mut idle));
    drop(body);
    assert_eq!(lines.sweep(Instant::now() + Duration::from_secs(30)), 2);
}

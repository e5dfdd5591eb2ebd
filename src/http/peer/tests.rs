//! Who is believed about where a request comes from.

use super::*;

fn proxies(networks: &[&str]) -> Proxies {
    let parsed: Vec<IpNet> = networks.iter().map(|n| n.parse().unwrap()).collect();
    Proxies::new(&parsed)
}

fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        headers.append(name.clone(), value);
    }
    headers
}

fn asked(from: &str, trusted: &[&str], pairs: &[(HeaderName, &str)]) -> Peer {
    let connection = Connection {
        from: Some(SocketAddr::new(from.parse().unwrap(), 40_000)),
        encrypted: false,
    };
    Peer::behind(connection, &headers(pairs), &proxies(trusted))
}

fn check(from: &str, trusted: &[&str], said: &[&str], expected: &str) {
    let pairs: Vec<_> = said.iter().map(|value| (FORWARDED_FOR, *value)).collect();
    assert_eq!(
        asked(from, trusted, &pairs).to_string(),
        expected,
        "{said:?}"
    );
}

#[test]
fn a_stranger_who_names_another_is_not_believed() {
    check("203.0.113.9", &[], &["198.51.100.1"], "203.0.113.9");
    check(
        "203.0.113.9",
        &["10.0.0.0/8"],
        &["198.51.100.1"],
        "203.0.113.9",
    );
    // an address of IPv4 that comes by IPv6 is the same address
    check("::ffff:203.0.113.9", &[], &[], "203.0.113.9");
    check(
        "::ffff:10.0.0.1",
        &["10.0.0.0/8"],
        &["198.51.100.1"],
        "198.51.100.1",
    );
}

#[test]
fn of_what_stands_before_a_proxy_the_rightmost_stranger_counts() {
    let trusted = ["10.0.0.0/8", "2001:db8:1::/48"];
    check("10.0.0.1", &trusted, &["198.51.100.1"], "198.51.100.1");
    // what stands further left the client may have made up
    check(
        "10.0.0.1",
        &trusted,
        &["192.0.2.66, 198.51.100.1"],
        "198.51.100.1",
    );
    check(
        "10.0.0.1",
        &trusted,
        &["192.0.2.66", "198.51.100.1, 10.0.0.7"],
        "198.51.100.1",
    );
    check(
        "2001:db8:1::5",
        &trusted,
        &["2001:db8:9::1"],
        "2001:db8:9::1",
    );
    for (written, read) in [
        ("198.51.100.1:4711", "198.51.100.1"),
        ("[2001:db8:9::1]:4711", "2001:db8:9::1"),
        ("[2001:db8:9::1]", "2001:db8:9::1"),
    ] {
        check("10.0.0.1", &trusted, &[written], read);
    }
}

#[test]
fn nonsense_before_a_proxy_is_the_proxy() {
    let trusted = ["10.0.0.0/8"];
    for nonsense in [
        "",
        "unknown",
        "_hidden",
        "198.51.100.1;x",
        "1.2.3",
        "\u{e9}",
        "198.51.100.1,",
    ] {
        check("10.0.0.1", &trusted, &[nonsense], "10.0.0.1");
    }
    check("10.0.0.1", &trusted, &["nonsense, 10.0.0.7"], "10.0.0.7");
    check(
        "10.0.0.1",
        &trusted,
        &["nonsense, 198.51.100.1"],
        "198.51.100.1",
    );
    check("10.0.0.1", &trusted, &[], "10.0.0.1");
}

#[test]
fn the_header_forwarded_is_not_read() {
    let forwarded = HeaderName::from_static("forwarded");
    let peer = asked(
        "10.0.0.1",
        &["10.0.0.0/8"],
        &[(forwarded, "for=198.51.100.1;proto=https")],
    );
    assert_eq!(peer.to_string(), "10.0.0.1");
    assert!(!peer.is_https());
}

#[test]
fn only_a_trusted_proxy_says_that_it_was_asked_by_tls() {
    let said = |from, value| asked(from, &["10.0.0.0/8"], &[(FORWARDED_PROTO, value)]).is_https();
    assert!(said("10.0.0.1", "https") && said("10.0.0.1", "HTTPS"));
    assert!(!said("203.0.113.9", "https"));
    assert!(!said("10.0.0.1", "http") && !said("10.0.0.1", "https, http"));
    let twice = [(FORWARDED_PROTO, "https"), (FORWARDED_PROTO, "http")];
    assert!(!asked("10.0.0.1", &["10.0.0.0/8"], &twice).is_https());
}

#[test]
fn who_has_a_network_is_counted_once() {
    let net = |from: &str| {
        asked(from, &["10.0.0.0/8"], &[])
            .network()
            .map(|n| n.to_string())
    };
    assert_eq!(net("203.0.113.9").as_deref(), Some("203.0.113.9/32"));
    assert_eq!(
        net("2001:db8:9:7:1:2:3:4").as_deref(),
        Some("2001:db8:9:7::/64")
    );
    // behind these may be everybody
    assert_eq!(net("127.0.0.1"), None);
    assert_eq!(net("::1"), None);
    assert_eq!(net("10.0.0.1"), None);
}

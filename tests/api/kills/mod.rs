//! Processes are killed under load: what was acknowledged is there, once, and so is its letter. A letter
//! arrives twice only when the process died between the server's answer and our record, under the same
//! name.

use crate::service::{CENTRE, FAR_CENTRE, MG80, MG400, NEIGHBOUR};
use crate::support::Backend;
use dotation::mail::post::AT_ONCE;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

mod house;
use house::House;

/// Where each movement writes a letter: one client each.
const CENTRES: [&str; 3] = [CENTRE, FAR_CENTRE, "130000015"];

#[test]
fn five_kills_on_sqlite_lose_nothing_that_was_acknowledged() {
    kills(5, Backend::Sqlite, 1);
}

#[test]
fn five_kills_on_postgresql_lose_nothing_that_was_acknowledged() {
    kills(5, Backend::Postgres, 1);
}

#[test]
fn five_kills_of_either_of_two_instances_lose_nothing_that_was_acknowledged() {
    kills(5, Backend::Postgres, 2);
}

/// Fifty kills under load on each database, and of either of two instances.
#[test]
#[ignore = "a soak: tests/soak kills"]
fn soak_kills() {
    for (backend, instances) in [
        (Backend::Sqlite, 1),
        (Backend::Postgres, 1),
        (Backend::Postgres, 2),
    ] {
        kills(50, backend, instances);
    }
}

fn kills(times: u32, backend: Backend, instances: usize) {
    let house = House::new(backend, instances);
    let mut children: Vec<_> = (0..instances).map(|n| house.start(n)).collect();
    for site in CENTRES {
        house.book(site, &format!("first-{site}"), &json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2030-06-30", "units": 6 }));
    }
    house.book(NEIGHBOUR, "first", &json!({ "kind": "receipt", "cip13": MG80, "lot": "B2", "expiry": "2030-06-30", "units": 100_000 }));
    let acknowledged = std::thread::scope(|scope| {
        let house = &house;
        let clients: Vec<_> = (0..=CENTRES.len())
            .map(|n| scope.spawn(move || house.client(n)))
            .collect();
        for n in 0..times {
            std::thread::sleep(Duration::from_millis(300 + u64::from(n * 37 % 200)));
            let which = usize::try_from(n).unwrap() % instances;
            house.kill(&mut children[which]);
            children[which] = house.start(which);
        }
        std::thread::sleep(Duration::from_millis(300));
        house.over.store(true, Ordering::Relaxed);
        let join = |c: std::thread::ScopedJoinHandle<'_, _>| c.join().unwrap();
        clients.into_iter().map(join).collect::<Vec<Vec<String>>>()
    });
    let sites = CENTRES.into_iter().map(|site| (site, 6));
    for ((site, first), ids) in sites.chain([(NEIGHBOUR, 100_000)]).zip(&acknowledged) {
        movements_are_there(&house, site, first, ids);
    }
    // one a movement; and one for the first receipt, and one for whoever found the alert open
    let of_movements: usize = acknowledged[..CENTRES.len()].iter().map(Vec::len).sum();
    letters_are_there(&house, of_movements + 2 * CENTRES.len());
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    arrived_once(house, times);
}

/// All that was acknowledged, and the first receipt, once each; and the stock is their sum.
fn movements_are_there(house: &House, site: &str, first: i64, acknowledged: &[String]) {
    let ledger = house.list(&format!("/sites/{site}/movements"));
    let mut there: Vec<_> = ledger.iter().map(|m| m["id"].as_str().unwrap()).collect();
    assert_eq!(there.len(), acknowledged.len() + 1);
    there.sort_unstable();
    assert!(
        acknowledged
            .iter()
            .all(|id| there.binary_search(&&**id).is_ok())
    );
    let sum: i64 = ledger.iter().map(|m| m["usable"].as_i64().unwrap()).sum();
    let stock = house.see(&format!("/sites/{site}/stock"));
    assert_eq!(stock["presentations"][0]["usable"], sum);
    let count = |n: usize| i64::try_from(n).unwrap();
    let receipts = ledger.iter().filter(|m| m["kind"] == "receipt").count();
    assert_eq!(
        sum,
        first + 2 * (count(receipts) - 1) - count(acknowledged.len())
    );
}

/// So many letters about reserves were written, and soon all letters are sent: what a killed service had
/// in hand as well.
fn letters_are_there(house: &House, expected: usize) {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        let letters = house.list("/emails");
        if letters.iter().all(|l| l["state"] == "sent") {
            let alerts = house.list("/alerts");
            let of_reserve = |l: &&Value| {
                let alert = alerts.iter().find(|a| a["id"] == l["alert"]);
                alert.is_some_and(|a| a["kind"] == "reserve-below-minimum")
            };
            assert_eq!(letters.iter().filter(of_reserve).count(), expected);
            return;
        }
        let waiting = letters.iter().filter(|l| l["state"] != "sent").count();
        assert!(Instant::now() < until, "{waiting} letters are not sent");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Each letter of the outbox arrived, no other did, and no more arrived again than were in hand when a
/// process died.
#[expect(clippy::print_stdout, reason = "a soak is read by whoever runs it")]
fn arrived_once(house: House, kills: u32) {
    let mut arrived: BTreeMap<String, u32> = BTreeMap::new();
    let written: Vec<String> = message_ids(&house);
    let House { mail, database, .. } = house;
    let said = mail.into_inner().unwrap().end();
    for message in said.iter().filter(|said| said["event"] == "message") {
        let headers = message["headers"].as_array().unwrap();
        let id = headers.iter().find(|h| h[0] == "Message-ID").unwrap()[1].as_str();
        let id = id.unwrap().trim_matches(['<', '>']).to_owned();
        *arrived.entry(id).or_default() += 1;
    }
    assert_eq!(
        arrived.keys().collect::<Vec<_>>(),
        written.iter().collect::<Vec<_>>()
    );
    let again: u32 = arrived.values().map(|times| times - 1).sum();
    let in_hand = u32::try_from(AT_ONCE).unwrap();
    println!(
        "{:?}: {} letters, {again} arrived again in {kills} kills",
        database.backend,
        arrived.len()
    );
    assert!(again <= kills * in_hand, "{again} arrived again");
    assert!(arrived.values().all(|times| *times <= 1 + kills));
}

/// The `Message-ID` of every letter in the outbox, sorted.
fn message_ids(house: &House) -> Vec<String> {
    use dotation::db::{Conn, outbox};
    let page = |conn: &mut Conn| outbox::page(conn, None, None, None, None, i64::MAX);
    let letters = crate::support::block(house.database.open().read(page)).unwrap();
    let mut ids: Vec<String> = letters.into_iter().map(|l| l.message_id).collect();
    ids.sort();
    ids
}

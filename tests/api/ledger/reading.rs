//! How the ledger is read.

use super::{of, out, undo};
use crate::service::{App, CENTRE, MG80, MG400, NEIGHBOUR, spawn};
use crate::shelf::{faults, id_of, record};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;

on_both! {
    the_ledger_is_read_in_pages_and_by_filters
    a_balance_is_the_sum_of_its_movements
}

fn pages(app: &App, query: &str, limit: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/sites/{NEIGHBOUR}/movements?limit={limit}{query}{cursor}");
        let page = app.get(Role::Pharmacist, &path).expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        all.extend(items.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn busy_day(app: &App) {
    for (cip13, lot, expiry) in [
        (MG400, "B1", "2022-06-30"),
        (MG400, "B2", "2022-09-30"),
        (MG80, "B1", "2022-06-30"),
    ] {
        // what leaves the day before was there
        let body = json!({ "kind": "receipt", "cip13": cip13, "lot": lot, "expiry": expiry, "units": 10, "happened_at": "2021-10-18T08:00:00Z" });
        record(app, NEIGHBOUR, &body).expect(201);
    }
    for n in 0..5 {
        let mut body = out(MG400, 3);
        body["happened_at"] = json!(format!("2021-10-19T1{n}:00:00+02:00"));
        record(app, NEIGHBOUR, &body).expect(201);
        record(app, NEIGHBOUR, &json!({ "kind": "dispensing", "cip13": MG80, "units": 1, "patient": format!("p-{}", n % 2) })).expect(201);
    }
    record(
        app,
        NEIGHBOUR,
        &of("quarantine", "B2", &json!({ "units": 2, "note": "?" })),
    )
    .expect(201);
    record(
        app,
        NEIGHBOUR,
        &of("destruction", "B2", &json!({ "units": 1, "note": "!" })),
    )
    .expect(201);
    record(
        app,
        NEIGHBOUR,
        &of("count-adjustment", "B2", &json!({ "counted": 5 })),
    )
    .expect(201);
}

type Wanted<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

fn the_ledger_is_read_in_pages_and_by_filters(backend: Backend) {
    let app = spawn(backend);
    busy_day(&app);
    let all = pages(&app, "", 200);
    let seqs: Vec<i64> = all.iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    let most = i64::try_from(all.len()).unwrap();
    assert_eq!(seqs, (1..=most).rev().collect::<Vec<_>>());
    for limit in [1, 3, 7] {
        assert_eq!(pages(&app, "", limit), all, "{limit}");
    }
    let patient = all.iter().find_map(|m| m["patient"].as_str()).unwrap();
    let operation = all[0]["operation"].as_str().unwrap();
    let filters: Vec<(String, Wanted<'_>)> = vec![
        (
            "&kind=dispensing".into(),
            Box::new(|m| m["kind"] == "dispensing"),
        ),
        (format!("&cip13={MG80}"), Box::new(|m| m["cip13"] == MG80)),
        ("&lot=B1".into(), Box::new(|m| m["lot"] == "B1")),
        (
            format!("&lot=B1&cip13={MG400}&kind=receipt"),
            Box::new(|m| m["lot"] == "B1" && m["cip13"] == MG400 && m["kind"] == "receipt"),
        ),
        (
            format!("&patient={patient}"),
            Box::new(|m| m["patient"] == patient),
        ),
        (
            format!("&operation={operation}"),
            Box::new(|m| m["operation"] == operation),
        ),
        (
            "&from=2021-10-19T09:00:00Z".into(),
            Box::new(|m| m["happened_at"].as_str().unwrap() >= "2021-10-19T09:00:00Z"),
        ),
        (
            "&from=2021-10-19T11:00:00%2B02:00&until=2021-10-19T10:00:00Z".into(),
            Box::new(|m| m["happened_at"] == "2021-10-19T09:00:00Z"),
        ),
    ];
    for (query, wanted) in filters {
        let expected: Vec<Value> = all.iter().filter(|m| wanted(m)).cloned().collect();
        assert!(
            !expected.is_empty() && expected.len() < all.len(),
            "{query}"
        );
        assert_eq!(pages(&app, &query, 2), expected, "{query}");
    }
    let one = format!(
        "/sites/{NEIGHBOUR}/movements/{}",
        all[0]["id"].as_str().unwrap()
    );
    assert_eq!(app.get(Role::Pharmacist, &one).expect(200), all[0]);
    let elsewhere = one.replace(NEIGHBOUR, CENTRE);
    app.get(Role::Reader, &elsewhere).expect(404);

    let list = format!("/sites/{NEIGHBOUR}/movements");
    let next = app
        .get(Role::Reader, &format!("{list}?limit=1"))
        .expect(200)["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let last = if next.ends_with('0') { "1" } else { "0" };
    let touched = format!("{}{last}", &next[..next.len() - 1]);
    for (query, at) in [
        (format!("cursor={touched}"), "cursor"),
        ("cursor=zz".into(), "cursor"),
        ("limit=0".into(), "limit"),
        ("limit=201".into(), "limit"),
        ("limit=abc".into(), "limit"),
        ("kind=theft".into(), "kind"),
        ("cip13=123".into(), "cip13"),
        ("from=yesterday".into(), "from"),
        ("until=2021-10-20".into(), "until"),
        ("colour=red".into(), "colour"),
    ] {
        assert_eq!(
            faults(&app.get(Role::Reader, &format!("{list}?{query}")), 400),
            [at],
            "{query}"
        );
    }
}

fn a_balance_is_the_sum_of_its_movements(backend: Backend) {
    let app = spawn(backend);
    busy_day(&app);
    let given = id_of(&record(&app, NEIGHBOUR, &out(MG80, 2)).expect(201));
    record(&app, NEIGHBOUR, &undo(&given)).expect(201);
    let mut sums: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    for m in pages(&app, "", 200) {
        let key = (
            m["cip13"].as_str().unwrap().to_owned(),
            m["lot"].as_str().unwrap().to_owned(),
        );
        let sum = sums.entry(key).or_default();
        sum.0 += m["usable"].as_i64().unwrap();
        sum.1 += m["quarantined"].as_i64().unwrap();
    }
    let stock = app
        .get(
            Role::Reader,
            &format!("/sites/{NEIGHBOUR}/stock?empty=true"),
        )
        .expect(200);
    let mut there = BTreeMap::new();
    for p in stock["presentations"].as_array().unwrap() {
        for l in p["lots"].as_array().unwrap() {
            let key = (
                p["cip13"].as_str().unwrap().to_owned(),
                l["lot"].as_str().unwrap().to_owned(),
            );
            there.insert(
                key,
                (
                    l["usable"].as_i64().unwrap(),
                    l["quarantined"].as_i64().unwrap(),
                ),
            );
        }
    }
    assert_eq!(there, sums);
}

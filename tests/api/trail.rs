//! The audit trail says who did what, in unbroken chains, and nothing personal is outside of the
//! one table that can be erased.

use crate::service::{App, CENTRE, MG400, spawn};
use crate::shelf::record;
use crate::support::Backend;
use diesel::RunQueryDsl as _;
use diesel::sql_types::Text as SqlText;
use dotation::db::audit::{Entry, Form, GENESIS, hash};
use dotation::domain::id::PatientId;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    every_write_refusal_and_reading_leaves_its_line
    each_chain_is_unbroken_and_its_hashes_are_right
    nothing_personal_stands_outside_of_its_table
}

fn chain(app: &App, site: Option<&str>) -> Vec<Value> {
    let site = site.map_or_else(String::new, |s| format!("&site={s}"));
    let (mut lines, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app
            .get(Role::Coordinator, &format!("/audit?limit=7{site}{cursor}"))
            .expect(200);
        lines.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    lines.reverse();
    lines
}

fn last(app: &App, site: Option<&str>) -> (String, String) {
    let line = chain(app, site).pop().unwrap();
    (
        line["action"].as_str().unwrap().to_owned(),
        line["outcome"].as_str().unwrap().to_owned(),
    )
}

fn every_write_refusal_and_reading_leaves_its_line(backend: Backend) {
    let app = spawn(backend);
    let at = |rest: &str| format!("/sites/{CENTRE}{rest}");
    let since = |n: usize| {
        chain(&app, Some(CENTRE))
            .into_iter()
            .skip(n)
            .map(|l| {
                format!(
                    "{} {} {}",
                    l["role"].as_str().unwrap(),
                    l["action"].as_str().unwrap(),
                    l["outcome"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    let long = || chain(&app, Some(CENTRE)).len();

    let n = long();
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    assert_eq!(since(n)[0], "pharmacist stock.move done");
    let n = long();
    let out = json!({ "kind": "dispensing", "cip13": MG400, "units": 12 });
    assert_eq!(record(&app, CENTRE, &out).status, 409);
    assert_eq!(since(n), ["pharmacist stock.move refused"]);
    assert_eq!(
        chain(&app, Some(CENTRE)).pop().unwrap()["details"]["reason"],
        "reserve-would-break"
    );

    let n = long();
    let new = json!({ "pseudonym": "p-1", "weight_g": 70_000, "infusion_date": "2021-10-25" });
    let patient = app
        .post(Role::CarTUnit, &at("/car-t-patients"), &new)
        .expect(201);
    assert_eq!(since(n)[0], "car-t-unit patient.register done");
    let n = long();
    app.get(
        Role::Coordinator,
        &at(&format!(
            "/car-t-patients/{}",
            patient["id"].as_str().unwrap()
        )),
    )
    .expect(200);
    app.get(Role::Pharmacist, &at("/car-t-patients"))
        .expect(200);
    assert_eq!(
        since(n),
        [
            "coordinator patient.read read",
            "pharmacist patient.read read"
        ]
    );
    let line = chain(&app, Some(CENTRE)).pop().unwrap();
    assert_eq!(
        (
            &line["patient"],
            line["patient_hash"].as_str().unwrap().len()
        ),
        (&patient["id"], 64)
    );

    let n = long();
    let delivery = json!({ "cip13": MG400, "units": 4, "expected_on": "2021-10-22" });
    app.post(Role::Pharmacist, &at("/deliveries"), &delivery)
        .expect(201);
    let recipient = json!({ "capacity": "pharmacist", "name": "A", "email": "a@example.org" });
    app.post(Role::Pharmacist, &at("/recipients"), &recipient)
        .expect(201);
    app.post(Role::Pharmacist, &at("/recipients"), &recipient)
        .expect(409);
    assert_eq!(
        since(n),
        [
            "pharmacist delivery.change done",
            "pharmacist recipient.add done",
            "pharmacist recipient.add refused"
        ]
    );

    let token = json!({ "name": "x", "role": "reader", "all_sites": true });
    app.post(Role::Admin, "/tokens", &token).expect(201);
    assert_eq!(last(&app, None), ("token.give".into(), "done".into()));
    let network = json!({ "id": "ght-009", "name": "N" });
    app.post(Role::Admin, "/networks", &network).expect(201);
    assert_eq!(last(&app, None), ("network.add".into(), "done".into()));
    app.post(Role::Admin, "/networks", &network).expect(409);
    assert_eq!(last(&app, None), ("network.add".into(), "refused".into()));
    let unknown = json!({ "name": "x", "role": "reader", "sites": ["2A0000014"] });
    app.post(Role::Admin, "/tokens", &unknown).expect(404);
    assert_eq!(last(&app, None), ("token.give".into(), "refused".into()));
    // what the role does not include
    let n = long();
    app.post(Role::Reader, &at("/movements"), &out).expect(403);
    assert_eq!(since(n), ["reader access refused"]);
}

fn each_chain_is_unbroken_and_its_hashes_are_right(backend: Backend) {
    let app = spawn(backend);
    busy(&app);
    for site in [None, Some(CENTRE)] {
        let lines = chain(&app, site);
        assert!(lines.len() > 3);
        let mut previous = GENESIS.to_owned();
        for (seq, line) in (1_i64..).zip(&lines) {
            let text = |name: &str| line[name].as_str().unwrap().to_owned();
            let patient = line["patient"]
                .as_str()
                .map(|id| (PatientId::new(id), text("patient_hash")));
            let entry = Entry {
                chain: text("chain"),
                at: text("at").parse().unwrap(),
                actor: text("actor"),
                role: text("role"),
                request_id: text("request_id"),
                peer: text("peer"),
                action: text("action"),
                outcome: text("outcome"),
                object: text("object"),
                patient,
                rulebook: line["rulebook"].as_str().map(str::to_owned),
                details: line["details"].to_string(),
            };
            assert_eq!(
                (line["seq"].as_i64(), &text("previous")),
                (Some(seq), &previous)
            );
            assert_eq!(
                text("hash"),
                hash(Form::Second, &entry, seq, &previous),
                "{line}"
            );
            previous = text("hash");
        }
    }
}

const PSEUDONYM: &str = "zebulon-77";

/// Everything that can be done with a patient.
fn busy(app: &App) {
    let at = |rest: &str| format!("/sites/{CENTRE}{rest}");
    let post = |role, path: &str, body: Value| app.post(role, &at(path), &body);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 2);
    let mut question =
        json!({ "pseudonym": PSEUDONYM, "weight_g": 73_219, "infusion_date": "2021-10-27" });
    assert_eq!(
        post(Role::CarTUnit, "/clearances", question.clone()).expect(201)["decision"],
        "NO-GO"
    );
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 30);
    let go = post(Role::CarTUnit, "/clearances", question.clone()).expect(201);
    assert_eq!(go["decision"], "GO");
    post(Role::CarTUnit, "/clearances", question.clone()).expect(409);
    question["infusion_date"] = json!("2035-12-27");
    question["pseudonym"] = json!(format!("{PSEUDONYM}-b"));
    post(Role::CarTUnit, "/clearances", question.clone()).expect(422);
    post(
        Role::CarTUnit,
        "/car-t-patients",
        json!({ "pseudonym": PSEUDONYM, "weight_g": 73_219, "infusion_date": "2021-10-27" }),
    )
    .expect(409);
    post(Role::Pharmacist, "/movements", json!({ "kind": "dispensing", "cip13": MG400, "units": 1, "patient": PSEUDONYM, "indication": "crs" })).expect(201);
    post(Role::Pharmacist, "/movements", json!({ "kind": "dispensing-override", "cip13": MG400, "units": 1, "patient": format!("{PSEUDONYM}-c"), "note": "seul traitement possible" })).expect(201);
    let clearance = format!("/clearances/{}", go["id"].as_str().unwrap());
    post(
        Role::CarTUnit,
        &format!("{clearance}/move"),
        json!({ "infusion_date": "2021-10-29" }),
    )
    .expect(201);
    post(
        Role::CarTUnit,
        &format!("{clearance}/move"),
        json!({ "infusion_date": "2035-12-29" }),
    );
    let bearer = format!("Bearer {}", app.token(Role::CarTUnit));
    let patient = at(&format!(
        "/car-t-patients/{}",
        go["patient"].as_str().unwrap()
    ));
    let headers = [("Authorization", &*bearer), ("If-Match", "*")];
    app.send("PATCH", &patient, &headers, Some(br#"{"weight_g":81347}"#))
        .expect(200);
    app.get(Role::CarTUnit, &patient).expect(200);
    app.send(
        "PATCH",
        &patient,
        &headers,
        Some(br#"{"infusion_date":"2021-10-30","weight_g":1}"#),
    );
    app.send("PATCH", &patient, &headers, Some(br#"{"cancelled":true}"#))
        .expect(200);
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = SqlText)]
    text: String,
}

/// Every row of every table but that of the patients, as text.
pub(crate) fn all_rows(app: &App, backend: Backend) -> Vec<(String, String)> {
    let mut conn = app.database.conn();
    let mut texts = |sql: &str| -> Vec<String> {
        let rows: Vec<Text> = diesel::sql_query(sql.to_owned()).load(&mut conn).unwrap();
        rows.into_iter().map(|r| r.text).collect()
    };
    let (tables, columns) = match backend {
        Backend::Sqlite => (
            "SELECT name AS text FROM sqlite_master WHERE type = 'table'",
            "SELECT name AS text FROM pragma_table_info('{}')",
        ),
        Backend::Postgres => (
            "SELECT table_name::text AS text FROM information_schema.tables WHERE table_schema = 'public'",
            "SELECT column_name::text AS text FROM information_schema.columns WHERE table_name = '{}'",
        ),
    };
    let mut rows = Vec::new();
    for table in texts(tables).into_iter().filter(|t| t != "patient_payload") {
        let columns = texts(&columns.replace("{}", &table));
        let all = columns
            .iter()
            .map(|c| format!("COALESCE(CAST(\"{c}\" AS TEXT), '')"))
            .collect::<Vec<_>>()
            .join(" || ' | ' || ");
        let found = texts(&format!("SELECT {all} AS text FROM \"{table}\""));
        rows.extend(found.into_iter().map(|row| (table.clone(), row)));
    }
    rows
}

fn nothing_personal_stands_outside_of_its_table(backend: Backend) {
    let app = spawn(backend);
    busy(&app);
    let rows = all_rows(&app, backend);
    for table in [
        "audit",
        "movements",
        "idempotency",
        "outbox",
        "clearances",
        "alerts",
        "car_t_patients",
    ] {
        assert!(rows.iter().any(|(t, _)| t == table), "{table} is empty");
    }
    let personal = [
        PSEUDONYM,
        "73219",
        "73,2",
        "73.2",
        "81347",
        "81,3",
        "2021-10-27",
        "27/10/2021",
        "27 October 2021",
        "2035-12-27",
        "27/12/2035",
        "27 December 2035",
        "2021-10-29",
        "29/10/2021",
        "2021-10-30",
        "30/10/2021",
        "2035-12-29",
        "29/12/2035",
    ];
    for (table, row) in rows {
        let said = without_ids(&row);
        for secret in personal {
            assert!(!said.contains(secret), "{secret} stands in {table}: {row}");
        }
    }
}

/// A row without its hashes and ids, in which any five digits may follow each other.
fn without_ids(row: &str) -> String {
    let (mut said, mut run) = (String::new(), String::new());
    for c in row.chars().chain([' ']) {
        if c.is_ascii_hexdigit() {
            run.push(c);
        } else {
            if run.len() < 12 {
                said.push_str(&run);
            }
            run.clear();
            said.push(c);
        }
    }
    said
}

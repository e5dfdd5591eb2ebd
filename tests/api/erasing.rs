//! What is held on a patient is taken out as a whole, and erased for good: what stays still verifies.

use crate::planning::{ask_for, cleared, keep};
use crate::service::{App, CENTRE, MG400, again_at, spawn};
use crate::support::{Backend, block};
use crate::trail::all_rows;
use dotation::app::personal::{self, Reason};
use dotation::app::retention::{self, Erasure, Keep, Terms};
use dotation::app::{Caller, Error};
use dotation::db;
use dotation::domain::code::Finess;
use dotation::domain::reason::Refusal;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    all_that_is_held_on_a_patient_is_taken_out_and_that_is_on_the_trail
    what_is_needed_still_is_not_erased
    what_is_erased_is_gone_and_what_stays_verifies
    what_was_kept_for_long_enough_is_erased_and_nothing_else
    every_table_with_something_of_a_patient_is_on_the_list
}

const WHO: &str = "zebulon-77";

fn admin() -> Caller {
    Caller::at_the_machine("command-line", Role::Admin)
}

fn erase(app: &App, pseudonym: &'static str) -> Result<personal::Erased, Error> {
    let site = Finess::parse(CENTRE).unwrap();
    app.run(async |service, now| {
        let erase = move |act: &mut dotation::app::Act<'_>| {
            personal::erase(act, site, pseudonym, Reason::Asked)
        };
        service.write(admin(), now, vec![site], erase).await
    })
}

fn refused(app: &App, state: &str) {
    match erase(app, WHO) {
        Err(Error::Refused(Refusal::WrongState { state: found })) => assert_eq!(found, state),
        other => panic!("{other:?}"),
    }
}

fn export(app: &App, role: Role) -> crate::service::Answer {
    app.get(role, &format!("/sites/{CENTRE}/patients/{WHO}/export"))
}

/// A request that was planned and withdrawn, a count, a dispensing; the plan's id.
fn lived(app: &App) -> String {
    cleared(app, 6);
    let request = ask_for(app, CENTRE, WHO, &json!({ "weight_g": 73_219 }));
    let plan = keep(app);
    let count = json!({ "value": 2718, "unit": "/mm3", "taken_on": "2021-10-19" });
    let path = format!("/patients/{WHO}/counts?site={CENTRE}");
    app.post(Role::Prescriber, &path, &count).expect(201);
    refused(app, "needed-request");
    let body = json!({ "reason": "remission of zebulon" });
    app.post(
        Role::Prescriber,
        &format!("/requests/{request}/withdraw"),
        &body,
    )
    .expect(200);
    let body = json!({ "kind": "dispensing", "cip13": MG400, "units": 1, "patient": WHO, "indication": "crs" });
    app.post(
        Role::Pharmacist,
        &format!("/sites/{CENTRE}/movements"),
        &body,
    )
    .expect(201);
    plan
}

fn all_that_is_held_on_a_patient_is_taken_out_and_that_is_on_the_trail(backend: Backend) {
    let app = spawn(backend);
    let plan = lived(&app);
    let held = export(&app, Role::Pharmacist).expect(200)["held"].clone();
    let rows = |table: &str| {
        held[table]
            .as_array()
            .unwrap_or_else(|| panic!("{table}"))
            .clone()
    };
    assert_eq!(rows("patient_payload")[0]["pseudonym"], WHO);
    assert_eq!(rows("request_payload")[0]["weight_g"], 73_219);
    assert!(
        rows("count_payload")[0]["amount"]
            .as_str()
            .unwrap()
            .contains("2718")
    );
    assert_eq!(rows("movements").len(), 1);
    assert_eq!(rows("plans"), [Value::String(plan)]);
    assert!(rows("audit").len() > 3);
    let line = app
        .get(Role::Admin, &format!("/audit?site={CENTRE}&limit=1"))
        .expect(200);
    assert_eq!(line["items"][0]["action"], "patient.export");
    assert_eq!(line["items"][0]["outcome"], "read");
    for role in [
        Role::Coordinator,
        Role::Prescriber,
        Role::CarTUnit,
        Role::Admin,
        Role::Reader,
    ] {
        export(&app, role).expect(403);
    }
    let path = format!("/sites/{CENTRE}/patients/nobody/export");
    app.get(Role::Pharmacist, &path).expect(404);
}

fn what_is_needed_still_is_not_erased(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    let new = json!({ "pseudonym": WHO, "weight_g": 70_000, "infusion_date": "2021-10-25" });
    let path = format!("/sites/{CENTRE}/clearances");
    app.post(Role::CarTUnit, &path, &new).expect(201);
    refused(&app, "needed-expected");
    assert!(matches!(
        erase(&app, "nobody"),
        Err(Error::Refused(Refusal::Unknown { .. }))
    ));
}

/// Whether a row holds a word; a number only by itself, since some stand in every tenth hash and id.
fn says(row: &str, word: &str) -> bool {
    if word.parse::<u64>().is_err() {
        return row.contains(word);
    }
    row.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .any(|part| part == word)
}

fn what_is_erased_is_gone_and_what_stays_verifies(backend: Backend) {
    let app = spawn(backend);
    let plan = lived(&app);
    let verify = || {
        app.post(
            Role::Coordinator,
            &format!("/plans/{plan}/verify"),
            &json!({}),
        )
        .expect(200)
    };
    assert_eq!(verify()["holds"], true);
    let before = all_rows(&app, backend);
    assert!(before.iter().any(|(_, row)| says(row, "73219")));
    let erased = erase(&app, WHO).unwrap();
    assert_eq!(erased.plans, 1);
    // nothing that was said of them is anywhere, their own word for them neither
    let mut rows = all_rows(&app, backend);
    rows.extend(payload(&app));
    for word in [WHO, "73219", "2718", "remission"] {
        let found = rows.iter().find(|(_, row)| says(row, word));
        assert!(found.is_none(), "{word}: {found:?}");
    }
    let said = verify();
    assert_eq!(
        (&said["by"], &said["holds"]),
        (&json!("hash"), &json!(true))
    );
    assert!(said["audit_line"].is_i64(), "{said}");
    app.get(Role::Coordinator, &format!("/plans/{plan}"))
        .expect(409);
    // the chains are unbroken, and say that it was done
    let ends = block(app.service.db().read(db::audit::chains::follow)).unwrap();
    assert!(ends.iter().all(|end| end.broken_at.is_none()), "{ends:?}");
    let line = app
        .get(Role::Admin, &format!("/audit?site={CENTRE}&limit=1"))
        .expect(200);
    assert_eq!(line["items"][0]["action"], "patient.erase");
    assert_eq!(line["items"][0]["patient_hash"].as_str().unwrap().len(), 64);
    // whatever was read before is read still, and the same word is another patient from now on
    for path in [
        "/requests",
        "/plans",
        "/monitoring?rulebook=roactemra-neutrophils",
    ] {
        let answer = app.get(Role::Pharmacist, path);
        assert!(answer.status < 500, "{path}: {}", answer.text);
    }
    for path in [
        "/stock",
        "/movements",
        "/clearances",
        "/situation",
        "/car-t-patients",
        "/holds",
    ] {
        app.get(Role::Pharmacist, &format!("/sites/{CENTRE}{path}"))
            .expect(200);
    }
    export(&app, Role::Pharmacist).expect(404);
    ask_for(&app, CENTRE, WHO, &json!({}));
    export(&app, Role::Pharmacist).expect(200);
}

fn run(app: &App, terms: Terms, keep: Keep) -> Erasure {
    app.run(async |service, now| {
        retention::run(&service, (admin(), now), terms, keep)
            .await
            .unwrap()
    })
}

fn what_was_kept_for_long_enough_is_erased_and_nothing_else(backend: Backend) {
    let app = spawn(backend);
    lived(&app);
    app.letters(1);
    let terms = Terms {
        patients_days: 100,
        plans_days: 100,
        letters_days: 100,
    };
    assert_eq!(
        run(&app, terms, Keep::Nothing),
        Erasure::default(),
        "too early"
    );
    let app = again_at(app, "2022-01-20T06:00:00Z");
    // somebody who is known since yesterday, and somebody who has a request still
    ask_for(
        &app,
        CENTRE,
        "p-new",
        &json!({ "last_administration_on": "2021-12-24" }),
    );
    let app = again_at(app, "2022-03-20T06:00:00Z");
    assert_eq!(
        run(&app, Terms::default(), Keep::Nothing),
        Erasure::default(),
        "0 is never"
    );
    let would = run(&app, terms, Keep::All);
    assert_eq!((would.patients, would.plans), (1, 1));
    assert!(would.letters > 0);
    assert_eq!(run(&app, terms, Keep::All), would, "looking erases nothing");
    let done = run(&app, terms, Keep::Nothing);
    assert_eq!(
        (done.patients, done.letters),
        (would.patients, would.letters)
    );
    export(&app, Role::Pharmacist).expect(404);
    let other = format!("/sites/{CENTRE}/patients/p-new/export");
    app.get(Role::Pharmacist, &other).expect(200);
    assert_eq!(run(&app, terms, Keep::Nothing), Erasure::default(), "once");
    let letters = app.get(Role::Admin, "/emails?limit=200").expect(200);
    assert!(!letters["items"].as_array().unwrap().is_empty());
    // two years later one has a request still, and doses are held for the patient of the GO, which nobody
    // released: they are left, and counted
    let app = again_at(app, "2024-03-20T06:00:00Z");
    let left = run(&app, terms, Keep::Nothing);
    assert_eq!((left.patients, left.needed), (0, 2));
}

/// The rows of the one table that holds pseudonyms.
fn payload(app: &App) -> Vec<(String, String)> {
    use diesel::RunQueryDsl as _;
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        text: String,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT COALESCE(pseudonym, '-') || ' ' || COALESCE(CAST(weight_g AS TEXT), '-') AS text FROM patient_payload",
    )
    .load(&mut app.database.conn())
    .unwrap();
    rows.into_iter()
        .map(|row| ("patient_payload".to_owned(), row.text))
        .collect()
}

fn every_table_with_something_of_a_patient_is_on_the_list(backend: Backend) {
    let app = spawn(backend);
    lived(&app);
    let held: Vec<&str> = db::personal::HELD.iter().map(|(table, _)| *table).collect();
    // a plan's own payload speaks of others too: it is erased with any of them, and taken out with none
    let elsewhere = ["plan_payload"];
    let schema = include_str!("../../src/db/schema.rs");
    let mut table = "";
    for line in schema.lines().map(str::trim) {
        if line.ends_with(") {") {
            table = line.split(' ').next().unwrap();
            let personal = table.ends_with("_payload");
            assert!(
                !personal || held.contains(&table) || elsewhere.contains(&table),
                "{table} is not on the list of what is held on a patient"
            );
        } else if line.starts_with("patient_id ->") {
            assert!(held.contains(&table), "{table} is not on the list");
        }
    }
}

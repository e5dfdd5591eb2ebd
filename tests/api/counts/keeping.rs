//! The databases hold by themselves that a count is never changed; what is personal can be erased.

use super::{count, entered, known_of, listed, patient, send};
use crate::service::{CENTRE, NEIGHBOUR, spawn};
use crate::support::{Backend, execute};
use crate::trail::all_rows;
use dotation::db::{Error, Law};
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    a_count_is_never_changed_or_deleted
    a_count_is_corrected_by_one_of_the_same_patient_and_once
    counts_stand_in_a_table_that_can_be_erased_and_nowhere_else
}

fn a_count_is_never_changed_or_deleted(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    entered(&app, "p-1", &count("2021-10-18", &json!(1.5), "G/L"));
    for sql in [
        "UPDATE counts SET entered_by = 'x'",
        "DELETE FROM counts",
        "UPDATE count_payload SET amount = '9'",
        "UPDATE count_payload SET reason = 'x'",
    ] {
        let error = execute(app.service.db(), sql).unwrap_err();
        let law = "a count is never changed or deleted; it is corrected by another";
        assert_eq!(error.law(), Some((Law::Ledger, law)), "{sql}: {error:?}");
    }
    assert_eq!(listed(&app, "p-1", ""), ["2021-10-18 1.5 G/L current"]);
}

fn a_count_is_corrected_by_one_of_the_same_patient_and_once(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    patient(&app, CENTRE, "p-2");
    let id = entered(&app, "p-1", &count("2021-10-18", &json!(1.5), "G/L"));
    let replacing =
        |own: &str, whose: &str, site: &str, kind: &str, of: &str| -> Result<(), Error> {
            let sql = format!(
                "INSERT INTO counts SELECT '{own}', '{site}', patient_id, hash, '{kind}', {of},
             '2021-10-20 06:00:00', 't' FROM patient_payload WHERE pseudonym = '{whose}'"
            );
            execute(app.service.db(), &sql)
        };
    let of = format!("'{id}'");
    let law = "a count is corrected by one of the same patient";
    for (whose, site) in [("p-2", CENTRE), ("p-1", NEIGHBOUR)] {
        let error = replacing("c-1", whose, site, "corrected", &of).unwrap_err();
        assert_eq!(error.law(), Some((Law::Ledger, law)));
    }
    for (kind, of) in [
        ("entered", of.as_str()),
        ("corrected", "NULL"),
        ("changed", of.as_str()),
    ] {
        let error = replacing("c-1", "p-1", CENTRE, kind, of).unwrap_err();
        assert_eq!(
            error.law().map(|(law, _)| law),
            Some(Law::Check),
            "{error:?}"
        );
    }
    replacing("c-1", "p-1", CENTRE, "withdrawn", &of).unwrap();
    let error = replacing("c-2", "p-1", CENTRE, "corrected", &of).unwrap_err();
    assert_eq!(error.law().map(|(law, _)| law), Some(Law::Unique));
    // what took one back is no count itself
    let error = replacing("c-2", "p-1", CENTRE, "corrected", "'c-1'").unwrap_err();
    assert_eq!(error.law(), Some((Law::Ledger, law)));
}

fn counts_stand_in_a_table_that_can_be_erased_and_nowhere_else(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "zebulon-77");
    let path = "/patients/zebulon-77/counts";
    let body = count("2021-10-07", &json!(7.3219), "G/L");
    let post = |path: &str, key: &str| app.post_with_key(Role::Pharmacist, path, &body, key);
    let first = post(path, "k-1").expect(201);
    let id = first["id"].as_str().unwrap();
    // refused, with faults, by a sheet, with a key: what is kept of each is not personal
    post("/patients/zebulon-78/counts", "k-2").expect(404);
    let wrong = count("2035-12-07", &json!(7321.9), "G/L");
    app.post_with_key(Role::Pharmacist, path, &wrong, "k-3")
        .expect(422);
    app.post_with_key(
        Role::Pharmacist,
        path,
        &count("2021-12-07", &json!(7.3219), "G/L"),
        "k-4",
    )
    .expect(422);
    let fix = json!({ "taken_on": "2021-10-06", "reason": "zebulon-77 again" });
    let correct = format!("/counts/{id}/correct");
    app.post_with_key(Role::Pharmacist, &correct, &fix, "k-5")
        .expect(201);
    for (word, key, status) in [("zebulon-77", "k-6", 200), ("zebulon-78", "k-7", 422)] {
        let sheet = format!("pseudonym;date;value;unit\n{word};2021-10-05;7,3219;G/L\n");
        let path = "/counts/import";
        send(&app, path, "text/csv", sheet.as_bytes(), Some(key)).expect(status);
    }
    app.get(Role::Pharmacist, path).expect(200);
    let rows = all_rows(&app, backend);
    for table in ["audit", "idempotency", "counts", "count_payload"] {
        assert!(rows.iter().any(|(t, _)| t == table), "{table} is empty");
    }
    for (table, row) in rows.iter().filter(|(t, _)| !t.ends_with("_payload")) {
        for secret in [
            "zebulon",
            "7.3219",
            "7,3219",
            "2021-10-07",
            "2021-10-06",
            "2021-10-05",
            "2021-12-07",
        ] {
            assert!(!row.contains(secret), "{secret} stands in {table}: {row}");
        }
    }
    // erased, there is no count any more, and the history of others is not disturbed
    assert!(!known_of(&app, "zebulon-77").is_empty());
    execute(app.service.db(), "DELETE FROM count_payload").unwrap();
    assert_eq!(
        listed(&app, "zebulon-77", "?history=true"),
        Vec::<String>::new()
    );
    assert_eq!(known_of(&app, "zebulon-77"), []);
    app.get(Role::Pharmacist, &format!("/counts/{id}"))
        .expect(404);
}

//! A sheet is taken over whole or not at all, and once however often it comes.

use super::{count, entered, listed, patient, request, send, trail};
use crate::service::{Answer, App, CENTRE, NEIGHBOUR, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_sheet_is_taken_over_once
    what_was_corrected_does_not_come_back_with_the_sheet
    every_fault_of_a_sheet_is_told_and_nothing_is_done
    a_dry_run_does_nothing
    a_pseudonym_of_two_sites_needs_the_site
    a_file_of_another_kind_is_refused
}

const SHEET: &str = "pseudonym;date;value;unit\n\
    p-1;18/10/2021;1,5;G/L\n\
    p-1;11/10/2021;450;/mm3\n\
    p-2;2021-10-18;2;10^9/L\n\
    p-1;18/10/2021;1,50;G/L\n";

fn import(app: &App, query: &str, sheet: &str) -> Answer {
    send(
        app,
        &format!("/counts/import{query}"),
        "text/csv; charset=utf-8",
        sheet.as_bytes(),
        None,
    )
}

fn a_sheet_is_taken_over_once(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    patient(&app, NEIGHBOUR, "p-2");
    let first = import(&app, "", SHEET).expect(200);
    assert_eq!(
        (&first["dry_run"], &first["rows"], &first["added"]),
        (&json!(false), &json!(4), &json!(3))
    );
    assert_eq!(
        (
            &first["same"][0]["at"],
            first["same"].as_array().unwrap().len()
        ),
        (&json!("5"), 1)
    );
    assert_eq!(
        listed(&app, "p-1", ""),
        ["2021-10-18 1.5 G/L current", "2021-10-11 450 /mm³ current"]
    );
    assert_eq!(listed(&app, "p-2", ""), ["2021-10-18 2 10⁹/L current"]);
    let again = import(&app, "", SHEET).expect(200);
    assert_eq!(
        (&again["added"], again["same"].as_array().unwrap().len()),
        (&json!(0), 4)
    );
    assert_eq!(listed(&app, "p-1", "?history=true").len(), 2);
    // a line a patient and file, also of what came again
    let lines = trail(&app, &["count.import"]);
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["details"]["counts"].as_array().unwrap().len(), 2);
    assert_eq!(lines[1]["details"], json!({ "counts": [], "same": 3 }));
    // with a key, it is answered as before
    let keyed = |query: &str| {
        let path = format!("/counts/import{query}");
        send(&app, &path, "text/csv", SHEET.as_bytes(), Some("k-1"))
    };
    assert_eq!(keyed("").expect(200), again);
    assert_eq!(keyed("").expect(200), again);
    assert_eq!(keyed("?dry_run=false").status, 422);
    assert_eq!(trail(&app, &["count.import"]).len(), 3);
}

fn what_was_corrected_does_not_come_back_with_the_sheet(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let sheet = "pseudonym;date;value;unit\np-1;2021-10-18;4,5;G/L\np-1;2021-10-17;9;G/L\n";
    import(&app, "", sheet).expect(200);
    let path = "/patients/p-1/counts";
    let list = app.get(Role::Pharmacist, path).expect(200);
    let id = |n: usize| list["items"][n]["id"].as_str().unwrap();
    let body = json!({ "value": 0.45, "unit": "G/L", "reason": "a slip" });
    app.post(
        Role::Pharmacist,
        &format!("/counts/{}/correct", id(0)),
        &body,
    )
    .expect(201);
    let why = json!({ "reason": "of another" });
    app.post(
        Role::Pharmacist,
        &format!("/counts/{}/withdraw", id(1)),
        &why,
    )
    .expect(200);
    let again = import(&app, "", sheet).expect(200);
    let states: Vec<&Value> = again["same"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["state"])
        .collect();
    assert_eq!(
        (&again["added"], states),
        (&json!(0), vec![&json!("corrected"), &json!("withdrawn")])
    );
    assert_eq!(listed(&app, "p-1", ""), ["2021-10-18 0.45 G/L current"]);
}

/// The places of faults, as `line:column`.
fn places(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{}", answer.text);
    let at = |e: &Value| format!("{}:{}", e["line"], e.get("column").unwrap_or(&json!("")));
    answer.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(at)
        .collect()
}

fn every_fault_of_a_sheet_is_told_and_nothing_is_done(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let wrong = "pseudonym;date;value;unit\n\
        p-1;18/10/2021;1,500;G/L\n\
        p-1;2021-10-17;2;G/L\n\
        p-1;2021-99-17;2;\n";
    let answer = import(&app, "", wrong);
    assert_eq!(places(&answer), ["2:3", "4:2", "4:4"]);
    assert!(
        answer.body["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("deux façons")
    );
    // what only the database knows is told as well
    let unknown = "date;pseudonym;value;unit\n\
        2021-10-17;nobody;2;G/L\n\
        2021-10-18;p-1;2;G/L\n\
        2021-10-21;p-1;2;G/L\n";
    let answer = import(&app, "", unknown);
    assert_eq!(places(&answer), ["2:2", "4:1"]);
    assert!(
        answer.body["errors"][1]["detail"]
            .as_str()
            .unwrap()
            .contains("encore à venir")
    );
    assert_eq!(listed(&app, "p-1", "?history=true"), Vec::<String>::new());
    // five thousand rows that are all wrong: a hundred are told, the rest counted
    let many = format!("pseudonym;date;value;unit\n{}", "p-9;x;y;z\n".repeat(5_000));
    let answer = import(&app, "", &many);
    assert_eq!(places(&answer).len(), 100);
    assert_eq!(answer.body["errors_omitted"], 15_000 - 100);
}

fn a_dry_run_does_nothing(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    patient(&app, CENTRE, "p-2");
    entered(&app, "p-2", &count("2021-10-18", &json!(2), "10^9/L"));
    let before = trail(&app, &["count.enter", "count.import"]);
    let told = import(&app, "?dry_run=true", SHEET).expect(200);
    assert_eq!(
        (&told["dry_run"], &told["added"]),
        (&json!(true), &json!(2))
    );
    let same = told["same"].as_array().unwrap();
    assert_eq!((same[0]["id"].is_string(), same[1].get("id")), (true, None));
    assert_eq!(listed(&app, "p-1", ""), Vec::<String>::new());
    assert_eq!(trail(&app, &["count.enter", "count.import"]), before);
}

fn a_pseudonym_of_two_sites_needs_the_site(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    request(&app, NEIGHBOUR, "p-1", &json!({}));
    patient(&app, CENTRE, "p-2");
    let answer = import(&app, "", SHEET);
    assert_eq!(places(&answer), ["2:1", "3:1", "5:1"]);
    let detail = answer.body["errors"][0]["detail"].as_str().unwrap();
    assert!(
        detail.contains(CENTRE) && detail.contains(NEIGHBOUR),
        "{detail}"
    );
    let done = import(&app, &format!("?site={CENTRE}"), SHEET).expect(200);
    assert_eq!(done["added"], 3);
    let there = format!("/patients/p-1/counts?site={NEIGHBOUR}");
    let list = app.get(Role::Pharmacist, &there).expect(200);
    assert_eq!(list["items"], json!([]));
    let far = crate::service::FAR_CENTRE;
    assert_eq!(import(&app, &format!("?site={far}"), SHEET).status, 403);
    assert_eq!(import(&app, "?site=12", SHEET).status, 400);
}

fn a_file_of_another_kind_is_refused(backend: Backend) {
    let app = spawn(backend);
    for media in [
        "application/json",
        "text/plain",
        "application/vnd.ms-excel",
        "x",
    ] {
        let answer = send(&app, "/counts/import", media, SHEET.as_bytes(), None);
        assert_eq!(answer.status, 415, "{media}");
    }
    for sheet in [
        "",
        "\u{feff}",
        "name;birth_date\nDurand;1980-01-01\n",
        "\0\0\0",
        "\"",
        "PK\u{3}\u{4}",
    ] {
        let answer = import(&app, "", sheet);
        assert_eq!(answer.status, 422, "{sheet:?}: {}", answer.text);
    }
    assert_eq!(
        import(&app, "", "pseudonym;date;value;unit\n").expect(200)["rows"],
        0
    );
}

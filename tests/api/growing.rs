//! What is over: a centre has ever more of it, and it is in nobody's way.

use crate::service::{CENTRE, MG400, again_at, spawn};
use crate::statements::{asked, plan};
use crate::story::items;
use crate::support::{Backend, execute};
use dotation::db::{alerts, clearances, patients};
use dotation::domain::calendar::Day;
use dotation::domain::code::Finess;
use serde_json::json;

on_both! {
    what_stands_is_found_without_looking_through_what_is_over
    a_dose_recorded_after_the_window_finds_its_patient
}

/// Two thousand patients whose window is over, each with a clearance that was released and an alert
/// that was closed.
fn history() -> String {
    let (salt, hash) = ("0".repeat(32), "0".repeat(64));
    let n = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)";
    let at = "'2021-01-20 08:00:00'";
    format!(
        "{n} INSERT INTO patient_payload SELECT 'old-' || i, '{CENTRE}', '{salt}', '{hash}', 'was-' || i, 50000, '2021-01-20', NULL FROM n;
         {n} INSERT INTO car_t_patients SELECT 'old-' || i, '{CENTRE}', 'expected', 0, 1, {at} FROM n;
         {n} INSERT INTO clearances SELECT 'old-' || i, '{CENTRE}', i, 'old-' || i, 'r', '{hash}', 'released', 3, 0, 'window-over', {at}, 't', {at}, 2 FROM n;
         {n} INSERT INTO alerts SELECT 'old-' || i, '{CENTRE}', 'clearance-broken', 'old-' || i, 'closed', 0, 3, {at}, {at}, NULL, NULL, NULL, {at}, 2, NULL FROM n;"
    )
}

fn what_stands_is_found_without_looking_through_what_is_over(backend: Backend) {
    let app = spawn(backend);
    execute(app.service.db(), &history()).unwrap();
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.go("cart-1", 100_000, "2021-10-25");
    app.lose(MG400, "B1", 1);
    let centre = Finess::parse(CENTRE).unwrap();
    let since = Day::parse("2021-10-06").unwrap();
    for looked_at in [false, true] {
        if looked_at {
            let look = "ANALYZE patient_payload; ANALYZE car_t_patients; ANALYZE clearances; ANALYZE alerts;";
            execute(app.service.db(), look).unwrap();
        }
        let mut conn = app.database.conn();
        let (found, of_clearances) = asked(&mut conn, |conn| {
            clearances::in_force(conn, centre).unwrap()
        });
        assert_eq!((found.len(), of_clearances.all.len()), (1, 1));
        let (found, of_alerts) = asked(&mut conn, |conn| alerts::open(conn, centre).unwrap());
        assert_eq!((found.len(), of_alerts.all.len()), (2, 1));
        let (found, of_patients) = asked(&mut conn, |conn| {
            patients::expected(conn, centre, since).unwrap()
        });
        assert_eq!((found.len(), of_patients.all.len()), (1, 1));
        // the day, which the helper does not bind
        let day = "'2021-10-06'";
        let sql = &of_patients.all[0];
        let sql = match backend {
            Backend::Postgres => sql.replace("$2", day),
            Backend::Sqlite => {
                let (before, after) = sql.rsplit_once('?').unwrap();
                format!("{before}{day}{after}")
            }
        };
        for (sql, index) in [
            (&of_clearances.all[0], "clearances_in_force"),
            (&of_alerts.all[0], "alerts_one_open"),
            (&sql, "patient_payload_by_day"),
        ] {
            let plan = plan(&mut conn, sql, CENTRE);
            assert!(plan.contains(index), "{looked_at}: {plan}");
        }
    }
}

fn a_dose_recorded_after_the_window_finds_its_patient(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    app.go("cart-1", 100_000, "2021-10-20");
    // the window ended on 3 November
    let app = again_at(app, "2021-11-10T06:00:00Z");
    let late = json!({ "kind": "dispensing", "cip13": MG400, "units": 2, "indication": "crs", "patient": "cart-1", "happened_at": "2021-10-30T10:00:00Z" });
    app.book(&late).expect(201);
    let patient = &items(&app.see("/car-t-patients"))[0];
    assert_eq!(
        (&patient["doses_given"], &patient["state"]),
        (&json!(1), &json!("expected"))
    );
}

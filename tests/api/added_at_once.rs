//! Two administrators add the same at the same moment: the later one is told that it is there.

use crate::service::spawn;
use crate::shelf::refused;
use crate::support::Backend;
use diesel::connection::SimpleConnection as _;
use dotation::domain::role::Role;
use serde_json::json;
use std::time::Duration;

// SQLite lets one write at a time: there the later one finds it when it looks
#[test]
fn what_somebody_else_adds_at_this_moment_is_already_there() {
    let app = spawn(Backend::Postgres);
    let now = "'2021-10-20 06:00:00'";
    let cip13 = "3400999999991";
    let network = format!("networks VALUES ('ght-009', 'GHT', {now})");
    let site = format!(
        "sites VALUES ('130000011', 'ght-001', 'CH', 'Europe/Paris', FALSE, NULL, NULL, NULL, NULL, 1, {now})"
    );
    let pack = format!("presentations VALUES ('{cip13}', NULL, 'X', 1000, 'iv', 1, {now})");
    for (row, path, body) in [
        (
            network,
            "/networks",
            json!({ "id": "ght-009", "name": "GHT" }),
        ),
        (
            site,
            "/sites",
            json!({ "finess": "130000011", "network": "ght-001", "name": "CH" }),
        ),
        (
            pack,
            "/catalogue",
            json!({ "cip13": cip13, "label": "X", "strength_mg": 1, "route": "iv", "units_per_box": 1 }),
        ),
    ] {
        let mut other = app.database.conn();
        other
            .batch_execute(&format!("BEGIN; INSERT INTO {row};"))
            .unwrap();
        let answer = std::thread::scope(|scope| {
            let asked = scope.spawn(|| app.post(Role::Admin, path, &body));
            // it has looked, found nothing, and waits for the other to end
            std::thread::sleep(Duration::from_millis(400));
            other.batch_execute("COMMIT").unwrap();
            asked.join().unwrap()
        });
        refused(answer, 409, "already-there");
    }
}

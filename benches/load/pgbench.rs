//! The ceiling on `PostgreSQL`: the statements of the handler, sent by `pgbench`.

use crate::place::{MG400, Place, SITES, now, site, url};
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use dotation::app::give_access;
use dotation::db::Conn;
use dotation::db::conn::Purpose;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A database of its own, gone with the value.
pub(crate) struct Database {
    server: String,
    name: String,
    pub(crate) address: String,
}

impl Database {
    pub(crate) fn new(server: &str) -> Self {
        let name = format!("bench_{:016x}", rand::random::<u64>());
        let (host, _) = server.rsplit_once('/').expect("a database in the URL");
        let made = Self {
            server: server.to_owned(),
            address: format!("{host}/{name}"),
            name,
        };
        made.execute(&format!("CREATE DATABASE {}", made.name));
        made
    }

    fn execute(&self, sql: &str) {
        open(&self.server).batch_execute(sql).expect(sql);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.execute(&format!(
            "DROP DATABASE IF EXISTS {} WITH (FORCE)",
            self.name
        ));
    }
}

fn open(address: &str) -> Conn {
    Conn::open(&url(address), Purpose::Write, Duration::from_secs(30)).expect("a connection")
}

/// Returns the transactions a second of the script that dispenses.
pub(crate) fn run(place: &Place, car_t: bool, spread: bool, clients: usize, time: Duration) -> f64 {
    #[derive(diesel::QueryableByName)]
    struct Lot {
        #[diesel(sql_type = Text)]
        id: String,
    }
    let lot: Lot = diesel::sql_query(format!("SELECT id FROM lots WHERE cip13 = '{MG400}'"))
        .get_result(&mut open(&place.address))
        .expect("a lot");
    let script = if car_t {
        "dispense-centre.sql"
    } else {
        "dispense-pharmacy.sql"
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("benches/load")
        .join(script);
    let values = [
        ("token_hash", give_access::hash(&place.token)),
        ("caller", place.record.id.to_string()),
        ("lot", lot.id),
        ("now", now().format("%Y-%m-%d %H:%M:%S").to_string()),
        ("first", site(car_t, 0).to_string()),
        ("sites", if spread { SITES } else { 1 }.to_string()),
    ];
    let program = std::env::var("PGBENCH").unwrap_or_else(|_unset| "pgbench".to_owned());
    let mut command = Command::new(program);
    command
        .args(["-n", "-M", "prepared", "-j", "2", "-c"])
        .arg(clients.to_string())
        .arg("-T")
        .arg(time.as_secs().max(1).to_string())
        .arg("-f")
        .arg(script);
    for (name, value) in values {
        command.arg("-D").arg(format!("{name}={value}"));
    }
    let ran = command.arg(&place.address).output().expect("pgbench");
    let (said, wrong) = (
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr),
    );
    assert!(ran.status.success(), "{said}{wrong}");
    let tps = said.lines().find_map(|l| l.strip_prefix("tps = "));
    let tps = tps.and_then(|l| l.split(' ').next());
    tps.and_then(|n| n.parse().ok())
        .unwrap_or_else(|| panic!("{said}{wrong}"))
}

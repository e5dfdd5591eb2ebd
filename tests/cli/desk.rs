//! A desk to type at: an empty folder, a database, and nothing of the tester's own environment.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use dotation::db::conn::Purpose;
use dotation::db::{Conn, DatabaseUrl, Plaintext};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// What a command left behind.
pub(crate) struct Done {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// The answer of a command that did what was asked.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
        self.out
    }

    /// The same as JSON.
    pub(crate) fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.ok()).unwrap()
    }

    /// The words of a command that ended with `status` and answered nothing.
    pub(crate) fn fails(self, status: i32) -> String {
        assert_eq!((self.status, &*self.out), (status, ""), "{}", self.err);
        self.err
    }
}

pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) database: String,
    server: Option<(String, String)>,
}

impl Desk {
    /// At an `SQLite` file that is not there yet.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: "sqlite:dotation.db".to_owned(),
            server: None,
        }
    }

    /// At an empty database of its own on the `PostgreSQL` of the tests.
    fn on_postgres() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("DOTATION_TEST_POSTGRES").expect(
            "DOTATION_TEST_POSTGRES must name a PostgreSQL server; tests/run starts one and sets it",
        );
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cli_{}_{n}", std::process::id());
        let mut conn = PgConnection::establish(&server).unwrap();
        conn.batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        let (host, _) = server.rsplit_once('/').unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: format!("{host}/{name}"),
            server: Some((server, name)),
        }
    }

    /// With the tables made.
    pub(crate) fn migrated() -> Self {
        let desk = Self::new();
        desk.run(&["migrate"]).ok();
        desk
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(arguments, &[])
    }

    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Done {
        let output = self.command(arguments, environment).output().unwrap();
        Done {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn command(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dotation"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("DOTATION_DATABASE_URL", &self.database)
            .envs(environment.iter().copied())
            .stdin(Stdio::null());
        command
    }

    /// Changes the database behind the program's back.
    pub(crate) fn sql(&self, sql: &str) {
        self.conn().batch_execute(sql).unwrap();
    }

    /// Counts rows: `FROM` what follows.
    pub(crate) fn count(&self, what: &str) -> i64 {
        use diesel::RunQueryDsl as _;
        diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!(
            "(SELECT count(*) FROM {what})"
        )))
        .get_result(&mut self.conn())
        .unwrap()
    }

    fn conn(&self) -> Conn {
        let address = match self.database.strip_prefix("sqlite:") {
            Some(file) => format!("sqlite:{}", self.folder.path().join(file).display()),
            None => self.database.clone(),
        };
        let url = DatabaseUrl::parse(&address, Plaintext::ThisMachine).unwrap();
        Conn::open(&url, Purpose::Write, Duration::from_secs(5)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// The names in the folder, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            let mut conn = PgConnection::establish(server).unwrap();
            conn.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
                .unwrap();
        }
    }
}

/// Tells one story on each database.
pub(crate) fn on_both(story: impl Fn(&Desk)) {
    for desk in [Desk::new(), Desk::on_postgres()] {
        desk.run(&["migrate"]).ok();
        story(&desk);
    }
}

/// A file of the excerpts of the public medicines database.
pub(crate) fn bdpm(edition: &str, name: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bdpm");
    fixtures
        .join(edition)
        .join(name)
        .to_str()
        .unwrap()
        .to_owned()
}

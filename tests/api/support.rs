//! Fresh databases of either kind, quickly: each kind is migrated once and then copied.

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use dotation::db::conn::Purpose;
use dotation::db::{Conn, DatabaseUrl, Db, Error, Options, Plaintext, migrate};
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

/// Writes each test twice, once for each kind of database.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name($crate::support::Backend::Sqlite); })*
        }
        mod postgres {
            $(#[test] fn $name() { super::$name($crate::support::Backend::Postgres); })*
        }
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// A database of its own for one test, gone with it.
pub(crate) struct TestDatabase {
    pub(crate) backend: Backend,
    pub(crate) url: DatabaseUrl,
    folder: Option<tempfile::TempDir>,
    name: Option<String>,
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            admin()
                .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                .ok();
        }
    }
}

impl TestDatabase {
    /// One in a file that belongs to the test.
    pub(crate) fn of_file(url: DatabaseUrl) -> Self {
        Self {
            backend: Backend::Sqlite,
            url,
            folder: None,
            name: None,
        }
    }

    /// Opens it as a service does.
    pub(crate) fn open(&self) -> Db {
        Db::open(&self.url, &Options::service()).unwrap()
    }

    /// A bare connection beside the service.
    pub(crate) fn conn(&self) -> Conn {
        Conn::open(&self.url, Purpose::Write, Duration::from_millis(50)).unwrap()
    }

    /// Its address, as a setting says it.
    pub(crate) fn address(&self) -> String {
        match &self.name {
            Some(name) => postgres_address(name),
            None => format!("sqlite:{}", self.url.file().unwrap().display()),
        }
    }

    /// A path beside the database, for `SQLite`.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.as_ref().unwrap().path().join(name)
    }
}

/// A database with every table and no row.
pub(crate) fn fresh_database(backend: Backend) -> TestDatabase {
    match backend {
        Backend::Sqlite => {
            static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
            let bytes = TEMPLATE.get_or_init(|| {
                let made = empty_database(backend);
                migrate::run(&made.url).unwrap();
                std::fs::read(made.url.file().unwrap()).unwrap()
            });
            let database = empty_database(backend);
            std::fs::write(database.url.file().unwrap(), bytes).unwrap();
            database
        }
        Backend::Postgres => {
            static TEMPLATE: OnceLock<String> = OnceLock::new();
            let template = TEMPLATE.get_or_init(template);
            postgres(&format!("TEMPLATE {template}"))
        }
    }
}

/// A database without a table; on `SQLite`, the name of a file that is not there.
pub(crate) fn empty_database(backend: Backend) -> TestDatabase {
    match backend {
        Backend::Sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let text = format!("sqlite:{}", folder.path().join("stock.db").display());
            TestDatabase {
                backend,
                url: url(&text),
                folder: Some(folder),
                name: None,
            }
        }
        Backend::Postgres => postgres("TEMPLATE template0"),
    }
}

/// Waits for a future, on a runtime of its own.
pub(crate) fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// Runs statements in one write.
pub(crate) fn execute(db: &Db, sql: &str) -> Result<(), Error> {
    let sql = sql.to_owned();
    block(db.write(vec![], move |conn| {
        Ok::<_, Error>(conn.batch_execute(&sql)?)
    }))
}

pub(crate) fn url(text: &str) -> DatabaseUrl {
    DatabaseUrl::parse(text, Plaintext::ThisMachine).unwrap()
}

fn server() -> String {
    std::env::var("DOTATION_TEST_POSTGRES").expect(
        "DOTATION_TEST_POSTGRES is not set: run tests/run, which starts a PostgreSQL for the tests",
    )
}

fn admin() -> Conn {
    Conn::open(&url(&server()), Purpose::Write, Duration::from_mins(1)).unwrap()
}

fn named(name: &str) -> DatabaseUrl {
    url(&postgres_address(name))
}

fn postgres_address(name: &str) -> String {
    let server = server();
    let (host, _) = server.rsplit_once('/').unwrap();
    format!("{host}/{name}")
}

#[expect(
    clippy::disallowed_methods,
    reason = "a database of a test has an id that no verb minted"
)]
fn postgres(from: &str) -> TestDatabase {
    let name = format!("t_{}", uuid::Uuid::now_v7().simple());
    admin()
        .batch_execute(&format!("CREATE DATABASE {name} {from}"))
        .unwrap();
    TestDatabase {
        backend: Backend::Postgres,
        url: named(&name),
        folder: None,
        name: Some(name),
    }
}

/// Makes the database that the others are copied from, unless another process has.
fn template() -> String {
    let name = format!("template_{:016x}", fingerprint());
    let mut conn = admin();
    conn.batch_execute("SELECT pg_advisory_lock(20261122)")
        .unwrap();
    // One that is there is whole: it gets its name last.
    let there: i64 = diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!(
        "(SELECT count(*) FROM pg_database WHERE datname = '{name}')"
    )))
    .get_result(&mut conn)
    .unwrap();
    if there == 0 {
        let half = postgres("TEMPLATE template0");
        migrate::run(&half.url).unwrap();
        let half_name = half.name.as_deref().unwrap();
        conn.batch_execute(&format!("ALTER DATABASE {half_name} RENAME TO {name}"))
            .unwrap();
    }
    name
}

/// Tells one set of migrations from another.
fn fingerprint() -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    for (name, text) in migrations("postgres") {
        (name, text).hash(&mut hasher);
    }
    hasher.finish()
}

/// The files of the migrations of one kind of database, by name, in their order.
pub(crate) fn migrations(kind: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(kind);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        for file in ["up.sql", "down.sql"] {
            let name = format!("{}/{file}", entry.file_name().display());
            files.push((
                name,
                std::fs::read_to_string(entry.path().join(file)).unwrap(),
            ));
        }
    }
    files.sort();
    files
}

//! The tables of the walls: which room may use which, who is the only one to know which crate, and
//! what `domain` never says. To move a wall, edit a line here; `walls` keeps them.

/// What a room may use besides itself, and the sentence that is broken when it uses more.
pub(super) struct Wall {
    pub(super) room: &'static str,
    /// Rooms, or parts of one: `mail::letter`.
    pub(super) may_use: &'static [&'static str],
    pub(super) sentence: &'static str,
}

pub(super) const WALLS: &[Wall] = &[
    Wall {
        room: "domain",
        may_use: &[],
        sentence: "domain decides: values in, values out; it sees no other room",
    },
    Wall {
        room: "text",
        may_use: &["domain"],
        sentence: "text says what domain decided, and knows nothing else",
    },
    Wall {
        room: "toml_file",
        may_use: &["domain"],
        sentence: "toml_file reads for rulebook and settings, and knows neither",
    },
    Wall {
        room: "decisions",
        may_use: &[],
        sentence: "decisions are pages to read",
    },
    Wall {
        room: "asvs",
        may_use: &[],
        sentence: "asvs is pages to read",
    },
    Wall {
        room: "clock",
        may_use: &["domain"],
        sentence: "clock says what time it is, and knows nothing else",
    },
    Wall {
        room: "hands",
        may_use: &["domain"],
        sentence: "hands shares domain's work between processors, and decides nothing",
    },
    Wall {
        room: "rulebook",
        may_use: &["domain", "text", "toml_file"],
        sentence: "rulebook turns a file into domain's rules, and knows nothing else",
    },
    Wall {
        room: "wire",
        may_use: &["domain", "hands", "text"],
        sentence: "wire is the shape of what doors say, and knows no door",
    },
    Wall {
        room: "trail",
        may_use: &["domain"],
        sentence: "trail says whether lines hold, and asks nobody for them",
    },
    Wall {
        room: "db",
        may_use: &["domain", "trail"],
        sentence: "db keeps, and does not decide, speak or send",
    },
    Wall {
        room: "mail",
        may_use: &["domain", "text", "db"],
        sentence: "mail writes and posts letters; it asks for nothing",
    },
    Wall {
        room: "app",
        may_use: &[
            "domain",
            "db",
            "hands",
            "rulebook",
            "text",
            "trail",
            "wire",
            "mail::letter",
        ],
        sentence: "app is one file a verb; it knows no door, and sends nothing",
    },
    Wall {
        room: "http",
        may_use: &[
            "app",
            "clock",
            "domain",
            // what an address is, so that a recipient is checked at the door
            "mail::address",
            "telemetry",
            "text",
            "trail",
            "wire",
        ],
        sentence: "a door never sees a table",
    },
    Wall {
        room: "web",
        may_use: &["app", "domain", "text", "wire"],
        sentence: "a door never sees a table",
    },
    Wall {
        room: "cli",
        may_use: &[
            "app",
            "clock",
            "domain",
            "hands",
            "text",
            "wire",
            "rulebook",
            "settings",
            "server",
            "telemetry",
            "trail",
            "demo",
            // `mail test` posts a letter by itself, so that it can say what the server answered
            "mail",
            "db::migrate",
            "db::backup",
            // a command opens the database beside a service, and says what it answered
            "db::Db",
            "db::DatabaseUrl",
            "db::Error",
            "db::Options",
            "db::Plaintext",
        ],
        sentence: "a door never sees a table (cli: only migrate, backup, and how one is opened)",
    },
    Wall {
        room: "demo",
        may_use: &["app", "clock", "domain", "server", "settings"],
        sentence: "demo sets a stage for the service and runs it, below the command line",
    },
    Wall {
        room: "settings",
        may_use: &["domain", "toml_file"],
        sentence: "settings are read before there is anything to set",
    },
    Wall {
        room: "telemetry",
        may_use: &["settings"],
        sentence: "telemetry carries what others say, and asks nobody",
    },
    Wall {
        room: "server",
        may_use: &[
            "app",
            "clock",
            "db",
            "domain",
            "http",
            "web",
            "mail",
            "rulebook",
            "settings",
            "telemetry",
            "text",
            "trail",
            "wire",
        ],
        sentence: "server wires the rooms together, below the command line",
    },
];

/// Crates that only these rooms know.
pub(super) const ONLY: &[(&[&str], &[&str])] = &[
    (
        &["diesel", "diesel_migrations", "libsqlite3_sys", "pq_sys"],
        &["db"],
    ),
    (&["actix_web"], &["http", "web", "server"]),
    (&["tracing_subscriber"], &["telemetry"]),
    (&["prometheus_client"], &["http", "server", "telemetry"]),
    (&["utoipa"], &["http", "server", "wire"]),
    (&["utoipa_swagger_ui"], &["http"]),
    (&["lettre"], &["mail"]),
    (&["rustls", "x509_parser"], &["mail", "server"]),
    (&["tokio_rustls", "webpki_roots"], &["mail"]),
    (&["actix_tls"], &["server"]),
    (&["governor"], &["http"]),
    (&["ipnet"], &["http", "settings"]),
    // of app only what seals, signs and hashes for access (app::access)
    (&["ring"], &["app", "mail", "trail"]),
    (&["rustls_pki_types"], &["mail", "trail"]),
    (
        &["argon2", "flate2", "qrcodegen", "unicode_normalization"],
        &["app"],
    ),
    (&["toml"], &["rulebook", "settings", "toml_file"]),
    (&["clap", "indicatif"], &["cli"]),
    (
        &["serde_json"],
        &[
            "wire",
            "http",
            "web",
            "cli",
            "db",
            "app",
            "telemetry",
            "trail",
        ],
    ),
    (&["csv", "encoding_rs"], &["wire"]),
    (&["datamatrix"], &["text"]),
    (
        &["tokio"],
        &["server", "db", "app", "http", "web", "mail", "cli"],
    ),
    (&["anyhow"], &["cli", "demo", "server", "mail"]),
];

/// Crates `domain` may know: dates, the tables of the time zones, the hash by which lots are drawn,
/// and, in its tests, two more.
pub(super) const DOMAIN_KNOWS: &[&str] = &[
    "chrono",
    "chrono_tz",
    "sha2",
    "thiserror",
    "proptest",
    "insta",
];

/// What `domain` never says, and why.
pub(super) const DOMAIN_NEVER: &[(&[&str], &str)] = &[
    (&["std", "fs"], "domain does no input or output"),
    (&["std", "io"], "domain does no input or output"),
    (&["std", "net"], "domain does no input or output"),
    (&["std", "env"], "domain does no input or output"),
    (&["std", "process"], "domain does no input or output"),
    (
        &["std", "thread"],
        "domain decides in one step, on the caller's thread",
    ),
    (
        &["std", "time"],
        "the clock is read at the doors and passed in",
    ),
    (
        &["chrono", "Utc", "now"],
        "the clock is read at the doors and passed in",
    ),
    (
        &["Utc", "now"],
        "the clock is read at the doors and passed in",
    ),
    (
        &["chrono", "Local"],
        "the clock is read at the doors and passed in",
    ),
    (
        &["std", "collections", "HashMap"],
        "order never comes from a hash map",
    ),
    (
        &["std", "collections", "HashSet"],
        "order never comes from a hash map",
    ),
    (&["async"], "domain waits for nothing"),
    (&["f32"], "there is no floating point in domain"),
    (&["f64"], "there is no floating point in domain"),
];

//! A migration has one name in both databases, and a way back.

use std::collections::BTreeSet;

use super::{Source, files, none, one};

const DATABASES: [&str; 2] = ["sqlite", "postgres"];

/// Returns what one database has and the other lacks: both have the same folders, each with an
/// `up.sql` and a `down.sql` that say something.
fn unequal(scripts: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut folders = BTreeSet::new();
    for script in scripts {
        match script.path.split('/').collect::<Vec<_>>()[..] {
            ["migrations", database, folder, "up.sql" | "down.sql"]
                if DATABASES.contains(&database) =>
            {
                folders.insert(folder);
            }
            _ => faults.push(format!(
                "{}: expected migrations/{{{}}}/NAME/{{up,down}}.sql",
                script.path,
                DATABASES.join(",")
            )),
        }
    }
    for folder in folders {
        for database in DATABASES {
            for file in ["up.sql", "down.sql"] {
                let path = format!("migrations/{database}/{folder}/{file}");
                match scripts.iter().find(|script| script.path == path) {
                    None => faults.push(format!("{path}: missing")),
                    Some(script) if script.text.trim().is_empty() => {
                        faults.push(format!("{path}: empty"));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    faults
}

#[test]
fn both_databases_have_the_same_migrations_each_with_a_way_back() {
    none(&unequal(&files(&["migrations"], &["sql"])));
}

#[test]
fn a_migration_that_one_database_lacks_is_refused() {
    let scripts = |paths: &[&str]| -> Vec<Source> {
        let text = "SELECT 1;";
        paths.iter().map(|path| Source::new(path, text)).collect()
    };
    let whole = [
        "migrations/postgres/2026-11-22_movements/down.sql",
        "migrations/postgres/2026-11-22_movements/up.sql",
        "migrations/sqlite/2026-11-22_movements/down.sql",
        "migrations/sqlite/2026-11-22_movements/up.sql",
    ];
    none(&unequal(&scripts(&whole)));
    one(
        &unequal(&scripts(&whole[1..])),
        "migrations/postgres/2026-11-22_movements/down.sql: missing",
    );
    assert_eq!(unequal(&scripts(&whole[..2])).len(), 2);
    let mut astray = scripts(&whole);
    astray.push(Source::new("migrations/mysql/2026-11-22_x/up.sql", ""));
    one(&unequal(&astray), "migrations/mysql/2026-11-22_x/up.sql");
    let mut empty = scripts(&whole);
    empty[2].text = "\n".to_owned();
    one(
        &unequal(&empty),
        "migrations/sqlite/2026-11-22_movements/down.sql: empty",
    );
}

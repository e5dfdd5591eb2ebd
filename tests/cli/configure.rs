//! `dotation check`, `dotation migrate`, and what every command has.

use crate::desk::{Desk, on_both};
use dotation::db::{DatabaseUrl, Db, Options};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};

#[test]
fn help_names_every_command_and_exit_code() {
    let help = Desk::new().run(&["--help"]).ok();
    for says in [
        "serve ",
        "demo ",
        "migrate ",
        "check ",
        "doses ",
        "site ",
        "token ",
        "catalogue ",
        "recipient ",
        "import ",
        "mail ",
        "  0  done",
        "  1  it could not be done",
        "  2  what was given or configured is wrong",
        "  3  refused by a rule",
    ] {
        assert!(help.contains(says), "{says}: {help}");
    }
    let help = Desk::new().run(&["token", "create", "--help"]).ok();
    for says in [
        "this once",
        "Examples:",
        "--all-sites",
        "--expires <DAY>",
        "pharmacist, car-t-unit",
    ] {
        assert!(help.contains(says), "{says}: {help}");
    }
}

#[test]
fn a_command_that_is_not_there_is_wrong_input() {
    let err = Desk::new().run(&["migrat"]).fails(2);
    assert!(err.contains("'migrate'"), "{err}");
}

#[test]
fn check_says_what_is_set() {
    let desk = Desk::new();
    let done = desk.run(&["check"]);
    assert!(done.err.contains("alerts reach no one yet"), "{}", done.err);
    assert_eq!(
        done.ok(),
        "\
ok
  database   sqlite:./dotation.db
  listen     127.0.0.1:8080
  email      directory:outbox
  audit      not signed: no audit_signing_key_file is set
  rulebooks  clozapine-2025-09, immune-thrombocytopenia, lemtrada-2019-04, lemtrada-2020-01, roactemra-2021-10-14, roactemra-neutrophils
"
    );
    assert!(
        desk.files().is_empty(),
        "check makes nothing: {:?}",
        desk.files()
    );
}

#[test]
fn check_lists_the_faults_of_the_configuration_and_of_every_rulebook_at_once() {
    let desk = Desk::new();
    std::fs::create_dir(desk.folder.path().join("rules")).unwrap();
    desk.write(
        "bad.toml",
        "listne = \"x\"\nmail_url = \"smtp://\"\nrulebooks_folder = \"rules\"\nlog_filter = \"dotation=loud\"\nworkers = 1000\n",
    );
    desk.write("rules/odd.toml", "name = \"other\"\nmedicine = 3\n");
    desk.write("rules/torn.toml", "name = \"torn\nmedicine =\n");
    let wrong = [
        ("DOTATION_DATABASE_URL", "mysql:x"),
        ("DOTATION_LOG_FORMAT", "xml"),
    ];
    let err = desk
        .run_with(&["check", "--config", "bad.toml"], &wrong)
        .fails(2);
    for says in [
        "bad.toml:1:1: listne: is not known; did you mean listen?",
        "bad.toml:2:12: mail_url: mail URL has no host",
        "bad.toml:4:14: log_filter: log filter \"dotation=loud\" cannot be read",
        "bad.toml:5:11: workers: found 1000, expected a whole number from 0 to 256",
        "DOTATION_LOG_FORMAT: found \"xml\", expected \"text\" or \"json\"",
        "DOTATION_DATABASE_URL: \"mysql:x\" is not the address of a database; expected sqlite:FILE",
        "rules/odd.toml:1:8: name: the rulebook other stands in odd.toml",
        "rules/odd.toml:2:12: medicine: found 3",
        "rules/torn.toml:1:",
    ] {
        assert!(
            err.lines().any(|line| line.starts_with(says)),
            "{says}\n{err}"
        );
    }
}

/// Writes a certificate for a name and its key, and another's key.
fn certificate(desk: &Desk, name: &str) {
    let key = rcgen::KeyPair::generate().unwrap();
    let about = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    desk.write("tls.pem", &about.self_signed(&key).unwrap().pem());
    desk.write("key.pem", &key.serialize_pem());
    let other = rcgen::KeyPair::generate().unwrap();
    desk.write("other.pem", &other.serialize_pem());
}

#[test]
fn a_key_that_does_not_fit_its_certificate_is_a_fault_and_what_is_odd_a_note() {
    let desk = Desk::new();
    certificate(&desk, "dotation.hopital.fr");
    let set = [
        ("DOTATION_TLS_CERTIFICATE_FILE", "tls.pem"),
        ("DOTATION_TLS_KEY_FILE", "other.pem"),
        ("DOTATION_PUBLIC_URL", "https://dotation.hopital.fr"),
    ];
    for command in [["check"].as_slice(), &["serve", "--listen", "127.0.0.1:0"]] {
        let err = desk.run_with(command, &set);
        assert_ne!(err.status, 0);
        assert!(
            err.err
                .contains("other.pem: it does not fit the certificate of"),
            "{}",
            err.err
        );
        assert!(!err.err.contains("PRIVATE KEY"), "{}", err.err);
    }
    let err = desk.run_with(&["check"], &set).fails(2);
    assert!(err.starts_with("DOTATION_TLS_KEY_FILE: "), "{err}");
    let mut set = set;
    set[1].1 = "key.pem";
    let fits = desk.run_with(&["check"], &set);
    assert_eq!(fits.status, 0, "{}", fits.err);
    assert!(
        fits.err.contains("note: connections are encrypted as CN="),
        "{}",
        fits.err
    );
    assert!(
        fits.err
            .contains("every user of this machine may read tls_key_file"),
        "{}",
        fits.err
    );
    assert!(!fits.err.contains("is not for"), "{}", fits.err);
    set[2].1 = "https://other.hopital.fr";
    let odd = desk.run_with(&["check"], &set);
    assert!(
        odd.err
            .contains("note: the certificate is not for https://other.hopital.fr"),
        "{}",
        odd.err
    );
    set[2].1 = "http://dotation.hopital.fr";
    let err = desk.run_with(&["check"], &set).fails(2);
    assert!(err.contains("it does not begin with https://"), "{err}");
}

#[test]
fn a_password_is_in_no_message() {
    let desk = Desk::new();
    for (name, url) in [
        ("DOTATION_DATABASE_URL", "postgres://u:geheim@example.org/x"),
        ("DOTATION_DATABASE_URL", "postgre://u:geheim@127.0.0.1/x"),
        ("DOTATION_MAIL_URL", "smtp://u:geheim@example.org?tls=none"),
    ] {
        let err = desk.run_with(&["check"], &[(name, url)]).fails(2);
        assert!(err.contains(name) && !err.contains("geheim"), "{err}");
    }
}

#[test]
fn a_wrong_scheme_makes_no_file() {
    let desk = Desk::new();
    for url in [
        "sqlit:x.db",
        "x.db",
        "file:x.db",
        "SQLITE:x.db",
        "sqlite:",
        "sqlite::memory:",
    ] {
        for command in [["migrate"].as_slice(), &["site", "list"], &["serve"]] {
            let err = desk
                .run_with(command, &[("DOTATION_DATABASE_URL", url)])
                .fails(2);
            assert!(err.contains("DOTATION_DATABASE_URL"), "{err}");
        }
        let err = desk.run(&["migrate", "--database", url]).fails(2);
        assert!(err.contains("--database: "), "{err}");
    }
    assert!(desk.files().is_empty(), "{:?}", desk.files());
}

#[test]
fn migrate_tells_what_it_will_do_and_what_it_did_and_does_it_once() {
    on_both(|desk| {
        let again = desk.run(&["migrate", "--format", "json"]).json();
        assert_eq!(again["done"], serde_json::json!([]));
        assert!(
            desk.run(&["migrate", "--check"])
                .ok()
                .ends_with(" is up to date.\n")
        );
    });
    let desk = Desk::new();
    let pending = desk.run(&["migrate", "--check", "--format", "json"]).json();
    assert!(
        desk.files().is_empty(),
        "a look makes no file: {:?}",
        desk.files()
    );
    let done = desk.run(&["migrate", "--format", "json"]).json();
    assert_eq!(pending["pending"], done["done"]);
    assert_eq!(done["done"][0], "20261122000001_sites");
}

#[test]
fn a_database_that_is_not_there_or_not_ready_is_told_with_the_way_out() {
    let desk = Desk::new();
    let err = desk.run(&["site", "list"]).fails(1);
    assert_eq!(
        err,
        "error: there is no database at sqlite:./dotation.db. To make it, run: dotation migrate\n"
    );
    desk.write("dotation.db", "");
    let err = desk.run(&["site", "list"]).fails(1);
    assert!(err.contains("run: dotation migrate"), "{err}");
    desk.write(
        "dotation.db",
        &"this is a letter to the pharmacy. ".repeat(100),
    );
    let err = desk.run(&["site", "list"]).fails(1);
    assert!(err.contains("file is not a database"), "{err}");
}

#[test]
fn a_command_works_beside_a_service_and_a_migration_does_not() {
    let desk = Desk::migrated();
    let file = desk.folder.path().join("dotation.db");
    let url = DatabaseUrl::Sqlite(file);
    let service = Db::open(&url, &Options::service()).unwrap();
    desk.run(&["site", "network-add", "chu", "--name", "CHU"])
        .ok();
    assert_eq!(
        desk.run(&["site", "network-list"]).ok(),
        "NETWORK  NAME\nchu      CHU\n"
    );
    let err = desk.run(&["migrate"]).fails(1);
    assert!(
        err.contains("is in use by another process, probably the service: stop it"),
        "{err}"
    );
    service.close();
}

/// Runs `serve` until it listens, does `meanwhile`, stops it as an administrator would, and returns
/// what it logged.
fn served(desk: &Desk, meanwhile: impl FnOnce()) -> String {
    let arguments = ["serve", "--listen", "127.0.0.1:0"];
    let mut command = desk.command(&arguments, &[("DOTATION_LOG_FORMAT", "json")]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut log = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    while !log.contains("\"listening\"") {
        assert!(lines.read_line(&mut log).unwrap() > 0, "{log}");
    }
    meanwhile();
    let kill = Command::new("/bin/sh")
        .args(["-c", &format!("kill -TERM {}", child.id())])
        .status();
    assert!(kill.unwrap().success());
    lines.read_to_string(&mut log).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{log}");
    log
}

#[test]
fn a_service_is_started_used_beside_and_stopped() {
    on_both(|desk| {
        let log = served(desk, || {
            desk.run(&["site", "network-add", "chu", "--name", "CHU"])
                .ok();
            let catalogue = desk.run(&["catalogue", "list"]).ok();
            assert!(catalogue.contains("3400957464547"), "{catalogue}");
        });
        assert!(log.contains("\"stopped\""), "{log}");
    });
}

#[test]
fn a_second_service_on_the_same_file_does_not_start() {
    let desk = Desk::new();
    served(&desk, || {
        let err = desk.run(&["serve", "--listen", "127.0.0.1:0"]).fails(1);
        assert!(
            err.contains("dotation.db is in use by another process"),
            "{err}"
        );
    });
}

#[test]
fn an_address_that_is_taken_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let desk = Desk::new();
    let err = desk.run(&["serve", "--listen", &address]).fails(1);
    assert!(
        err.contains(&format!("cannot listen on {address}")),
        "{err}"
    );
    // and nothing was made
    assert!(!desk.folder.path().join("dotation.db").exists());
}

#[test]
fn an_sqlite_address_has_no_query() {
    let desk = Desk::new();
    for command in ["check", "migrate"] {
        let err = desk
            .run_with(
                &[command],
                &[("DOTATION_DATABASE_URL", "sqlite:x.db?mode=ro")],
            )
            .fails(2);
        assert!(err.contains("without ? and #"), "{err}");
    }
    let made = std::fs::read_dir(desk.folder.path()).unwrap();
    assert_eq!(made.count(), 0);
}

#[test]
fn a_demonstration_leaves_a_database_of_others_alone() {
    let desk = Desk::migrated();
    desk.run(&["site", "network-add", "chu", "--name", "CHU"])
        .ok();
    desk.run(&[
        "site",
        "add",
        "--finess",
        "750100125",
        "--name",
        "CHU",
        "--network",
        "chu",
    ])
    .ok();
    let listen = [("DOTATION_LISTEN", "127.0.0.1:0")];
    let err = desk.run_with(&["demo"], &listen).fails(1);
    assert!(
        err.contains("sites that no demonstration made (750100125)"),
        "{err}"
    );
    assert!(err.contains("nothing was changed"), "{err}");
}

#[test]
fn a_demonstration_takes_its_folder_away() {
    let desk = Desk::new();
    let temporary = desk.folder.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let set = [
        ("TMPDIR", temporary.to_str().unwrap()),
        ("DOTATION_LISTEN", "127.0.0.1:0"),
    ];
    let mut command = desk.command(&["demo"], &set);
    command.env_remove("DOTATION_DATABASE_URL");
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let (mut said, mut lines) = (String::new(), BufReader::new(child.stdout.take().unwrap()));
    while !said.contains("Stop with Ctrl-C") {
        assert!(lines.read_line(&mut said).unwrap() > 0, "{said}");
    }
    assert!(said.contains("is removed"), "{said}");
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 1);
    let kill = Command::new("/bin/sh")
        .args(["-c", &format!("kill -TERM {}", child.id())])
        .status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
}

//! Secrets: where they may stand, and that nothing shows them.

use super::{check_faults, read};

#[test]
fn a_secret_can_stand_in_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    std::fs::write(&path, "postgres://u:p@h/d\r\n").unwrap();
    let path = path.to_str().unwrap();
    let by_file = format!("database_url_file = '{path}'\n");
    let of = |file: &str, environment: &[(&str, &str)]| {
        read(file, environment).map(|s| s.database_url.expose().to_owned())
    };
    let expected = || Ok("postgres://u:p@h/d".to_owned());
    assert_eq!(of(&by_file, &[]), expected());
    assert_eq!(of("", &[("DOTATION_DATABASE_URL_FILE", path)]), expected());
    let over = [("DOTATION_DATABASE_URL_FILE", path)];
    assert_eq!(of("database_url = 'sqlite:a'", &over), expected());
    let over = [("DOTATION_DATABASE_URL", "sqlite:b")];
    assert_eq!(of(&by_file, &over), Ok("sqlite:b".into()));
}

#[test]
fn a_secret_stands_in_one_place_and_its_file_holds_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    let path = path.to_str().unwrap();
    let missing = read("", &[("DOTATION_MAIL_URL_FILE", path)]).unwrap_err();
    assert!(
        missing[0].starts_with("DOTATION_MAIL_URL_FILE: the file "),
        "{missing:?}"
    );
    for wrong in ["", "\n", "a\nb\n"] {
        std::fs::write(path, wrong).unwrap();
        let faults = read(&format!("\nmail_url_file = '{path}'"), &[]).unwrap_err();
        assert!(
            faults[0].starts_with("x.toml:2:17: mail_url_file: "),
            "{faults:?}"
        );
        assert!(faults[0].contains("holds no secret"), "{faults:?}");
    }
    std::fs::write(path, "memory:").unwrap();
    check_faults(
        &format!("mail_url = 'memory:'\nmail_url_file = '{path}'"),
        &[
            ("DOTATION_MAIL_URL", "memory:"),
            ("DOTATION_MAIL_URL_FILE", path),
        ],
        &[
            "x.toml:2:17: mail_url_file: mail_url is set too, expected one of the two",
            "DOTATION_MAIL_URL_FILE: DOTATION_MAIL_URL is set too, expected one of the two",
        ],
    );
}

#[test]
fn no_secret_is_ever_shown() {
    let environment = [
        ("DOTATION_MAIL_URL", "smtp://u:hunter2@h"),
        ("DOTATION_WORKERS", "x"),
    ];
    let settings = read("", &environment[..1]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
    let faults = read(
        "mail_url = ['hunter2']\ndatabase_url = { a = 'hunter2' }",
        &environment,
    );
    assert_eq!(faults.as_ref().unwrap_err().len(), 3);
    assert!(!format!("{faults:?}").contains("hunter2"));
    let unfinished = read("mail_url = \"smtp://u:hunter2@h\nworkers = 1", &[]);
    assert!(!format!("{:?}", unfinished.unwrap_err()).contains("hunter2"));
}

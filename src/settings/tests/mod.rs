//! What may be set, and what is said about a wrong setting.

mod secrets;

use super::*;
use crate::toml_file;

const DEFAULT: &str = include_str!("../../../config/default.toml");

fn pairs(environment: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    let pair = |(name, value): &(&str, &str)| (OsString::from(name), OsString::from(value));
    environment.iter().map(pair).collect()
}

fn read(file: &str, environment: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    Settings::read("x.toml", file.as_bytes(), pairs(environment))
        .map_err(|faults| faults.as_slice().iter().map(ToString::to_string).collect())
}

fn check_faults(file: &str, environment: &[(&str, &str)], expected: &[&str]) {
    let found = read(file, environment).err().unwrap_or_default();
    assert_eq!(found, expected, "{file} {environment:?}");
}

/// Every setting's variable, as reading asks for them.
fn variables() -> Vec<String> {
    let variables = Variables::new([]);
    toml_file::read("none", b"", |top| Some(all(&Origin::new(top, &variables)))).unwrap();
    variables.known()
}

#[test]
fn the_file_of_defaults_is_the_defaults() {
    assert_eq!(read(DEFAULT, &[]), Ok(Settings::default()));
    assert_eq!(read("", &[]), Ok(Settings::default()));
}

/// Without a default: they stand in the file as remarks.
const MAY_BE_LEFT_OUT: [&str; 17] = [
    "audit_signing_key_file",
    "backup_folder",
    "database_url_file",
    "dkim_domain",
    "dkim_key_file",
    "dkim_selector",
    "mail_url_fallback",
    "mail_url_fallback_file",
    "mail_url_file",
    "operations_email",
    "rulebooks_folder",
    "secrets_key",
    "secrets_key_file",
    "situation_folder",
    "tls_certificate_file",
    "tls_key_file",
    "trusted_proxies",
];

#[test]
fn the_file_of_defaults_names_every_setting_once() {
    for variable in variables() {
        let key = variable
            .strip_prefix("DOTATION_")
            .unwrap()
            .to_ascii_lowercase();
        let remark = if MAY_BE_LEFT_OUT.contains(&key.as_str()) {
            "# "
        } else {
            ""
        };
        let begins = format!("{remark}{key} = ");
        let times = DEFAULT
            .lines()
            .filter(|line| line.starts_with(&begins))
            .count();
        assert_eq!(times, 1, "{begins}");
    }
}

#[test]
fn every_setting_of_the_file_can_be_a_variable() {
    // the values of the file, as an administrator would type them into an environment
    let environment: Vec<(String, String)> = DEFAULT
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, value)| {
            let value = value.trim_matches('"').to_owned();
            let number = value.replace('_', "");
            let typed = if number.parse::<u64>().is_ok() {
                number
            } else {
                value
            };
            (format!("DOTATION_{}", key.to_uppercase()), typed)
        })
        .collect();
    assert_eq!(environment.len() + MAY_BE_LEFT_OUT.len(), variables().len());
    let pairs = environment.iter().map(|(n, v)| (n.as_str(), v.as_str()));
    assert_eq!(
        read("", &pairs.collect::<Vec<_>>()),
        Ok(Settings::default())
    );
}

#[test]
fn a_certificate_needs_its_key_and_an_address_that_is_encrypted() {
    check_faults(
        "tls_certificate_file = 'c.pem'\n",
        &[],
        &["x.toml:1:24: tls_certificate_file: it is set, and tls_key_file is not"],
    );
    check_faults(
        "tls_certificate_file = 'c.pem'\n",
        &[("DOTATION_TLS_KEY_FILE", "k.pem")],
        &[
            "DOTATION_PUBLIC_URL: it does not begin with https://, as it must when tls_certificate_file is set",
        ],
    );
    let file = "tls_certificate_file = 'c.pem'\ntls_key_file = 'k.pem'\ntls_min = '1.3'\npublic_url = 'https://dotation.hopital.fr'\n";
    let tls = read(file, &[]).unwrap().wire.tls.unwrap();
    assert_eq!(tls.least, TlsVersion::V1_3);
    check_faults(
        "tls_min = '1.1'\n",
        &[],
        &["x.toml:1:11: tls_min: found '1.1', expected \"1.2\" or \"1.3\""],
    );
}

#[test]
fn not_everybody_is_a_proxy() {
    check_faults(
        "trusted_proxies = '0.0.0.0/0'\n",
        &[],
        &[
            "x.toml:1:19: trusted_proxies: found '0.0.0.0/0', expected addresses or networks with commas between them, as \"10.0.3.7, 2001:db8:1::/64\"",
        ],
    );
}

#[test]
fn a_copy_is_not_late_before_the_next_one_is_made() {
    check_faults(
        "backup_every_hours = 26\n",
        &[],
        &[
            "DOTATION_BACKUP_TOO_OLD_HOURS: it is 26, expected more than backup_every_hours, which is 26",
        ],
    );
    check_faults(
        "backup_too_old_hours = 6\n",
        &[("DOTATION_BACKUP_EVERY_HOURS", "6")],
        &[
            "x.toml:1:24: backup_too_old_hours: it is 6, expected more than backup_every_hours, which is 6",
        ],
    );
    let read = read(
        "backup_folder = '/srv/copies'\noperations_email = 'it@example.org'",
        &[],
    );
    let read = read.unwrap();
    assert_eq!(
        read.backup_folder.as_deref(),
        Some(Path::new("/srv/copies"))
    );
    assert_eq!(read.operations_email.as_deref(), Some("it@example.org"));
}

#[test]
fn a_variable_takes_precedence_over_the_file_and_the_file_over_the_default() {
    let file = "listen = '0.0.0.0:80'\nworkers = 3\n";
    let settings = read(file, &[("DOTATION_WORKERS", "4"), ("PATH", "/bin")]).unwrap();
    assert_eq!(settings.listen.to_string(), "0.0.0.0:80");
    assert_eq!(settings.workers, 4);
    assert_eq!(settings.page_size_most, 200);
}

#[test]
fn all_faults_are_told_at_once_whether_of_the_file_or_of_a_variable() {
    check_faults(
        "workers = 257\nlisten = 'localhost'\nlog_fromat = 'json'\nmail_url = 5\n",
        &[
            ("DOTATION_DATABASE_CONNECTIONS", "0"),
            ("DOTATION_LISTNE", "x"),
            ("DOTATION_FOO", "x"),
            ("DOTATION_MAIL_FROM", "nobody"),
            ("DOTATION_ALLOW_PLAINTEXT", "yes"),
        ],
        &[
            "x.toml:1:11: workers: found 257, expected a whole number from 0 to 256",
            "x.toml:2:10: listen: found 'localhost', expected an address and a port, as 127.0.0.1:8080 or [::1]:8080",
            "x.toml:3:1: log_fromat: is not known; did you mean log_format?",
            "x.toml:4:12: mail_url: found a secret of another kind, or an empty one, expected a text between quotation marks that is not empty",
            "DOTATION_ALLOW_PLAINTEXT: found \"yes\", expected true or false",
            "DOTATION_DATABASE_CONNECTIONS: found \"0\", expected a whole number from 1 to 100",
            "DOTATION_FOO: is not known",
            "DOTATION_LISTNE: is not known; did you mean DOTATION_LISTEN?",
            "DOTATION_MAIL_FROM: found \"nobody\", expected an email address, as dotation@example.org",
        ],
    );
}

#[test]
fn a_file_that_is_no_text_hides_no_fault_of_a_variable() {
    let faults = Settings::read("x.toml", b"\xFF", pairs(&[("DOTATION_WORKERS", "-1")]));
    let told = faults.unwrap_err().to_string();
    assert!(told.contains("x.toml:1:1: found the byte 0xff"), "{told}");
    assert!(told.contains("DOTATION_WORKERS: found \"-1\""), "{told}");
}

#[test]
fn both_ends_of_every_bound_are_settings_and_what_lies_beyond_is_not() {
    for (key, least, most) in [
        ("database_connections", 1, 100),
        ("mail_timeout_ms", 100, 300_000),
        ("mail_attempts_most", 1, 1_000),
        ("request_body_limit_bytes", 1_024, 67_108_864),
        ("request_timeout_ms", 100, 600_000),
        ("stop_timeout_ms", 0, 600_000),
        ("workers", 0, 256),
        ("idempotency_days", 1, 365),
        ("plan_hold_hours", 1, 720),
        ("page_size_most", 1, 1_000),
    ] {
        let of = |n: i64| read(&format!("{key} = {n}"), &[]).is_ok();
        assert!(of(least) && of(most), "{key}");
        assert!(!of(least - 1) && !of(most + 1), "{key}");
    }
}

#[test]
fn an_empty_variable_is_a_fault_and_not_a_default() {
    check_faults(
        "",
        &[("DOTATION_DATABASE_URL", ""), ("DOTATION_WORKERS", " ")],
        &[
            "DOTATION_DATABASE_URL: found \"\", expected a text that is not empty; unset it for the default",
            "DOTATION_WORKERS: found \" \", expected a whole number from 0 to 256; unset it for the default",
        ],
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_a_fault() {
    use std::os::unix::ffi::OsStringExt as _;
    let wrong = (
        OsString::from("DOTATION_LISTEN"),
        OsString::from_vec(vec![0xFF]),
    );
    let faults = Settings::read("x.toml", b"", [wrong])
        .unwrap_err()
        .to_string();
    assert!(
        faults.starts_with("DOTATION_LISTEN: found bytes that are not UTF-8"),
        "{faults}"
    );
}

#[test]
fn variables_of_others_are_left_alone() {
    let environment = [
        ("DOTATION_TEST_POSTGRES", "x"),
        ("DOTATION_CONFIG", "x"),
        ("DOTATION_TOKEN", "x"),
        ("LISTEN", "x"),
    ];
    assert_eq!(read("", &environment), Ok(Settings::default()));
}

#[test]
fn an_address_for_links_loses_its_last_slash() {
    let of = |url: &str| read(&format!("public_url = '{url}'"), &[]).map(|s| s.public_url);
    assert_eq!(
        of("https://dotation.example.org/"),
        Ok("https://dotation.example.org".into())
    );
    for wrong in [
        "",
        "dotation.example.org",
        "ftp://a",
        "https://",
        "https:///",
        "https://a b",
        "http://a?b",
        "http://a#b",
    ] {
        assert!(of(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_sender_is_one_address() {
    let of = |from: &str| read(&format!("mail_from = '{from}'"), &[]).is_ok();
    assert!(of("dotation@chu.example.org"));
    for wrong in [
        "",
        "a",
        "@b",
        "a@",
        "a@b@c",
        "a <a@b>",
        "a@b,c@d",
        "é@b",
        "a@b\\r\\nBcc: c@d",
    ] {
        assert!(!of(wrong), "{wrong}");
    }
}

#[test]
fn the_file_is_the_one_named_first() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, workers: usize| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("workers = {workers}")).unwrap();
        path
    };
    let (one, two) = (file("one.toml", 1), file("two.toml", 2));
    let variable = || pairs(&[("DOTATION_CONFIG", two.to_str().unwrap())]);
    assert_eq!(Settings::load(Some(&one), variable()).unwrap().workers, 1);
    assert_eq!(Settings::load(None, variable()).unwrap().workers, 2);
    let faults = Settings::load(
        Some(&folder.path().join("three.toml")),
        pairs(&[("DOTATION_WORKERS", "x")]),
    );
    let told = faults.unwrap_err().to_string();
    assert!(
        told.contains("three.toml: the file cannot be read: "),
        "{told}"
    );
    assert!(told.contains("DOTATION_WORKERS: "), "{told}");
    let told = Settings::load(None, pairs(&[("DOTATION_CONFIG", "")]))
        .unwrap_err()
        .to_string();
    assert_eq!(
        told,
        "DOTATION_CONFIG: found \"\", expected the path of a file; unset it for the default"
    );
}

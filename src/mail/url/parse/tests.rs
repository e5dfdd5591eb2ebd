//! Mail URLs, right and wrong.

use super::*;

fn smtp(text: &str) -> SmtpSettings {
    match MailUrl::parse(text) {
        Ok(MailUrl::Smtp(settings)) => settings,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn what_is_left_out_has_a_default() {
    for (text, port, tls) in [
        ("smtp://mail.chu.fr", 587, TlsMode::StartTls),
        ("smtp://mail.chu.fr/?tls=starttls", 587, TlsMode::StartTls),
        ("smtp://mail.chu.fr?tls=none", 25, TlsMode::None),
        ("smtp://mail.chu.fr?tls=tls", 465, TlsMode::Tls),
        ("smtp://mail.chu.fr:2525?tls=tls", 2525, TlsMode::Tls),
    ] {
        let settings = smtp(text);
        assert_eq!((settings.port, settings.tls), (port, tls), "{text}");
        assert_eq!(settings.host, "mail.chu.fr");
        assert_eq!(settings.timeout, SmtpSettings::TIMEOUT);
    }
    assert_eq!(smtp("smtp://[::1]:25?tls=none").host, "::1");
    assert_eq!(smtp("smtp://[::1]").port, 587);
}

#[test]
fn every_parameter_is_read() {
    let settings = smtp(
        "smtp://a%40b.fr:p%2F%3A%C3%A9@h:1?ca=/etc/a%20b.pem&helo=dotation.chu.fr&timeout_ms=300",
    );
    let login = settings.login.unwrap();
    assert_eq!(
        (login.user.as_str(), login.password.as_str()),
        ("a@b.fr", "p/:é")
    );
    assert_eq!(settings.ca, Some(PathBuf::from("/etc/a b.pem")));
    assert_eq!(settings.helo.as_deref(), Some("dotation.chu.fr"));
    assert_eq!(settings.timeout, Duration::from_millis(300));
}

#[test]
fn folders_and_memory_are_read() {
    assert_eq!(
        MailUrl::parse("directory:/var/letters"),
        Ok(MailUrl::Directory(PathBuf::from("/var/letters")))
    );
    assert_eq!(MailUrl::parse("memory:"), Ok(MailUrl::Memory));
    for wrong in [
        "directory:",
        "memory:x",
        "memory",
        "",
        "smtps://h",
        "smtp:h",
        "SMTP://h",
    ] {
        assert!(MailUrl::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_login_in_clear_is_for_this_machine_only() {
    for right in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
        assert!(
            MailUrl::parse(&format!("smtp://u:p@{right}?tls=none")).is_ok(),
            "{right}"
        );
    }
    for wrong in [
        "mail.chu.fr",
        "10.0.0.1",
        "[2001:db8::1]",
        "localhost.chu.fr",
    ] {
        assert!(
            matches!(
                MailUrl::parse(&format!("smtp://u:p@{wrong}?tls=none")),
                Err(MailUrlError::LoginInClear { .. })
            ),
            "{wrong}"
        );
        assert!(
            MailUrl::parse(&format!("smtp://u:p@{wrong}")).is_ok(),
            "{wrong}"
        );
    }
}

#[test]
fn an_error_never_shows_the_password() {
    for text in [
        "smtp://user:hunter2",
        "smtp://user:hunter2/",
        "smtp://user:hunter2@",
        "smtp://user:hunter2@h:x",
        "smtp://user:hunter2@@h",
        "smtp://user:hunter2/x@h",
        "smtp://user:hunter2?x@h",
        "smtp://user:hunter2#x@h",
        "smtp://user:x:hunter2@h",
        "smtp://user:hunter2%@h",
        "smtp://user:hunter2%0a@h",
        "smtp://user:hunter2@h?tls=none",
        "smtp://user:hunter2@h?tls=x",
        "smtp:user:hunter2@h",
        "user:hunter2@h",
    ] {
        let error = MailUrl::parse(text).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{text}: {error}"
        );
    }
}

#[test]
fn what_is_printed_hides_user_and_password() {
    let url = MailUrl::parse("smtp://user:hunter2@[::1]:1?helo=h").unwrap();
    let shown = format!("{url} {url:?}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("user"),
        "{shown}"
    );
    assert_eq!(
        url.to_string(),
        "smtp://***:***@[::1]:1?tls=starttls&helo=h&timeout_ms=30000"
    );
}

#[test]
fn a_fault_is_named() {
    for (text, words) in [
        ("http://x", "\"http\""),
        ("smtp://", "no host"),
        ("smtp://u@h", "no password"),
        ("smtp://:p@h", "empty"),
        ("smtp://h:0", "\"0\""),
        ("smtp://h:70000", "\"70000\""),
        ("smtp://h x", "\"h x\""),
        ("smtp://[::1", "\"[::1\""),
        ("smtp://[localhost]", "\"localhost\""),
        ("smtp://h/inbox", "after its host"),
        ("smtp://h#a", "after its host"),
        ("smtp://h?tls=ssl", "\"ssl\""),
        ("smtp://h?TLS=none", "\"TLS\""),
        ("smtp://h?tls=none&tls=none", "there twice"),
        ("smtp://h?helo=a%0d%0aMAIL", "helo"),
        ("smtp://h?timeout_ms=0", "\"0\""),
        ("smtp://h?timeout_ms=600001", "\"600001\""),
        ("smtp://h?ca=", "PEM"),
    ] {
        let error = MailUrl::parse(text).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn a_port_that_is_none_is_told_in_words() {
    for (url, said) in [
        ("smtp://mail.chu.fr:99999", "mail port \"99999\", expected"),
        (
            "smtp://mail.chu.fr:s3cret",
            "mail port (not shown, for it is no number), expected",
        ),
    ] {
        let told = MailUrl::parse(url).unwrap_err().to_string();
        assert!(told.contains(said) && !told.contains("s3cret"), "{told}");
    }
}

#[test]
fn the_limit_of_a_url_goes_before_the_one_that_is_set() {
    let limit = Duration::from_secs(5);
    for (url, shown) in [
        ("smtp://mail.chu.fr", "timeout_ms=5000"),
        ("smtp://mail.chu.fr?timeout_ms=900", "timeout_ms=900"),
    ] {
        let url = MailUrl::parse(url).unwrap().within(limit);
        assert!(url.to_string().ends_with(shown), "{url}");
    }
}

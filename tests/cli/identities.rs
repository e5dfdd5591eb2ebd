//! Single sign-on: who is linked to which identity, on both databases; and what is wrong with its settings.

use crate::desk::{Desk, on_both};

const PROVIDERS: &str = r#"
[[oidc]]
id = "pro-sante-connect"
name = "Pro Santé Connect"
issuer = "https://auth.example.org/realms/wallet"
client_id = "dotation"
client_secret = "a-secret-of-the-tests"
claim = "preferred_username"
claim_is = "rpps"

[[oidc]]
id = "chu"
name = "CHU"
issuer = "https://auth.chu.example.org"
client_id = "dotation"
"#;

fn anne(desk: &Desk) {
    desk.write("dotation.toml", PROVIDERS);
    let add = [
        "person",
        "add",
        "--name",
        "Anne",
        "--email",
        "anne@chu.fr",
        "--role",
        "reader",
        "--all-sites",
    ];
    desk.run(&add).ok();
}

fn add(desk: &Desk, provider: &str, subject: &str) -> crate::desk::Done {
    desk.run(&[
        "person",
        "identity",
        "add",
        "anne@chu.fr",
        "--provider",
        provider,
        "--subject",
        subject,
    ])
}

#[test]
fn an_identity_is_linked_listed_and_removed() {
    on_both(|desk| {
        anne(desk);
        let letters = desk.count("outbox");
        let said = add(desk, "pro-sante-connect", "99700218896").ok();
        assert_eq!(
            said,
            "anne@chu.fr signs in by Pro Santé Connect as 899700218896.\n"
        );
        add(desk, "chu", "7f0c").ok();
        assert_eq!(desk.count("outbox"), letters + 2);
        let taken = add(desk, "chu", "7f0c").fails(3);
        assert!(taken.contains("already"), "{taken}");
        let list = ["person", "identity", "list", "anne@chu.fr"];
        let shown = desk.run(&list).ok();
        assert!(
            shown.contains("pro-sante-connect") && shown.contains("command-line"),
            "{shown}"
        );
        let json = desk
            .run(&[&list[..], &["--format", "json"]].concat())
            .json();
        let found = json["identities"].as_array().unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0]["claim"], "preferred_username");
        let id = found[0]["id"].as_str().unwrap();
        let remove = ["person", "identity", "remove", "anne@chu.fr", id];
        desk.run(&remove).ok();
        desk.run(&remove).fails(3);
        assert_eq!(desk.count("identities WHERE removed_at IS NULL"), 1);
        assert_eq!(desk.count("audit WHERE action = 'identity.remove'"), 1);
    });
}

#[test]
fn what_names_nobody_is_refused() {
    let desk = Desk::migrated();
    anne(&desk);
    let unknown = add(&desk, "other", "u1").fails(2);
    assert!(
        unknown.contains("expected one of pro-sante-connect, chu"),
        "{unknown}"
    );
    let wrong = add(&desk, "pro-sante-connect", "99700218897").fails(2);
    assert!(wrong.contains("last digit"), "{wrong}");
    desk.write("dotation.toml", "");
    let none = add(&desk, "chu", "u1").fails(2);
    assert!(none.contains("none is set"), "{none}");
}

#[test]
fn what_is_wrong_with_a_provider_is_told_at_once() {
    let desk = Desk::new();
    desk.write(
        "dotation.toml",
        r#"
[[oidc]]
id = "A"
name = "CHU"
issuer = "http://auth.chu.example.org"
client_id = "dotation"
client_secret = "a-secret-of-the-tests"
client_secret_file = "secret.txt"
claim = "email"
algorithms = ["none", "HS256"]
clock_skew_seconds = 301
scoeps = ["openid"]
"#,
    );
    let told = desk.run(&["check"]).fails(2);
    for fault in [
        "oidc[0].id:",
        "oidc[0].issuer:",
        "oidc[0].client_secret_file:",
        "oidc[0].claim: email names nobody",
        "oidc[0].algorithms[0]:",
        "oidc[0].algorithms[1]:",
        "oidc[0].clock_skew_seconds: found 301, expected a whole number from 0 to 300",
        "oidc[0].scoeps: is not known; did you mean scopes?",
    ] {
        assert!(told.contains(fault), "{fault} in {told}");
    }
    assert!(!told.contains("a-secret-of-the-tests"), "{told}");
    let twice = PROVIDERS.replace("\"chu\"", "\"pro-sante-connect\"");
    desk.write("dotation.toml", &twice);
    let told = desk.run(&["check"]).fails(2);
    assert!(told.contains("two providers are called"), "{told}");
    let file = PROVIDERS.replace(
        "client_id = \"dotation\"\n\n[[",
        "client_id = \"dotation\"\nca_file = \"none.pem\"\n\n[[",
    );
    desk.write(
        "dotation.toml",
        &format!("{file}\nca_file = \"none.pem\"\n"),
    );
    let told = desk.run(&["check"]).fails(2);
    assert!(told.contains("none.pem"), "{told}");
}

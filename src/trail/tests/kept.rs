//! What must stay as it is: the hash of lines that are there, and the form of keys.

use super::{Trail, entry, file, sees};
use crate::trail::export::{self, Part};
use crate::trail::line::hash;
use crate::trail::{Form, GENESIS, Line, PublicKey, Signed, SigningKey};

#[test]
fn lines_of_the_first_form_keep_their_hash() {
    let mut first = entry("service", 1);
    first.peer = String::new();
    // as the version before wrote it
    let known = "693d8f35b189571200d246b7a82b3e85bb9d9a959f15dff0bdbad6a95bebf0a8";
    assert_eq!(hash(Form::First, &first, 1, GENESIS), known);
    let mut line = Line {
        hash: hash(Form::First, &first, 1, GENESIS),
        form: Form::First,
        seq: 1,
        previous: GENESIS.to_owned(),
        entry: first,
    };
    assert!(line.is_itself());
    line.entry.peer = "192.0.2.7".to_owned();
    assert!(!line.is_itself(), "what is not hashed must not stand there");
}

#[test]
fn a_key_is_for_its_owner_and_is_what_openssl_writes() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    // openssl genpkey -algorithm ed25519; its public half by openssl pkey -pubout
    let (private, public) = (
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEILBKBuhhY+GVT7OiDBfj6vZ32iBq38YnL3bzr3YxteHo\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAx+1Bz0nePStQDe++FKkDdMV1XdHbVJ9LzUD3Js+ALTw=\n-----END PUBLIC KEY-----\n",
    );
    std::fs::write(&path, private).unwrap();
    for (mode, fine) in [(0o600, true), (0o640, true), (0o644, false), (0o660, false)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(SigningKey::read(&path).is_ok(), fine, "{mode:o}");
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let key = SigningKey::read(&path).unwrap();
    assert_eq!(key.public().pem(), public);
    assert!(!format!("{key:?}").contains("MC4C"));
    std::fs::write(&path, [public, public].concat()).unwrap();
    assert_eq!(PublicKey::read(&path).unwrap().len(), 2);
    assert!(SigningKey::read(&path).is_err());
}

#[test]
fn who_kept_the_hash_of_a_statement_sees_that_it_is_gone() {
    let trail = Trail::new();
    let keys = || vec![trail.key.public().clone()];
    let hash = trail.statements[1].hash();
    let check = |statements: &[Signed]| {
        let lines = [&trail.chains[0][..4], &trail.chains[1][..4]].concat();
        let lines = if statements.len() == 2 {
            trail.lines()
        } else {
            lines
        };
        let text = file(&Part::default(), statements, &lines).concat();
        export::verify(text.as_bytes(), keys(), Some(hash.clone())).unwrap()
    };
    assert!(check(&trail.statements).holds());
    sees(&check(&trail.statements[..1]), "no-such-statement");
}

//! People who sign in: on both databases.

use crate::desk::{Desk, on_both};

fn admin(desk: &Desk) -> crate::desk::Done {
    desk.run(&[
        "person",
        "add",
        "--name",
        "Chef",
        "--email",
        "Chef@chu.fr",
        "--role",
        "admin",
        "--all-sites",
        "--password-file",
        "first.txt",
    ])
}

#[test]
fn the_first_administrator_is_added_without_a_letter_and_others_with_one() {
    on_both(|desk| {
        desk.write("first.txt", "motdepasse12\n");
        let weak = admin(desk).fails(2);
        assert!(weak.contains("Many people have this password"), "{weak}");
        assert!(!weak.contains("motdepasse12"), "{weak}");
        desk.write("first.txt", "agrafe correcte cheval pile\n");
        admin(desk).ok();
        assert_eq!(desk.count("outbox"), 0);
        admin(desk).fails(3);
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
        assert_eq!(desk.count("outbox WHERE event = 'account-link'"), 1);
        assert_eq!(
            desk.run(&["person", "list"]).ok(),
            "\
ADDRESS      NAME  STATE    SECOND FACTOR  ROLES
Chef@chu.fr  Chef  active   -              admin at every site
anne@chu.fr  Anne  invited  -              reader at every site
"
        );
    });
}

#[test]
fn roles_are_given_and_taken_and_the_last_administrator_stays() {
    on_both(|desk| {
        desk.write("first.txt", "agrafe correcte cheval pile\n");
        admin(desk).ok();
        let give = [
            "person",
            "give",
            "chef@chu.fr",
            "--role",
            "coordinator",
            "--all-sites",
        ];
        desk.run(&give).ok();
        desk.run(&give).fails(3);
        let json = desk
            .run(&["person", "roles", "chef@chu.fr", "--format", "json"])
            .json();
        let roles = json["roles"].as_array().unwrap();
        assert_eq!(roles.len(), 2);
        let id = |role: &str| {
            let found = roles.iter().find(|r| r["role"] == role).unwrap();
            found["id"].as_str().unwrap().to_owned()
        };
        let last = desk
            .run(&["person", "take", "chef@chu.fr", &id("admin")])
            .fails(3);
        assert!(last.contains("Nobody would be left"), "{last}");
        desk.run(&["person", "take", "chef@chu.fr", &id("coordinator")])
            .ok();
        desk.run(&["person", "deactivate", "chef@chu.fr"]).fails(3);
        desk.run(&["person", "reset", "chef@chu.fr"]).ok();
        desk.run(&["person", "reset", "chef@chu.fr", "--second-factor"])
            .ok();
        assert_eq!(desk.count("outbox"), 2);
        let err = desk.run(&["person", "roles", "nobody@chu.fr"]).fails(3);
        assert!(err.contains("There is no person"), "{err}");
    });
}

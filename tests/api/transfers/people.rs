//! Who may take which step: the giver's people give, the receiver's receive.

use super::{begin, see, stand};
use crate::service::{Answer, App, CENTRE, MG80, NEIGHBOUR};
use crate::support::Backend;
use dotation::app::Caller;
use dotation::app::give_access::{self, NewToken};
use dotation::db::tokens::Reach;
use dotation::domain::code::Finess;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    each_step_is_taken_by_the_people_of_its_site
    no_other_role_takes_a_step
}

/// A token of a role at one site.
fn token(app: &App, role: Role, site: &str) -> String {
    let site = Finess::parse(site).unwrap();
    let given = app.run(async |service, now| {
        let admin = Caller::at_the_machine("command-line", Role::Admin);
        let work = service.write(admin, now, vec![], move |act| {
            let new = NewToken {
                name: "somebody".to_owned(),
                role,
                reach: Reach::Sites(vec![site]),
                expires_at: None,
            };
            give_access::give(act, &new)
        });
        work.await
    });
    given.unwrap().1
}

fn post(app: &App, token: &str, path: &str, body: &Value, key: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", &*bearer), ("Idempotency-Key", key)];
    app.send("POST", path, &headers, Some(body.to_string().as_bytes()))
}

fn each_step_is_taken_by_the_people_of_its_site(backend: Backend) {
    let app = begin(backend);
    let (gives, receives) = (
        token(&app, Role::Pharmacist, NEIGHBOUR),
        token(&app, Role::Pharmacist, CENTRE),
    );
    let stranger = token(&app, Role::Pharmacist, crate::service::FAR_CENTRE);
    let body = json!({ "from": NEIGHBOUR, "to": CENTRE, "rows": [{ "cip13": MG80, "units": 4 }] });
    assert_eq!(post(&app, &gives, "/transfers", &body, "1").status, 403);
    let asked = post(&app, &receives, "/transfers", &body, "1").expect(201);
    let id = asked["id"].as_str().unwrap();
    let legal = json!({ "legal_basis": "ars-authorisation", "legal_reference": "1" });
    let leaves = json!({ "cold_chain": true, "fmd_state": "not-decommissioned" });
    let refuses = json!({ "lots": [{ "cip13": MG80, "lot": "C7", "refused": 4 }] });
    let why = json!({ "reason": "no" });
    let path = |step: &str| format!("/transfers/{id}/{step}");
    assert_eq!(
        post(&app, &receives, &path("decline"), &why, "2").status,
        403
    );
    assert_eq!(post(&app, &gives, &path("cancel"), &why, "2").status, 403);
    for (step, body, yes, no) in [
        ("accept", &legal, &gives, &receives),
        ("send", &leaves, &gives, &receives),
        ("receive", &refuses, &receives, &gives),
        ("return", &json!({}), &gives, &receives),
    ] {
        assert_eq!(post(&app, no, &path(step), body, "3").status, 403, "{step}");
        assert_eq!(
            post(&app, &stranger, &path(step), body, "3").status,
            404,
            "{step}"
        );
        post(&app, yes, &path(step), body, "3").expect(200);
    }
    assert_eq!(see(&app, id)["state"], "received");
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (2, 4, 0));
    let bearer = format!("Bearer {stranger}");
    for path in [format!("/transfers/{id}"), path("sheet")] {
        let seen = app.send("GET", &path, &[("Authorization", &bearer)], None);
        assert_eq!(seen.status, 404, "{path}");
    }
}

fn no_other_role_takes_a_step(backend: Backend) {
    let app = begin(backend);
    let id = super::ask(&app, 2);
    for role in [
        Role::Coordinator,
        Role::Prescriber,
        Role::CarTUnit,
        Role::Reader,
        Role::Admin,
    ] {
        for step in ["accept", "decline", "send", "receive", "return"] {
            let answer = app.post(role, &format!("/transfers/{id}/{step}"), &json!({}));
            assert_eq!(answer.status, 403, "{role:?} {step}");
        }
    }
    let body = json!({ "from": NEIGHBOUR, "to": CENTRE, "rows": [{ "cip13": MG80, "units": 1 }] });
    for role in [Role::Prescriber, Role::CarTUnit, Role::Reader, Role::Admin] {
        assert_eq!(app.post(role, "/transfers", &body).status, 403, "{role:?}");
        let cancel = app.post(role, &format!("/transfers/{id}/cancel"), &json!({}));
        assert_eq!(cancel.status, 403, "{role:?}");
    }
    app.post(Role::Coordinator, "/transfers", &body).expect(201);
}

use super::{Browser, PASSWORD, lines, role, somebody};
use crate::service::{CENTRE, FAR_CENTRE, again_at, beside, spawn, spawn_set};
use crate::support::Backend;
use dotation::domain::person::SecondFactorFor;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    who_signs_in_acts_in_their_roles_where_they_hold_them
    whoever_tries_learns_nothing_of_whether_there_is_an_account
    a_stranger_who_guesses_waits_and_the_owner_does_not
    many_at_once_are_no_way_around_the_waiting
    where_everybody_must_have_a_second_factor_a_reader_has_one_too
}

fn who_signs_in_acts_in_their_roles_where_they_hold_them(backend: Backend) {
    let app = spawn(backend);
    let roles = [
        role(Role::Pharmacist, Some(CENTRE)),
        role(Role::Reader, Some(FAR_CENTRE)),
    ];
    let person = somebody(&app, "anne", &roles);
    let mut anne = Browser::new(&app);
    // however the address is written
    let body = json!({ "email": " Anne@Example.ORG ", "password": PASSWORD });
    let answer = anne.post("/sign-in", &body).expect(200);
    assert_eq!(answer["state"], "signed-in");
    let me = anne.get("/whoami").expect(200);
    assert_eq!(me["name"], "anne Durand");
    assert_eq!(me["roles"].as_array().unwrap().len(), 2);
    anne.get(&format!("/sites/{CENTRE}/stock")).expect(200);
    anne.get(&format!("/sites/{FAR_CENTRE}/stock")).expect(200);
    let receipt = json!({ "kind": "receipt", "cip13": crate::service::MG400, "lot": "B1",
        "expiry": "2022-06-30", "units": 2 });
    let refused = anne.post(&format!("/sites/{FAR_CENTRE}/movements"), &receipt);
    assert_eq!(refused.status, 403, "{}", refused.text);
    let moved = app.send(
        "POST",
        &format!("/sites/{CENTRE}/movements"),
        &[
            ("Cookie", &format!("dotation={}", anne.cookies["dotation"])),
            ("X-CSRF-Token", anne.csrf.as_deref().unwrap()),
            ("Idempotency-Key", "k1"),
        ],
        Some(receipt.to_string().as_bytes()),
    );
    assert_eq!(moved.status, 201, "{}", moved.text);
    // the trail says who, and in which of their roles
    let trail = app.get(Role::Pharmacist, &format!("/audit?site={CENTRE}"));
    let trail = trail.expect(200);
    let line = trail["items"].as_array().unwrap().iter();
    let id = format!("person:{}", person.person.id);
    let line = line
        .into_iter()
        .find(|l| l["actor"] == id.as_str())
        .unwrap();
    assert_eq!(line["role"], "pharmacist");
    let signed = lines(&app, "sign-in");
    assert!(
        signed
            .iter()
            .any(|l| l["actor"] == id.as_str() && l["outcome"] == "done")
    );
}

fn whoever_tries_learns_nothing_of_whether_there_is_an_account(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let gone = somebody(&app, "gone", &[role(Role::Pharmacist, Some(CENTRE))]);
    let path = format!("/people/{}", gone.person.id);
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    let body = json!({ "active": false }).to_string();
    let headers = [("Authorization", &*bearer), ("If-Match", "\"v1\"")];
    let changed = app.send("PATCH", &path, &headers, Some(body.as_bytes()));
    assert_eq!(changed.status, 200, "{}", changed.text);
    let mut answers = Vec::new();
    for (name, password) in [
        ("anne", "wrong password here"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("anne", ""),
    ] {
        let before = app.service.hashing().done();
        let answer = Browser::new(&app).try_in(name, password);
        assert_eq!(answer.status, 401, "{}", answer.text);
        assert!(answer.headers.get("set-cookie").is_none());
        // the same work: one password is hashed, whoever is meant
        assert_eq!(app.service.hashing().done(), before + 1, "{name}");
        let mut body = answer.body.clone();
        body["instance"] = json!(null);
        answers.push(body);
    }
    assert!(
        answers.windows(2).all(|two| two[0] == two[1]),
        "{answers:?}"
    );
    // the trail knows better
    let reasons: Vec<_> = lines(&app, "sign-in")
        .iter()
        .map(|l| l["details"]["reason"].as_str().unwrap_or("").to_owned())
        .collect();
    for reason in ["wrong-password", "unknown", "inactive"] {
        assert!(reasons.iter().any(|r| r == reason), "{reasons:?}");
    }
    // nor is anything said by the waiting
    let waits = |name: &str| {
        let mut last = 0;
        for _ in 0..8 {
            last = Browser::new(&app)
                .try_in(name, "wrong password here")
                .status;
        }
        last
    };
    assert_eq!((waits("anne"), waits("nobody")), (429, 429));
}

fn a_stranger_who_guesses_waits_and_the_owner_does_not(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let mut own = Browser::new(&app).sign_in("anne");
    own.cookies.remove("dotation");
    let mut waited = None;
    for n in 0..12 {
        let before = app.service.hashing().done();
        let answer = Browser::new(&app).try_in("anne", &format!("a wrong password {n}"));
        if answer.status == 429 {
            assert_eq!(app.service.hashing().done(), before, "nothing is looked at");
            waited = answer.headers.get("retry-after").cloned();
            break;
        }
        assert_eq!(answer.status, 401);
    }
    let seconds: u32 = waited.unwrap().to_str().unwrap().parse().unwrap();
    assert!((1..=3).contains(&seconds), "{seconds}");
    // the right password waits too, on a device that is not hers
    assert_eq!(Browser::new(&app).try_in("anne", PASSWORD).status, 429);
    // and not on hers
    own.try_in("anne", PASSWORD).expect(200);
    // somebody else's device is none of hers
    somebody(&app, "paul", &[role(Role::Reader, Some(CENTRE))]);
    let mut pauls = Browser::new(&app).sign_in("paul");
    assert_eq!(pauls.try_in("anne", "wrong password here").status, 429);
    // later it is as before
    let app = again_at(app, "2021-10-20T08:00:00Z");
    Browser::new(&app).try_in("anne", PASSWORD).expect(200);
}

fn many_at_once_are_no_way_around_the_waiting(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let before = app.service.hashing().done();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..24)
            .map(|n| {
                let app = &app;
                scope.spawn(move || {
                    let password = format!("a wrong password {n}");
                    Browser::new(app).try_in("anne", &password).status
                })
            })
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let looked_at = app.service.hashing().done() - before;
    // five are free, the sixth says when the next may be
    assert!(looked_at <= 8, "{looked_at} {statuses:?}");
    assert!(
        statuses.iter().all(|s| [401, 429].contains(s)),
        "{statuses:?}"
    );
    if backend == Backend::Postgres {
        // nor is another instance
        let other = beside(&app);
        let answer = Browser::new(&other).try_in("anne", PASSWORD);
        assert_eq!(answer.status, 429, "{}", answer.text);
    }
}

fn where_everybody_must_have_a_second_factor_a_reader_has_one_too(backend: Backend) {
    let app = spawn_set(backend, |settings| {
        settings.second_factor_for = SecondFactorFor::Everybody;
    });
    somebody(&app, "anne", &[role(Role::Reader, Some(CENTRE))]);
    let mut anne = Browser::new(&app);
    anne.enrol("anne");
    anne.get("/whoami").expect(200);
}

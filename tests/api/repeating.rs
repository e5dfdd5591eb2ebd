//! A request that is repeated is done once, and answered alike each time.

use crate::service::{Answer, App, CENTRE, MG400, NEIGHBOUR, spawn};
use crate::shelf::{faults, record, refused, units};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    writes_that_count_need_a_key
    a_repeat_is_answered_byte_for_byte_and_moves_nothing
    a_decided_refusal_is_an_answer_like_any_other
    a_refused_body_is_an_answer_too_and_its_words_are_not_kept
    what_is_not_here_is_an_answer_too
    who_may_not_ask_is_not_answered_from_memory
    a_key_is_of_one_body_one_route_and_one_caller
    many_at_once_with_one_key_make_one_movement
}

fn receipt(units: u32) -> Value {
    json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "units": units })
}

fn movements() -> String {
    format!("/sites/{NEIGHBOUR}/movements")
}

fn writes_that_count_need_a_key(backend: Backend) {
    let app = spawn(backend);
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let patient = |pseudonym: &str| json!({ "pseudonym": pseudonym, "weight_g": 70_000, "infusion_date": "2021-10-25" });
    for (path, body) in [
        (movements(), receipt(1)),
        (format!("/sites/{CENTRE}/clearances"), patient("p-1")),
        (format!("/sites/{CENTRE}/car-t-patients"), patient("p-2")),
    ] {
        let send = |key: &[(&str, &str)]| {
            let mut headers = vec![("Authorization", &*bearer)];
            headers.extend(key);
            app.send("POST", &path, &headers, Some(body.to_string().as_bytes()))
        };
        let answer = send(&[]);
        assert_eq!(faults(&answer, 400), ["Idempotency-Key"], "{path}");
        assert_eq!(answer.body["type"], "/problems/idempotency-key-missing");
        let long = "k".repeat(256);
        for wrong in [&*long, "", "two words", "clé"] {
            let answer = send(&[("Idempotency-Key", wrong)]);
            assert_eq!(faults(&answer, 400), ["Idempotency-Key"], "{wrong:?}");
        }
        let twice = send(&[("Idempotency-Key", "a"), ("Idempotency-Key", "b")]);
        assert_eq!(faults(&twice, 400), ["Idempotency-Key"]);
        assert_eq!(send(&[("Idempotency-Key", &long[..255])]).status, 201);
    }
}

fn alike(first: &Answer, second: &Answer) {
    assert_eq!((first.status, &first.text), (second.status, &second.text));
    for name in ["location", "content-type", "content-language", "etag"] {
        assert_eq!(first.headers.get(name), second.headers.get(name), "{name}");
    }
}

fn a_repeat_is_answered_byte_for_byte_and_moves_nothing(backend: Backend) {
    let app = spawn(backend);
    let send = || app.post_with_key(Role::Pharmacist, &movements(), &receipt(2), "k1");
    let first = send();
    assert_eq!(first.status, 201);
    let location = first.headers["location"].to_str().unwrap().to_owned();
    assert!(location.ends_with(first.body["movements"][0]["id"].as_str().unwrap()));
    // the shelf changes in between: the answer is what was answered
    record(&app, NEIGHBOUR, &receipt(5)).expect(201);
    for _ in 0..3 {
        alike(&first, &send());
    }
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (7, 0));

    let patient = json!({ "pseudonym": "p-1", "weight_g": 70_000, "infusion_date": "2021-10-25" });
    let path = format!("/sites/{CENTRE}/car-t-patients");
    let register = || app.post_with_key(Role::CarTUnit, &path, &patient, "k2");
    let first = register();
    assert_eq!((first.status, first.etag.as_deref()), (201, Some("\"v1\"")));
    alike(&first, &register());
    // without its key it is another intent
    refused(
        app.post(Role::CarTUnit, &path, &patient),
        409,
        "pseudonym-taken",
    );
}

fn a_decided_refusal_is_an_answer_like_any_other(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 1);
    let out = json!({ "kind": "dispensing", "cip13": MG400, "units": 2 });
    let send = || app.post_with_key(Role::Pharmacist, &movements(), &out, "k1");
    let first = send();
    assert_eq!(first.status, 409);
    assert_eq!(first.headers["content-type"], "application/problem+json");
    assert_eq!(first.headers["content-language"], "fr");
    // now there would be enough
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 9);
    alike(&first, &send());
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (10, 0));
    // it is said again as it was said first, whoever asks now in whatever language
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let in_english = [
        ("Authorization", &*bearer),
        ("Idempotency-Key", "k1"),
        ("Accept-Language", "en"),
    ];
    let body = out.to_string();
    let again = app.send("POST", &movements(), &in_english, Some(body.as_bytes()));
    alike(&first, &again);
    let expired = json!({ "kind": "receipt", "cip13": MG400, "lot": "B2", "expiry": "2020-06-30", "units": 1 });
    let send = || app.post_with_key(Role::Pharmacist, &movements(), &expired, "k2");
    let first = send();
    assert_eq!(first.status, 422);
    alike(&first, &send());
    // a NO-GO is an answer too
    let question = json!({ "pseudonym": "p-1", "weight_g": 70_000, "infusion_date": "2021-10-25" });
    let path = format!("/sites/{CENTRE}/clearances");
    let ask = || app.post_with_key(Role::CarTUnit, &path, &question, "k3");
    let first = ask();
    assert_eq!(first.body["decision"], "NO-GO");
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 30);
    alike(&first, &ask());
}

fn who_may_not_ask_is_not_answered_from_memory(backend: Backend) {
    let app = spawn(backend);
    let reader = app.post_with_key(Role::Reader, &movements(), &receipt(1), "k1");
    assert_eq!(reader.status, 403);
    let nobody = app.send(
        "POST",
        &movements(),
        &[("Authorization", "Bearer dot_0"), ("Idempotency-Key", "k1")],
        Some(receipt(1).to_string().as_bytes()),
    );
    assert_eq!(nobody.status, 401);
    app.post_with_key(Role::Pharmacist, &movements(), &receipt(1), "k1")
        .expect(201);

    // a token that was given, used and taken away
    let new = json!({ "name": "locum", "role": "pharmacist", "sites": [NEIGHBOUR] });
    let given = app.post(Role::Admin, "/tokens", &new).expect(201);
    let bearer = format!("Bearer {}", given["token"].as_str().unwrap());
    let send = || {
        let body = receipt(1).to_string();
        let headers = [("Authorization", &*bearer), ("Idempotency-Key", "k9")];
        app.send("POST", &movements(), &headers, Some(body.as_bytes()))
    };
    assert_eq!(send().status, 201);
    let admin = format!("Bearer {}", app.token(Role::Admin));
    let path = format!("/tokens/{}", given["id"].as_str().unwrap());
    let revoked = app.send("DELETE", &path, &[("Authorization", &admin)], None);
    assert_eq!(revoked.status, 204);
    assert_eq!(send().status, 401);
}

fn a_key_is_of_one_body_one_route_and_one_caller(backend: Backend) {
    let app = spawn(backend);
    let send = |role, path: &str, body: &Value| app.post_with_key(role, path, body, "k1");
    send(Role::Pharmacist, &movements(), &receipt(1)).expect(201);
    let reused = send(Role::Pharmacist, &movements(), &receipt(2));
    assert_eq!(
        (reused.status, &reused.body["type"]),
        (422, &json!("/problems/idempotency-key-reused"))
    );
    // the same members in another order are other bytes: another body
    let spaced = receipt(1).to_string().replacen('{', "{ ", 1);
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let headers = [("Authorization", &*bearer), ("Idempotency-Key", "k1")];
    let other_bytes = app.send("POST", &movements(), &headers, Some(spaced.as_bytes()));
    assert_eq!(other_bytes.status, 422);
    // another route: another site
    let elsewhere = format!("/sites/{CENTRE}/movements");
    send(Role::Pharmacist, &elsewhere, &receipt(1)).expect(201);
    // another caller
    let patient = json!({ "pseudonym": "p-1", "weight_g": 70_000, "infusion_date": "2021-10-25" });
    let patients = format!("/sites/{CENTRE}/car-t-patients");
    send(Role::CarTUnit, &patients, &patient).expect(201);
    refused(
        send(Role::Pharmacist, &patients, &patient),
        409,
        "pseudonym-taken",
    );
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (1, 0));
    assert_eq!(units(&app, CENTRE, MG400, "B1"), (1, 0));
}

fn at_once(app: &App, threads: usize) -> Vec<Answer> {
    std::thread::scope(|scope| {
        let send = || app.post_with_key(Role::Pharmacist, &movements(), &receipt(1), "k1");
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(send)).collect();
        running.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

fn many_at_once_with_one_key_make_one_movement(backend: Backend) {
    let app = spawn(backend);
    let answers = at_once(&app, 8);
    let done: Vec<_> = answers.iter().filter(|a| a.status == 201).collect();
    assert!(!done.is_empty());
    for answer in &answers {
        match answer.status {
            201 => assert_eq!(answer.text, done[0].text),
            409 => {
                assert_eq!(answer.body["type"], "/problems/in-progress");
                assert_eq!(answer.headers["retry-after"], "1");
            }
            other => panic!("{other}: {}", answer.text),
        }
    }
    // whoever was sent away comes again
    for answer in at_once(&app, 1) {
        assert_eq!(answer.text, done[0].text);
    }
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (1, 0));
}

fn a_refused_body_is_an_answer_too_and_its_words_are_not_kept(backend: Backend) {
    let app = spawn(backend);
    let patients = format!("/sites/{CENTRE}/car-t-patients");
    let named =
        json!({ "pseudonym": "Jean\u{7}Dupont", "weight_g": 1, "infusion_date": "2021-10-25" });
    let cases = [
        (Role::Pharmacist, movements(), json!({ "kind": "receipt" })),
        (Role::Pharmacist, movements(), json!([1, 2])),
        (Role::Pharmacist, movements(), json!({ "kind": 7 })),
        (Role::CarTUnit, patients, named),
    ];
    for (n, (role, path, body)) in cases.iter().enumerate() {
        let key = format!("k{n}");
        let send = || app.post_with_key(*role, path, body, &key);
        let first = send();
        assert_eq!(first.status, 422, "{}", first.text);
        assert_eq!(first.body["type"], "/problems/invalid-body");
        alike(&first, &send());
        // in whatever language it is asked for now
        let bearer = format!("Bearer {}", app.token(*role));
        let headers = [
            ("Authorization", &*bearer),
            ("Idempotency-Key", &*key),
            ("Accept-Language", "en"),
        ];
        let bytes = body.to_string();
        alike(
            &first,
            &app.send("POST", path, &headers, Some(bytes.as_bytes())),
        );
        // mended, it is another intent
        let other = app.post_with_key(*role, path, &receipt(1), &key);
        assert_eq!(other.status, 422);
        assert_eq!(other.body["type"], "/problems/idempotency-key-reused");
    }
    let mut conn = app.database.conn();
    let kept: Vec<String> = {
        use diesel::prelude::*;
        dotation::db::schema::idempotency::table
            .select(dotation::db::schema::idempotency::answer)
            .load(&mut conn)
            .unwrap()
    };
    assert!(kept.iter().all(|text| !text.contains("Dupont")), "{kept:?}");
    // what could not be read at all is no answer: nobody knows what was meant
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let headers = [("Authorization", &*bearer), ("Idempotency-Key", "again")];
    let broken = app.send("POST", &movements(), &headers, Some(b"{"));
    assert_eq!(broken.status, 400);
    app.post_with_key(Role::Pharmacist, &movements(), &receipt(1), "again")
        .expect(201);
}

fn what_is_not_here_is_an_answer_too(backend: Backend) {
    let app = spawn(backend);
    let lost =
        json!({ "kind": "loss", "cip13": MG400, "lot": "B1", "units": 1, "reason": "breakage" });
    let send = || app.post_with_key(Role::Pharmacist, &movements(), &lost, "k1");
    let first = send();
    assert_eq!(first.status, 404, "{}", first.text);
    assert_eq!(first.body["reason"], "unknown-lot");
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 9);
    alike(&first, &send());
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (9, 0));
    let other = app.post_with_key(Role::Pharmacist, &movements(), &receipt(1), "k1");
    assert_eq!(other.body["type"], "/problems/idempotency-key-reused");
    // a site that is not there is the address's fault: no verb was asked
    let nowhere = format!("/sites/{}/movements", "690000021");
    let send = || app.post_with_key(Role::Coordinator, &nowhere, &lost, "k2");
    assert!(matches!(send().status, 403 | 404));
}

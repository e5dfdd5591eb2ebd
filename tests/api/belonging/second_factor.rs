use super::{Browser, PASSWORD, lines, next_code, role, somebody};
use crate::service::{CENTRE, again_at, spawn, spawn_set};
use crate::support::Backend;
use diesel::RunQueryDsl as _;
use dotation::domain::role::Role;
use dotation::settings::Secret;
use serde_json::json;

on_both! {
    an_administrator_sets_up_a_second_factor_before_anything_else
    a_code_is_good_once
    a_recovery_code_is_good_once_also_for_two_at_once
    wrong_codes_end_the_step_and_are_waited_for
    a_secret_is_sealed_where_there_is_a_key
    whoever_wants_one_sets_it_up_and_takes_it_away
}

fn an_administrator_sets_up_a_second_factor_before_anything_else(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "admin", &[role(Role::Admin, None)]);
    let mut admin = Browser::new(&app);
    let first = admin.try_in("admin", PASSWORD).expect(200);
    assert_eq!(first["state"], "enrolment");
    assert!(first.get("csrf_token").is_none());
    // the first step lets in nowhere, under whichever name its cookie is sent
    let step = admin.cookies["dotation-step"].clone();
    assert_eq!(admin.get("/whoami").status, 401);
    let forged = format!("dotation={step}");
    let forged = app.send("GET", "/whoami", &[("Cookie", &forged)], None);
    assert_eq!(forged.status, 401);
    // nor is a code of no secret good
    let early = admin.post("/sign-in/second-factor", &json!({ "code": "000000" }));
    assert_eq!(early.status, 401);
    let (_, codes) = admin.enrol("admin");
    assert_eq!(codes.len(), 10);
    assert_eq!(
        admin.get("/people").expect(200)["items"][0]["has_second_factor"],
        true
    );
    assert!(!admin.cookies.contains_key("dotation-step"));
    assert_ne!(admin.cookies["dotation"], step);
    // the next time it is asked for
    let mut again = Browser::new(&app);
    let wanted = again.try_in("admin", PASSWORD).expect(200);
    assert_eq!(wanted["state"], "second-factor");
    assert_eq!(again.post("/sign-in/enrolment", &json!({})).status, 401);
}

fn a_code_is_good_once(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "admin", &[role(Role::Admin, None)]);
    let (secret, _) = Browser::new(&app).enrol("admin");
    let now = app.clock.now();
    let mut first = Browser::new(&app);
    first.try_in("admin", PASSWORD).expect(200);
    // that by which it was set up was used
    let used = json!({ "code": secret.code_at(now) });
    assert_eq!(first.post("/sign-in/second-factor", &used).status, 401);
    let next = json!({ "code": next_code(&secret, now) });
    first.post("/sign-in/second-factor", &next).expect(200);
    let mut second = Browser::new(&app);
    second.try_in("admin", PASSWORD).expect(200);
    assert_eq!(second.post("/sign-in/second-factor", &next).status, 401);
    // and a step is used once
    let app = again_at(app, "2021-10-20T07:00:00Z");
    let mut one = Browser::new(&app);
    one.try_in("admin", PASSWORD).expect(200);
    let step = one.cookies["dotation-step"].clone();
    let code = json!({ "code": secret.code_at(app.clock.now()) });
    one.post("/sign-in/second-factor", &code).expect(200);
    let mut replayed = Browser::new(&app);
    replayed.cookies.insert("dotation-step".to_owned(), step);
    let next = json!({ "code": next_code(&secret, app.clock.now()) });
    assert_eq!(replayed.post("/sign-in/second-factor", &next).status, 401);
}

fn a_recovery_code_is_good_once_also_for_two_at_once(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "admin", &[role(Role::Admin, None)]);
    let (_, codes) = Browser::new(&app).enrol("admin");
    let body = json!({ "recovery_code": codes[3].to_lowercase().replace('-', " ") });
    let mut browsers: Vec<Browser<'_>> = (0..2).map(|_| Browser::new(&app)).collect();
    for browser in &mut browsers {
        browser.try_in("admin", PASSWORD).expect(200);
    }
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = browsers
            .iter_mut()
            .map(|b| scope.spawn(|| b.post("/sign-in/second-factor", &body).status))
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut sorted = statuses.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [200, 401], "{statuses:?}");
    assert_eq!(lines(&app, "second-factor.recover").len(), 1);
    // ten new ones take the place of those there are
    let winner = browsers
        .iter_mut()
        .find(|b| b.cookies.contains_key("dotation"));
    let other = json!({ "recovery_code": codes[4] });
    let new = winner
        .unwrap()
        .post("/second-factor/recovery-codes", &other)
        .expect(200);
    assert_eq!(new["recovery_codes"].as_array().unwrap().len(), 10);
    let mut old = Browser::new(&app);
    old.try_in("admin", PASSWORD).expect(200);
    let old_code = json!({ "recovery_code": codes[5] });
    assert_eq!(old.post("/sign-in/second-factor", &old_code).status, 401);
}

fn wrong_codes_end_the_step_and_are_waited_for(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "admin", &[role(Role::Admin, None)]);
    let (secret, _) = Browser::new(&app).enrol("admin");
    let mut guesses = Browser::new(&app);
    guesses.try_in("admin", PASSWORD).expect(200);
    for _ in 0..5 {
        let wrong = guesses.post("/sign-in/second-factor", &json!({ "code": "1" }));
        assert_eq!(wrong.status, 401);
    }
    // the step is over, the right code too late
    let right = json!({ "code": next_code(&secret, app.clock.now()) });
    assert_eq!(guesses.post("/sign-in/second-factor", &right).status, 401);
    // whoever knows the password goes on, and must wait
    guesses.try_in("admin", PASSWORD).expect(200);
    assert_eq!(
        guesses
            .post("/sign-in/second-factor", &json!({ "code": "2" }))
            .status,
        401
    );
    let waits = guesses.post("/sign-in/second-factor", &right);
    assert_eq!(waits.status, 429, "{}", waits.text);
    assert!(waits.headers.contains_key("retry-after"));
}

#[derive(diesel::QueryableByName)]
struct Kept {
    #[diesel(sql_type = diesel::sql_types::Text)]
    totp_secret: String,
}

fn a_secret_is_sealed_where_there_is_a_key(backend: Backend) {
    let app = spawn_set(backend, |settings| {
        settings.secrets_key = Some(Secret::new("0f".repeat(32)));
    });
    somebody(&app, "admin", &[role(Role::Admin, None)]);
    let (secret, _) = Browser::new(&app).enrol("admin");
    let mut conn = app.database.conn();
    let kept: Kept = diesel::sql_query("SELECT totp_secret FROM people")
        .get_result(&mut conn)
        .unwrap();
    assert!(
        kept.totp_secret.starts_with("aes-256-gcm:"),
        "{}",
        kept.totp_secret
    );
    drop(conn);
    let mut again = Browser::new(&app);
    again.try_in("admin", PASSWORD).expect(200);
    let code = json!({ "code": next_code(&secret, app.clock.now()) });
    again.post("/sign-in/second-factor", &code).expect(200);
}

fn whoever_wants_one_sets_it_up_and_takes_it_away(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let mut anne = Browser::new(&app).sign_in("anne");
    let begun = anne.post("/second-factor", &json!({})).expect(200);
    assert!(
        begun["uri"]
            .as_str()
            .unwrap()
            .starts_with("otpauth://totp/Dotation:anne%40")
    );
    assert!(begun["qr_svg"].as_str().unwrap().starts_with("<svg"));
    let secret = super::read(begun["secret"].as_str().unwrap());
    let wrong = anne.post("/second-factor/confirm", &json!({ "code": "12" }));
    assert_eq!(wrong.status, 422, "{}", wrong.text);
    // one that was begun and not confirmed is asked for nowhere
    Browser::new(&app).sign_in("anne");
    let code = json!({ "code": secret.code_at(app.clock.now()) });
    anne.post("/second-factor/confirm", &code).expect(200);
    assert_eq!(anne.post("/second-factor", &json!({})).status, 409);
    let mut other = Browser::new(&app);
    assert_eq!(
        other.try_in("anne", PASSWORD).expect(200)["state"],
        "second-factor"
    );
    let code = json!({ "code": next_code(&secret, app.clock.now()) });
    let removed = anne.post("/second-factor/remove", &code);
    assert_eq!(removed.status, 204, "{}", removed.text);
    Browser::new(&app).sign_in("anne");
    app.heard();
    let subjects: Vec<String> = app
        .memory
        .letters()
        .iter()
        .map(|l| l.subject.as_str().to_owned())
        .collect();
    assert!(
        subjects.iter().any(|s| s.contains("en place")),
        "{subjects:?}"
    );
    assert!(
        subjects.iter().any(|s| s.contains("retiré")),
        "{subjects:?}"
    );
}

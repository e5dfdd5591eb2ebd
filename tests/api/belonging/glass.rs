//! Breaking the glass: in at once, heard of at once, marked on every line, over in time.

use super::{Browser, role, somebody};
use crate::service::{App, CENTRE, FAR_CENTRE, MG400, again_at, spawn};
use crate::story::items;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    the_glass_is_broken_for_a_while_and_heard_of_at_once
    what_is_done_under_it_bears_its_mark_and_silences_nobody
    it_is_ended_by_who_broke_it_or_who_answers_for_the_site
    whoever_may_not_break_it_does_not
    two_who_break_it_at_once_have_broken_it_once
    a_role_that_is_taken_breaks_no_glass_any_more
}

const WHY: &str = "Patient transféré cette nuit, garde injoignable";

fn stock() -> String {
    format!("/sites/{CENTRE}/stock")
}

/// A pharmacist of another centre.
fn pharmacist(app: &App) -> Browser<'_> {
    somebody(app, "anne", &[role(Role::Pharmacist, Some(FAR_CENTRE))]);
    Browser::new(app).sign_in("anne")
}

fn broken(browser: &mut Browser<'_>) -> Value {
    let body = json!({ "site": CENTRE, "reason": WHY });
    browser.post("/break-glass", &body).expect(201)
}

/// Until when, to the minute.
fn until(one: &Value) -> &str {
    one["until"].as_str().unwrap().get(..16).unwrap()
}

fn the_glass_is_broken_for_a_while_and_heard_of_at_once(backend: Backend) {
    let app = spawn(backend);
    let mut browser = pharmacist(&app);
    assert_eq!(browser.get(&stock()).status, 403);
    let one = broken(&mut browser);
    assert_eq!(one["role"], "pharmacist");
    assert_eq!(until(&one), "2021-10-20T08:00");
    browser.get(&stock()).expect(200);
    // the pharmacist of the site and the coordinator hear of it; the reason stands in no letter
    let heard = app.heard();
    for to in ["pui@example.org", "ght@example.org"] {
        assert!(
            heard.contains(&("opened".to_owned(), to.to_owned())),
            "{heard:?}"
        );
    }
    let letters = app.memory.letters();
    let of_it = letters.iter().find(|l| l.text.contains("anne Durand"));
    let text = &of_it.unwrap().text;
    assert!(text.contains("pharmacien") && text.contains("20/10/2021 10:00"));
    assert!(!text.contains("transféré"), "{text}");
    // but where those look who answer for the site
    let path = format!("/sites/{CENTRE}/break-glass");
    let seen = items(&app.get(Role::Pharmacist, &path).expect(200));
    assert_eq!(
        (&seen[0]["reason"], &seen[0]["name"]),
        (&json!(WHY), &json!("anne Durand"))
    );
    let own = items(&browser.get("/break-glass").expect(200));
    assert_eq!(own[0]["id"], one["id"]);
    let alert = app.alerts("break-glass").remove(0);
    let path = format!("/alerts/{}/acknowledge", alert["id"].as_str().unwrap());
    app.post(Role::Pharmacist, &path, &json!({})).expect(200);
    assert!(app.alerts("break-glass").is_empty());
    // it is over by itself
    let cookies = browser.cookies.clone();
    let app = again_at(app, "2021-10-20T06:29:00Z");
    let mut browser = Browser::new(&app);
    browser.cookies = cookies;
    browser.get(&stock()).expect(200);
    let app = again_at(app, "2021-10-20T08:01:00Z");
    let mut browser = Browser::new(&app).sign_in("anne");
    assert_eq!(browser.get(&stock()).status, 403);
    let one = broken(&mut browser);
    assert_eq!(until(&one), "2021-10-20T10:01");
}

fn what_is_done_under_it_bears_its_mark_and_silences_nobody(backend: Backend) {
    let app = spawn(backend);
    let mut browser = pharmacist(&app);
    let one = broken(&mut browser);
    let receipt = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "units": 8 });
    let path = format!("/sites/{CENTRE}/movements");
    let body = receipt.to_string();
    let csrf = browser.csrf.clone().unwrap();
    let cookies: Vec<String> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let cookies = cookies.join("; ");
    let headers = [
        ("Cookie", &*cookies),
        ("X-CSRF-Token", &*csrf),
        ("Idempotency-Key", "the-first"),
    ];
    app.send("POST", &path, &headers, Some(body.as_bytes()))
        .expect(201);
    let lines = app
        .get(Role::Admin, &format!("/audit?site={CENTRE}&limit=200"))
        .expect(200);
    let line = |action: &str| {
        let all = items(&lines);
        let found = all.into_iter().find(|l| l["action"] == action);
        found.unwrap_or_else(|| panic!("{action}: {lines}"))
    };
    assert_eq!(line("stock.move")["details"]["break_glass"], one["id"]);
    assert_eq!(line("break-glass")["object"], one["id"]);
    assert!(!lines.to_string().contains("transféré"));
    // nobody who came in so keeps others from hearing of it
    let alert = app.alerts("break-glass").remove(0);
    let path = format!("/alerts/{}/acknowledge", alert["id"].as_str().unwrap());
    assert_ne!(browser.post(&path, &json!({})).status, 200);
    let path = format!("/sites/{CENTRE}/recipients");
    let new = json!({ "name": "x", "email": "x@example.org", "capacity": "pharmacist", "language": "fr" });
    assert_eq!(browser.post(&path, &new).status, 403);
    assert_eq!(
        browser.get(&format!("/sites/{CENTRE}/break-glass")).status,
        403
    );
    assert_eq!(browser.get(&format!("/audit?site={CENTRE}")).status, 403);
    assert_eq!(app.alerts("break-glass")[0]["state"], "open");
}

fn it_is_ended_by_who_broke_it_or_who_answers_for_the_site(backend: Backend) {
    let app = spawn(backend);
    let mut browser = pharmacist(&app);
    somebody(&app, "eve", &[role(Role::Pharmacist, Some(FAR_CENTRE))]);
    let mut eve = Browser::new(&app).sign_in("eve");
    let end = |one: &Value| format!("/break-glass/{}", one["id"].as_str().unwrap());
    let one = broken(&mut browser);
    // a colleague of theirs knows of none
    assert_eq!(eve.send("DELETE", &end(&one), None).status, 404);
    assert_eq!(browser.send("DELETE", &end(&one), None).status, 204);
    assert_eq!(browser.send("DELETE", &end(&one), None).status, 409);
    assert_eq!(browser.get(&stock()).status, 403);
    let two = broken(&mut browser);
    browser.get(&stock()).expect(200);
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let ended = app.send("DELETE", &end(&two), &[("Authorization", &bearer)], None);
    assert_eq!(ended.status, 204, "{}", ended.text);
    assert_eq!(browser.get(&stock()).status, 403);
    let own = items(&browser.get("/break-glass").expect(200));
    assert_eq!(own.len(), 2);
    assert!(own.iter().all(|one| one["ended_by"].is_string()));
}

fn whoever_may_not_break_it_does_not(backend: Backend) {
    let app = spawn(backend);
    let good = json!({ "site": CENTRE, "reason": WHY });
    for of in [Role::Reader, Role::Prescriber, Role::CarTUnit] {
        somebody(&app, of.code(), &[role(of, Some(FAR_CENTRE))]);
        let mut browser = Browser::new(&app).sign_in(of.code());
        let expected = if of == Role::Reader { 403 } else { 201 };
        let answer = browser.post("/break-glass", &good);
        assert_eq!(answer.status, expected, "{of:?}: {}", answer.text);
    }
    // no machine does
    assert_eq!(
        app.post(Role::Pharmacist, "/break-glass", &good).status,
        403
    );
    let mut browser = pharmacist(&app);
    for (body, status) in [
        (json!({ "site": CENTRE }), 422),
        (json!({ "site": CENTRE, "reason": " " }), 422),
        (json!({ "site": CENTRE, "reason": "x".repeat(501) }), 422),
        (
            json!({ "site": CENTRE, "reason": WHY, "until": "2030-01-01T00:00:00Z" }),
            422,
        ),
        (
            json!({ "site": CENTRE, "reason": WHY, "role": "admin" }),
            422,
        ),
        (
            json!({ "site": CENTRE, "reason": WHY, "role": "prescriber" }),
            422,
        ),
        (json!({ "site": "750100133", "reason": WHY }), 404),
        (json!({ "site": FAR_CENTRE, "reason": WHY }), 409),
    ] {
        let answer = browser.post("/break-glass", &body);
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
    }
    assert_eq!(browser.get(&stock()).status, 403);
    // who holds several roles says in which
    let two = [
        role(Role::Pharmacist, Some(FAR_CENTRE)),
        role(Role::Prescriber, Some(FAR_CENTRE)),
    ];
    somebody(&app, "marie", &two);
    let mut marie = Browser::new(&app).sign_in("marie");
    assert_eq!(marie.post("/break-glass", &good).status, 422);
    let said = json!({ "site": CENTRE, "reason": WHY, "role": "prescriber" });
    marie.post("/break-glass", &said).expect(201);
    assert_eq!(marie.post("/break-glass", &said).status, 409);
}

fn two_who_break_it_at_once_have_broken_it_once(backend: Backend) {
    let app = spawn(backend);
    let browser = pharmacist(&app);
    let body = json!({ "site": CENTRE, "reason": WHY });
    let press = || {
        let mut other = Browser::new(&app);
        (other.cookies, other.csrf) = (browser.cookies.clone(), browser.csrf.clone());
        other.post("/break-glass", &body).status
    };
    let mut statuses = std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|_| scope.spawn(press)).collect();
        all.into_iter()
            .map(|t| t.join().unwrap())
            .collect::<Vec<_>>()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
    assert_eq!(app.alerts("break-glass").len(), 1);
}

fn a_role_that_is_taken_breaks_no_glass_any_more(backend: Backend) {
    let app = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(FAR_CENTRE))]);
    let mut browser = Browser::new(&app).sign_in("anne");
    broken(&mut browser);
    let path = format!("/people/{}/roles", anne.person.id);
    let roles = app.get(Role::Admin, &path).expect(200);
    let grant = roles["items"][0]["id"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    let headers = [("Authorization", &*bearer)];
    let taken = app.send("DELETE", &format!("{path}/{grant}"), &headers, None);
    assert_eq!(taken.status, 204);
    assert_eq!(browser.get(&stock()).status, 403);
}

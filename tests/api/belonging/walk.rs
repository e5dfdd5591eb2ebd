//! Every route, every role that somebody holds at one site, there and elsewhere, and every way of not being
//! signed in: from the table of routes, so that a new one cannot be forgotten.

use super::{Browser, PASSWORD, role, somebody};
use crate::service::{App, CENTRE, FAR_CENTRE, again_at, spawn};
use crate::support::Backend;
use actix_web::http::Method;
use dotation::domain::role::{Role, is_felt_everywhere};
use dotation::http::api::route::Route;
use dotation::http::api::routes::table;
use serde_json::json;

on_both! {
    every_route_admits_people_in_their_roles_at_their_site_and_nowhere_else
    no_route_admits_somebody_whose_session_is_over
    no_write_is_taken_from_the_page_of_somebody_else
}

fn address(route: &Route, site: &str) -> String {
    let mut path = route.pattern.replace("{finess}", site);
    path = path.replace("{cip13}", "3400957464547");
    for part in ["{id}", "{grant}", "{name}", "{pseudonym}", "{lot}"] {
        path = path.replace(part, "nothing");
    }
    path
}

fn call(browser: &mut Browser<'_>, route: &Route, site: &str) -> u16 {
    let empty = json!({});
    let reads = route.method == Method::GET || route.method == Method::DELETE;
    let body = Some(&empty).filter(|_| !reads);
    let path = address(route, site);
    browser.send(route.method.as_str(), &path, body).status
}

/// Whoever goes through these is signed in no more.
fn signs_out(route: &Route) -> bool {
    route.pattern == "/sign-out" || route.method == Method::DELETE && route.pattern == "/sessions"
}

/// Somebody with a role at the centre, and the codes that were written down for a second factor.
fn signed_in(app: &App, of: Role) -> (Browser<'_>, Vec<String>) {
    let name = of.code();
    somebody(app, name, &[role(of, Some(CENTRE))]);
    let mut browser = Browser::new(app);
    if matches!(of, Role::Coordinator | Role::Admin) {
        let (_, codes) = browser.enrol(name);
        return (browser, codes);
    }
    (browser.sign_in(name), Vec::new())
}

fn again(browser: &mut Browser<'_>, of: Role, codes: &mut Vec<String>) {
    let answer = browser.try_in(of.code(), PASSWORD).expect(200);
    if answer["state"] == "second-factor" {
        let body = json!({ "recovery_code": codes.pop().unwrap() });
        browser.post("/sign-in/second-factor", &body).expect(200);
    }
}

fn every_route_admits_people_in_their_roles_at_their_site_and_nowhere_else(backend: Backend) {
    let app = spawn(backend);
    for of in Role::ALL {
        let (mut browser, mut codes) = signed_in(&app, of);
        for route in table().into_iter().filter(|route| !route.is_open()) {
            let which = format!("{} {} as {}", route.method, route.pattern, of.code());
            // the chain of the service itself, and what is felt everywhere, is for those who hold it everywhere
            let service_chain = route.pattern.starts_with("/audit");
            let everybodys = !route.at_site() && is_felt_everywhere(route.action);
            let open = route.open_to(of) && !service_chain && !everybodys;
            let status = call(&mut browser, &route, CENTRE);
            assert_eq!(status != 403, open, "{which}: {status}");
            assert!(
                status < 500 && status != 401 && status != 405,
                "{which}: {status}"
            );
            if signs_out(&route) {
                assert_eq!(browser.get("/whoami").status, 401, "{which}");
                again(&mut browser, of, &mut codes);
            }
            if route.at_site() {
                let status = call(&mut browser, &route, FAR_CENTRE);
                assert_eq!(status, 403, "{which} elsewhere");
            }
        }
    }
}

fn no_route_admits_somebody_whose_session_is_over(backend: Backend) {
    let app = spawn(backend);
    let paul = somebody(&app, "paul", &[role(Role::Pharmacist, Some(CENTRE))]);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let signed_in = |name: &str| {
        let browser = Browser::new(&app).sign_in(name);
        (browser.cookies, browser.csrf)
    };
    let (out, expired) = (signed_in("anne"), signed_in("anne"));
    let shut_out = signed_in("paul");
    let mut browser = Browser::new(&app);
    (browser.cookies, browser.csrf) = out.clone();
    assert_eq!(browser.post("/sign-out", &json!({})).status, 204);
    app.edit(
        Role::Admin,
        "PATCH",
        &format!("/people/{}", paul.person.id),
        &json!({ "active": false }),
    )
    .expect(200);
    // a minute before it has gone unused for too long it is good, and then it is not
    let app = again_at(app, "2021-10-20T06:29:00Z");
    let mut browser = Browser::new(&app);
    (browser.cookies, browser.csrf) = expired.clone();
    browser.get("/whoami").expect(200);
    let app = again_at(app, "2021-10-20T07:00:00Z");
    for (cookies, csrf) in [&out, &expired, &shut_out] {
        for route in table().into_iter().filter(|route| !route.is_open()) {
            let mut browser = Browser::new(&app);
            (browser.cookies, browser.csrf) = (cookies.clone(), csrf.clone());
            let status = call(&mut browser, &route, CENTRE);
            assert_eq!(status, 401, "{} {}", route.method, route.pattern);
        }
    }
}

fn no_write_is_taken_from_the_page_of_somebody_else(backend: Backend) {
    let app = spawn(backend);
    let (mut browser, _) = signed_in(&app, Role::Pharmacist);
    let writes = |route: &Route| !route.is_open() && route.method != Method::GET;
    let token = browser.csrf.take().unwrap();
    for route in table().into_iter().filter(writes) {
        let which = format!("{} {}", route.method, route.pattern);
        for sent in [None, Some("0".repeat(token.len())), Some(String::new())] {
            browser.csrf = sent;
            assert_eq!(call(&mut browser, &route, CENTRE), 403, "{which}");
        }
    }
    // nor did any of them do what it said
    browser.csrf = Some(token);
    browser.get("/whoami").expect(200);
}

//! Who may do what, and where: every route, every role, every way of being somebody.

use crate::service::{App, CENTRE, FAR_CENTRE, spawn};
use crate::support::Backend;
use actix_web::http::Method;
use dotation::domain::role::{Role, is_felt_everywhere};
use dotation::http::api::route::Route;
use dotation::http::api::routes::table;
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both! {
    every_route_admits_the_roles_it_says_and_no_other
    every_route_of_a_site_admits_only_those_whose_token_holds_there
    nobody_is_admitted_without_a_token_in_force
}

/// An address of a route where nothing is found, but everybody who may look is let in.
fn address(route: &Route, site: &str) -> String {
    route
        .pattern
        .replace("{finess}", site)
        .replace("{cip13}", "3400957464547")
        .replace("{id}", "nothing")
        .replace("{grant}", "nothing")
        .replace("{name}", "nothing")
}

fn call(app: &App, route: &Route, site: &str, authorization: Option<&str>) -> u16 {
    let body =
        (route.method != Method::GET && route.method != Method::DELETE).then_some(b"{}".as_slice());
    let headers: Vec<_> = authorization
        .iter()
        .map(|a| ("Authorization", *a))
        .collect();
    let method = route.method.as_str();
    app.send(method, &address(route, site), &headers, body)
        .status
}

fn every_route_admits_the_roles_it_says_and_no_other(backend: Backend) {
    let app = spawn(backend);
    for route in table().into_iter().filter(|route| !route.is_open()) {
        for role in Role::ALL {
            let bearer = format!("Bearer {}", app.token(role));
            let status = call(&app, &route, CENTRE, Some(&bearer));
            let which = format!(
                "{} {} as {}: {status}",
                route.method,
                route.pattern,
                role.code()
            );
            // the chain of the service itself is for those whose token holds everywhere
            let service_chain = route.pattern.starts_with("/audit") && role == Role::Pharmacist;
            // and so is what is everybody's
            let everybodys = !route.at_site() && is_felt_everywhere(route.action);
            let limited = everybodys && role == Role::Pharmacist;
            // nor is what people do about themselves for a token
            let of_people = route.is_for_people();
            let open = route.open_to(role) && !service_chain && !limited && !of_people;
            assert_eq!(status != 403, open, "{which}");
            assert!(status < 500 && status != 401 && status != 405, "{which}");
        }
    }
}

fn every_route_of_a_site_admits_only_those_whose_token_holds_there(backend: Backend) {
    let app = spawn(backend);
    for route in table().iter().filter(|r| r.at_site()) {
        for role in Role::ALL {
            let bearer = format!("Bearer {}", app.token(role));
            let everywhere = matches!(role, Role::Coordinator | Role::Admin);
            let expected = everywhere && route.open_to(role);
            let status = call(&app, route, FAR_CENTRE, Some(&bearer));
            let which = format!(
                "{} {} as {}: {status}",
                route.method,
                route.pattern,
                role.code()
            );
            assert_eq!(status != 403, expected, "{which}");
        }
    }
    // lists that are of no one site show only what is within reach
    let pharmacist = |path: &str| app.get(Role::Pharmacist, path);
    assert_eq!(pharmacist(&format!("/audit?site={FAR_CENTRE}")).status, 403);
    assert_eq!(pharmacist(&format!("/audit?site={CENTRE}")).status, 200);
    let sites_of = |role| {
        let items = app.get(role, "/alerts").expect(200)["items"].clone();
        items
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a["site"].as_str().unwrap().to_owned())
            .collect::<BTreeSet<_>>()
    };
    // both CAR-T centres are below their reserve from the first day
    assert_eq!(
        sites_of(Role::Coordinator),
        BTreeSet::from([CENTRE.to_owned(), FAR_CENTRE.to_owned()])
    );
    assert_eq!(
        sites_of(Role::Pharmacist),
        BTreeSet::from([CENTRE.to_owned()])
    );
    let alerts = app.get(Role::Coordinator, "/alerts").expect(200);
    let far = alerts["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["site"] == FAR_CENTRE)
        .unwrap();
    let far = format!("/alerts/{}", far["id"].as_str().unwrap());
    app.get(Role::Coordinator, &far).expect(200);
    app.get(Role::Pharmacist, &far).expect(404);
    let acknowledged = app.post(
        Role::Pharmacist,
        &format!("{far}/acknowledge"),
        &json!({ "note": "mine" }),
    );
    assert_eq!(acknowledged.status, 404, "{}", acknowledged.text);
}

fn nobody_is_admitted_without_a_token_in_force(backend: Backend) {
    let app = spawn(backend);
    let new = json!({ "name": "leaver", "role": "admin", "all_sites": true });
    let given = app.post(Role::Admin, "/tokens", &new).expect(201);
    let revoked = format!("Bearer {}", given["token"].as_str().unwrap());
    let path = format!("/tokens/{}", given["id"].as_str().unwrap());
    let gone = app.send("DELETE", &path, &[("Authorization", &revoked)], None);
    assert_eq!(gone.status, 204);
    let basic = format!("Basic {}", app.token(Role::Admin));
    let bare = app.token(Role::Admin).to_owned();
    for route in table().into_iter().filter(|route| !route.is_open()) {
        for authorization in [
            None,
            Some(&*revoked),
            Some("Bearer "),
            Some("Bearer dot_1234"),
            Some(&*basic),
            Some(&*bare),
        ] {
            let status = call(&app, &route, CENTRE, authorization);
            assert_eq!(
                status, 401,
                "{} {} {authorization:?}",
                route.method, route.pattern
            );
        }
    }
    let answer = app.send("GET", "/whoami", &[], None);
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
    // without a token nobody learns which addresses there are
    assert_eq!(app.send("GET", "/nothing", &[], None).status, 401);
    assert_eq!(app.send("POST", "/whoami", &[], None).status, 401);
}

/// What is said of a route.
fn operation<'d>(described: &'d Value, route: &Route) -> &'d Value {
    let path = format!("/api/v1{}", route.pattern);
    &described["paths"][path][route.method.as_str().to_lowercase()]
}

#[test]
fn the_description_says_for_programs_who_may() {
    let app = spawn(Backend::Sqlite);
    let described = app.send("GET", "//api/openapi.json", &[], None).expect(200);
    for route in table() {
        let operation = operation(&described, &route);
        let roles = Role::ALL.into_iter().filter(|role| route.open_to(*role));
        let roles = json!(roles.map(Role::code).collect::<Vec<_>>());
        let (security, roles) = if route.is_open() {
            (json!([]), Value::Null)
        } else if route.is_for_people() {
            (json!([{ "session": [] }]), roles)
        } else {
            (Value::Null, roles)
        };
        let said = (&operation["security"], &operation["x-roles"]);
        assert_eq!(
            said,
            (&security, &roles),
            "{} {}",
            route.method,
            route.pattern
        );
    }
}

#[test]
fn the_description_says_by_which_other_statuses_a_route_answers() {
    let app = spawn(Backend::Sqlite);
    let described = app.send("GET", "//api/openapi.json", &[], None).expect(200);
    for (method, pattern, status) in [
        ("post", "/alerts/{id}/acknowledge", "412"),
        ("post", "/requests/{id}/confirm", "412"),
        ("get", "/transfers/proposals", "409"),
        ("post", "/sites/{finess}/clearances", "200"),
        ("post", "/plans", "201"),
        ("put", "/sites/{finess}/thresholds/{subject}", "200"),
        ("put", "/patients/{pseudonym}/treatments/{rulebook}", "200"),
    ] {
        let answers = &described["paths"][format!("/api/v1{pattern}")][method]["responses"];
        assert!(answers[status].is_object(), "{method} {pattern}: {status}");
    }
}

#[test]
fn the_description_says_what_a_parameter_looks_like() {
    let app = spawn(Backend::Sqlite);
    let described = app.send("GET", "//api/openapi.json", &[], None).expect(200);
    let looks = |path: &str, method: &str, name: &str| {
        let parameters = &described["paths"][format!("/api/v1{path}")][method]["parameters"];
        let mut named = parameters.as_array().unwrap().iter();
        let found = named.find(|parameter| parameter["name"] == name).unwrap();
        found["schema"].clone()
    };
    let stock = "/sites/{finess}/stock";
    let finess = json!({ "type": "string", "pattern": "^([0-9]{2}|2[AB])[0-9]{7}$" });
    assert_eq!(looks(stock, "get", "finess"), finess);
    assert_eq!(looks("/transfers", "get", "site"), finess);
    assert_eq!(looks(stock, "get", "empty"), json!({ "type": "boolean" }));
    let horizon = &described["components"]["schemas"]["CaseBody"]["properties"]["horizon_days"];
    assert_eq!(
        (&horizon["minimum"], &horizon["maximum"]),
        (&json!(1), &json!(u32::MAX))
    );
    let days = json!({ "type": "integer", "minimum": 1, "maximum": 90 });
    assert_eq!(looks("/sites/{finess}/forecast", "get", "days"), days);
    let key = json!({ "type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 255 });
    assert_eq!(looks("/requests", "post", "Idempotency-Key"), key);
}

#[test]
fn the_description_has_every_route_of_the_table_and_no_other() {
    let app = spawn(Backend::Sqlite);
    let described = app.send("GET", "//api/openapi.json", &[], None).expect(200);
    assert!(described["openapi"].as_str().unwrap().starts_with("3.1."));
    let mut there = BTreeSet::new();
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            there.insert(format!("{} {path}", method.to_uppercase()));
            assert!(operation["summary"].is_string() && operation["operationId"].is_string());
            for part in path
                .split('/')
                .filter_map(|p| p.strip_prefix('{')?.strip_suffix('}'))
            {
                let named =
                    |p: &Value| p["name"] == part && p["in"] == "path" && p["required"] == true;
                assert!(
                    operation["parameters"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .any(named),
                    "{path}"
                );
            }
        }
    }
    let table: BTreeSet<_> = table()
        .iter()
        .map(|r| format!("{} /api/v1{}", r.method, r.pattern))
        .collect();
    assert_eq!(there, table);
    // every reference leads somewhere, and every operation has a name of its own
    let text = described.to_string();
    for reference in text
        .split("\"$ref\":\"")
        .skip(1)
        .map(|t| t.split('"').next().unwrap())
    {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(described.pointer(pointer).is_some(), "{reference}");
    }
    let ids: Vec<_> = text
        .split("\"operationId\":\"")
        .skip(1)
        .map(|t| t.split('"').next().unwrap())
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());

    let page = app.send("GET", "//api/docs/", &[], None);
    assert_eq!(page.status, 200);
    assert!(
        page.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    let redirect = app.send("GET", "//api/docs", &[], None);
    assert_eq!(redirect.status, 200, "followed to the page");
}

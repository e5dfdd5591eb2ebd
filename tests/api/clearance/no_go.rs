//! NO-GO: what is missing, and what would turn it.

use crate::service::{App, CENTRE, MG400, NEIGHBOUR, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::app::give_access::{self, NewToken};
use dotation::app::{Caller, edit_sites};
use dotation::db::tokens::Reach;
use dotation::domain::code::Finess;
use dotation::domain::role::Role;
use dotation::domain::rule::Slug;
use dotation::domain::site::{Ahead, Site};
use serde_json::{Value, json};

on_both! {
    a_no_go_names_who_could_send_without_hurting_themselves
    a_no_go_names_the_delivery_with_which_it_would_be_a_go
    a_no_go_asks_for_no_more_doses
    who_waits_after_a_no_go_is_corrected_and_cancelled
    a_vial_is_offered_when_it_lasts_as_long_as_the_dose_it_would_make
}

/// Another CAR-T centre of the same network, and a pharmacist's token for everywhere.
const SECOND: &str = "750100127";

fn second_centre(app: &App) -> String {
    let caller = Caller::at_the_machine("command-line", Role::Admin);
    app.run(|service, now| async move {
        let made = service.write(caller, now, Vec::new(), |act| {
            let site = Site {
                finess: Finess::parse(SECOND).unwrap(),
                network: Slug::parse("ght-001").unwrap(),
                name: "CHU de l'Oise".to_owned(),
                zone: chrono_tz::Europe::Paris,
                car_t: true,
                reference_dose: None,
                by_hand: None,
                ahead: Ahead::default(),
                version: 1,
            };
            edit_sites::add_site(act, &site)?;
            let new = NewToken {
                name: "everywhere".to_owned(),
                role: Role::Pharmacist,
                reach: Reach::Everywhere,
                expires_at: None,
            };
            Ok(give_access::give(act, &new)?.1)
        });
        made.await.unwrap()
    })
}

fn receive_as(app: &App, token: &str, site: &str, lot: &str, units: u32) {
    let body = json!({ "kind": "receipt", "cip13": MG400, "lot": lot, "expiry": "2022-06-30", "units": units });
    let bearer = format!("Bearer {token}");
    let key = format!("{site}-{lot}-{units}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Idempotency-Key", &key),
    ];
    app.send(
        "POST",
        &format!("/sites/{site}/movements"),
        &headers,
        Some(body.to_string().as_bytes()),
    )
    .expect(201);
}

fn refused(app: &App) -> Value {
    let answer = app.ask("cart-1", 100_000, "2021-10-25").expect(201);
    assert_eq!(answer["decision"], "NO-GO", "{answer}");
    assert_eq!(answer["state"], "refused");
    assert_eq!(answer["holds"], json!([]));
    answer
}

fn a_no_go_names_who_could_send_without_hurting_themselves(backend: Backend) {
    let app = spawn(backend);
    let token = second_centre(&app);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    // exactly its own three doses: not one vial may leave
    receive_as(&app, &token, SECOND, "S1", 6);
    let shortfall = refused(&app)["shortfall"].clone();
    assert_eq!(shortfall["doses"], 1, "{shortfall}");
    let vials = shortfall["vials"].as_array().unwrap();
    let mg: f64 = vials
        .iter()
        .map(|v| v["strength_mg"].as_f64().unwrap() * v["units"].as_f64().unwrap())
        .sum();
    assert!((mg - 400.0).abs() < 0.001, "{shortfall}");
    assert_eq!(shortfall["senders"], json!([]));
    let telephones: Vec<_> = shortfall["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["telephone"].clone())
        .collect();
    assert!(telephones.contains(&json!("01 47 61 47 61")), "{shortfall}");

    receive_as(&app, &token, NEIGHBOUR, "N1", 1);
    let senders = refused(&app)["shortfall"]["senders"].clone();
    let sent = json!([{ "cip13": MG400, "lot": "N1", "units": 1 }]);
    assert_eq!(
        senders,
        json!([{ "site": NEIGHBOUR, "name": "CH de la Marne", "complete": true, "vials": sent }])
    );

    // one vial above its reserve may leave
    receive_as(&app, &token, SECOND, "S1", 1);
    let senders = refused(&app)["shortfall"]["senders"].clone();
    let sites: Vec<_> = senders
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["site"].clone())
        .collect();
    assert_eq!(sites, [NEIGHBOUR, SECOND]);
}

fn a_no_go_names_the_delivery_with_which_it_would_be_a_go(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 4);
    let announce = |units: u32, day: &str| {
        let body = json!({ "cip13": MG400, "units": units, "expected_on": day });
        app.post(Role::Pharmacist, &at("/deliveries"), &body)
            .expect(201)["id"]
            .clone()
    };
    let late = announce(10, "2021-10-26");
    let second = announce(1, "2021-10-24");
    let first = announce(1, "2021-10-22");
    let shortfall = refused(&app)["shortfall"].clone();
    let listed: Vec<_> = shortfall["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["id"].clone())
        .collect();
    assert_eq!(listed, [first, second.clone()], "{shortfall}");
    assert!(!listed.contains(&late));
    assert_eq!(shortfall["go_with_delivery"], second);
}

/// The dose that is missing is another patient's, infused later than the one who is asked for.
fn a_vial_is_offered_when_it_lasts_as_long_as_the_dose_it_would_make(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "L1", "2022-06-30", 6);
    let late = app.go("late", 100_000, "2021-11-15");
    app.lose(MG400, "L1", 2);
    assert_eq!(app.standing(&late).1, "broken");
    // enough for the other until the day of the one who asks, not until the other's
    app.receive(CENTRE, MG400, "S1", "2021-11-15", 6);
    let receive = |lot: &str, expiry: &str| app.receive(NEIGHBOUR, MG400, lot, expiry, 2);
    let ask = || {
        let body = json!({ "pseudonym": "early", "weight_g": 100_000, "infusion_date": "2021-10-23", "hold": false });
        app.post(Role::CarTUnit, &at("/clearances"), &body)
            .expect(200)
    };
    receive("G1", "2021-11-20");
    let body = json!({ "cip13": MG400, "units": 2, "expected_on": "2021-10-22" });
    let delivery = app
        .post(Role::Pharmacist, &at("/deliveries"), &body)
        .expect(201);
    let shortfall = ask()["shortfall"].clone();
    assert_eq!(shortfall["doses"], 1, "{shortfall}");
    // in date until the asker's own day and no longer: of no use
    assert_eq!(shortfall["senders"], json!([]), "{shortfall}");
    // what is to come is taken to be fresh
    assert_eq!(shortfall["go_with_delivery"], delivery["id"], "{shortfall}");
    receive("G2", "2021-11-29");
    let senders = ask()["shortfall"]["senders"].clone();
    assert_eq!(senders[0]["complete"], true, "{senders}");
    assert_eq!(
        senders[0]["vials"],
        json!([{ "cip13": MG400, "lot": "G2", "units": 2 }])
    );
    // and what was said to do does
    app.receive(CENTRE, MG400, "G2", "2021-11-29", 2);
    assert_eq!(ask()["decision"], "GO");
}

fn a_no_go_asks_for_no_more_doses(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    app.go("cart-1", 100_000, "2021-10-25");
    assert_eq!(app.reserve(), (3, 3));
    let answer = app.ask("cart-2", 100_000, "2021-10-25").expect(201);
    assert_eq!(answer["decision"], "NO-GO");
    assert_eq!(app.reserve(), (3, 3));
    let patients = items(&app.see("/car-t-patients"));
    let states: Vec<_> = patients.iter().map(|p| p["state"].clone()).collect();
    assert_eq!(states, ["expected", "waiting"]);
    // asked again when there is enough, it is a GO
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 4);
    app.go("cart-2", 100_000, "2021-10-25");
    assert_eq!(app.reserve(), (6, 6));
    assert_eq!(items(&app.see("/car-t-patients")).len(), 2);
}

fn who_waits_after_a_no_go_is_corrected_and_cancelled(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    let answer = refused(&app);
    let id = answer["patient"].clone();
    let seen = || items(&app.see("/car-t-patients")).remove(0);
    let alerts = app.alerts("reserve-below-minimum").len();
    let body = json!({ "weight_g": 40_000, "infusion_date": "2021-10-27" });
    app.correct(&id, &body).expect(200);
    let patient = seen();
    assert_eq!(
        (&patient["weight_g"], &patient["infusion_date"]),
        (&json!(40_000), &json!("2021-10-27"))
    );
    // corrected, and still not cleared: nothing is required for them
    assert_eq!(patient["state"], "waiting");
    assert_eq!(app.alerts("reserve-below-minimum").len(), alerts);
    let stale = app.send(
        "PATCH",
        &at(&format!("/car-t-patients/{}", id.as_str().unwrap())),
        &[
            (
                "Authorization",
                &format!("Bearer {}", app.token(Role::CarTUnit)),
            ),
            ("If-Match", "\"v1\""),
        ],
        Some(br#"{"cancelled":true}"#),
    );
    assert_eq!(stale.status, 412, "{}", stale.text);

    app.correct(&id, &json!({ "cancelled": true })).expect(200);
    assert_eq!(seen()["state"], "cancelled");
    let again = app.correct(&id, &json!({ "weight_g": 41_000 }));
    assert_eq!(
        (again.status, &again.body["reason"]),
        (409, &json!("wrong-state")),
        "{}",
        again.text
    );
}

//! Requests repeat: a dispensing serves one and proposes the next.

use super::{asked, edit, filed, seen, trail, withdraw};
use crate::service::{App, spawn};
use crate::shelf::{faults, refused};
use crate::support::Backend;
use diesel::connection::SimpleConnection as _;
use dotation::app::{Caller, Error, file_request};
use dotation::db;
use dotation::domain::calendar::Day;
use dotation::domain::code::Cip13;
use dotation::domain::id::{PatientId, RequestId};
use dotation::domain::reason::Refusal;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    a_dispensing_serves_a_request_and_proposes_the_next
    what_does_not_repeat_proposes_nothing
    a_proposed_request_gives_way_to_one_that_is_filed
    a_proposed_request_is_edited_or_withdrawn
    the_day_follows_from_the_later_of_what_was_told_and_recorded
    what_no_longer_fits_its_rulebook_is_not_confirmed
    of_however_many_patients_the_last_dispensing_is_known
}

pub(super) fn command_line() -> Caller {
    Caller::at_the_machine("command-line", Role::Admin)
}

/// What a dispensing of the day does with a request; the id of the next, if one is proposed.
pub(super) fn given(app: &App, id: &str, on: &str) -> Result<Option<String>, Error> {
    let (id, on) = (RequestId::new(id), Day::parse(on).unwrap());
    app.run(async |service, now| {
        let work = service.write(command_line(), now, Vec::new(), move |act| {
            let request = db::requests::find(act.conn, &id)?.unwrap();
            let next = file_request::propose_next(act, &request, on)?;
            Ok(next.map(|next| next.id.to_string()))
        });
        work.await
    })
}

fn confirm(app: &App, id: &str) -> crate::service::Answer {
    app.post(
        Role::Prescriber,
        &format!("/requests/{id}/confirm"),
        &json!({}),
    )
}

fn a_dispensing_serves_a_request_and_proposes_the_next(backend: Backend) {
    let app = spawn(backend);
    let by_hand = json!({ "due": "2021-10-20", "due_reason": "flare" });
    let id = filed(&app, &by_hand);
    let next = given(&app, &id, "2021-10-20").unwrap().unwrap();
    let served = seen(&app, &id);
    assert_eq!(
        (&served["state"], &served["reason_en"]),
        (&json!("served"), &json!("Served: all of it was dispensed."))
    );
    assert!(served["ended_at"].is_string());
    let proposed = seen(&app, &next);
    for (field, value) in [
        ("state", json!("proposed")),
        ("follows", json!(id)),
        ("last_administration_on", json!("2021-10-20")),
        ("due", json!("2021-11-17")),
        ("due_by_hand", json!(false)),
        ("pseudonym", json!("p-1")),
        ("weight_g", json!(61_000)),
        ("alternatives_reason", json!("méthotrexate, infliximab")),
        ("version", json!(1)),
    ] {
        assert_eq!(proposed[field], value, "{field}");
    }
    assert!(
        proposed["reason_fr"]
            .as_str()
            .unwrap()
            .contains("confirmez-la")
    );
    assert!(
        matches!(given(&app, &id, "2021-10-20"), Err(Error::Refused(_))),
        "it was served"
    );
    assert!(
        given(&app, &next, "2021-10-20").is_err(),
        "nobody confirmed it"
    );

    let path = format!("/requests/{next}/confirm");
    let stale = app.post(Role::Prescriber, &path, &json!({ "version": 2 }));
    assert_eq!(stale.status, 412, "{}", stale.text);
    assert_eq!(confirm(&app, &next).expect(200)["state"], "open");
    refused(confirm(&app, &next), 409, "wrong-state");
    refused(confirm(&app, &id), 409, "wrong-state");
    let third = given(&app, &next, "2021-11-17").unwrap().unwrap();
    assert_eq!(seen(&app, &third)["due"], "2021-12-15");
    let lines = trail(
        &app,
        &["request.serve", "request.propose", "request.confirm"],
    );
    let said: Vec<_> = lines
        .iter()
        .filter(|l| l["outcome"] == "done")
        .map(|l| (l["action"].as_str().unwrap(), l["object"].as_str().unwrap()))
        .collect();
    assert_eq!(
        said,
        [
            ("request.serve", &*id),
            ("request.propose", &*next),
            ("request.confirm", &*next),
            ("request.serve", &*next),
            ("request.propose", &*third),
        ]
    );
    assert_eq!(lines[1]["details"], json!({ "follows": id }));
}

fn what_does_not_repeat_proposes_nothing(backend: Backend) {
    let app = spawn(backend);
    let crs = json!({ "indication": "crs", "interval_days": null });
    let start = json!({ "pseudonym": "p-2", "treatment": "initiation", "due": "2021-10-22", "last_administration_on": null });
    for changes in [crs, start] {
        let id = filed(&app, &changes);
        assert_eq!(given(&app, &id, "2021-10-20").unwrap(), None, "{changes}");
        assert_eq!(seen(&app, &id)["state"], "served");
    }
}

fn a_proposed_request_gives_way_to_one_that_is_filed(backend: Backend) {
    let app = spawn(backend);
    let first = filed(&app, &json!({}));
    let proposed = given(&app, &first, "2021-10-20").unwrap().unwrap();
    let anew = filed(
        &app,
        &json!({ "last_administration_on": "2021-10-20", "weight_g": 62_000 }),
    );
    let gone = seen(&app, &proposed);
    assert_eq!(
        (&gone["state"], &gone["reason_en"]),
        (
            &json!("withdrawn"),
            &json!("Withdrawn: a new request was filed in its place.")
        )
    );
    assert_eq!(seen(&app, &anew)["due"], "2021-11-17");
    let open = app
        .get(Role::Prescriber, "/requests?state=open")
        .expect(200);
    assert_eq!(open["items"].as_array().unwrap().len(), 1);
    // the proposal that gave way is not confirmed beside it
    refused(confirm(&app, &proposed), 409, "wrong-state");
}

fn a_proposed_request_is_edited_or_withdrawn(backend: Backend) {
    let app = spawn(backend);
    let first = filed(&app, &json!({}));
    let proposed = given(&app, &first, "2021-10-20").unwrap().unwrap();
    edit(&app, &proposed, &json!({ "interval_days": 21 })).expect(200);
    let now = seen(&app, &proposed);
    assert_eq!(
        (&now["state"], &now["due"]),
        (&json!("proposed"), &json!("2021-11-10"))
    );
    withdraw(&app, &proposed).expect(200);
    assert_eq!(seen(&app, &proposed)["state"], "withdrawn");
    filed(&app, &json!({}));
}

fn the_day_follows_from_the_later_of_what_was_told_and_recorded(backend: Backend) {
    use crate::service::{MG200, NEIGHBOUR, SYRINGE};
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG200, "B1", "2022-06-30", 4);
    app.receive(NEIGHBOUR, SYRINGE, "S1", "2022-06-30", 4);
    let dispense = |cip13: &str| {
        let body = json!({ "kind": "dispensing", "cip13": cip13, "units": 1, "patient": "p-1" });
        app.post(
            Role::Pharmacist,
            &format!("/sites/{NEIGHBOUR}/movements"),
            &body,
        )
    };
    // by another route: not that of the request
    dispense(SYRINGE).expect(201);
    let never = asked(&json!({ "site": NEIGHBOUR, "last_administration_on": null }));
    let unknown = app.post(Role::Prescriber, "/requests", &never);
    assert_eq!(faults(&unknown, 422), ["/last_administration_on"]);
    dispense(MG200).expect(201);
    let id = app.post(Role::Prescriber, "/requests", &never).expect(201);
    let id = id["id"].as_str().unwrap();
    assert_eq!(seen(&app, id)["due"], "2021-11-17");
    edit(&app, id, &json!({ "last_administration_on": "2021-09-24" })).expect(200);
    assert_eq!(seen(&app, id)["due"], "2021-11-17", "the ledger's is later");
}

fn what_no_longer_fits_its_rulebook_is_not_confirmed(backend: Backend) {
    let app = spawn(backend);
    let first = filed(&app, &json!({}));
    let proposed = given(&app, &first, "2021-10-20").unwrap().unwrap();
    // as when the rulebook allowed more on the day the first was filed
    app.database
        .conn()
        .batch_execute("UPDATE request_payload SET prescribed_ug = 9000000000")
        .unwrap();
    assert_eq!(faults(&confirm(&app, &proposed), 422), ["/prescribed_mg"]);
    let id = RequestId::new(&*proposed);
    let verb = app.run(async |service, now| {
        let work = service.write(command_line(), now, Vec::new(), move |act| {
            file_request::confirm(act, &id, None)
        });
        work.await
    });
    let fields = match verb {
        Err(Error::Refused(Refusal::UnfitRequest { fields })) => fields,
        other => panic!("{other:?}"),
    };
    assert_eq!(fields, ["prescribed_mg"]);
    assert_eq!(seen(&app, &proposed)["state"], "proposed");
    // what has ended is told that, whatever else
    refused(confirm(&app, &first), 409, "wrong-state");
    edit(&app, &proposed, &json!({ "prescribed_mg": null })).expect(200);
    assert_eq!(confirm(&app, &proposed).expect(200)["state"], "open");
}

fn of_however_many_patients_the_last_dispensing_is_known(backend: Backend) {
    use crate::service::{MG200, NEIGHBOUR};
    let app = spawn(backend);
    let id = filed(&app, &json!({ "site": NEIGHBOUR }));
    app.receive(NEIGHBOUR, MG200, "B1", "2022-06-30", 4);
    let body = json!({ "kind": "dispensing", "cip13": MG200, "units": 1, "patient": "p-1" });
    let path = format!("/sites/{NEIGHBOUR}/movements");
    app.post(Role::Pharmacist, &path, &body).expect(201);
    let patient = seen(&app, &id)["patient"].as_str().unwrap().to_owned();
    // more than an SQLite statement takes values
    let mut patients: Vec<_> = (0..40_000)
        .map(|n| PatientId::new(format!("nobody-{n}")))
        .collect();
    patients.push(PatientId::new(patient));
    let codes = [Cip13::parse(MG200).unwrap()];
    let given = db::requests::last_given(&mut app.database.conn(), &patients, &codes).unwrap();
    assert_eq!(given.len(), 1);
    assert_eq!(given[0].0, patients[40_000]);
}

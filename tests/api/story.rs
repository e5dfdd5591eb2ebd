//! What the stories of one centre say again and again.

use crate::service::{Answer, App, CENTRE};
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// An address at the centre.
pub(crate) fn at(rest: &str) -> String {
    format!("/sites/{CENTRE}{rest}")
}

/// The items of a list.
pub(crate) fn items(body: &Value) -> Vec<Value> {
    body["items"].as_array().unwrap().clone()
}

/// Whether a letter follows from time alone: of a site without anybody on its list, or an alert that
/// nobody acknowledged. They are told in `hearing`.
pub(crate) fn is_of_the_schedule(letter: &Value) -> bool {
    let subject = letter["subject"].as_str().unwrap();
    letter["event"] == "escalated"
        || subject.contains("sans destinataire joignable")
        || subject.contains("nobody can be written to")
}

impl App {
    /// What the pharmacist sees at the centre.
    #[track_caller]
    pub(crate) fn see(&self, rest: &str) -> Value {
        self.get(Role::Pharmacist, &at(rest)).expect(200)
    }

    /// Books a movement at the centre.
    pub(crate) fn book(&self, body: &Value) -> Answer {
        self.post(Role::Pharmacist, &at("/movements"), body)
    }

    /// Loses units of a lot at the centre.
    #[track_caller]
    pub(crate) fn lose(&self, cip13: &str, lot: &str, units: u32) -> Value {
        let body = json!({ "kind": "loss", "cip13": cip13, "lot": lot, "units": units, "reason": "breakage" });
        self.book(&body).expect(201)
    }

    /// Asks whether somebody may be infused at the centre.
    pub(crate) fn ask(&self, pseudonym: &str, weight_g: u32, infusion_date: &str) -> Answer {
        let body =
            json!({ "pseudonym": pseudonym, "weight_g": weight_g, "infusion_date": infusion_date });
        self.post(Role::CarTUnit, &at("/clearances"), &body)
    }

    /// Asks, and is told GO.
    #[track_caller]
    pub(crate) fn go(&self, pseudonym: &str, weight_g: u32, infusion_date: &str) -> Value {
        let answer = self.ask(pseudonym, weight_g, infusion_date).expect(201);
        assert_eq!(answer["decision"], "GO", "{answer}");
        answer
    }

    /// Does something to a clearance of the centre: `use`, `release`, `move`.
    pub(crate) fn clearance(&self, answer: &Value, verb: &str, body: &Value) -> Answer {
        let id = answer["id"].as_str().unwrap();
        self.post(
            Role::CarTUnit,
            &at(&format!("/clearances/{id}/{verb}")),
            body,
        )
    }

    /// Decision and state of a clearance, as it stands.
    #[track_caller]
    pub(crate) fn standing(&self, answer: &Value) -> (String, String) {
        let id = answer["id"].as_str().unwrap();
        let seen = self.see(&format!("/clearances/{id}"));
        let text = |name: &str| seen[name].as_str().unwrap().to_owned();
        (text("decision"), text("state"))
    }

    /// Doses possible and required at the centre.
    #[track_caller]
    pub(crate) fn reserve(&self) -> (u64, u64) {
        let seen = self.see("/reserve");
        (
            seen["possible"].as_u64().unwrap(),
            seen["required"].as_u64().unwrap(),
        )
    }

    /// What is held for a clearance: dose, lot and units.
    #[track_caller]
    pub(crate) fn held(&self, answer: &Value) -> Vec<(u64, String, u64)> {
        let mut rows: Vec<_> = items(&self.see("/holds"))
            .iter()
            .filter(|h| h["clearance"] == answer["id"])
            .map(|h| {
                let lot = h["lot"].as_str().unwrap().to_owned();
                (
                    h["dose"].as_u64().unwrap(),
                    lot,
                    h["units"].as_u64().unwrap(),
                )
            })
            .collect();
        rows.sort();
        rows
    }

    /// Usable and held units of a lot of the centre.
    #[track_caller]
    pub(crate) fn lot(&self, number: &str) -> (u64, u64) {
        let seen = self.see("/stock?empty=true");
        let lots = seen["presentations"].as_array().unwrap().iter();
        let lot = lots
            .flat_map(|p| p["lots"].as_array().unwrap())
            .find(|l| l["lot"] == number)
            .unwrap();
        (
            lot["usable"].as_u64().unwrap(),
            lot["held"].as_u64().unwrap(),
        )
    }

    /// Edits what has a version, as it stands now.
    #[track_caller]
    pub(crate) fn edit(&self, role: Role, method: &str, path: &str, body: &Value) -> Answer {
        let of_site = path.strip_suffix("/resupply");
        let of_site = of_site.or_else(|| path.strip_suffix("/look-ahead"));
        let seen = of_site.unwrap_or(path);
        let etag = self.get(role, seen).etag.unwrap();
        let bearer = format!("Bearer {}", self.token(role));
        let headers = [("Authorization", bearer.as_str()), ("If-Match", &etag)];
        self.send(method, path, &headers, Some(body.to_string().as_bytes()))
    }

    /// Corrects a patient of the centre.
    #[track_caller]
    pub(crate) fn correct(&self, patient: &Value, body: &Value) -> Answer {
        let path = at(&format!("/car-t-patients/{}", patient.as_str().unwrap()));
        self.edit(Role::Pharmacist, "PATCH", &path, body)
    }

    /// The alerts of a kind at the centre that are not closed.
    #[track_caller]
    pub(crate) fn alerts(&self, kind: &str) -> Vec<Value> {
        let all = items(&self.see("/alerts?open=true"));
        all.into_iter().filter(|a| a["kind"] == kind).collect()
    }

    /// The letters so far, the oldest first, when none waits any more: event, alert kind left out,
    /// and address.
    #[track_caller]
    pub(crate) fn heard(&self) -> Vec<(String, String)> {
        let until = Instant::now() + Duration::from_secs(20);
        while !items(&self.emails("?state=queued")).is_empty() {
            assert!(Instant::now() < until, "{}", self.emails("?state=queued"));
            std::thread::sleep(Duration::from_millis(10));
        }
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        let mut rows: Vec<_> = items(&self.emails("?limit=200"))
            .iter()
            .filter(|e| !is_of_the_schedule(e))
            .map(|e| (text(&e["event"]), text(&e["to_email"])))
            .collect();
        rows.reverse();
        rows
    }

    /// The letters as the API lists them, the latest first.
    #[track_caller]
    pub(crate) fn emails(&self, query: &str) -> Value {
        self.get(Role::Admin, &format!("/emails{query}"))
            .expect(200)
    }
}

//! The demonstration's network, planned, approved, sent and dispensed: by the command line and by the
//! API of the service beside it.

use crate::desk::{Desk, on_both};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// The demonstration, serving; it ends with the test.
pub(crate) struct Demo {
    child: Child,
    base: String,
    words: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Demo {
    pub(crate) fn begin(desk: &Desk) -> Self {
        let set = [
            ("DOTATION_LISTEN", "127.0.0.1:0"),
            ("DOTATION_LOG_FILTER", "error"),
        ];
        let mut command = desk.command(&["demo", "--database", &desk.database], &set);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut words = String::new();
        while !words.contains("Stop with Ctrl-C") {
            assert!(lines.read_line(&mut words).unwrap() > 0, "{words}");
        }
        let base = words
            .lines()
            .find_map(|l| l.trim().strip_prefix("API "))
            .unwrap();
        let base = base.trim().to_owned();
        Self { child, base, words }
    }

    /// What the API answers to a role.
    fn ask(&self, role: &str, path: &str, body: Option<&Value>) -> Value {
        let token = self
            .words
            .lines()
            .find_map(|l| l.trim().strip_prefix(role))
            .unwrap();
        let bearer = format!("Bearer {}", token.trim());
        let url = format!("{}{path}", self.base);
        let mut answer = match body {
            None => ureq::get(&url)
                .header("Authorization", &bearer)
                .call()
                .unwrap(),
            Some(body) => ureq::post(&url)
                .header("Authorization", &bearer)
                .header("Idempotency-Key", path)
                .header("Content-Type", "application/json")
                .send(body.to_string())
                .unwrap(),
        };
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    pub(crate) fn stop(mut self) {
        let kill = format!("kill -TERM {}", self.child.id());
        Command::new("/bin/sh")
            .args(["-c", &kill])
            .status()
            .unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

fn json_of(desk: &Desk, arguments: &[&str]) -> Value {
    desk.run(&[arguments, &["--format", "json"]].concat())
        .json()
}

/// The request of a pseudonym.
fn request(desk: &Desk, pseudonym: &str) -> Value {
    let all = json_of(desk, &["request", "list"]);
    let all = all.as_array().unwrap().clone();
    let of = |r: &Value| r["pseudonym"] == pseudonym && r["state"] != "proposed";
    all.into_iter().find(of).unwrap()
}

#[test]
fn the_demonstration_is_planned_approved_and_dispensed_by_either_door() {
    on_both(|desk| {
        let demo = Demo::begin(desk);
        by_the_command_line(desk);
        by_the_api(desk, &demo);
        demo.stop();
        // and without a service, a week later by the demonstration's clock, nothing is dated otherwise
        let plans = json_of(desk, &["plan", "list"]);
        assert!(
            plans
                .as_array()
                .unwrap()
                .iter()
                .all(|p| p["day"] == "2021-10-20"),
            "{plans}"
        );
    });
}

fn by_the_command_line(desk: &Desk) {
    let shown = json_of(desk, &["plan", "make", "--network", "ght-seine"]);
    assert_eq!(shown["binding"], false);
    let statuses = |status: &str| {
        let decisions = shown["plan"]["decisions"].as_array().unwrap();
        decisions.iter().filter(|d| d["status"] == status).count()
    };
    let counted = ["granted", "deferred", "blocked", "refused"].map(statuses);
    assert_eq!(counted, [8, 1, 1, 1], "{shown}");
    let kept = desk.run(&["plan", "make", "--network", "ght-seine", "--keep"]);
    assert!(kept.err.contains("The plan was kept as"), "{}", kept.err);
    let plans = json_of(desk, &["plan", "list"]);
    let id = plans[0]["id"].as_str().unwrap();
    let uveitis = request(desk, "UVE-044");
    let left_out = format!(
        "{}=waits for the ophthalmologist",
        uveitis["id"].as_str().unwrap()
    );
    let approved = json_of(desk, &["plan", "approve", id, "--leave-out", &left_out]);
    let states: Vec<&str> = approved["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["state"].as_str().unwrap())
        .collect();
    assert!(
        !states.contains(&"refused") && states.contains(&"left-out"),
        "{approved}"
    );
    // four syringes are where their patient is
    let still = request(desk, "STI-112");
    let gone = json_of(
        desk,
        &["dispense", "--request", still["id"].as_str().unwrap()],
    );
    assert_eq!(
        gone,
        json!([{ "site": "930100037", "seq": 3, "cip13": "3400927824845", "lot": "S3310", "units": 4 }])
    );
    assert_eq!(request(desk, "STI-112")["state"], "served");
    let again = desk.run(&["dispense", "--request", still["id"].as_str().unwrap()]);
    assert_eq!(again.status, 3, "{}", again.err);
    // what was kept follows from what it was made from
    desk.write("plan.json", &desk.run(&["plan", "show", id]).ok());
    desk.write("case.json", &desk.run(&["plan", "show", id, "--case"]).ok());
    desk.run(&["plan", "verify", "plan.json", "--case", "case.json"])
        .ok();
}

fn by_the_api(desk: &Desk, demo: &Demo) {
    let kept = demo.ask(
        "coordinator",
        "/plans",
        Some(&json!({ "network": "ght-seine", "keep": true })),
    );
    let id = kept["id"].as_str().unwrap();
    // what the command line approved is left out; who was left out is a claim again
    let uveitis = request(desk, "UVE-044");
    let path = format!("/plans/{id}/approve");
    let approved = demo.ask("coordinator", &path, Some(&json!({})));
    let lines = approved["lines"].as_array().unwrap();
    let line = lines
        .iter()
        .find(|l| l["request"] == uveitis["id"])
        .unwrap();
    assert_eq!(line["state"], "approved", "{approved}");
    let transfers = demo.ask("pharmacist", "/transfers?state=asked", None);
    let mut rows = transfers["items"].as_array().unwrap().iter();
    let sent = rows.find(|t| t["to"] == uveitis["site"]).unwrap();
    let step = |what: &str, body: &Value| {
        let path = format!("/transfers/{}/{what}", sent["id"].as_str().unwrap());
        demo.ask("pharmacist", &path, Some(body))
    };
    step(
        "accept",
        &json!({ "legal_basis": "ars-authorisation", "legal_reference": "2021-75-118" }),
    );
    step(
        "send",
        &json!({ "cold_chain": true, "fmd_state": "not-decommissioned" }),
    );
    let received = step("receive", &json!({ "cold_chain": true }));
    assert_eq!(received["transfer"]["state"], "received");
    let body = json!({ "kind": "dispensing", "request": uveitis["id"] });
    let movements = format!("/sites/{}/movements", uveitis["site"].as_str().unwrap());
    demo.ask("pharmacist", &movements, Some(&body));
    assert_eq!(request(desk, "UVE-044")["state"], "served");
}

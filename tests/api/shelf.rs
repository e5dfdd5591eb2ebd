//! What the stories about a shelf share: recording a movement, looking at what is there.

use crate::service::{Answer, App};
use dotation::domain::role::Role;
use serde_json::Value;

/// Records a movement as the pharmacist.
pub(crate) fn record(app: &App, site: &str, body: &Value) -> Answer {
    app.post(Role::Pharmacist, &format!("/sites/{site}/movements"), body)
}

/// The usable and quarantined units of a lot, all its expiries together.
pub(crate) fn units(app: &App, site: &str, cip13: &str, lot: &str) -> (u64, u64) {
    let stock = app
        .get(
            Role::Pharmacist,
            &format!("/sites/{site}/stock?cip13={cip13}"),
        )
        .expect(200);
    let lots = stock["presentations"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|p| p["lots"].as_array().unwrap())
        .filter(|l| l["lot"] == lot);
    lots.fold((0, 0), |(usable, apart), l| {
        (
            usable + l["usable"].as_u64().unwrap(),
            apart + l["quarantined"].as_u64().unwrap(),
        )
    })
}

/// The id of the first movement that was recorded.
pub(crate) fn id_of(recorded: &Value) -> String {
    recorded["movements"][0]["id"].as_str().unwrap().to_owned()
}

/// Checks a decided refusal: its status and the code of its reason.
#[track_caller]
pub(crate) fn refused(answer: Answer, status: u16, reason: &str) -> Value {
    assert_eq!(
        (answer.status, answer.body["reason"].as_str()),
        (status, Some(reason)),
        "{}",
        answer.text
    );
    answer.body
}

/// Checks that a request was not understood, and returns the places of its faults in their order.
#[track_caller]
pub(crate) fn faults(answer: &Answer, status: u16) -> Vec<String> {
    assert_eq!(answer.status, status, "{}", answer.text);
    let place = |fault: &Value| {
        ["pointer", "query", "header", "path"]
            .iter()
            .find_map(|name| fault[name].as_str())
            .unwrap_or("?")
            .to_owned()
    };
    answer.body["errors"]
        .as_array()
        .map(|all| all.iter().map(place).collect())
        .unwrap_or_default()
}

//! Where a request stands: what plans said of it, why, and what became of that.

use super::{edit, filed, seen, withdraw};
use crate::service::{App, CENTRE, spawn};
use crate::shelf::refused;
use crate::support::Backend;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use dotation::db::Conn;
use dotation::db::schema::{plan_lines, plan_payload, plans};
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    the_latest_plan_says_where_a_request_stands_and_why
    the_history_has_each_change_once_the_latest_first
    what_is_approved_is_not_edited_and_is_released_when_it_is_withdrawn
    of_an_erased_plan_the_standing_stays_without_its_sentence
}

/// A plan as far as a request's reader looks at it.
fn document(id: &str, reason: &str) -> String {
    json!({
        "as_of": "2021-10-20", "rulebook": "roactemra-2021-10-14", "case_sha256": "0".repeat(64),
        "decisions": [{ "id": "someone-else", "kind": "reserve", "reason": "not mine" },
                      { "id": id, "kind": "request", "reason": reason }],
        "transfers": []
    })
    .to_string()
}

macro_rules! run {
    ($conn:expr, $query:expr) => {
        match $conn {
            Conn::Postgres(conn) => $query.execute(conn).unwrap(),
            Conn::Sqlite(conn) => $query.execute(conn).unwrap(),
        }
    };
}

/// Keeps a plan with one line about a request.
pub(super) fn plan(
    app: &App,
    n: u32,
    hour: u32,
    request: &str,
    status: &str,
    rank: Option<i64>,
    state: Option<&str>,
) {
    let mut conn = app.database.conn();
    let plan = format!("plan-{n}");
    let at = |hour: u32| {
        chrono::NaiveDate::from_ymd_opt(2021, 10, 20)
            .unwrap()
            .and_hms_opt(hour, 0, 0)
            .unwrap()
    };
    run!(
        &mut conn,
        diesel::insert_into(plans::table).values((
            plans::id.eq(&plan),
            plans::network.eq("ght-001"),
            plans::day.eq(at(hour).date()),
            plans::rulebook.eq("roactemra-2021-10-14"),
            plans::rulebook_hash.eq("0".repeat(64)),
            plans::transfers.eq("network"),
            plans::case_sha256.eq("0".repeat(64)),
            plans::made_at.eq(at(hour)),
            plans::made_by.eq("x"),
            plans::version.eq(1_i64),
        ))
    );
    run!(
        &mut conn,
        diesel::insert_into(plan_payload::table).values((
            plan_payload::plan_id.eq(&plan),
            plan_payload::frozen.eq("{}"),
            plan_payload::answer_fr.eq(document(request, &format!("Motif {n}."))),
            plan_payload::answer_en.eq(document(request, &format!("Reason {n}."))),
        ))
    );
    run!(
        &mut conn,
        diesel::insert_into(plan_lines::table).values((
            plan_lines::id.eq(format!("line-{n}")),
            plan_lines::plan_id.eq(&plan),
            plan_lines::place.eq(0_i64),
            plan_lines::name.eq(request),
            plan_lines::kind.eq("request"),
            plan_lines::site.eq(CENTRE),
            (
                plan_lines::class.eq(rank.map(|_| "ongoing-no-alternative-vital")),
                plan_lines::rank.eq(rank)
            ),
            plan_lines::status.eq(status),
            plan_lines::reason_code.eq(format!("code-{n}")),
            plan_lines::above_reserve.eq(false),
            plan_lines::request_id.eq(request),
            plan_lines::request_version.eq(1_i64),
            plan_lines::state.eq(state),
            (
                plan_lines::why.eq(None::<String>),
                plan_lines::decided_at.eq(state.map(|_| at(hour + 1)))
            ),
        ))
    );
}

fn the_latest_plan_says_where_a_request_stands_and_why(backend: Backend) {
    let app = spawn(backend);
    let (id, other) = (
        filed(&app, &json!({})),
        filed(&app, &json!({ "pseudonym": "p-2" })),
    );
    plan(&app, 1, 7, &id, "deferred", Some(5), None);
    plan(&app, 2, 8, &id, "granted", Some(3), Some("planned"));
    let request = seen(&app, &id);
    assert_eq!(
        (&request["reason_fr"], &request["reason_en"]),
        (&json!("Motif 2."), &json!("Reason 2."))
    );
    assert_eq!(
        request["standing"],
        json!({ "plan": "plan-2", "day": "2021-10-20", "made_at": "2021-10-20T08:00:00Z", "request_version": 1,
                "class": "ongoing-no-alternative-vital", "rank": 3, "status": "granted", "reason_code": "code-2",
                "state": "planned", "why": null })
    );
    let listed = app.get(Role::Prescriber, "/requests").expect(200);
    assert_eq!(listed["items"][0], request);
    assert_eq!(listed["items"][1]["id"], other.as_str());
    assert_eq!(
        (
            &listed["items"][1]["standing"],
            &listed["items"][1]["history"]
        ),
        (&Value::Null, &json!([]))
    );
    // once it has ended, its end is what is told
    withdraw(&app, &id).expect(200);
    let ended = seen(&app, &id);
    assert_eq!(ended["reason_en"], "Withdrawn: remission.");
    assert_eq!(ended["standing"]["rank"], 3);
}

fn the_history_has_each_change_once_the_latest_first(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    plan(&app, 1, 7, &id, "deferred", Some(5), None);
    plan(&app, 2, 8, &id, "deferred", Some(5), None);
    plan(&app, 3, 9, &id, "deferred", Some(4), None);
    plan(&app, 4, 10, &id, "granted", Some(4), Some("expired"));
    plan(&app, 5, 12, &id, "out-of-horizon", None, None);
    app.database
        .conn()
        .batch_execute("UPDATE plan_lines SET reason_code = 'same'")
        .unwrap();
    let history = seen(&app, &id)["history"].clone();
    let rows: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|t| {
            let text = |f: &str| t[f].as_str().unwrap_or("-").to_owned();
            (
                text("at"),
                text("plan"),
                t["rank"].as_u64(),
                text("status"),
                text("state"),
            )
        })
        .collect();
    let row = |at: &str, plan: &str, rank, status: &str, state: &str| {
        (
            format!("2021-10-20T{at}:00:00Z"),
            plan.to_owned(),
            rank,
            status.to_owned(),
            state.to_owned(),
        )
    };
    assert_eq!(
        rows,
        [
            row("12", "plan-5", None, "out-of-horizon", "-"),
            row("11", "plan-4", Some(4), "granted", "expired"),
            row("10", "plan-4", Some(4), "granted", "planned"),
            row("09", "plan-3", Some(4), "deferred", "-"),
            row("07", "plan-1", Some(5), "deferred", "-"),
        ]
    );
}

fn what_is_approved_is_not_edited_and_is_released_when_it_is_withdrawn(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    plan(&app, 1, 7, &id, "granted", Some(1), Some("approved"));
    let said = refused(
        edit(&app, &id, &json!({ "risk": "none" })),
        409,
        "wrong-state",
    );
    let detail = said["detail"].as_str().unwrap();
    assert!(
        detail.contains("plan approuvé lui réserve des unités"),
        "{detail}"
    );
    withdraw(&app, &id).expect(200);
    let withdrawn = seen(&app, &id);
    assert_eq!(withdrawn["state"], "withdrawn");
    assert_eq!(withdrawn["standing"]["state"], "released");
    let other = filed(&app, &json!({}));
    plan(&app, 2, 8, &other, "granted", Some(1), Some("expired"));
    edit(&app, &other, &json!({ "risk": "none" })).expect(200);
}

fn of_an_erased_plan_the_standing_stays_without_its_sentence(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    plan(&app, 1, 7, &id, "deferred", Some(5), None);
    app.database
        .conn()
        .batch_execute("DELETE FROM plan_payload")
        .unwrap();
    let request = seen(&app, &id);
    assert_eq!(request["standing"]["status"], "deferred");
    assert_eq!(
        request["reason_en"],
        "Planned; the plan's sentence was erased."
    );
}

//! Plans as they are written, and what is found when they are read back.

use dotation::domain::language::Language;
use dotation::domain::plan::plan;
use dotation::domain::rule::{Rulebook, Slug};
use dotation::hands;
use dotation::rulebook::Rulebooks;
use dotation::text::plan::Made;
use dotation::wire::plan::{Document, Line, Verified, What, difference, verify, write};
use dotation::wire::plan_case::read;
use serde_json::Value;
use std::path::Path;

fn file(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plan");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The plan of a case, in a language.
fn planned(case: &str, language: Language) -> String {
    let books = Rulebooks::built_in().unwrap();
    let all: Vec<&Rulebook> = books.iter().collect();
    let read = read(case.as_bytes(), &all).unwrap();
    let of = |name: &Slug| books.get(name);
    let made = Made {
        case: &read.case,
        book: read.book,
        of: &of,
    };
    write(&plan(&read.case, read.book, &of), &made, language)
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_worked_example_is_answered_as_it_is_described() {
    let text = planned(&file("worked-case.json"), Language::En);
    insta::assert_snapshot!(text);
    let mut ours = value(&text);
    let top = ours.as_object_mut().unwrap();
    top.remove("rulebook_sha256").unwrap();
    top.remove("rulebook_in_force").unwrap();
    for decision in top["decisions"].as_array_mut().unwrap() {
        for own in ["reason", "reason_code", "change"] {
            decision.as_object_mut().unwrap().remove(own).unwrap();
        }
    }
    assert_eq!(ours, value(&file("worked-want.json")));
}

#[test]
fn every_example_is_answered_as_wanted() {
    for n in 1..=20 {
        let ours = value(&planned(&file(&format!("{n:02}-case.json")), Language::Fr));
        let want = value(&file(&format!("{n:02}-want.json")));
        assert_eq!(ours["case_sha256"], want["case_sha256"], "{n}");
        let part = |plan: &Value| -> Vec<String> {
            let rows = plan["decisions"].as_array().unwrap().iter();
            rows.map(|d| {
                let keys = ["kind", "id", "status", "rank", "class"];
                keys.map(|key| d[key].to_string()).join(" ")
            })
            .collect()
        };
        assert_eq!(part(&ours), part(&want), "{n}");
        let of = |plan: &Value, path: &str| plan.pointer(path).unwrap().clone();
        for figure in ["crs", "reserves", "all"] {
            let path = format!("/totals/moved_units/{figure}");
            assert_eq!(
                of(&ours, &format!("{path}/value")),
                want["totals"]["moved_units"][figure],
                "{n} {figure}"
            );
            assert_eq!(
                of(&ours, &format!("{path}/lower_bound")),
                want["totals"]["moved_units"][figure]
            );
        }
        assert_eq!(
            of(&ours, "/totals/wasted_mg/value"),
            want["totals"]["wasted_mg"],
            "{n}"
        );
    }
}

/// What does not hold of a plan of example 1 that was changed.
fn found(change: impl FnOnce(&mut Value)) -> Verified {
    let case = file("01-case.json");
    let derived = Language::ALL.map(|language| planned(&case, language));
    let mut given = value(&derived[1]);
    change(&mut given);
    let given = given.to_string();
    let documents = derived
        .each_ref()
        .map(|d| Document::read(d.as_bytes()).unwrap());
    verify(&Document::read(given.as_bytes()).unwrap(), &documents)
}

#[test]
fn a_plan_holds_in_either_language_and_without_what_others_need_not_write() {
    assert!(found(|_| {}).holds());
    assert!(
        found(|plan| {
            plan.as_object_mut()
                .unwrap()
                .remove("rulebook_sha256")
                .unwrap();
            let decision = plan["decisions"][0].as_object_mut().unwrap();
            decision.remove("change").unwrap();
        })
        .holds()
    );
}

#[test]
fn every_tampering_is_found_on_its_line() {
    let on = |place: usize, change: fn(&mut Value)| {
        let verified = found(|plan| change(&mut plan["decisions"][place]));
        assert!(verified.whole.is_empty(), "{:?}", verified.whole);
        let lines = verified
            .lines
            .into_iter()
            .filter(|l| !l.mismatches.is_empty());
        let lines: Vec<Line> = lines.collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let mismatch = &lines[0].mismatches[0];
        let side = |s: &Option<String>| s.clone().unwrap_or_default();
        format!(
            "{} {} -> {}",
            mismatch.field,
            side(&mismatch.given),
            side(&mismatch.derived)
        )
    };
    let status = on(15, |d| d["status"] = "granted".into());
    assert_eq!(status, "status \"granted\" -> \"deferred\"");
    let rank = on(0, |d| d["rank"] = 2.into());
    assert_eq!(rank, "rank 2 -> 1");
    let lot = on(0, |d| d["doses"][0]["units"][0]["lot"] = "X".into());
    assert!(lot.starts_with("doses "), "{lot}");
    let sentence = on(0, |d| d["reason"] = "Because.".into());
    assert!(sentence.starts_with("reason \"Because.\""), "{sentence}");
    let more = on(0, |d| d["note"] = 1.into());
    assert_eq!(more, "note 1 -> ");
}

#[test]
fn lines_that_are_missing_too_many_or_in_another_order_are_found() {
    let missing = found(|plan| drop(plan["decisions"].as_array_mut().unwrap().remove(3)));
    assert!(!missing.holds());
    assert!(missing.lines[3].mismatches[0].given.is_none());
    let more = found(|plan| {
        let mut copy = plan["decisions"][0].clone();
        copy["id"] = "stranger".into();
        plan["decisions"].as_array_mut().unwrap().push(copy);
    });
    assert_eq!(more.lines.last().unwrap().id, "stranger");
    assert!(more.lines.last().unwrap().mismatches[0].derived.is_none());
    let order = found(|plan| plan["decisions"].as_array_mut().unwrap().swap(0, 1));
    assert_eq!(order.whole[0].field, "decisions");
    let total = found(|plan| plan["totals"]["granted"] = 99.into());
    assert_eq!(total.whole[0].field, "totals");
}

#[test]
fn what_is_no_plan_is_refused_with_its_place() {
    let faults = |text: &str| Document::read(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(faults("7"), "the case: found 7, expected a plan: an object");
    let found = faults(
        "{\"as_of\": 1, \"rulebook\": \"r\", \"decisions\": [{\"id\": \"a\"}], \"transfers\": []}",
    );
    assert_eq!(
        found,
        "/as_of: found 1, expected a text\n\
         /case_sha256: is missing, expected a text\n\
         /decisions/0: found an object, expected a decision with kind and id"
    );
}

#[test]
fn a_difference_says_who_gained_who_lost_and_why() {
    let case = file("01-case.json");
    let more = {
        let mut case = value(&case);
        for row in case["stock"].as_array_mut().unwrap() {
            row["units"] = 50.into();
        }
        case["requests"]
            .as_array_mut()
            .unwrap()
            .retain(|r| r["id"] != "req-00010");
        case.to_string()
    };
    let [before, after] = [&case, &more].map(|case| planned(case, Language::En));
    let [before, after] = [&before, &after].map(|plan| Document::read(plan.as_bytes()).unwrap());
    let changed = difference(&before, &after);
    let of = |id: &str| {
        let change = changed.changes.iter().find(|c| c.key.1 == id);
        change.map(|c| (c.what, c.reason().to_owned()))
    };
    assert_eq!(of("req-00010").map(|c| c.0), Some(What::Removed));
    let (what, why) = of("req-00009").unwrap();
    assert_eq!(what, What::Gained);
    assert!(why.starts_with("Granted: "), "{why}");
    let json = value(&changed.to_json());
    assert_eq!(json["same"], false);
    assert_eq!(
        json["changes"].as_array().unwrap().len(),
        changed.changes.len()
    );
    let same = difference(&before, &before);
    assert!(same.is_empty() && same.rank_only == 0);
    assert_eq!(value(&same.to_json())["same"], true);
}

/// A case of twelve networks and twelve hundred requests, as its generator would write it.
fn large() -> String {
    let place = |n: usize| format!("site-{:02}", n % 36);
    let sites = (0..36).map(|n| {
        serde_json::json!({"id": place(n), "network": format!("net-{}", n % 12), "car_t": n % 9 == 0,
            "resupply": "assured"})
    });
    let cips = ["3400957464318", "3400957464486", "3400957464547"];
    let stock = (0..180).map(|n| {
        serde_json::json!({"site": place(n * 5), "cip13": cips[n % 3], "lot": format!("L{n}"),
            "expiry": format!("2021-11-{:02}", 1 + n % 28), "units": 3 + n % 7})
    });
    let requests = (0..1_200).map(|n| {
        let (of, risk) = (
            ["takayasu", "uveitis", "crs"][n % 3],
            ["vital", "functional"][n % 2],
        );
        let due = if of == "crs" { 20 } else { 20 + n % 11 };
        serde_json::json!({"id": format!("req-{n:04}"), "site": place(n * 7), "indication": of,
            "route": "iv", "treatment": "ongoing", "alternatives": "none", "risk": risk,
            "age_years": 40, "weight_g": 30_000 + n * 53, "due": format!("2021-10-{due}"),
            "anc_per_mm3": 3_000})
    });
    serde_json::json!({
        "as_of": "2021-10-20", "horizon_days": 28, "rulebook": "roactemra-2021-10-14",
        "transfers": "network", "lottery_seed": "large", "car_t_patients": [],
        "sites": sites.collect::<Vec<_>>(), "stock": stock.collect::<Vec<_>>(),
        "requests": requests.collect::<Vec<_>>(),
    })
    .to_string()
}

#[test]
fn many_hands_make_the_plan_of_one() {
    let case = large();
    let books = Rulebooks::built_in().unwrap();
    let all: Vec<&Rulebook> = books.iter().collect();
    let read = read(case.as_bytes(), &all).unwrap();
    let of = |name: &Slug| books.get(name);
    let by_one = plan(&read.case, read.book, &of);
    assert!(hands::plan(&read.case, read.book, &of) == by_one);
    assert!(by_one.totals.granted > 100 && by_one.totals.deferred > 100);

    // it is written in several pieces
    let text = planned(&case, Language::En);
    let written = value(&text);
    let rows = written["decisions"].as_array().unwrap().iter();
    let ids: Vec<&str> = rows.map(|row| row["id"].as_str().unwrap()).collect();
    let ours = by_one.decisions.iter().map(|decision| decision.id.as_str());
    assert_eq!(ids, ours.collect::<Vec<_>>());
    assert_eq!(
        text.lines()
            .filter(|l| l.starts_with("    {\"id\": "))
            .count(),
        ids.len()
    );
    assert_eq!(text, planned(&case, Language::En));
}

#[test]
fn a_search_never_trades_what_is_known_for_something_dearer() {
    let request = |id: &str, site: &str, what: &str, due: &str, mg: f64| {
        serde_json::json!({"id": id, "site": site, "indication": what, "route": "iv",
            "treatment": "ongoing", "alternatives": "none", "risk": "vital", "age_years": 20,
            "weight_g": 61_000, "due": due, "prescribed_mg": mg, "anc_per_mm3": 5_000})
    };
    let row = |site: &str, cip13: &str, expiry: &str, units: u32| serde_json::json!({"site": site, "cip13": cip13, "lot": "L", "expiry": expiry, "units": units});
    let site = |id: &str| serde_json::json!({"id": id, "network": "n", "car_t": false, "resupply": "assured"});
    let case = serde_json::json!({
        "as_of": "2021-10-20", "horizon_days": 28, "rulebook": "roactemra-2021-10-14",
        "transfers": "network", "lottery_seed": "x", "sites": [site("A"), site("B")],
        "stock": [row("A", "3400957464486", "2021-11-01", 2),
                  row("B", "3400957464486", "2021-10-20", 1),
                  row("B", "3400957464547", "2021-10-20", 2)],
        "car_t_patients": [],
        "requests": [request("r-1", "A", "crs", "2021-10-20", 480.8),
                     request("r-2", "B", "takayasu", "2021-10-21", 200.001)],
    });
    let plan = value(&planned(&case.to_string(), Language::En));
    // 400 and 200 mg of B for A, twice 200 mg of A for B: 119.2 and 199.999 mg too many
    let totals = &plan["totals"];
    assert_eq!(totals["moved_units"]["all"]["value"], 4);
    assert_eq!(
        totals["wasted_mg"],
        serde_json::json!({"value": 319.199, "lower_bound": 319.199})
    );
}

/// Small pools with far more than they need: every figure is proved, though no site lacks anything.
#[test]
fn a_small_pool_with_plenty_is_proved_to_its_last_milligram() {
    let cips = ["3400957464318", "3400957464486", "3400957464547"];
    let site = |n: usize| serde_json::json!({"id": format!("s-{n}"), "network": "n", "car_t": n == 0, "resupply": "assured"});
    let stock = (0..36).map(|n| {
        serde_json::json!({"site": format!("s-{}", n % 6), "cip13": cips[n % 3], "lot": format!("L{n}"),
            "expiry": format!("2021-1{}-{:02}", 1 + n % 2, 1 + n % 28), "units": 20 + n})
    });
    let of = |n: usize| ["takayasu", "uveitis"][n % 2];
    let requests = (0..36).map(|n| {
        serde_json::json!({"id": format!("r-{n:02}"), "site": format!("s-{}", n * 5 % 6),
            "indication": of(n), "route": "iv", "treatment": "ongoing",
            "alternatives": "none", "risk": "vital", "age_years": 40, "weight_g": 41_000 + n * 1_373,
            "due": format!("2021-10-{}", 20 + n % 9), "anc_per_mm3": 3_000})
    });
    let case = serde_json::json!({
        "as_of": "2021-10-20", "horizon_days": 28, "rulebook": "roactemra-2021-10-14",
        "transfers": "network", "lottery_seed": "plenty", "car_t_patients": [],
        "sites": (0..6).map(site).collect::<Vec<_>>(), "stock": stock.collect::<Vec<_>>(),
        "requests": requests.collect::<Vec<_>>(),
    });
    let plan = value(&planned(&case.to_string(), Language::En));
    let totals = &plan["totals"];
    assert_eq!(
        (&totals["granted"], &totals["deferred"]),
        (&38.into(), &0.into())
    );
    for figure in ["crs", "reserves", "all"] {
        let figure = &totals["moved_units"][figure];
        assert_eq!(figure["value"], figure["lower_bound"], "{totals}");
    }
    assert_eq!(
        totals["wasted_mg"]["value"],
        totals["wasted_mg"]["lower_bound"]
    );
}

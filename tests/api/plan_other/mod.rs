//! Another medicine, by an invented rulebook: other classes in another order, another reserve, other
//! vials, other words. Planned through the reading of cases, and compared with trying everything.

mod tried;

use dotation::domain::language::Language;
use dotation::domain::plan::plan;
use dotation::domain::rule::{Rulebook, Slug};
use dotation::rulebook::Rulebooks;
use dotation::text::plan::Made;
use dotation::wire::plan::write;
use dotation::wire::plan_case::read;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;

const SMALL: &str = "3400900000006";
const LARGE: &str = "3400900000013";

fn books() -> Rulebooks {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rulebooks");
    Rulebooks::load(Some(&folder)).unwrap()
}

/// The plan of a case, or what is wrong with the case.
fn planned(books: &Rulebooks, case: &Value) -> Result<Value, String> {
    let all: Vec<&Rulebook> = books.iter().collect();
    let read = read(case.to_string().as_bytes(), &all).map_err(|faults| faults.to_string())?;
    let of = |name: &Slug| books.get(name);
    let made = Made {
        case: &read.case,
        book: read.book,
        of: &of,
    };
    let text = write(&plan(&read.case, read.book, &of), &made, Language::En);
    Ok(serde_json::from_str(&text).unwrap())
}

fn case(stock: &[Value], patients: &[Value], requests: &[Value]) -> Value {
    json!({
        "as_of": "2031-06-10", "horizon_days": 14, "rulebook": "fabulin-2031-05-02",
        "transfers": "network", "lottery_seed": "x",
        "sites": [
            {"id": "C", "network": "n", "car_t": true, "resupply": "assured", "reference_dose_mg": 200},
            {"id": "P", "network": "n", "car_t": false, "resupply": "compromised"},
        ],
        "stock": stock, "car_t_patients": patients, "requests": requests,
    })
}

fn row(site: &str, cip13: &str, expiry: &str, units: u32) -> Value {
    json!({"site": site, "cip13": cip13, "lot": format!("L{expiry}"), "expiry": expiry, "units": units})
}

fn patient(id: &str, weight_g: u32, infusion: &str, given: u32) -> Value {
    json!({"id": id, "site": "C", "weight_g": weight_g, "infusion_date": infusion, "doses_given": given})
}

/// A request of `site`: indication and treatment, weight, day, count.
fn request(id: &str, site: &str, what: (&str, &str), weight_g: u32, due: &str, anc: u32) -> Value {
    json!({"id": id, "site": site, "indication": what.0, "route": "iv", "treatment": what.1,
           "alternatives": "none", "risk": "vital", "age_years": 30, "weight_g": weight_g,
           "due": due, "anc_per_mm3": anc})
}

/// Each decision in a line: its rank, id, class and status, the needs of its doses.
fn lines(plan: &Value) -> Vec<String> {
    let decisions = plan["decisions"].as_array().unwrap().iter();
    decisions
        .map(|d| {
            let needs = d["doses"].as_array().unwrap().iter();
            let needs: Vec<String> = needs.map(|dose| dose["need_mg"].to_string()).collect();
            let class = d["class"].as_str().unwrap_or("-");
            let (id, status) = (d["id"].as_str().unwrap(), d["status"].as_str().unwrap());
            format!("{} {id} {class} {status} [{}]", d["rank"], needs.join(" "))
        })
        .collect()
}

#[test]
fn its_own_classes_stand_in_its_own_order_with_its_own_doses() {
    let (fever, storm) = (("fever", "initiation"), ("storm", "initiation"));
    let case = case(
        &[
            row("C", SMALL, "2032-01-01", 4),
            row("C", LARGE, "2032-01-01", 6),
        ],
        &[
            // infused: the rulebook has no class for what stays reserved then
            patient("infused", 60_000, "2031-06-02", 0),
            // 30 kg at 5 mg/kg; the site is assured: one dose
            patient("planned", 30_000, "2031-06-12", 0),
        ],
        &[
            // 90 kg at 3 mg/kg is 270 mg, and no more than 240 are given
            request("starts", "P", fever, 90_000, "2031-06-11", 4_000),
            request("storms", "C", storm, 70_000, "2031-06-10", 100),
            request(
                "goes-on",
                "P",
                ("fever", "ongoing"),
                40_000,
                "2031-06-10",
                750,
            ),
            request(
                "stops",
                "P",
                ("fever", "ongoing"),
                40_000,
                "2031-06-10",
                749,
            ),
        ],
    );
    let plan = planned(&books(), &case).unwrap();
    assert_eq!(
        lines(&plan),
        [
            "1 starts starts granted [240.0]",
            "2 storms storms granted [300.0]",
            "3 planned kept granted [150.0]",
            "4 goes-on listed granted [120.0]",
            "null stops - blocked []",
        ]
    );
    // 240 mg of two large vials go to P, and 120 mg of one; 300 mg of the storm are a large vial and
    // four small ones or two and two
    assert_eq!(plan["totals"]["moved_units"]["crs"]["value"], 0);
    assert_eq!(plan["totals"]["moved_units"]["all"]["value"], 3);
}

#[test]
fn its_floor_asks_for_one_dose_of_the_sites_own_size() {
    let floor = |patients: &[Value]| {
        let case = case(&[row("C", LARGE, "2031-06-20", 9)], patients, &[]);
        lines(&planned(&books(), &case).unwrap())
    };
    // D + 10 is the last day of the lot
    assert_eq!(floor(&[]), ["1 C/1 floor granted [200.0]"]);
    let scheduled = patient("p", 20_000, "2031-06-10", 0);
    // infused on the day of the plan: no class takes it, so the floor stands for it
    assert_eq!(floor(&[scheduled]), ["1 C/1 floor granted [200.0]"]);
    // after the infusion on the 11th the window ends when the lot has expired
    let late = patient("p", 20_000, "2031-06-11", 0);
    assert_eq!(
        floor(&[late]),
        ["1 p kept deferred []", "2 C/1 floor granted [200.0]"]
    );
}

#[test]
fn its_words_are_its_own_and_the_letters_are_not() {
    let fault = |change: &str, to: Value| {
        let mut case = case(
            &[row("C", SMALL, "2032-01-01", 4)],
            &[],
            &[request(
                "r",
                "P",
                ("fever", "ongoing"),
                40_000,
                "2031-06-10",
                5_000,
            )],
        );
        *case.pointer_mut(change).unwrap() = to;
        planned(&books(), &case).unwrap_err()
    };
    assert_eq!(
        fault("/requests/0/indication", "crs".into()),
        "/requests/0/indication: found \"crs\", expected one of storm, fever, cough"
    );
    assert_eq!(
        fault("/requests/0/route", "sc".into()),
        "/requests/0/route: found \"sc\", expected one of iv"
    );
    assert_eq!(
        fault("/stock/0/cip13", "3400957464547".into()),
        "/stock/0/cip13: found \"3400957464547\", expected the CIP13 of a presentation: \
         3400900000006, 3400900000013"
    );
    assert_eq!(
        fault("/sites/0/reference_dose_mg", 301.into()),
        "/sites/0/reference_dose_mg: found 301, expected a whole number from 50 to 300"
    );
    let mut over = request(
        "r",
        "C",
        ("storm", "initiation"),
        40_000,
        "2031-06-11",
        5_000,
    );
    over["prescribed_mg"] = json!(300.001);
    let wrong = planned(&books(), &case(&[], &[], &[over])).unwrap_err();
    assert_eq!(
        wrong.lines().collect::<Vec<_>>(),
        [
            "/requests/0/due: found \"2031-06-11\", expected 2031-06-10 or before: storm is treated now",
            "/requests/0/prescribed_mg: found 300.001, expected a number of milligrams above 0 and \
             at most 300 mg, of three decimals at most",
        ]
    );
}

fn any_row() -> impl Strategy<Value = Value> {
    let site = prop_oneof![Just("C"), Just("P"), Just("Q")];
    let expiry = prop_oneof![
        Just("2031-06-10"),
        Just("2031-06-14"),
        Just("2031-06-20"),
        Just("2032-01-01")
    ];
    (site, any::<bool>(), expiry, 1..4_u32).prop_map(|(site, small, expiry, units)| {
        row(site, if small { SMALL } else { LARGE }, expiry, units)
    })
}

fn any_request(place: usize) -> impl Strategy<Value = Value> {
    let site = prop_oneof![Just("C"), Just("P"), Just("Q")];
    let what = prop_oneof![Just("storm"), Just("fever"), Just("cough")];
    let size = (10_000..100_000_u32, prop::option::of(1..240_000_u32));
    let how = (
        any::<bool>(),
        any::<bool>(),
        1..12_u32,
        any::<bool>(),
        8..26_u32,
        0..4_usize,
    );
    (site, what, size, how).prop_map(move |(site, what, (weight_g, ug), how)| {
        let (ongoing, vital, age, approved, day, anc) = how;
        let day = if what == "storm" { day.min(10) } else { day };
        let anc = [None, Some(749), Some(750), Some(3_000)][anc];
        let mut request = json!({
            "id": format!("r{place}"), "site": site, "indication": what, "route": "iv",
            "treatment": if ongoing { "ongoing" } else { "initiation" },
            "alternatives": "none", "risk": if vital { "vital" } else { "none" },
            "age_years": age, "weight_g": weight_g, "due": format!("2031-06-{day:02}"),
            "approved_exception": approved && age % 3 == 0,
            "anc_per_mm3": anc,
        });
        if let Some(ug) = ug {
            let mg = format!("{}.{:03}", ug / 1_000, ug % 1_000);
            request["prescribed_mg"] = serde_json::from_str(&mg).unwrap();
        }
        if what == "storm" && approved {
            request["car_t_patient"] = "p0".into();
        }
        request
    })
}

fn any_case() -> impl Strategy<Value = Value> {
    let patient = |place: usize| {
        (10_000..70_000_u32, 1..26_u32, 0..4_u32).prop_map(move |(weight_g, day, given)| {
            patient(
                &format!("p{place}"),
                weight_g,
                &format!("2031-06-{day:02}"),
                given,
            )
        })
    };
    (
        prop::collection::vec(any_row(), 0..5),
        (patient(0), patient(1)),
        (
            any_request(0),
            any_request(1),
            any_request(2),
            any_request(3),
        ),
        prop_oneof![Just("none"), Just("network"), Just("all")],
        (any::<bool>(), 0..=20_u32, 0..99_u32),
    )
        .prop_map(
            |(stock, patients, requests, transfers, (assured, pct, seed))| {
                let mut case = case(
                    &stock,
                    &[patients.0, patients.1],
                    &[requests.0, requests.1, requests.2, requests.3],
                );
                case["transfers"] = transfers.into();
                case["lottery_seed"] = format!("{seed}").into();
                case["dose_rounding_down_pct"] = (pct / 2 * (pct % 2)).into();
                case["sites"][0]["resupply"] =
                    if assured { "assured" } else { "compromised" }.into();
                let far =
                    json!({"id": "Q", "network": "m", "car_t": true, "resupply": "compromised"});
                case["sites"].as_array_mut().unwrap().push(far);
                case
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 100 } else { 5_000 }))]

    #[test]
    fn a_small_case_of_another_medicine_is_planned_as_by_trying_everything(case in any_case()) {
        let plan = planned(&books(), &case).map_err(TestCaseError::fail)?;
        let ours: Vec<String> = lines(&plan).iter().map(|line| {
            line.split(" [").next().unwrap_or_default().to_owned()
        }).collect();
        let (tried, [crs, reserves, all, wasted_ug]) = tried::plan(&case);
        prop_assert_eq!(ours, tried, "{}", &case);
        let totals = &plan["totals"];
        for (figure, least) in [("crs", crs), ("reserves", reserves), ("all", all)] {
            prop_assert_eq!(&totals["moved_units"][figure]["value"], least, "{} {}", figure, &case);
        }
        let wasted = tried::micrograms(&totals["wasted_mg"]["value"]);
        prop_assert_eq!(wasted, wasted_ug, "{}", &case);
    }
}

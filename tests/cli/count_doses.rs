//! `dotation doses`: exact answers, and refusals that say what was expected.

use crate::desk::Desk;

fn doses(arguments: &str) -> crate::desk::Done {
    let all: Vec<&str> = std::iter::once("doses")
        .chain(arguments.split(' '))
        .collect();
    Desk::new().run(&all)
}

fn check(arguments: &str, expected: &str) {
    assert_eq!(doses(arguments).ok(), expected, "{arguments}");
}

#[test]
fn four_hundred_and_eighty_milligrams_are_one_dose_of_two_hundred_and_forty() {
    check(
        "--vials 400x1 --vials 80x1 --dose 240mg --dose 240mg",
        "\
1 of 2 doses can be made at once.

DOSE    VIALS           IN ALL
240 mg  1 x 400 mg      400 mg
240 mg  cannot be made  -

Doses of 240 mg, if no other is made: 1
For all doses there would have to be added: 2 x 80 mg
",
    );
}

#[test]
fn a_rulebook_says_doses_by_weight_and_decimals_of_a_kilogram_count() {
    check(
        "--rulebook roactemra-2021-10-14 --vials 200x4 --vials 80x3 --weight 61kg --weight 29,9kg --indication crs",
        "\
All 2 doses can be made at once.

DOSE      VIALS                   IN ALL
488 mg    3 x 200 mg              600 mg
358.8 mg  1 x 200 mg + 2 x 80 mg  360 mg

Doses of 358.8 mg, if no other is made: 2
Doses of 488 mg, if no other is made: 1
",
    );
}

#[test]
fn a_vial_serves_until_its_last_day() {
    let on = |day: &str| doses(&format!("--vials 80x3@2022-06-30 --dose 240mg --on {day}")).ok();
    assert!(
        on("2022-06-30").starts_with("The dose can be made."),
        "{}",
        on("2022-06-30")
    );
    assert!(on("2022-06-30").contains("3 x 80 mg (2022-06-30)"));
    assert!(on("2022-07-01").starts_with("The dose cannot be made."));
    let own = doses("--vials 80x3@2022-06-30 --dose 240mg@2022-07-01 --on 2022-06-30").ok();
    assert!(own.starts_with("The dose cannot be made."), "{own}");
}

#[test]
fn machines_are_answered_in_micrograms() {
    let json =
        doses("--vials 400x1 --vials 80x9999 --dose 240mg --on 2021-11-08 --format json").json();
    assert_eq!(
        json,
        serde_json::json!({
            "rulebook": null,
            "rulebook_sha256": null,
            "rulebook_standing": null,
            "all_at_once": true,
            "made": 1,
            "doses": [{
                "dose_ug": 240_000, "on": "2021-11-08", "made": true, "total_ug": 240_000,
                "vials": [{ "strength_ug": 80_000, "units": 3, "expiry": null }],
            }],
            "alone": [{ "dose_ug": 240_000, "on": "2021-11-08", "doses": 3_334, "or_more": false }],
            "shortfall": [],
        })
    );
}

#[test]
fn doses_by_a_rulebook_that_is_not_in_force_say_so() {
    let on = |day: &str| {
        doses(&format!(
            "--vials 400x2 --weight 61kg --indication crs --on {day} --format json"
        ))
    };
    let done = on("2021-12-31");
    assert_eq!(done.err, "");
    let json = done.json();
    assert_eq!(json["rulebook_standing"], "in-force");
    assert_eq!(json["rulebook_sha256"].as_str().unwrap().len(), 64);
    let done = on("2022-01-01");
    assert_eq!(
        done.err,
        "note: The rulebook roactemra-2021-10-14 ended on 2021-12-31; it is applied until a coordinator retires it.\n"
    );
    assert_eq!(done.json()["rulebook_standing"], "ended");
    assert_eq!(on("2021-10-13").json()["rulebook_standing"], "not-yet");
}

#[test]
fn what_is_no_stock_no_dose_and_no_weight_is_refused() {
    for (arguments, says) in [
        ("--vials 400mgx --dose 240mg", "'400mgx' for '--vials"),
        (
            "--vials 400x0 --dose 240mg",
            "\"0\" is not a number of vials from 1 to 1000000",
        ),
        (
            "--vials 400x-1 --dose 240mg",
            "\"-1\" is not a number of vials",
        ),
        (
            "--vials -400x1 --dose 240mg",
            "\"-400\" is not a mass of medicine",
        ),
        (
            "--vials 400x1 --weight -61kg --indication crs",
            "\"-61kg\" is not a body weight",
        ),
        (
            "--vials 400x1000001 --dose 240mg",
            "\"1000001\" is not a number of vials",
        ),
        (
            "--vials 400x1@2999-01-01 --dose 240mg",
            "\"2999-01-01\" is not a day",
        ),
        (
            "--vials 400x1 --dose 0mg",
            "\"0mg\" is not a mass of medicine",
        ),
        (
            "--vials 400x1 --dose 240kg",
            "\"240kg\" is not a mass of medicine",
        ),
        ("--vials 400x1 --dose 240.0001", "at most three decimals"),
        (
            "--vials 400x1 --weight 61 --indication crs",
            "with the unit, as 61kg",
        ),
        (
            "--vials 400x1 --weight 0.4kg --indication crs",
            "400 g is not a body weight",
        ),
        (
            "--vials 400x1 --weight 401kg --indication crs",
            "401000 g is not a body weight",
        ),
        ("--vials 400x1 --weight 61kg", "--indication <NAME>"),
        (
            "--vials 400x1 --weight 61kg --indication CRS",
            "\"CRS\" is not a short name",
        ),
        ("--vials 400x1", "--dose <MG[@DAY]>"),
        ("--dose 240mg", "--vials"),
        (
            "--vials 400x1 --dose 1 --rulebook nowhere",
            "there is no rulebook nowhere; expected one of roactemra-2021-10-14",
        ),
        (
            "--vials 0.001x1 --dose 1001mg",
            "more than 1000000 vials of 0.001 mg",
        ),
        (
            "--vials 1x1 --vials 2x1 --vials 3x1 --vials 4x1 --vials 5x1 --vials 6x1 --vials 7x1 --vials 8x1 --vials 9x1 --dose 9",
            "9 different strengths in one question, expected at most 8",
        ),
    ] {
        let err = doses(arguments).fails(2);
        assert!(err.contains(says), "{arguments}: {err}");
    }
}

#[test]
fn more_doses_than_a_question_may_have_are_refused() {
    let many = "--vials 400x1".to_owned() + &" --dose 1".repeat(4_097);
    let err = doses(&many).fails(2);
    assert_eq!(
        err,
        "error: --dose: 4097 doses in one question, expected at most 4096\n"
    );
}

#[test]
fn a_slip_of_the_keyboard_is_noticed() {
    let done = doses("--vials 500x1 --weight 61kg --indication csr --on 2021-11-08");
    assert_eq!(
        done.err,
        "note: roactemra-2021-10-14 has no presentation of 500 mg that makes these doses\n\
         note: roactemra-2021-10-14 does not name csr and gives it the dose of all indications that it \
         does not name; it names crs, sjia, pjia\n"
    );
    done.ok();
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let desk = Desk::new();
    let many = "doses --vials 400x1 --format json".to_owned() + &" --dose 1".repeat(3_000);
    let arguments: Vec<&str> = many.split(' ').collect();
    let mut command = desk.command(&arguments, &[]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), &*done.stderr), (Some(0), &b""[..]));
}

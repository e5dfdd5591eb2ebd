//! Wrong start conditions, remarks, schedules, interruptions and alternatives, and the line they hear.

use super::super::read;

/// A correct rulebook of safety, of an invented medicine, with every kind of rule.
const RIGHT: &str = include_str!("../../../tests/fixtures/safety/morosil-2031-03-01.toml");

fn faults(text: &str) -> Vec<String> {
    match read("morosil-2031-03-01.toml", text.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.as_slice().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn one_wrong_thing_is_one_fault_with_its_place() {
    assert_eq!(faults(RIGHT), Vec::<String>::new());
    for (from, to, expected) in WRONG {
        assert!(RIGHT.contains(from), "{from}");
        let found = faults(&RIGHT.replacen(from, to, 1));
        assert!(
            found.len() == 1 && found[0].contains(expected),
            "{to}: {found:#?}"
        );
        // file:line:column: path: what
        let place: Vec<&str> = found[0].splitn(4, ':').collect();
        assert_eq!(place[0], "morosil-2031-03-01.toml", "{found:?}");
        assert!(
            place[1].parse::<u32>().is_ok() && place[2].parse::<u32>().is_ok(),
            "{found:?}"
        );
    }
    assert!(WRONG.len() >= 40, "{}", WRONG.len());
}

#[test]
fn a_fault_says_its_line_and_column() {
    let found = faults(&RIGHT.replacen("age_at_least = 12", "age_at_least = 0", 1));
    let line = RIGHT
        .lines()
        .position(|l| l == "age_at_least = 12")
        .unwrap()
        + 1;
    assert!(
        found[0].starts_with(&format!(
            "morosil-2031-03-01.toml:{line}:16: start_conditions[0].age_at_least: found 0"
        )),
        "{found:?}"
    );
}

#[test]
fn all_of_them_are_told_at_once() {
    let text = RIGHT
        .replacen("age_at_least = 12", "age_at_least = 0", 1)
        .replacen("every_months = 2", "every_months = 0", 1)
        .replacen("line = \"first\"", "line = \"second\"", 1)
        .replacen("after_days = 3", "after_days = -3", 1)
        .replacen("Regarder les orteils.", "", 1);
    assert_eq!(faults(&text).len(), 5, "{:#?}", faults(&text));
}

/// What stands in the file, what in its place, and what is said about it.
const WRONG: &[(&str, &str, &str)] = &[
    // thresholds
    (
        "of = \"earlier\"",
        "of = \"any\"",
        "thresholds[3].of: found \"any\", expected \"latest\" or \"earlier\"",
    ),
    (
        "benign_ethnic_neutropenia = false",
        "benign_ethnic_neutropenia = \"no\"",
        "thresholds[2].benign_ethnic_neutropenia: found \"no\", expected true or false",
    ),
    (
        "except = [\"hives\"]",
        "except = \"hives\"",
        "thresholds[3].except: found",
    ),
    // prior treatments
    (
        "\"patience\"]",
        "\"colchicine\"]",
        "prior_treatments.codes: names colchicine twice",
    ),
    ("\"patience\"]", "7]", "prior_treatments.codes[2]: found 7"),
    (
        "codes = [\"cold-baths\", \"colchicine\", \"patience\"]",
        "codes = []",
        "prior_treatments.codes: found []",
    ),
    (
        "source = \"notice\"\nsection = \"p. 2\"\n\n[[start_conditions]]",
        "section = \"p. 2\"\n\n[[start_conditions]]",
        "prior_treatments.section: the rule has no source",
    ),
    // start conditions
    (
        "age_at_least = 12",
        "age_at_least = 151",
        "start_conditions[0].age_at_least: found 151, expected a whole number from 1 to 150",
    ),
    (
        "age_at_least = 12",
        "age_at_least = 12.5",
        "start_conditions[0].age_at_least: found 12.5",
    ),
    (
        "age_at_least = 12",
        "",
        "the row names no circumstance, expected one of age_at_least, age_below",
    ),
    (
        "age_at_least = 12",
        "age_at_least = 12\nage = 12",
        "start_conditions[0].age: is not known",
    ),
    (
        "failed_at_least = 1",
        "failed_at_least = 0",
        "start_conditions[1].failed_at_least: found 0",
    ),
    (
        "failed_at_least = 1",
        "failed_at_least = 4",
        "start_conditions[1].failed_at_least: the list has 3 treatments, expected no more",
    ),
    (
        "disease_activity = [\"raging\"]",
        "disease_activity = [\"Raging\"]",
        "start_conditions[2].disease_activity[0]: \"Raging\" is not a short name",
    ),
    (
        "disease_activity = [\"raging\"]",
        "none_suits = false",
        "start_conditions[2].none_suits: is false, expected true, or nothing",
    ),
    (
        "message = { fr = \"Rien n'a échoué.\", en = \"Nothing failed.\" }\n",
        "",
        "the first row of too-early has no message, expected one",
    ),
    (
        "disease_activity = [\"raging\"]",
        "disease_activity = [\"raging\"]\nmessage = { fr = \"x\", en = \"x\" }",
        "too-early has a message already, expected none in further rows",
    ),
    (
        "code = \"too-early\"\ndisease_activity",
        "code = \"age-under-12\"\ndisease_activity",
        "rows of age-under-12 stand before, expected them side by side",
    ),
    (
        "age_below = 65",
        "age_below = 65\nage_at_least = 65",
        "start_conditions[2].age_below: 65 is not above age_at_least",
    ),
    (
        "age_below = 65\nsource = \"notice\"",
        "age_below = 65\nsource = \"letter\"",
        "start_conditions[2].source: no source has the key letter, expected notice",
    ),
    // remarks
    (
        "co_medication = [\"garlic\"]",
        "",
        "the row names no circumstance",
    ),
    (
        "co_medication = [\"garlic\"]\nseverity = \"info\"",
        "co_medication = [\"garlic\"]",
        "remarks[0].severity: is missing",
    ),
    (
        "symptoms_of_infection = true",
        "symptoms_of_infection = false",
        "remarks[1].symptoms_of_infection: is false",
    ),
    (
        "count_now = true",
        "count_now = 1",
        "remarks[1].count_now: found 1, expected true or false",
    ),
    (
        "count_now = true",
        "count_now = true\ntreatment = \"stopped\"",
        "remarks[1].treatment: found \"stopped\"",
    ),
    // schedules
    (
        "below_benign_ethnic = 400",
        "below_benign_ethnic = 751",
        "neutropenia.below_benign_ethnic: 751 is above below, expected 750 or less",
    ),
    (
        "below_benign_ethnic = 400\n",
        "",
        "neutropenia.below_benign_ethnic: is missing",
    ),
    (
        "after_days = 3",
        "after_days = -3",
        "first_count.after_days: found -3",
    ),
    (
        "first_after = \"start\"",
        "first_after = \"birth\"",
        "schedule[0].first_after: found \"birth\", expected \"start\" or \"second-administration\"",
    ),
    (
        "to_days = 10",
        "to_days = 4",
        "schedule[0].to_days: 4 is before from_days, expected 5 or more",
    ),
    ("to_days = 10\n", "", "schedule[0].to_days: is missing"),
    (
        "first_after = \"start\"",
        "first_after = \"start\"\ntimes_after_stop = 2",
        "schedule[0].times_after_stop: stands beside first_after",
    ),
    (
        "every_months = 2",
        "every_months = 2\nevery_days = 60",
        "schedule[1].every_months: stands beside every_days",
    ),
    (
        "every_months = 2\n",
        "",
        "schedule[1].every_days: is missing, expected every_days or every_months",
    ),
    (
        "every_months = 2",
        "every_months = 2\nat_most_days = 70",
        "schedule[1].at_most_days: stands beside every_months",
    ),
    (
        "at_most_days = 15",
        "at_most_days = 9",
        "schedule[2].at_most_days: 9 is below every_days, expected 10 or more",
    ),
    (
        "before_treated_days = 50",
        "before_treated_days = 50\nfrom_treated_days = 50",
        "schedule[2].before_treated_days: 50 is not above from_treated_days",
    ),
    (
        "neutropenic = false",
        "neutropenic = \"never\"",
        "schedule[3].neutropenic: found \"never\"",
    ),
    (
        "neutropenic = false",
        "while_found = \"count-below-60\"",
        "schedule[3].while_found: no threshold, start condition or remark has the code count-below-60",
    ),
    (
        "times_after_stop = 2",
        "times_after_stop = 0",
        "schedule[5].times_after_stop: found 0",
    ),
    (
        "every_days = 40",
        "every_days = 40\nevery_weeks = 1",
        "schedule[3].every_weeks: is not known",
    ),
    // interruptions
    (
        "schedule = \"close\"",
        "schedule = \"opening\"",
        "interruptions[1].schedule: no [[schedule]] that repeats has the code opening",
    ),
    (
        "schedule = \"close\"\n",
        "",
        "interruptions[1].schedule: is missing",
    ),
    (
        "from_length_days = 6",
        "from_length_days = 6\nbelow_length_days = 6",
        "interruptions[1].below_length_days: 6 is not above from_length_days",
    ),
    (
        "from_length_days = 6",
        "from_length_days = 6\nfrom_treated_days = 9\nbefore_treated_days = 3",
        "interruptions[1].before_treated_days: 3 is not above from_treated_days",
    ),
    // alternatives
    (
        "line = \"first\"",
        "line = \"second\"",
        "alternatives[0].line: found \"second\", expected \"first\" or \"after-failure\"",
    ),
    (
        "code = \"cold-baths\"\nname",
        "code = \"colchicine\"\nname",
        "alternatives[1].code: an alternative before has the code colchicine",
    ),
    (
        "indications = [\"gout\", \"chilblains\"]",
        "indications = []",
        "alternatives[1].indications: found []",
    ),
    (
        "en = \"Weak.\"",
        "en = \"Weak.\"\ndoi = \"doi.org/10.1000/182\"",
        "alternatives[0].evidence.doi: \"doi.org/10.1000/182\" is no DOI",
    ),
    (
        "en = \"Weak.\"\n",
        "",
        "alternatives[0].evidence.en: is missing",
    ),
    (
        "alternative = \"colchicine\"",
        "alternative = \"aspirin\"",
        "exclusions[0].alternative: no [[alternatives]] has the code aspirin",
    ),
    (
        "conditions = [\"kidney-failure\"]\nage_at_least = 80",
        "",
        "the row names no circumstance",
    ),
    (
        "indication = \"hives\"",
        "indication = \"gout\"",
        "no_alternatives[0].indication: colchicine is an alternative for gout, expected none",
    ),
    // checklist
    ("Look at the toes.", "", "checklist[0].text.en"),
    (
        "text = { fr = \"Regarder les orteils.\", en = \"Look at the toes.\" }",
        "text = \"Look.\"",
        "checklist[0].text: found \"Look.\"",
    ),
];

#[test]
fn what_asks_for_the_list_of_prior_treatments_needs_it_wherever_it_stands() {
    let (before, rest) = RIGHT.split_once("[prior_treatments]").unwrap();
    let (_, after) = rest.split_once("[[start_conditions]]").unwrap();
    let without = format!("{before}[[start_conditions]]{after}");
    let says = "asks for the list of prior treatments, expected a [prior_treatments]";
    let found = faults(&without);
    assert!(found.len() == 1 && found[0].contains(says), "{found:#?}");
    let everywhere = without
        .replacen("co_medication = [\"garlic\"]", "none_suits = true", 1)
        .replacen(
            "conditions = [\"kidney-failure\"]",
            "failed_at_least = 2",
            1,
        );
    let found = faults(&everywhere);
    assert!(
        found.len() == 3 && found.iter().all(|f| f.contains(says)),
        "{found:#?}"
    );
}

#[test]
fn what_asks_for_a_history_of_neutropenia_needs_to_know_what_that_is() {
    let (before, rest) = RIGHT.split_once("[neutropenia]").unwrap();
    let (_, after) = rest.split_once("[first_count]").unwrap();
    let found = faults(&format!("{before}[first_count]{after}"));
    let says = "neutropenia: is missing, expected [neutropenia]: rows ask for neutropenic";
    assert!(found.len() == 1 && found[0].contains(says), "{found:#?}");
}

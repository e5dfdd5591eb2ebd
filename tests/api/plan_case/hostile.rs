//! What somebody sends who wants to see the reader fall.

use super::*;
use dotation::domain::plan::plan;
use dotation::domain::rule::Slug;

/// What is said about bytes that are no case.
fn refused(bytes: &[u8]) -> Vec<String> {
    let books = Rulebooks::built_in().unwrap();
    let all: Vec<&Rulebook> = books.iter().collect();
    let faults = read(bytes, &all).unwrap_err();
    let lines: Vec<String> = faults.as_slice().iter().map(ToString::to_string).collect();
    for line in &lines {
        assert!(line.contains(", expected ") && line.len() < 2_000, "{line}");
    }
    lines
}

/// Puts `to` in the place of the first `from` of a good case, and expects one line about that place.
fn said(from: &str, to: &str, place: &str) {
    assert!(GOOD.contains(from), "{from}");
    let lines = refused(GOOD.replacen(from, to, 1).as_bytes());
    assert!(
        lines.len() == 1 && lines[0].starts_with(place),
        "{from} -> {}: {lines:?}",
        to.chars().take(60).collect::<String>()
    );
}

#[test]
fn what_is_no_json_is_refused_with_line_and_column() {
    let good = |from: &str, to: &str| GOOD.replacen(from, to, 1).into_bytes();
    let twenty_eight = |to: &str| good("28", to);
    let texts: [Vec<u8>; 24] = [
        Vec::new(),
        b" \n\t ".to_vec(),
        b"\0".to_vec(),
        b"{".to_vec(),
        GOOD.as_bytes()[..GOOD.len() - 1].to_vec(),
        [GOOD.as_bytes(), b"{}"].concat(),
        [GOOD.as_bytes(), b"\0"].concat(),
        [b"\xef\xbb\xbf\xef\xbb\xbf", GOOD.as_bytes()].concat(),
        [0xff, 0xfe]
            .into_iter()
            .chain(GOOD.encode_utf16().flat_map(u16::to_le_bytes))
            .collect(),
        twenty_eight("NaN"),
        twenty_eight("-Infinity"),
        twenty_eight("028"),
        twenty_eight("+28"),
        twenty_eight(".28"),
        twenty_eight("28."),
        twenty_eight("0x1c"),
        twenty_eight("28e"),
        twenty_eight("'28'"),
        twenty_eight("28 // days"),
        good("\"x\"", "\"a\nb\""),
        good("\"x\"", "\"\\x41\""),
        good("\"x\"", "\"\\ud800\""),
        good("\"x\"", "\"\\udc00\\ud800\""),
        good("]}", ",]}"),
    ];
    for text in texts {
        let lines = refused(&text);
        let begin: String = String::from_utf8_lossy(&text).chars().take(50).collect();
        assert_eq!(lines.len(), 1, "{begin}: {lines:?}");
        assert!(
            lines[0].contains("line ") && lines[0].contains("column "),
            "{begin}: {lines:?}"
        );
    }
}

#[test]
fn a_byte_order_mark_before_a_case_is_passed_over() {
    assert_eq!(named(&format!("\u{feff}{WORKED}")), named(WORKED));
}

#[test]
fn bytes_that_are_no_utf_8_are_refused_wherever_they_stand() {
    let at = GOOD.find("\"x\"").unwrap() + 1;
    for wrong in [
        &b"\xff"[..],
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
        b"\xe2\x82",
    ] {
        let mut bytes = GOOD.as_bytes().to_vec();
        bytes.splice(at..=at, wrong.iter().copied());
        assert_eq!(refused(&bytes).len(), 1, "{wrong:?}");
        let outside = [GOOD.as_bytes(), wrong].concat();
        assert_eq!(refused(&outside).len(), 1, "{wrong:?}");
    }
}

#[test]
fn nothing_nests_deep_enough_to_break_the_reader() {
    for open in ["[", "{\"a\":"] {
        let deep = open.repeat(1_000_000);
        assert_eq!(refused(deep.as_bytes()).len(), 1);
        said(
            "\"horizon_days\": 28",
            &format!("\"horizon_days\": {deep}"),
            "the case",
        );
    }
    let closed = format!("{}{}", "[".repeat(60_000), "]".repeat(60_000));
    assert_eq!(refused(closed.as_bytes()).len(), 1);
}

#[test]
fn numbers_are_taken_at_their_digits_however_many() {
    let nines = "9".repeat(1_000_000);
    for wrong in [
        &*nines,
        &format!("-{nines}"),
        "1e999999999",
        "-0",
        "-0.0",
        "28.0",
        "2.8e1",
        "4294967296",
    ] {
        said(": 28,", &format!(": {wrong},"), "/horizon_days: found ");
    }
    for wrong in [
        &*nines,
        "1e999999999999999999999",
        "1e-999999999999999999999",
        "-0",
        "0.0",
        "0e0",
        "-1e2",
        "4.800001e2",
        "800.0001",
        &format!("0.{nines}"),
    ] {
        said("480.5", wrong, "/requests/0/prescribed_mg: found ");
    }
    for right in [
        "4.805e2",
        "4805e-1",
        "48050E-2",
        "480.500000000000000000000",
        "0.001",
        "8e2",
        "8E+2",
    ] {
        assert_eq!(
            lines(&GOOD.replacen("480.5", right, 1)),
            Vec::<String>::new(),
            "{right}"
        );
    }
}

#[test]
fn days_are_those_of_the_calendar() {
    for wrong in [
        "2021-02-29",
        "2100-02-29",
        "1999-12-31",
        "2100-01-01",
        "2021-04-31",
        "2021-13-01",
        "2021-00-10",
        "2021-10-00",
        "2021-1-1",
        "21-10-20",
        "2021-10-20T00:00:00Z",
        "2021-10-20 ",
        " 2021-10-20",
        "+2021-10-20",
        "-2021-10-20",
        "10000-01-01",
        "２０２１-10-20",
        "2021/10/20",
        "20211020",
        "2021-W42-3",
        "",
        "today",
    ] {
        let quoted = format!("\"{wrong}\"");
        said("\"2021-10-22\"", &quoted, "/requests/0/due: found \"");
        said(
            "\"2021-10-25\"",
            &quoted,
            "/car_t_patients/0/infusion_date: found \"",
        );
        said("\"2022-06-30\"", &quoted, "/stock/0/expiry: found \"");
    }
    assert_eq!(
        lines(&GOOD.replace("2021-10-22", "2020-02-29")),
        Vec::<String>::new()
    );
}

#[test]
fn texts_of_ten_megabytes_are_told_in_a_few_words() {
    let long = "x".repeat(10_000_000);
    said(
        "\"r-sc\", \"site\": \"B\"",
        &format!("\"r-sc\", \"site\": \"{long}\""),
        "/requests/1/site: found",
    );
    said(
        "\"takayasu\"",
        &format!("\"{long}\""),
        "/requests/0/indication: found \"xxx",
    );
    said(
        "\"horizon_days\"",
        &format!("\"{long}\": 1, \"horizon_days\""),
        "/xxx",
    );
    // as an id it is nothing wrong
    let id = GOOD.replacen("\"r-iv\"", &format!("\"{long}\""), 1);
    assert_eq!(lines(&id), Vec::<String>::new());
}

#[test]
fn keys_are_compared_as_they_are_read_and_each_stands_once() {
    // an escape is the letter it stands for
    said(
        "\"horizon_days\"",
        "\"horizon\\u005fdays\": 28, \"horizon_days\"",
        "/horizon_days: found 28",
    );
    said(
        "\"id\": \"r-sc\"",
        "\"id\": \"r\\u002div\"",
        "/requests/1/id: found \"r-iv\"",
    );
    // another alphabet's letter is another letter
    said(
        "\"transfers\"",
        "\"tr\u{430}nsfers\": \"all\", \"transfers\"",
        "/tr\u{430}nsfers: found",
    );
    said("\"transfers\"", "\"\": 1, \"transfers\"", "/: found 1");
    said(
        "\"transfers\"",
        "\"a/b~c\": 1, \"transfers\"",
        "/a~1b~0c: found 1",
    );
}

#[test]
fn many_fields_and_many_faults_are_told_in_reasonable_time() {
    use std::fmt::Write as _;
    let mut keys = String::new();
    for n in 0..20_000 {
        write!(keys, "\"k{n}\": 1, \"lottery_seed\": \"y\", ").unwrap();
    }
    let found = refused(
        GOOD.replacen("\"horizon_days\"", &format!("{keys}\"horizon_days\""), 1)
            .as_bytes(),
    );
    assert_eq!(found.len(), 40_000);
    let rows = "7, ".repeat(20_000);
    let found = refused(
        GOOD.replacen("\"requests\": [", &format!("\"requests\": [{rows}"), 1)
            .as_bytes(),
    );
    assert_eq!(found.len(), 20_000);
}

#[test]
fn the_greatest_values_that_a_case_may_have_are_planned() {
    let most = "4294967295";
    let text = GOOD
        .replace("\"horizon_days\": 28", &format!("\"horizon_days\": {most}"))
        .replace("\"units\": 5}", "\"units\": 4294967291}")
        .replace("\"doses_given\": 1", &format!("\"doses_given\": {most}"))
        .replace("100000", most)
        .replace("61000", most)
        .replace("\"units\": 4, ", "\"units\": 10000, ")
        .replace("\"age_years\": 9", &format!("\"age_years\": {most}"))
        .replace("\"anc_per_mm3\": 3500", &format!("\"anc_per_mm3\": {most}"));
    for text in [
        text.clone(),
        text.replace("2021-10-2", "2099-12-2")
            .replace("2022-06-30", "2099-12-31"),
        text.replace("2021-10-2", "2000-01-1")
            .replace("2022-06-30", "2099-12-31"),
        text.replace("\"network\",", "\"none\","),
    ] {
        let books = Rulebooks::built_in().unwrap();
        let case = reading(&text).unwrap();
        let book = books
            .get(&Slug::parse("roactemra-2021-10-14").unwrap())
            .unwrap();
        let plan = plan(&case, book, &|name| books.get(name));
        assert!(plan.incomplete.is_empty());
        let ranked = plan.decisions.iter().filter(|d| d.rank.is_some());
        assert!(ranked.count() >= 3);
    }
}

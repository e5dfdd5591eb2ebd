//! What is JSON, what is not, and what is kept of it.

use super::*;
use proptest::prelude::*;

fn back(text: &str) -> String {
    read(text.as_bytes()).map_or_else(|e| e.to_string(), |node| write(&node))
}

#[test]
fn everything_that_stands_there_is_kept() {
    for text in [
        "null",
        "[]",
        "{}",
        "[1,1.0,1e2,-0.50,12345678901234567890123]",
        "{\"a\":1,\"a\":2}",
        "\"é\u{1F600}\\\"\\\\\\u0001\\b\"",
        "[[[true,false,null]]]",
    ] {
        assert_eq!(back(text), text);
    }
    assert_eq!(back(" { \"a\" : [ 1 , 2 ] } \r\n"), "{\"a\":[1,2]}");
    assert_eq!(back("\u{feff}\"\\ud83d\\ude00\\/\""), "\"\u{1F600}/\"");
}

#[test]
fn what_is_no_json_is_told_with_its_line() {
    for (text, says) in [
        (
            "",
            "line 1, column 1: found the end of the text, expected a value",
        ),
        (
            "{\n  \"é\": 01}",
            "line 2, column 9: found '1', expected a comma or }",
        ),
        ("[1,]", "line 1, column 4: found ']', expected a value"),
        ("{\"a\" 1}", "column 6: found '1', expected a colon"),
        (
            "{a: 1}",
            "column 2: found 'a', expected a key between quotation marks",
        ),
        ("[1] 2", "column 5: found '2', expected the end of the text"),
        (
            "\"a\nb\"",
            "column 3: found '\\n', expected a quotation mark",
        ),
        ("\"\\ud800\"", "four hexadecimal digits"),
        ("\"\\x\"", "expected an escape"),
        ("NaN", "expected a value"),
        ("1.", "expected a value"),
        ("+1", "expected a value"),
    ] {
        let found = back(text);
        assert!(found.contains(says), "{text}: {found}");
    }
    assert!(back(&"[".repeat(100_000)).contains("values less deep"));
    let latin = read(b"\"\n\xe9\"").unwrap_err().to_string();
    assert_eq!(
        latin,
        "line 2, column 1: found the byte 0xe9, expected text in UTF-8"
    );
}

#[test]
fn a_decimal_is_written_without_a_power_of_ten() {
    let plain = |text: &str| Decimal::parse(text).and_then(|d| d.plain());
    for (text, says) in [
        ("1.5e0", "1.5"),
        ("15e-1", "1.5"),
        ("4.5e9", "4500000000"),
        ("1E-3", "0.001"),
        ("-12.50", "-12.5"),
        ("0e5", "0"),
        ("100", "100"),
    ] {
        assert_eq!(plain(text).as_deref(), Some(says), "{text}");
    }
    assert_eq!(plain("1e999999999"), None);
    assert_eq!(plain("1e-999999999"), None);
}

#[test]
fn decimals_are_exact() {
    let thousandths = |text: &str| Decimal::parse(text).and_then(|d| d.thousandths());
    assert_eq!(thousandths("358.8"), Some(358_800));
    assert_eq!(thousandths("358.800000"), Some(358_800));
    assert_eq!(thousandths("8e2"), Some(800_000));
    assert_eq!(thousandths("0.001"), Some(1));
    assert_eq!(thousandths("1E-3"), Some(1));
    assert_eq!(thousandths("0.0"), Some(0));
    assert_eq!(thousandths("-0"), Some(0));
    assert_eq!(thousandths("0.0001"), None);
    assert_eq!(thousandths("799.9999999999999999999"), None);
    assert_eq!(thousandths("-1"), None);
    assert_eq!(thousandths("1e30"), None);
    assert_eq!(thousandths("1e99999999999999999999"), None);
}

#[test]
fn values_that_say_the_same_are_the_same() {
    let same = |a: &str, b: &str| {
        read(a.as_bytes())
            .unwrap()
            .same(&read(b.as_bytes()).unwrap())
    };
    assert!(same("[800.0,1e1]", "[8e2,10]"));
    assert!(same("{\"a\":1,\"b\":2.50}", "{\"b\":2.5,\"a\":1.0}"));
    assert!(!same("{\"a\":1}", "{\"a\":1,\"b\":null}"));
    assert!(!same("1", "\"1\""));
    assert!(!same("0.1", "0.1000000000000000055"));
}

#[test]
fn a_pointer_escapes_what_it_is_made_of() {
    let list = Pointer::Key(&Pointer::Top, "a/b~c");
    assert_eq!(Pointer::Place(&list, 3).to_string(), "/a~1b~0c/3");
}

fn any_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_another_writes_is_read_as_it_was_meant(value in any_value()) {
        for text in [value.to_string(), format!("{value:#}")] {
            let node = read(text.as_bytes()).unwrap();
            let again: serde_json::Value = serde_json::from_str(&write(&node)).unwrap();
            prop_assert_eq!(&again, &value);
        }
    }

    #[test]
    fn a_text_is_refused_by_both_or_by_neither(
        value in any_value(),
        at in any::<prop::sample::Index>(),
        put in proptest::collection::vec(any::<u8>(), 0..4),
    ) {
        let mut bytes = value.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes.splice(at..bytes.len().min(at + 1), put);
        // a number beyond every float is one here, and out of range there
        let other = serde_json::from_slice::<serde_json::Value>(&bytes);
        let range = other.as_ref().is_err_and(|e| e.to_string().contains("out of range"));
        if !range && !bytes.starts_with(b"\xEF\xBB\xBF") {
            prop_assert_eq!(read(&bytes).is_ok(), other.is_ok(), "{:?}", bytes);
        }
    }
}

/// Rows of an outline, read and put back, or nothing.
fn outlined(text: &str) -> Option<String> {
    let outline = outline(text.as_bytes(), &["rows"])?;
    let mut back = write(&outline.top);
    for (key, texts) in &outline.lists {
        let read: Option<Vec<Node<'_>>> = rows(texts).collect();
        back = format!("{back} {key} {}", write(&Node::List(read?)));
    }
    Some(back)
}

#[test]
fn an_outline_leaves_the_rows_of_a_list_and_reads_the_rest() {
    let text = " { \"a\" : [ {} ] , \"rows\" : [ {\"n\" : 1 } , { \"n\":2} ] } ";
    let found = "{\"a\":[{}],\"rows\":[]} rows [{\"n\":1},{\"n\":2}]";
    assert_eq!(outlined(text).as_deref(), Some(found));
    assert_eq!(
        outlined("{\"rows\":[]}").as_deref(),
        Some("{\"rows\":[]} rows []")
    );
    let without = outlined("{\"a\":{\"rows\":[1]}}");
    assert_eq!(without.as_deref(), Some("{\"a\":{\"rows\":[1]}}"));
}

#[test]
fn an_outline_has_nothing_to_say_of_what_is_unusual() {
    for text in [
        "",
        "[]",
        "{}",
        "{\"rows\":[{}]",
        "{\"rows\":[{}]} x",
        "{\"rows\":[{} {}]}",
        "{\"rows\":[{},]}",
        "{\"rows\":[1]}",
        "{\"rows\":1}",
        "{\"rows\":[],\"rows\":[]}",
        "{\"rows\":[{\"n\":01}]}",
        "{\"rows\":[{\"n\":\"}\"}]}",
        "{\"rows\":[{\"n\":{}}]}",
        "{\"rows\":[{\"n\":[1]]}]}",
        "{\"a\":tru,\"rows\":[]}",
    ] {
        assert_eq!(outlined(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn what_an_outline_reads_is_what_is_read(text in "[{}\\[\\],:\"a-c0-2 ]{0,24}") {
        for text in [text.clone(), format!("{{\"rows\":[{{\"a\":{text}}}]}}"), format!("{{\"rows\":[{text}]}}")] {
            if let Some(found) = outlined(&text) {
                let whole = read(text.as_bytes());
                prop_assert!(whole.is_ok(), "{text}");
                let whole = whole.unwrap_or(Node::Null);
                let rows = whole.get("rows").map_or_else(String::new, |rows| format!(" rows {}", write(rows)));
                prop_assert!(found.ends_with(&rows), "{text}");
            }
        }
    }
}

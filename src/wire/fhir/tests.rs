//! Observations as laboratories send them.

use super::*;
use crate::wire::counts::Taken;
use proptest::prelude::*;
use serde_json::{Value, json};

/// An observation that can be, with some members in place of its own; `null` leaves one out.
fn observed(changes: Value) -> Value {
    let mut observation = json!({
        "resourceType": "Observation", "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "751-8" }], "text": "PNN" },
        "subject": { "identifier": { "value": "p-1" } },
        "effectiveDateTime": "2021-10-18",
        "valueQuantity": { "value": 1.5, "unit": "G/L", "system": "http://unitsofmeasure.org", "code": "10*9/L" }
    });
    let Value::Object(changes) = changes else {
        panic!()
    };
    for (name, value) in changes {
        observation[name] = value;
    }
    observation
        .as_object_mut()
        .unwrap()
        .retain(|_, v| !v.is_null());
    observation
}

fn rows(text: &str) -> Result<Vec<String>, Vec<String>> {
    match read(text.as_bytes(), &Whose::Subject) {
        Ok(rows) => Ok(rows
            .iter()
            .map(|row| format!("{} {} {}", row.at, row.pseudonym, row.counted))
            .collect()),
        Err(faults) => Err(faults
            .iter()
            .map(|f| format!("{} {}", f.at, f.wrong))
            .collect()),
    }
}

#[track_caller]
fn reads(changes: Value, says: &str) {
    let text = observed(changes).to_string();
    assert_eq!(rows(&text), Ok(vec![format!("/ p-1 {says}")]));
}

#[track_caller]
fn refuses(changes: Value, expected: &[&str]) {
    let found = rows(&observed(changes).to_string()).unwrap_err();
    let alike =
        found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| f.starts_with(e));
    assert!(alike, "{found:#?}\n{expected:#?}");
}

#[test]
fn an_observation_of_a_neutrophil_count_is_read() {
    reads(json!({}), "1.5 10⁹/L");
    for status in ["final", "amended", "corrected"] {
        reads(json!({ "status": status }), "1.5 10⁹/L");
    }
    let coding = |code: &str| {
        json!({ "coding": [
        { "system": "urn:oid:1.2.250.1", "code": "770-8" },
        { "system": "http://loinc.org", "code": code },
    ] })
    };
    reads(json!({ "code": coding("26499-4") }), "1.5 10⁹/L");
    // without a code of UCUM, the unit in words
    reads(
        json!({ "valueQuantity": { "value": 450, "unit": "/mm3" } }),
        "450 /mm³",
    );
    let other = json!({ "value": 450, "unit": "/µL", "system": "urn:x", "code": "10*9/L" });
    reads(json!({ "valueQuantity": other }), "450 /µL");
    let ucum = |code: &str, unit: &str| {
        json!({ "valueQuantity": {
        "value": 2, "unit": unit, "system": "http://unitsofmeasure.org", "code": code } })
    };
    reads(ucum("10*3/uL", "K/µL"), "2 10³/µL");
    reads(ucum("/uL", "{cells}"), "2 /µL");
}

#[test]
fn digits_are_those_that_were_sent() {
    let text = |number: &str| observed(json!({})).to_string().replace("1.5", number);
    for (number, says) in [
        ("0.4999", "/ p-1 0.4999 10⁹/L"),
        ("0.499999", "/ p-1 0.499999 10⁹/L"),
        ("1.50", "/ p-1 1.50 10⁹/L"),
        ("4.5e-1", "/ p-1 0.45 10⁹/L"),
        ("0", "/ p-1 0 10⁹/L"),
    ] {
        assert_eq!(rows(&text(number)), Ok(vec![says.to_owned()]));
    }
    // a reader into floats would make 0.5 of it
    for number in ["0.49999999999999999999999", "1e400", "1e-400", "-1", "1001"] {
        let faults = rows(&text(number)).unwrap_err();
        assert!(faults[0].starts_with("/valueQuantity/value "), "{faults:?}");
    }
}

#[test]
fn what_is_no_count_is_refused_with_its_reason() {
    let coding = |code: &str| json!({ "code": { "coding": [{ "system": "http://loinc.org", "code": code }] } });
    for code in ["770-8", "26511-6"] {
        let says =
            format!("/code/coding/0/code {code} is a percentage of the white cells and no count");
        refuses(coding(code), &[&says]);
    }
    refuses(
        coding("6690-2"),
        &["/code/coding/0/code 6690-2 is no neutrophil count"],
    );
    refuses(
        json!({ "code": { "text": "PNN" } }),
        &["/code has no LOINC code"],
    );
    refuses(json!({ "code": null }), &["/code has no LOINC code"]);
    refuses(
        json!({ "code": { "coding": [{ "code": "751-8" }] } }),
        &["/code has no LOINC code"],
    );
    let both = json!({ "coding": [
        { "system": "http://loinc.org", "code": "751-8" },
        { "system": "http://loinc.org", "code": "770-8" },
    ] });
    refuses(
        json!({ "code": both }),
        &["/code/coding/1/code 770-8 is a percentage"],
    );
    for status in [
        "preliminary",
        "entered-in-error",
        "cancelled",
        "registered",
        "unknown",
        "",
    ] {
        refuses(json!({ "status": status }), &["/status "]);
    }
    refuses(
        json!({ "modifierExtension": [] }),
        &["/modifierExtension changes what the resource means"],
    );
    refuses(
        json!({ "resourceType": "Patient", "name": "Durand" }),
        &["/resourceType \"Patient\" is not read"],
    );
}

#[test]
fn a_quantity_that_is_not_certain_is_refused() {
    let quantity = |value: Value| json!({ "valueQuantity": value });
    refuses(
        quantity(json!({ "value": 1.5 })),
        &["/valueQuantity/unit has no unit"],
    );
    refuses(
        quantity(json!({ "value": 65, "unit": "%" })),
        &["/valueQuantity/unit \"%\" is no unit"],
    );
    refuses(
        quantity(
            json!({ "value": 1.5, "unit": "G/L", "system": "http://unitsofmeasure.org", "code": "%" }),
        ),
        &["/valueQuantity/code \"%\" is no unit"],
    );
    refuses(
        quantity(
            json!({ "value": 450, "unit": "/mm3", "system": "http://unitsofmeasure.org", "code": "10*9/L" }),
        ),
        &["/valueQuantity/unit \"10*9/L\" and \"/mm3\" are units of another size"],
    );
    refuses(
        quantity(json!({ "value": 0.1, "unit": "G/L", "comparator": "<" })),
        &["/valueQuantity/comparator \"<\" makes it a bound"],
    );
    refuses(
        quantity(json!({ "value": "1.5", "unit": "G/L" })),
        &["/valueQuantity/value \"1.5\" is of another type"],
    );
    refuses(
        quantity(json!({ "unit": "G/L" })),
        &["/valueQuantity/value is missing"],
    );
    refuses(quantity(Value::Null), &["/valueQuantity is missing"]);
}

#[test]
fn a_moment_is_a_whole_day_or_an_instant_with_its_zone() {
    let taken = |text: &str| {
        let text = observed(json!({ "effectiveDateTime": text })).to_string();
        let zone = chrono_tz::Europe::Paris;
        let rows = read(text.as_bytes(), &Whose::Subject).unwrap();
        rows[0].taken.day(zone).unwrap().to_string()
    };
    assert_eq!(taken("2021-10-18"), "2021-10-18");
    assert_eq!(taken("2021-10-18T08:00:00+02:00"), "2021-10-18");
    // past midnight in Paris, also in the night of the change of hour
    assert_eq!(taken("2021-10-18T22:30:00Z"), "2021-10-19");
    assert_eq!(taken("2021-10-30T22:30:00.5Z"), "2021-10-31");
    assert_eq!(taken("2021-10-31T22:30:00Z"), "2021-10-31");
    for text in [
        "2026",
        "2026-05",
        "2026-02-29",
        "2026-05-01T08:00:00",
        "1970-01-01",
        "soon",
        "",
    ] {
        refuses(
            json!({ "effectiveDateTime": text }),
            &["/effectiveDateTime "],
        );
    }
    refuses(
        json!({ "effectiveDateTime": null, "effectivePeriod": {} }),
        &["/effectiveDateTime is missing"],
    );
    assert_eq!(
        Taken::At(chrono::DateTime::UNIX_EPOCH).day(chrono_tz::UTC),
        None
    );
}

#[test]
fn the_patient_is_a_pseudonym_and_nothing_else() {
    refuses(
        json!({ "subject": null }),
        &["/subject/identifier/value is missing"],
    );
    refuses(
        json!({ "subject": { "reference": "Patient/p-1", "display": "Durand" } }),
        &["/subject/identifier/value is missing"],
    );
    // said by the address, no subject is read
    let whose = Whose::Said("p-7".to_owned());
    for subject in [
        Value::Null,
        json!({ "identifier": { "value": "p-1" } }),
        json!(7),
    ] {
        let text = observed(json!({ "subject": subject })).to_string();
        let rows = read(text.as_bytes(), &whose).unwrap();
        assert_eq!(rows[0].pseudonym, "p-7");
    }
    let bundle = json!({ "resourceType": "Bundle", "entry": [] }).to_string();
    let faults = read(bundle.as_bytes(), &whose).unwrap_err();
    assert!(matches!(faults[0].wrong, Wrong::Resource(_)));
}

#[test]
fn a_bundle_is_read_whole_or_refused_with_every_fault() {
    let bundle = |entries: &[Value]| {
        let entries: Vec<Value> = entries.iter().map(|e| json!({ "resource": e })).collect();
        json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }).to_string()
    };
    let other = observed(json!({ "subject": { "identifier": { "value": "p-2" } } }));
    assert_eq!(
        rows(&bundle(&[observed(json!({})), other])),
        Ok(vec![
            "/entry/0/resource p-1 1.5 10⁹/L".to_owned(),
            "/entry/1/resource p-2 1.5 10⁹/L".to_owned(),
        ])
    );
    let patient = json!({ "resourceType": "Patient", "birthDate": "1980-01-01" });
    let wrong = observed(json!({ "status": "cancelled" }));
    let faults = rows(&bundle(&[observed(json!({})), patient, wrong, Value::Null])).unwrap_err();
    let places: Vec<&str> = faults
        .iter()
        .map(|f| f.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "/entry/1/resource/resourceType",
            "/entry/2/resource/status",
            "/entry/3/resource/resourceType",
        ]
    );
    assert_eq!(rows(r#"{"resourceType":"Bundle"}"#), Ok(Vec::new()));
}

#[test]
fn a_name_that_stands_there_twice_is_refused() {
    let text = observed(json!({})).to_string();
    let twice = text.replacen("\"value\":1.5", "\"value\":0.1,\"value\":1.5", 1);
    assert_ne!(twice, text);
    assert_eq!(
        rows(&twice),
        Err(vec![
            "/valueQuantity has \"value\" twice; expected each name once".to_owned()
        ])
    );
    for text in ["", "[1,]", "{", "\u{feff}"] {
        assert!(rows(text).unwrap_err()[0].starts_with("/ line 1"), "{text}");
    }
    assert!(rows("[]").is_err() && rows("null").is_err());
    assert!(rows(&"[".repeat(100_000)).is_err());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in r#"[{}\[\]":,a-zA-Z0-9. -]{0,120}"#) {
        prop_assert!(rows(&text).map_or_else(|faults| !faults.is_empty(), |rows| rows.is_empty()));
    }
}

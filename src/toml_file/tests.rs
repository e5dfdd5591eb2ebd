use super::*;

struct Pen {
    label: String,
    mg: u32,
}

fn pens(text: &str) -> Result<(bool, Vec<Pen>), Faults> {
    read("pens.toml", text.as_bytes(), |top| {
        let cold = top.flag("cold");
        let pens = top.rows("pens", 1, |row| {
            let label = row.text("label");
            let mg = row.whole("mg", 1..=1_000);
            Some(Pen {
                label: label?,
                mg: mg?,
            })
        });
        Some((cold?, pens.into_iter().collect::<Option<_>>()?))
    })
}

fn check(text: &str, expected: &[&str]) {
    let faults = pens(text).err().map(Faults::into_vec).unwrap_or_default();
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(lines, expected, "{text}");
}

#[test]
fn a_right_file_gives_its_values() {
    let text = "\u{feff}cold = true\r\n[[pens]]\r\nlabel = 'Stylo'\r\nmg = 1_62\r\n";
    let (cold, pens) = pens(text).unwrap();
    assert!(cold);
    assert_eq!((pens[0].label.as_str(), pens[0].mg), ("Stylo", 162));
}

#[test]
fn what_is_missing_is_told_where_it_should_stand() {
    check(
        "\n[[pens]]\nlabel = 'a'\n\n  [[pens]]\nmg = 2\n",
        &[
            "pens.toml:1:1: cold: is missing, expected true or false",
            "pens.toml:2:1: pens[0].mg: is missing, expected a whole number from 1 to 1000",
            "pens.toml:5:3: pens[1].label: is missing, expected a text between quotation marks, of 1 to 2000 characters",
        ],
    );
}

#[test]
fn columns_count_characters_and_not_bytes() {
    check(
        "cold = true\npens = [{ label = 'éé', mg = 1001 }]\n",
        &["pens.toml:2:30: pens[0].mg: found 1001, expected a whole number from 1 to 1000"],
    );
}

#[test]
fn a_value_of_another_kind_is_shown_as_it_stands() {
    check(
        "cold = 'yes'\n[[pens]]\nlabel = 7\nmg = \"8\"\n[[pens]]\nlabel = '  '\nmg = 8.5\n",
        &[
            "pens.toml:1:8: cold: found 'yes', expected true or false",
            "pens.toml:3:9: pens[0].label: found 7, expected a text between quotation marks, of 1 to 2000 characters",
            "pens.toml:4:6: pens[0].mg: found \"8\", expected a whole number from 1 to 1000",
            "pens.toml:6:9: pens[1].label: found '  ', expected a text between quotation marks, of 1 to 2000 characters",
            "pens.toml:7:6: pens[1].mg: found 8.5, expected a whole number from 1 to 1000",
        ],
    );
    check(
        "cold = true\npens = 'none'\n",
        &["pens.toml:2:8: pens: found 'none', expected [[pens]] and its lines, 1 or more"],
    );
    check(
        "cold = true\npens = [3]\n",
        &["pens.toml:2:9: pens[0]: found 3, expected a table"],
    );
}

#[test]
fn numbers_beyond_any_integer_are_faults_like_others() {
    check(
        "cold = true\n[[pens]]\nlabel = 'a'\nmg = 99999999999999999999999\n",
        &[
            "pens.toml:4:6: pens[0].mg: found 99999999999999999999999, expected a whole number from 1 to 1000",
        ],
    );
}

#[test]
fn an_unknown_key_brings_the_one_that_was_meant() {
    check(
        "cold = true\ncolour = 1\n[[pens]]\nlable = 'a'\nlabel = 'a'\nmg = 1\n",
        &[
            "pens.toml:2:1: colour: is not known",
            "pens.toml:4:1: pens[0].lable: is not known; did you mean label?",
        ],
    );
}

#[test]
fn an_unreadable_line_is_told_once_and_the_others_are_still_looked_at() {
    let faults = pens("cold = \n[[pens]]\nlabel = 'a'\nmg = 0\nmg = 5\n")
        .err()
        .unwrap();
    let places: Vec<(usize, usize)> = faults
        .as_slice()
        .iter()
        .map(|f| match f.place {
            Place::At { line, column, .. } => (line, column),
            Place::File { .. } | Place::Variable { .. } => (0, 0),
        })
        .collect();
    assert_eq!(places, [(1, 8), (4, 6), (5, 1)], "{faults}");
    assert!(faults.to_string().contains("duplicate key"), "{faults}");
}

#[test]
fn a_file_in_another_encoding_is_refused_at_its_first_byte() {
    let refused =
        |bytes: &[u8]| read("x.toml", bytes, |_| Some(())).map_err(|faults| faults.to_string());
    assert_eq!(
        refused(b"a = 1\nb = '\xE9'\n"),
        Err("x.toml:2:6: found the byte 0xe9, expected text in UTF-8".into())
    );
    assert!(refused(&vec![b'#'; MOST_BYTES + 1]).is_err());
}

#[test]
fn whatever_is_thrown_at_it_is_refused_and_nothing_panics() {
    for text in [
        "",
        "[",
        "[[",
        "= 1",
        "a",
        "a = [",
        "a = {",
        "\0",
        "a.b = 1\na = 2",
        "[a]\n[a]",
        "'''",
        "\u{feff}",
        "cold = true\ncold = true",
        "[pens]",
        "pens = []",
        "[[pens]]",
        "\r",
        "a = 2021-13-45",
    ] {
        assert!(pens(text).is_err(), "{text}");
    }
    let deep = format!("cold = {}", "[".repeat(100_000));
    assert!(pens(&deep).is_err());
}

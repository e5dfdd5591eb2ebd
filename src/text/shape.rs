//! What the readers of JSON say, in words for people. Their words are serde's and `serde_json`'s own, stable
//! for years; a table turns them, and what is on no table is said in general terms.

/// Messages about the grammar of JSON (`serde_json`).
const GRAMMAR: [(&str, &str); 16] = [
    ("EOF while parsing a list", "fin du texte dans une liste"),
    ("EOF while parsing an object", "fin du texte dans un objet"),
    ("EOF while parsing a string", "fin du texte dans une chaîne"),
    (
        "EOF while parsing a value",
        "fin du texte où une valeur est attendue",
    ),
    ("expected `:`", "`:` attendu"),
    ("expected `,` or `]`", "`,` ou `]` attendu"),
    ("expected `,` or `}`", "`,` ou `}` attendu"),
    ("expected ident", "mot attendu : true, false ou null"),
    ("expected value", "valeur attendue"),
    ("invalid escape", "échappement impossible"),
    ("invalid number", "nombre impossible"),
    ("number out of range", "nombre trop grand"),
    ("key must be a string", "une clé doit être une chaîne"),
    ("trailing comma", "virgule de trop"),
    ("trailing characters", "caractères de trop après la fin"),
    ("recursion limit exceeded", "trop de niveaux imbriqués"),
];

/// What is said of a fault that is not on the table.
pub const NO_JSON: &str = "ce n'est pas du JSON";

/// Beginnings of what stood there (serde's `Unexpected`), in English and in French.
const FOUND: [(&str, &str, &str); 10] = [
    ("boolean ", "boolean ", "booléen "),
    ("integer ", "number ", "nombre "),
    ("floating point ", "number ", "nombre "),
    ("character ", "character ", "caractère "),
    ("string ", "string ", "chaîne "),
    ("unit value", "null", "null"),
    ("null", "null", "null"),
    ("sequence", "a list", "une liste"),
    ("map", "an object", "un objet"),
    ("Option value", "a value", "une valeur"),
];

/// What was expected (serde's visitors, and chrono's), in English and in French.
const EXPECTED: [(&str, &str, &str); 11] = [
    ("a string", "a string", "une chaîne"),
    ("a borrowed string", "a string", "une chaîne"),
    ("a boolean", "true or false", "true ou false"),
    ("a sequence", "a list", "une liste"),
    ("a map", "an object", "un objet"),
    ("a JSON number", "a number", "un nombre"),
    ("option", "a value or null", "une valeur ou null"),
    ("there are no fields", "no member", "aucun membre"),
    ("f32", "a number", "un nombre"),
    ("f64", "a number", "un nombre"),
    (
        "an RFC 3339 formatted date and time string",
        "a date and time such as 2021-10-20T08:00:00Z",
        "une date et une heure telles que 2021-10-20T08:00:00Z",
    ),
];

/// Returns in French what is wrong with the grammar of a text that is no JSON.
pub fn grammar(message: &str) -> String {
    let known = GRAMMAR.iter().find(|(en, _)| *en == message);
    known
        .map_or("ce n'est pas du JSON", |(_, fr)| *fr)
        .to_owned()
}

/// Returns what stood there, in English and in French; the value itself is kept as it is.
pub fn found(words: &str) -> (String, String) {
    FOUND
        .iter()
        .find_map(|(serde, en, fr)| {
            let rest = words.strip_prefix(serde)?;
            Some((format!("{en}{rest}"), format!("{fr}{rest}")))
        })
        .unwrap_or_else(|| (words.to_owned(), words.to_owned()))
}

/// Returns what was expected, in English and in French; names of members and codes are kept as they
/// are, and names of Rust's types are said in words.
pub fn expected(words: &str) -> (String, String) {
    let both = |en: &str, fr: &str| (en.to_owned(), fr.to_owned());
    if let Some((_, en, fr)) = EXPECTED.iter().find(|(serde, ..)| *serde == words) {
        return both(en, fr);
    }
    match words {
        "i8" | "i16" | "i32" | "i64" => both("a whole number", "un nombre entier"),
        "u8" | "u16" | "u32" | "u64" | "usize" => {
            both("a whole number, 0 or more", "un nombre entier, 0 ou plus")
        }
        _ if words.starts_with("struct ") => both("an object", "un objet"),
        names => (names.to_owned(), names.replace("` or `", "` ou `")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_reader_are_turned_and_values_are_kept() {
        assert_eq!(found("string \"three\"").1, "chaîne \"three\"");
        assert_eq!(found("integer `-1`").1, "nombre `-1`");
        assert_eq!(found("floating point `1.5`").0, "number `1.5`");
        assert_eq!(expected("u32").1, "un nombre entier, 0 ou plus");
        assert_eq!(expected("i64").0, "a whole number");
        assert_eq!(
            expected("struct MovementBody with 18 elements").0,
            "an object"
        );
        assert_eq!(expected("`cip13` or `units`").1, "`cip13` ou `units`");
    }
}

//! What the readers of JSON say, in French. Their words are serde's and `serde_json`'s own, stable
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

/// Beginnings of what stood there (serde's `Unexpected`).
const FOUND: [(&str, &str); 10] = [
    ("boolean ", "booléen "),
    ("integer ", "nombre entier "),
    ("floating point ", "nombre décimal "),
    ("character ", "caractère "),
    ("string ", "chaîne "),
    ("unit value", "null"),
    ("null", "null"),
    ("sequence", "liste"),
    ("map", "objet"),
    ("Option value", "valeur facultative"),
];

/// What was expected (serde's visitors, and chrono's).
const EXPECTED: [(&str, &str); 9] = [
    ("a string", "une chaîne"),
    ("a borrowed string", "une chaîne"),
    ("a boolean", "un booléen"),
    ("a sequence", "une liste"),
    ("a map", "un objet"),
    ("a JSON number", "un nombre JSON"),
    ("option", "une valeur ou null"),
    ("there are no fields", "aucun membre"),
    (
        "an RFC 3339 formatted date and time string",
        "une date et heure au format RFC 3339",
    ),
];

/// Returns in French what is wrong with the grammar of a text that is no JSON.
pub fn grammar(message: &str) -> String {
    let known = GRAMMAR.iter().find(|(en, _)| *en == message);
    known
        .map_or("ce n'est pas du JSON", |(_, fr)| *fr)
        .to_owned()
}

/// Returns in French what stood there; the value itself is kept as it is.
pub fn found(words: &str) -> String {
    FOUND
        .iter()
        .find_map(|(en, fr)| words.strip_prefix(en).map(|rest| format!("{fr}{rest}")))
        .unwrap_or_else(|| words.to_owned())
}

/// Returns in French what was expected; names of members and codes are kept as they are.
pub fn expected(words: &str) -> String {
    if let Some((_, fr)) = EXPECTED.iter().find(|(en, _)| *en == words) {
        return (*fr).to_owned();
    }
    match words {
        "i8" | "i16" | "i32" | "i64" => "un nombre entier".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "un nombre entier, 0 ou plus".to_owned(),
        "f32" | "f64" => "un nombre".to_owned(),
        _ if words.starts_with("struct ") => "un objet".to_owned(),
        names => names.replace("` or `", "` ou `"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_reader_are_turned_and_values_are_kept() {
        assert_eq!(found("string \"three\""), "chaîne \"three\"");
        assert_eq!(found("integer `-1`"), "nombre entier `-1`");
        assert_eq!(expected("u32"), "un nombre entier, 0 ou plus");
        assert_eq!(expected("struct MovementBody"), "un objet");
        assert_eq!(expected("`cip13` or `units`"), "`cip13` ou `units`");
    }
}

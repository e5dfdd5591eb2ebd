//! How many units are in a box, where its label says so beyond doubt.

/// Containers that are counted themselves when what is in them is measured.
const CONTAINERS: [&str; 12] = [
    "flacon",
    "ampoule",
    "seringue",
    "stylo",
    "cartouche",
    "poche",
    "sachet",
    "récipient",
    "tube",
    "bouteille",
    "pot",
    "inhalateur",
];

/// Containers that only hold what is counted.
const HOLDERS: [&str; 3] = ["plaquette", "pilulier", "film"];

/// What is counted inside of a container.
const FORMS: [&str; 10] = [
    "comprimé",
    "gélule",
    "capsule",
    "suppositoire",
    "pastille",
    "gomme",
    "ovule",
    "lyophilisat",
    "dispositif",
    "granule",
];

/// What a number measures, rather than counts.
const MEASURES: [&str; 14] = [
    "ml", "l", "g", "mg", "µg", "kg", "ui", "mbq", "gbq", "mmol", "mm", "cm", "mg/ml", "mbq/ml",
];

/// The most units that are believed.
///
/// Choice: the editions at hand have boxes of 400 sachets and of 1,000 tablets, but also
/// `90 plaquette(s) … de 30 gélule(s)`, where one of the two numbers must be the whole. What
/// multiplies to more than 400 is not certain.
const MOST: u32 = 1_000;
/// The most that two numbers are multiplied to.
const MOST_MULTIPLIED: u32 = 400;

/// A closure, which says nothing of what is inside, though what is inside may follow it.
const CLOSURES: [&str; 3] = [
    " avec fermeture de sécurité enfant",
    " avec sécurité enfant",
    " avec fermeture de sécurité",
];

/// Returns how many units a box with this label holds, when that is certain, else nothing.
///
/// A unit is what is counted out: a tablet of a blister, a vial or pen of a liquid. `4 stylos
/// préremplis en verre de 0,9 ml` are 4, `3 plaquette(s) PVC de 28 comprimé(s)` are 84, and so are
/// `plaquette(s) PVC de 84 comprimé(s)`, where the number of blisters is not said. Nothing comes
/// of a label with a second component, a multiple pack, a number that is neither a count nor a
/// measure, or `tube(s) de 10 g`, which does not say how many.
pub fn units_per_box(label: &str) -> Option<u32> {
    let label = label.to_lowercase().replace('\u{a0}', " ");
    let label = CLOSURES
        .iter()
        .fold(label, |label, closure| label.replace(closure, ""));
    let label = without_withdrawal(&label);
    let (head, beside) = label.split_once(" avec ").unwrap_or((label, ""));
    if [
        " - ",
        "+",
        "multiple",
        " et ",
        " ou ",
        "contenant",
        "chacun",
    ]
    .iter()
    .any(|doubt| label.contains(doubt))
        || is_any(beside, &CONTAINERS)
        || is_any(beside, &HOLDERS)
        || is_any(beside, &FORMS)
    {
        return None;
    }
    let words: Vec<&str> = head.split_whitespace().collect();
    if let [n, "x" | "×" | "*", m, what, ..] = words.as_slice() {
        let counted = starts(what, &CONTAINERS) || starts(what, &FORMS);
        let plain = counted && words.iter().skip(4).all(|w| !has_digit(w));
        return plain.then(|| multiplied(count(n)?, count(m)?)).flatten();
    }
    let (boxes, words) = match words.split_first()? {
        (first, rest) if has_digit(first) => (Some(count(first)?), rest),
        _ => (None, words.as_slice()),
    };
    let (container, rest) = words.split_first()?;
    let holder = starts(container, &HOLDERS);
    if !holder && !starts(container, &CONTAINERS) {
        return None;
    }
    match (boxes, content(rest).ok()?) {
        (Some(n), Some(m)) => multiplied(n, m),
        (None, Some(m)) => Some(m),
        (Some(n), None) if !holder => Some(n),
        _ => None,
    }
}

/// A number that is neither a count nor a measure.
struct Doubt;

/// How many forms a container holds, if it says.
fn content(words: &[&str]) -> Result<Option<u32>, Doubt> {
    let mut held = None;
    for (word, next) in words.iter().zip(words.iter().skip(1).chain(&[""])) {
        if !has_digit(word) {
            continue;
        }
        if starts(next, &FORMS) && held.is_none() {
            held = Some(count(word).ok_or(Doubt)?);
        } else if !(is_measure(word) && MEASURES.contains(&next.trim_end_matches(','))) {
            return Err(Doubt);
        }
    }
    Ok(held)
}

/// Takes off `( abrogée le 05/10/2017)`, which says nothing of what is inside.
fn without_withdrawal(label: &str) -> &str {
    label
        .rsplit_once("( abrogée le ")
        .map_or(label, |(before, _)| before.trim_end())
}

fn starts(word: &str, nouns: &[&str]) -> bool {
    nouns.iter().any(|noun| {
        word.strip_prefix(noun)
            .is_some_and(|end| matches!(end, "" | "s" | "(s)" | "(s)-dose(s)" | "s," | "(s),"))
    })
}

fn is_any(text: &str, nouns: &[&str]) -> bool {
    text.split_whitespace().any(|word| starts(word, nouns))
}

fn has_digit(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit())
}

fn is_measure(word: &str) -> bool {
    word.bytes()
        .all(|b| b.is_ascii_digit() || b == b',' || b == b'.')
}

fn count(word: &str) -> Option<u32> {
    let digits = word.bytes().all(|b| b.is_ascii_digit());
    let count: u32 = digits.then_some(word)?.parse().ok()?;
    within(count)
}

/// Boxes of boxes; one box of many is as many as it says.
fn multiplied(n: u32, m: u32) -> Option<u32> {
    let units = n.checked_mul(m)?;
    (n == 1 || m == 1 || units <= MOST_MULTIPLIED).then_some(units)
}

/// A count between one and [`MOST`].
fn within(count: u32) -> Option<u32> {
    (1..=MOST).contains(&count).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::units_per_box;

    #[test]
    fn a_box_is_counted_only_when_its_label_is_certain() {
        for (label, expected) in [
            ("4 stylos préremplis en verre de 0,9 ml", Some(4)),
            ("4 seringue(s) préremplie(s) en verre de 0,9 ml", Some(4)),
            ("1 flacon(s) en verre de 20 ml", Some(1)),
            ("1 flacon(s) en verre", Some(1)),
            ("10 flacon(s) en verre de 1578 mg dans 60 ml", Some(10)),
            ("1 flacon en verre de 20 mL", Some(1)),
            ("1 flacon(s) en verre de 185 MBq/ml", Some(1)),
            ("24 sachet(s)-dose(s) papier de 1,8  g", Some(24)),
            (
                "10 récipient(s) unidose(s) polyéthylène de 0,4  ml",
                Some(10),
            ),
            (
                "4 seringue(s) préremplie(s) en verre de 1 ml avec 8 tampon(s) alcoolisé(s)",
                Some(4),
            ),
            ("plaquette(s) PVC de 30 comprimé(s)", Some(30)),
            (
                "plaquette(s) PVC aluminium de 30 comprimé(s) ( abrogée le 05/10/2017)",
                Some(30),
            ),
            ("2 plaquette(s) PVC de 15 comprimés", Some(30)),
            (
                "28 plaquette(s) PVC PVDC aluminium de 1 comprimé(s)",
                Some(28),
            ),
            ("7 sachet(s) papier aluminium de 1  dispositif(s)", Some(7)),
            (
                "1 flacon(s) PEHD avec fermeture de sécurité enfant de 60 comprimé(s)",
                Some(60),
            ),
            (
                "28 plaquette(s) PVC avec fermeture de sécurité enfant de 1 comprimé(s)",
                Some(28),
            ),
            (
                "1 flacon(s) de 50 comprimé(s) avec fermeture de sécurité enfant",
                Some(50),
            ),
            (
                "1 flacon(s) polyéthylène avec déshydratant de 60 comprimé(s)",
                None,
            ),
            ("90 plaquette(s) PVC PVDC aluminium de 30 gélule(s)", None),
            (
                "plaquette(s) PVC aluminium de 1000 comprimé(s)",
                Some(1_000),
            ),
            ("2 x 10 flacons", Some(20)),
            ("2 x 10 ml", None),
            // how many is not said
            ("tube(s) aluminium de 10 g", None),
            ("flacon(s) polyéthylène de 125 ml", None),
            ("3 plaquette(s) PVC", None),
            ("", None),
            ("30", None),
            // what the unit is, is not certain
            (
                "1 flacon(s) en verre - 1 ampoule(s) en verre de 2  ml",
                None,
            ),
            ("1 flacon + 1 ampoule", None),
            ("1 flacon de poudre avec 1 flacon de solvant", None),
            (
                "4 (4x1) stylos préremplis de 0,3 ml (conditionnement multiple)",
                None,
            ),
            ("3 plaquette(s) OPA de 10 x 1 comprimé", None),
            ("plaquette(s) aluminium de 60 comprimé(s) (6x10)", None),
            ("1 flacon(s) de 16 g  (120 doses), avec pompe doseuse", None),
            (
                "plaquette aluminium de 1 gélule 125 mg et de 2 gélule(s) de 80 mg",
                None,
            ),
            ("1 flacon(s) en verre jaune(brun) de150 ml", None),
            ("6 poches à 3 compartiments", None),
            ("0 flacon(s) en verre", None),
            ("99999999999 flacon(s)", None),
            ("9999 plaquette(s) de 9999 comprimé(s)", None),
        ] {
            assert_eq!(units_per_box(label), expected, "{label}");
        }
    }
}

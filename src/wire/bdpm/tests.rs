//! Excerpts of two real editions: real rows in their real encoding.

use super::*;
use chrono::NaiveDate;

struct Excerpt {
    products: &'static [u8],
    packs: &'static [u8],
    encoding: Encoding,
    rows: (usize, usize),
    orphans: usize,
}

const JANUARY_2021: Excerpt = Excerpt {
    products: include_bytes!("../../../tests/fixtures/bdpm/2021-01/CIS_bdpm.txt"),
    packs: include_bytes!("../../../tests/fixtures/bdpm/2021-01/CIS_CIP_bdpm.txt"),
    encoding: Encoding::Utf8,
    rows: (278, 251),
    orphans: 7,
};

const JUNE_2022: Excerpt = Excerpt {
    products: include_bytes!("../../../tests/fixtures/bdpm/2022-06/CIS_bdpm.txt"),
    packs: include_bytes!("../../../tests/fixtures/bdpm/2022-06/CIS_CIP_bdpm.txt"),
    encoding: Encoding::Windows1252,
    rows: (295, 273),
    orphans: 8,
};

fn edition(excerpt: &Excerpt) -> Edition {
    let products = Source {
        name: "CIS_bdpm.txt",
        bytes: excerpt.products,
    };
    let packs = Source {
        name: "CIS_CIP_bdpm.txt",
        bytes: excerpt.packs,
    };
    read(products, packs).unwrap()
}

/// CIP13, CIS, label, route, units a box: the heading of the letter of 14 October 2021.
const LETTER: [(&str, &str, &str, &str, u32); 5] = [
    (
        "3400930145524",
        "67121308",
        "4 stylos préremplis en verre de 0,9 ml",
        "sous-cutanée",
        4,
    ),
    (
        "3400927824845",
        "69107620",
        "4 seringue(s) préremplie(s) en verre de 0,9 ml",
        "sous-cutanée",
        4,
    ),
    (
        "3400957464318",
        "69582503",
        "1 flacon(s) en verre de 4 ml",
        "intraveineuse",
        1,
    ),
    (
        "3400957464486",
        "69582503",
        "1 flacon(s) en verre de 10 ml",
        "intraveineuse",
        1,
    ),
    (
        "3400957464547",
        "69582503",
        "1 flacon(s) en verre de 20 ml",
        "intraveineuse",
        1,
    ),
];

#[test]
fn the_five_packs_of_the_letter_come_out_of_both_editions() {
    for excerpt in [JANUARY_2021, JUNE_2022] {
        let edition = edition(&excerpt);
        for (cip13, cis, label, route, units) in LETTER {
            let (pack, product) = edition.find(Cip13::parse(cip13).unwrap()).unwrap();
            let product = product.unwrap();
            assert_eq!(pack.cis.as_str(), cis);
            assert_eq!(pack.label, label);
            assert_eq!(pack.cip7.as_deref(), cip13.get(5..12));
            assert_eq!(pack.agreement, Some(Agreement::Yes));
            assert_eq!(units_per_box(&pack.label), Some(units));
            assert!(product.name.starts_with("ROACTEMRA "), "{}", product.name);
            assert_eq!(product.routes, [route]);
            assert_eq!(product.holder, "ROCHE REGISTRATION (ALLEMAGNE)");
            assert_eq!(product.authorisation, "Autorisation active");
        }
    }
}

#[test]
fn each_excerpt_is_read_in_its_encoding_and_its_orphans_are_reported() {
    for excerpt in [JANUARY_2021, JUNE_2022] {
        let edition = edition(&excerpt);
        let [products, packs] = edition.report.files.as_slice() else {
            panic!("two files");
        };
        assert_eq!((products.rows_read, packs.rows_read), excerpt.rows);
        assert_eq!((products.rows_kept, packs.rows_kept), excerpt.rows);
        assert_eq!(products.encoding, excerpt.encoding);
        assert_eq!(packs.encoding, excerpt.encoding);
        assert_eq!(products.faults, []);
        assert_eq!(packs.faults.len(), excerpt.orphans);
        for fault in &packs.faults {
            assert_eq!(fault.expected, "a CIS that the file of medicines has");
            assert!(fault.kept);
        }
        assert!(edition.products.iter().any(|p| p.name.contains('’')));
    }
}

#[test]
fn prices_and_rates_come_out_as_whole_numbers() {
    let edition = edition(&JANUARY_2021);
    let pen = edition
        .find(Cip13::parse("3400930145524").unwrap())
        .unwrap()
        .0;
    assert_eq!(pen.price_cents, Some(83_534));
    assert_eq!(pen.price_with_fee_cents, Some(83_636));
    assert_eq!(pen.fee_cents, Some(102));
    assert_eq!(pen.reimbursement_pct, [65]);
    assert_eq!(pen.declared_on, NaiveDate::from_ymd_opt(2019, 7, 12));
    let dearest = edition.packs.iter().filter_map(|p| p.price_cents).max();
    assert!(dearest > Some(1_000_000), "{dearest:?}");
    let vial = edition
        .find(Cip13::parse("3400957464547").unwrap())
        .unwrap()
        .0;
    assert_eq!((vial.price_cents, vial.reimbursement_pct.len()), (None, 0));
}

#[test]
fn the_report_has_the_names_that_programs_read() {
    let report = serde_json::to_value(&edition(&JUNE_2022).report).unwrap();
    let packs = report.pointer("/files/1").unwrap();
    assert_eq!(packs.get("name").unwrap(), "CIS_CIP_bdpm.txt");
    assert_eq!(packs.get("encoding").unwrap(), "windows-1252");
    assert_eq!(packs.get("rows_read").unwrap(), 273);
    assert_eq!(packs.get("rows_kept").unwrap(), 273);
    let fault = packs.pointer("/faults/0").unwrap();
    for name in ["line", "column", "found", "expected", "kept"] {
        assert!(fault.get(name).is_some(), "{name}");
    }
    assert_eq!(report.pointer("/files/0/encoding").unwrap(), "windows-1252");
}

#[test]
fn files_in_the_wrong_order_are_told_apart() {
    let swapped = read(
        Source {
            name: "first",
            bytes: JANUARY_2021.packs,
        },
        Source {
            name: "second",
            bytes: JANUARY_2021.products,
        },
    );
    assert_eq!(
        swapped.unwrap_err(),
        [
            FileError::WrongFile {
                name: "first".into(),
                found: Kind::Packs,
                expected: Kind::Products
            },
            FileError::WrongFile {
                name: "second".into(),
                found: Kind::Products,
                expected: Kind::Packs
            },
        ]
    );
}

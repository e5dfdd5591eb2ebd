//! Every fault that the readers of `domain` have, in French and in English.

use super::*;
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess, Gtin14, LotNumber};
use crate::domain::quantity::Mg;
use crate::domain::scan;

/// The sentences of a fault, which must be two.
fn check(fault: &impl Bilingual, french: &str) {
    assert_eq!(fault.in_french(), french);
    assert_ne!(fault.in_english(), french);
}

#[test]
fn a_code_is_refused_in_french() {
    let cip13 = |text| Cip13::parse(text).unwrap_err();
    check(
        &cip13("340"),
        "\"340\" compte 3 caractères, attendu : 13 chiffres",
    );
    check(
        &cip13("34009574645A7"),
        "\"34009574645A7\" a le caractère 'A' en position 12, attendu : 13 chiffres",
    );
    check(
        &cip13("4006381333931"),
        "\"4006381333931\" ne commence pas comme attendu : 3400, et non 34008, qui est une unité de dispensation (UCD)",
    );
    check(
        &cip13("3400957464548"),
        "la clé 8 de \"3400957464548\" ne correspond pas aux autres chiffres, qui demandent 7",
    );
    check(
        &Gtin14::parse("13400957464544")
            .unwrap()
            .cip13()
            .unwrap_err(),
        "\"13400957464544\" ne commence pas comme attendu : 0 suivi d'un CIP13",
    );
    check(
        &Finess::parse("75").unwrap_err(),
        "\"75\" compte 2 caractères, attendu : 9 caractères, tous des chiffres sauf le deuxième, qui peut être A ou B après un 2",
    );
    check(
        &LotNumber::parse("B 1").unwrap_err(),
        "\"B 1\" a le caractère ' ' en position 2, attendu : 1 à 20 caractères du jeu GS1 82 (lettres, chiffres et la plupart des signes, sans espace)",
    );
}

#[test]
fn a_day_a_weight_a_name_and_an_address_are_refused_in_french() {
    check(
        &Day::parse("20/10/2021").unwrap_err(),
        "\"20/10/2021\" n'est pas un jour ; attendu : AAAA-MM-JJ, du 2000-01-01 au 2099-12-31",
    );
    check(
        &Grams::new(70).unwrap_err(),
        "70 g n'est pas un poids corporel ; attendu : 500 à 400000 g",
    );
    check(
        &Slug::parse("GHT 1").unwrap_err(),
        "\"GHT 1\" n'est pas un nom court ; attendu : 1 à 64 lettres minuscules, chiffres et traits d'union",
    );
    let (length, most) = (65, 64);
    let part = AddressPart::Local;
    check(
        &AddressError::Length { part, length, most },
        "la partie avant le @ compte 65 caractères, attendu : 1 à 64",
    );
    let found = "pui".to_owned();
    check(
        &AddressError::Form { found },
        "\"pui\" n'est pas une adresse, attendu : pharmacie@hopital.fr",
    );
}

#[test]
fn a_scan_is_refused_in_french() {
    let today = Day::of(2021, 10, 20).unwrap();
    for (text, french) in [
        ("", "rien n'a été scanné"),
        (
            "]E03400957464547",
            "seul le code produit 3400957464547 a été lu ; scannez plutôt le code carré (DataMatrix)",
        ),
        (
            "]C2",
            "\"]C2\" annonce un autre type de code, attendu : ]d2 (GS1 DataMatrix) ou rien",
        ),
        (
            "(01)03400957464548",
            "le code produit en position 5 est refusé : la clé 8 de \"03400957464548\" ne correspond pas aux autres chiffres, qui demandent 7",
        ),
        ("(10)B1", "pas de code produit : (01) est absent"),
        (
            "(01)03400957464547(17)211340",
            "\"211340\" en position 23 n'est pas une péremption : AAMMJJ de 2000 à 2099, jour 00 pour le dernier du mois",
        ),
        (
            "(01)03400957464547(17)2113",
            "\"2113\" en position 23 compte 4 caractères ; (17) en prend : 6 chiffres",
        ),
        (
            "à&à",
            "\"à&à\" a été saisi avec le mauvais clavier : réglez le lecteur sur un clavier français (AZERTY)",
        ),
    ] {
        check(&scan::read(text, today).unwrap_err(), french);
    }
}

#[test]
fn what_cannot_be_computed_is_said_in_french() {
    let (need, strength) = (Mg::from_ug(358_800), Mg::from_ug(80_000));
    check(
        &Unsolved::VialsADose { need, strength },
        "une dose de 358,8 mg demande plus de 1000000 flacons de 80 mg",
    );
    check(&Unsolved::Steps { steps: 9 }, "pas de réponse en 9 étapes");
}

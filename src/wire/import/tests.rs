//! Each kind of sheet: its template, and what is wrong in it.

use super::*;
use crate::domain::quantity::Units;
use crate::wire::sheet::fold;
use std::collections::BTreeSet;

const LAYOUTS: [&Layout; 5] = [
    &stock::LAYOUT,
    &sites::LAYOUT,
    &people::LAYOUT,
    &patients::LAYOUT,
    &deliveries::LAYOUT,
];

fn finess(text: &str) -> Finess {
    Finess::parse(text).unwrap()
}

#[test]
fn each_template_is_read_back_as_one_row() {
    let stock = stock::read(stock::written().as_bytes(), None).unwrap();
    assert_eq!((stock.len(), stock[0].units.get()), (1, 12));
    assert_eq!(stock[0].quarantined.map(Units::get), Some(0));
    let sites = sites::read(sites::written().as_bytes()).unwrap();
    assert_eq!((sites.len(), sites[0].car_t), (1, Some(true)));
    assert_eq!(sites[0].reference_dose, None);
    let people = people::read(people::written().as_bytes(), None, |_| Ok(())).unwrap();
    assert_eq!((people.len(), people[0].position), (1, Some(1)));
    let patients = patients::read(patients::written().as_bytes(), None).unwrap();
    assert_eq!((patients.len(), patients[0].weight.get()), (1, 61_500));
    let deliveries = deliveries::read(deliveries::written().as_bytes(), None).unwrap();
    assert_eq!(deliveries[0].expected_on.to_string(), "2027-10-22");
}

#[test]
fn each_template_is_read_back_with_its_names_in_english_and_with_tabs() {
    for layout in LAYOUTS {
        let english: Vec<&str> = layout.columns.iter().map(|c| c.name).collect();
        let text = format!("{}\n", english.join("\t"));
        let none =
            crate::wire::sheet::read(text.as_bytes(), layout, |_: &mut Line<'_, Wrong>| Some(()));
        assert_eq!(none, Ok(Vec::new()), "{text}");
    }
}

#[test]
fn no_two_columns_of_a_sheet_share_a_name() {
    for layout in LAYOUTS {
        let mut names = BTreeSet::new();
        for column in layout.columns {
            let own = [fold(column.name), fold(column.title)];
            let own: BTreeSet<String> = own
                .into_iter()
                .chain(column.also.iter().map(|name| (*name).to_owned()))
                .collect();
            for name in own {
                assert_eq!(fold(&name), name);
                assert!(names.insert(name.clone()), "{name}");
            }
        }
    }
}

#[test]
fn the_site_is_said_once_in_the_file_or_beside_it() {
    let sheet = "finess;pseudonyme;poids;injection\n750100125;p;61;2027-10-25\n;q;62;2027-10-25\n";
    let here = finess("750100125");
    let rows = patients::read(sheet.as_bytes(), Some(here)).unwrap();
    assert!(rows.len() == 2 && rows.iter().all(|row| row.site == here));
    let told = |named: Option<Finess>| {
        let faults = patients::read(sheet.as_bytes(), named).unwrap_err();
        let told = faults.iter().map(|f| format!("{} {}", f.at, f.wrong));
        told.collect::<Vec<_>>()
    };
    assert_eq!(
        told(None),
        ["3:1 names no site; expected a column finess, or the site beside the file"]
    );
    assert_eq!(
        told(Some(finess("690000013"))),
        ["2:1 750100125 is another site than the one that was named, 690000013"]
    );
}

#[test]
fn a_file_that_does_not_speak_of_quarantine_is_told_from_one_that_says_there_is_none() {
    let read = |sheet: &str| stock::read(sheet.as_bytes(), Some(finess("750100125"))).unwrap();
    let row = "3400957464547;B1;06/2027;4";
    let without = read(&format!("CIP13;lot;péremption;stock\n{row}\n"));
    assert_eq!(
        (without[0].quarantined, without[0].expiry.to_string()),
        (None, "2027-06-30".to_owned())
    );
    let empty = read(&format!("CIP13;lot;péremption;stock;quarantaine\n{row};\n"));
    assert_eq!(empty[0].quarantined.map(Units::get), Some(0));
}

#[test]
fn a_sheet_of_patients_takes_nothing_else_of_them() {
    let sheet = "pseudonyme;nom;poids;injection\np;Durand;61;2027-10-25\n";
    let faults = patients::read(sheet.as_bytes(), Some(finess("750100125"))).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(
        faults[0]
            .wrong
            .to_string()
            .ends_with("and nothing else of the patient")
    );
}

#[test]
fn what_is_wrong_with_people_and_deliveries_is_told_by_cell() {
    let sheet = "finess;fonction;nom;mail;langue;rang;actif\n75;chef;;x;de;0;bof\n";
    let refuse = |text: &str| {
        let found = text.to_owned();
        Err(crate::domain::email::AddressError::Form { found })
    };
    let faults = people::read(sheet.as_bytes(), None, refuse).unwrap_err();
    let places: Vec<String> = faults.iter().map(|f| f.at.to_string()).collect();
    assert_eq!(places, ["2:1", "2:2", "2:3", "2:4", "2:5", "2:6", "2:7"]);
    let sheet = "cip13;qte;livraison;commande;statut\n3400957464547;0;demain;;reçue\n";
    let faults = deliveries::read(sheet.as_bytes(), Some(finess("750100125"))).unwrap_err();
    let places: Vec<String> = faults.iter().map(|f| f.at.to_string()).collect();
    assert_eq!(places, ["2:2", "2:3", "2:4", "2:5"]);
}

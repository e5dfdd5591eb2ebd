//! What the most frequent acts ask of the database: few statements, and each prepared once.

use crate::service::{CENTRE, MG400, spawn};
use crate::statements::{Asked, asked};
use crate::support::Backend;
use dotation::app::act::Desk;
use dotation::app::ask_clearance::{Question, Who, ask};
use dotation::app::dispense::{Claim, Dispensed, Line, dispense};
use dotation::app::edit_patients::NewPatient;
use dotation::app::lose_units::lose;
use dotation::app::record::{Particulars, Which};
use dotation::app::{Act, Caller, see};
use dotation::domain::calendar::Day;
use dotation::domain::code::{Cip13, Finess, LotNumber};
use dotation::domain::ledger::{LossReason, UnitState};
use dotation::domain::quantity::{Grams, Units};
use dotation::domain::role::Role;
use dotation::rulebook::Rulebooks;

on_both! {
    every_statement_of_the_hot_path_is_kept_prepared
}

fn given(claim: Claim) -> Dispensed {
    let line = Line {
        cip13: Cip13::parse(MG400).unwrap(),
        lot: None,
        units: Units::new(1),
        serial: None,
        place: None,
    };
    Dispensed {
        lines: vec![line],
        pseudonym: (claim == Claim::Crs).then(|| "cart-0".to_owned()),
        claim,
        told: Particulars::default(),
    }
}

fn question(n: u32) -> Question {
    Question {
        who: Who::Told(NewPatient {
            pseudonym: format!("cart-{n}"),
            weight: Grams::new(60_000).unwrap(),
            infusion_on: Day::parse("2021-10-25").unwrap(),
        }),
        rulebook: None,
        hold: true,
    }
}

/// Everything twice: what is asked the first time is prepared then.
fn work(act: &mut Act<'_>, site: Finess) {
    for n in 0..2 {
        ask(act, site, &question(n)).unwrap();
        dispense(act, site, &given(Claim::Ordinary)).unwrap();
        dispense(act, site, &given(Claim::Crs)).unwrap();
    }
    // the alerts open, get worse, and letters are written
    let which = Which {
        cip13: Cip13::parse(MG400).unwrap(),
        lot: LotNumber::parse("B1").unwrap(),
        expiry: None,
    };
    for units in [32, 2] {
        let (units, state) = (Units::new(units), UnitState::Usable);
        let told = Particulars::default();
        lose(act, site, &which, units, state, LossReason::Breakage, &told).unwrap();
    }
}

/// What was prepared for one use; an `UPDATE` always is, by diesel.
fn unprepared(asked: &Asked) -> Vec<&String> {
    let is_statement = |sql: &&String| {
        ["SELECT", "INSERT", "DELETE"]
            .iter()
            .any(|verb| sql.starts_with(verb))
    };
    let not_kept = |sql: &&String| !asked.kept.contains(sql);
    asked
        .all
        .iter()
        .filter(is_statement)
        .filter(not_kept)
        .collect()
}

fn every_statement_of_the_hot_path_is_kept_prepared(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 40);
    let (rules, site) = (
        Rulebooks::load(None).unwrap(),
        Finess::parse(CENTRE).unwrap(),
    );
    let (caller, now) = (
        Caller::at_the_machine("t", Role::Pharmacist),
        app.clock.now(),
    );
    let desk = Desk {
        public_url: "http://localhost".to_owned(),
        mail_domain: "example.org".to_owned(),
        simulated: true,
        operations: dotation::app::operations::Operations::NOBODY,
    };
    let mut conn = app.database.conn();
    let mut acting = |work: &dyn Fn(&mut Act<'_>)| {
        let act = |conn: &mut _| {
            work(&mut Act {
                conn,
                rules: &rules,
                now,
                caller: &caller,
                desk: &desk,
                lines: 0,
            });
        };
        asked(&mut conn, act).1
    };
    let seen = acting(&|act| {
        see::reserve(act, site, None).unwrap();
    });
    // the site, its shelf, its patients, its clearances, its deliveries
    assert_eq!(seen.all.len(), 5, "{seen:#?}");
    assert_eq!(unprepared(&seen), Vec::<&String>::new());
    let done = acting(&|act| work(act, site));
    let known: Vec<_> = unprepared(&done)
        .into_iter()
        .filter(|sql| !seen.kept.contains(sql))
        .collect();
    assert_eq!(known, Vec::<&String>::new());
    assert!(done.all.iter().any(|sql| sql.contains("outbox")));
    assert!(done.all.iter().any(|sql| sql.contains("holds")));
}

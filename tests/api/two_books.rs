//! Two rulebooks ask for a reserve: each clearance goes by its own.

use crate::service::{App, CENTRE, MG200, MG400, spawn_set};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use dotation::settings::Settings;
use serde_json::{Value, json};
use std::sync::OnceLock;

on_both! {
    a_clearance_moves_under_its_own_rulebook
    each_hold_is_ranked_under_its_own_rulebook
    a_dose_is_counted_by_the_rulebook_that_has_the_presentation
}

/// The name of the second: it comes after the first.
pub(crate) const SECOND: &str = "zz-2021";
/// A presentation that the second alone has, of 200 mg for infusion.
const OTHER200: &str = "3400999999991";

/// A second rulebook: four doses are kept where the first keeps three, and one vial is another.
pub(crate) fn second(settings: &mut Settings) {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let first = include_str!("../../config/rulebooks/roactemra-2021-10-14.toml");
        let mut text = first.to_owned();
        for (from, to) in [
            ("name = \"roactemra-2021-10-14\"", "name = \"zz-2021\""),
            ("doses_compromised = 3", "doses_compromised = 4"),
            (MG200, OTHER200),
        ] {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("zz-2021.toml"), text).unwrap();
        folder
    });
    settings.rulebooks_folder = Some(folder.path().to_owned());
}

#[track_caller]
fn go(app: &App, pseudonym: &str, day: &str, rulebook: &str) -> Value {
    let body = json!({ "pseudonym": pseudonym, "weight_g": 100_000, "infusion_date": day, "rulebook": rulebook });
    let answer = app
        .post(Role::CarTUnit, &at("/clearances"), &body)
        .expect(201);
    assert_eq!(answer["decision"], "GO", "{answer}");
    answer
}

fn a_clearance_moves_under_its_own_rulebook(backend: Backend) {
    let app = spawn_set(backend, second);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 30);
    for (rulebook, doses) in [(SECOND, 4), ("roactemra-2021-10-14", 3)] {
        let old = go(&app, rulebook, "2021-10-25", rulebook);
        let to = json!({ "infusion_date": "2021-10-28" });
        let new = app.clearance(&old, "move", &to).expect(201);
        assert_eq!(new["decision"], "GO", "{new}");
        let id = new["id"].as_str().unwrap();
        let seen = app.see(&format!("/clearances/{id}"));
        assert_eq!(seen["rulebook"], rulebook);
        assert_eq!(app.held(&new).len(), doses);
    }
}

fn each_hold_is_ranked_under_its_own_rulebook(backend: Backend) {
    let app = spawn_set(backend, second);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 16);
    // infused today, with four doses; and one who is to be infused, with three
    let infused = go(&app, "cart-1", "2021-10-20", SECOND);
    let scheduled = go(&app, "cart-2", "2021-10-25", "roactemra-2021-10-14");
    assert_eq!(
        (app.held(&infused).len(), app.held(&scheduled).len()),
        (4, 3)
    );
    // two vials are free: a dose goes, and it is not that of whom was infused
    app.lose(MG400, "B1", 4);
    assert_eq!(
        (app.held(&infused).len(), app.held(&scheduled).len()),
        (4, 2)
    );
    // nor when a treatment takes it
    let treat = json!({ "kind": "dispensing", "cip13": MG400, "units": 2, "indication": "crs", "patient": "ward-7" });
    app.book(&treat).expect(201);
    assert_eq!(
        (app.held(&infused).len(), app.held(&scheduled).len()),
        (4, 1)
    );
}

fn a_dose_is_counted_by_the_rulebook_that_has_the_presentation(backend: Backend) {
    let app = spawn_set(backend, second);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 16);
    app.receive(CENTRE, OTHER200, "C1", "2022-06-30", 4);
    go(&app, "cart-1", "2021-10-20", SECOND);
    let treat = json!({ "kind": "dispensing", "cip13": OTHER200, "units": 4, "indication": "crs", "patient": "cart-1" });
    app.book(&treat).expect(201);
    assert_eq!(items(&app.see("/car-t-patients"))[0]["doses_given"], 1);
}

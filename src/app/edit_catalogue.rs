//! Presentations are put on the catalogue.

use super::act::{Act, Done};
use super::edit_sites::unless_there;
use super::error::Error;
use crate::db::catalogue::Listed;
use crate::db::{self};
use crate::domain::code::Cip13;
use crate::domain::presentation::{Presentation, Route};
use crate::domain::quantity::{Mg, Units};
use crate::domain::reason::Refusal;
use crate::wire::bdpm::units_per_box;
use serde_json::json;

/// A presentation to be kept; what is not said is looked up in the imported public database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPresentation {
    /// The code on its box.
    pub cip13: Cip13,
    /// Its name.
    pub label: Option<String>,
    /// How much one unit holds: never guessed.
    pub strength: Mg,
    /// How it is given.
    pub route: Option<Route>,
    /// How many units one box holds.
    pub units_per_box: Option<Units>,
}

/// Puts a presentation on the catalogue.
///
/// # Errors
/// Refused when it is there, or when something is neither said nor certain from the public
/// database: then which.
pub fn add(act: &mut Act<'_>, new: &NewPresentation) -> Result<Listed, Error> {
    if db::catalogue::find(act.conn, new.cip13)?.is_some() {
        return Err(Refusal::AlreadyThere {
            what: "presentation",
        }
        .into());
    }
    let known = db::catalogue::bdpm_pack(act.conn, new.cip13)?;
    let product = known.as_ref().and_then(|(_, product)| product.as_ref());
    let label = new.label.clone().or_else(|| {
        product
            .zip(known.as_ref())
            .map(|(p, (pack, _))| format!("{}, {}", p.name, pack.label))
    });
    let route = new
        .route
        .or_else(|| product.and_then(|p| route_of(&p.routes)));
    let units = new.units_per_box.or_else(|| {
        known
            .as_ref()
            .and_then(|(pack, _)| units_per_box(&pack.label))
            .map(Units::new)
    });
    let missing = |what: &'static str| Refusal::MustBeSaid {
        cip13: new.cip13,
        what,
    };
    let presentation = Presentation {
        cip13: new.cip13,
        label: label.ok_or_else(|| missing("label"))?,
        strength: new.strength,
        route: route.ok_or_else(|| missing("route"))?,
        units_per_box: units.ok_or_else(|| missing("units_per_box"))?,
    };
    let listed = Listed {
        presentation,
        cis: known.map(|(pack, _)| pack.cis),
    };
    let now = act.now;
    unless_there(act, "presentation", |conn| {
        db::catalogue::insert(conn, &listed, now)
    })?;
    let details = json!({
        "label": listed.presentation.label, "strength_ug": listed.presentation.strength.ug(),
        "route": listed.presentation.route.code(), "units_per_box": listed.presentation.units_per_box.get(),
    });
    act.audit(
        None,
        Done {
            action: "catalogue.add",
            object: new.cip13.as_str(),
            patient: None,
            details,
        },
    )?;
    Ok(listed)
}

/// The route of a product that has one and only one of ours.
fn route_of(routes: &str) -> Option<Route> {
    let mut found = routes.split(';').map(str::trim).filter_map(|r| match r {
        "intraveineuse" => Some(Route::Intravenous),
        "sous-cutanée" => Some(Route::Subcutaneous),
        "orale" => Some(Route::Oral),
        _ => None,
    });
    let first = found.next()?;
    (routes.split(';').count() == 1 && found.next().is_none()).then_some(first)
}

/// Puts the presentations of every rulebook on the catalogue, those that are not there yet.
///
/// # Errors
/// When the database cannot be written.
pub fn add_ruled(act: &mut Act<'_>) -> Result<(), Error> {
    let ruled: Vec<Presentation> = act
        .rules
        .iter()
        .flat_map(|book| &book.presentations)
        .map(|p| p.presentation.clone())
        .collect();
    for presentation in ruled {
        if db::catalogue::find(act.conn, presentation.cip13)?.is_some() {
            continue;
        }
        let cis = db::catalogue::bdpm_pack(act.conn, presentation.cip13)?.map(|(pack, _)| pack.cis);
        let cip13 = presentation.cip13;
        db::catalogue::insert(act.conn, &Listed { presentation, cis }, act.now)?;
        act.audit(
            None,
            Done {
                action: "catalogue.add",
                object: cip13.as_str(),
                patient: None,
                details: json!({ "from": "rulebook" }),
            },
        )?;
    }
    Ok(())
}

//! How the answer about doses is written.

use super::{Found, MOST_NEEDS, Question};
use crate::cli::answer::columns;
use crate::domain::calendar::Day;
use crate::domain::dose::{Composition, Need, Vial};
use crate::domain::quantity::{Doses, Mg, Units};
use crate::domain::rule::Standing;
use serde_json::{Value, json};

/// For people: the count, each dose with its vials, and how many of each size alone.
pub(super) fn text(question: &Question, found: &Found) -> String {
    let (made, asked) = (found.grants.count().get(), question.needs.len());
    let mut text = match usize::try_from(made) {
        Ok(made) if made == asked && asked == 1 => "The dose can be made.\n\n".to_owned(),
        Ok(made) if made == asked => format!("All {asked} doses can be made at once.\n\n"),
        _ if asked == 1 => "The dose cannot be made.\n\n".to_owned(),
        _ => format!("{made} of {asked} doses can be made at once.\n\n"),
    };
    let rows: Vec<[String; 4]> = question
        .needs
        .iter()
        .zip(&found.grants.compositions)
        .map(|(need, made)| row(question, *need, made.as_ref()))
        .collect();
    if question.dated {
        text.push_str(&columns(["DOSE", "ON", "VIALS", "IN ALL"], &rows));
    } else {
        let rows: Vec<[String; 3]> = rows
            .into_iter()
            .map(|[dose, _, vials, total]| [dose, vials, total])
            .collect();
        text.push_str(&columns(["DOSE", "VIALS", "IN ALL"], &rows));
    }
    text.push('\n');
    text.push_str(&counts(question, found).join("\n"));
    text.push('\n');
    text
}

/// A line for each size of dose, and what is missing.
fn counts(question: &Question, found: &Found) -> Vec<String> {
    let alone = |(need, doses): &(Need, Doses)| {
        let (mg, most) = (need.mg, most(*doses));
        if question.dated {
            format!("Doses of {mg} on {}, if no other is made: {most}", need.on)
        } else {
            format!("Doses of {mg}, if no other is made: {most}")
        }
    };
    let mut lines: Vec<String> = found.alone.iter().map(alone).collect();
    let added = found.shortfall.iter();
    let added: Vec<String> = added.map(|(mg, units)| some(*units, *mg)).collect();
    if !added.is_empty() {
        lines.push(format!(
            "For all doses there would have to be added: {}",
            added.join(", ")
        ));
    }
    lines
}

fn row(question: &Question, need: Need, made: Option<&Composition<usize>>) -> [String; 4] {
    let (vials, total) = match made {
        None => ("cannot be made".to_owned(), "-".to_owned()),
        Some(made) => {
            let vials: Vec<String> = made
                .rows
                .iter()
                .filter_map(|(place, units)| Some((question.vials.get(*place)?, *units)))
                .map(|(vial, units)| match expiry(vial) {
                    Some(expiry) => format!("{} ({expiry})", some(units, vial.strength)),
                    None => some(units, vial.strength),
                })
                .collect();
            (vials.join(" + "), made.total.to_string())
        }
    };
    [need.mg.to_string(), need.on.to_string(), vials, total]
}

/// For machines: masses in micrograms.
pub(super) fn json(question: &Question, found: &Found) -> Value {
    let dose = |(need, made): (&Need, &Option<Composition<usize>>)| {
        json!({
            "dose_ug": need.mg.ug(),
            "on": need.on.to_string(),
            "made": made.is_some(),
            "total_ug": made.as_ref().map(|made| made.total.ug()),
            "vials": made.as_ref().map(|made| vials(question, made)),
        })
    };
    let all = question.needs.iter().zip(&found.grants.compositions);
    json!({
        "rulebook": question.rulebook.as_ref().map(|book| book.name.as_str()),
        "rulebook_sha256": question.rulebook.as_ref().map(|book| hex::encode(book.hash)),
        "rulebook_standing": question.standing.as_ref().map(Standing::code),
        "all_at_once": found.grants.granted.iter().all(|granted| *granted),
        "made": found.grants.count().get(),
        "doses": all.map(dose).collect::<Vec<_>>(),
        "alone": found.alone.iter().map(|(need, doses)| json!({
            "dose_ug": need.mg.ug(),
            "on": need.on.to_string(),
            "doses": doses.get(),
            "or_more": is_cut(*doses),
        })).collect::<Vec<_>>(),
        "shortfall": found.shortfall.iter().map(|(mg, units)| json!({
            "strength_ug": mg.ug(),
            "units": units.get(),
        })).collect::<Vec<_>>(),
    })
}

fn vials(question: &Question, made: &Composition<usize>) -> Vec<Value> {
    let with = |(place, units): &(usize, Units)| {
        let vial = question.vials.get(*place)?;
        Some(json!({
            "strength_ug": vial.strength.ug(),
            "units": units.get(),
            "expiry": expiry(vial).map(|day| day.to_string()),
        }))
    };
    made.rows.iter().filter_map(with).collect()
}

/// The last day that can be held stands for vials whose expiry was not said.
fn expiry(vial: &Vial<usize>) -> Option<Day> {
    (vial.expiry != vial.expiry.plus(1)).then_some(vial.expiry)
}

fn some(units: Units, strength: Mg) -> String {
    format!("{units} x {strength}")
}

fn is_cut(doses: Doses) -> bool {
    doses == Doses::count(MOST_NEEDS)
}

fn most(doses: Doses) -> String {
    if is_cut(doses) {
        format!("{doses} or more")
    } else {
        doses.to_string()
    }
}

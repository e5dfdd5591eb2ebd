//! What there is, how much makes a dose, and what is kept back.

use super::words::{Words, begun};
use crate::domain::quantity::Doses;
use crate::domain::rule::{DoseRow, ReserveRule, RuledPresentation, Slug, UnitDoses};
use crate::text::{en, fr};

pub(super) fn presentations(words: &Words<'_>, rows: &[RuledPresentation]) -> Vec<String> {
    let one = |row: &RuledPresentation| {
        let p = &row.presentation;
        let (label, code, route) = (&p.label, p.cip13, words.route(p.route));
        let (strength, box_of) = (words.mg(p.strength), p.units_per_box);
        let from = row.from_years.map_or_else(String::new, |years| {
            words.both(
                format!(", à partir de {years} ans"),
                format!(", from {years} years of age"),
            )
        });
        words.both(
            format!("{label} ({code}) : {strength} par unité, {route}, boîte de {box_of}{from}."),
            format!("{label} ({code}): {strength} a unit, {route}, box of {box_of}{from}."),
        )
    };
    rows.iter().map(one).collect()
}

pub(super) fn doses(words: &Words<'_>, rows: &[DoseRow]) -> Vec<String> {
    let any = if rows.iter().any(|row| row.indication.is_some()) {
        words.pick("Toute autre indication", "Any other indication")
    } else {
        words.pick("Toute indication", "Any indication")
    };
    let one = |row: &DoseRow| {
        let what = row.indication.as_ref();
        let what = begun(what.map_or(any, |code: &Slug| words.indication(code)));
        let weight = match (
            row.from.map(|g| words.kg(g)),
            row.below.map(|g| words.kg(g)),
        ) {
            (None, None) => words.pick("à tout poids", "at any weight").to_owned(),
            (Some(from), None) => words.both(format!("{from} et plus"), format!("{from} and more")),
            (None, Some(below)) => {
                words.both(format!("moins de {below}"), format!("less than {below}"))
            }
            (Some(from), Some(below)) => words.both(
                format!("de {from} à moins de {below}"),
                format!("{from} to less than {below}"),
            ),
        };
        let (rate, most) = (row.rate.get(), words.mg(row.at_most));
        words.both(
            format!("{what}, {weight} : {rate} mg par kg, au plus {most}."),
            format!("{what}, {weight}: {rate} mg per kg, at most {most}."),
        )
    };
    rows.iter().map(one).collect()
}

pub(super) fn unit_doses(words: &Words<'_>, rows: &[UnitDoses]) -> Vec<String> {
    let one = |row: &UnitDoses| {
        let (route, days) = (words.route(row.route), row.every_days);
        words.both(
            format!("Par {route}, une unité est une dose ; la suivante {days} jours après."),
            format!("By the {route}, one unit is one dose; the next {days} days later."),
        )
    };
    rows.iter().map(one).collect()
}

/// The rule, then each figure in the order of the entries.
pub(super) fn reserve(words: &Words<'_>, rule: Option<&ReserveRule>) -> Vec<String> {
    let Some(rule) = rule else {
        return Vec::new();
    };
    let (what, route) = (words.indication(&rule.indication), words.route(rule.route));
    let doses = |n: Doses| words.both(fr::doses(n), en::doses(n));
    let (assured, compromised) = (doses(rule.doses_assured), doses(rule.doses_compromised));
    let most = doses(rule.doses_most);
    let size = words.mg(rule.reference_dose);
    let (least_size, most_size) = (
        words.mg(rule.reference_least),
        words.mg(rule.reference_most),
    );
    let (window, ahead, within) = (rule.window_days, rule.ahead_days, rule.resupply_within_days);
    vec![
        words.both(
            format!("Un centre garde des doses par {route} pour traiter : {what}."),
            format!("A centre keeps doses by the {route} to treat: {what}."),
        ),
        words.both(
            format!("Réapprovisionnement assuré : {assured} avant de débuter."),
            format!("Resupply assured: {assured} before a therapy starts."),
        ),
        words.both(
            format!("Réapprovisionnement compromis : {compromised} avant de débuter."),
            format!("Resupply compromised: {compromised} before a therapy starts."),
        ),
        words.both(
            format!("Un patient reçoit au plus {most}."),
            format!("One patient receives at most {most}."),
        ),
        words.both(
            format!("Une dose gardée pour personne en particulier est de {size}, sauf si le centre fixe la sienne."),
            format!("A dose that is kept for nobody in particular is {size}, unless the centre sets its own."),
        ),
        words.both(
            format!("La dose que fixe un centre n'est pas inférieure à {least_size}."),
            format!("The dose that a centre sets is not less than {least_size}."),
        ),
        words.both(
            format!("La dose que fixe un centre ne dépasse pas {most_size}."),
            format!("The dose that a centre sets is not more than {most_size}."),
        ),
        words.both(
            format!("Les doses restent réservées {window} jours après l'injection."),
            format!("The doses stay reserved for {window} days after the infusion."),
        ),
        words.both(
            format!("Une injection prévue compte {ahead} jours à l'avance."),
            format!("A planned infusion counts {ahead} days ahead."),
        ),
        words.both(
            format!("Le réapprovisionnement est assuré quand une livraison confirmée arrive en {within} jours."),
            format!("Resupply is assured when a confirmed delivery comes within {within} days."),
        ),
    ]
}

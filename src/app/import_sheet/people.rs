//! A row of a sheet of people who receive letters.

use super::{Not, Over, Taken, Unsaid};
use crate::app::act::Act;
use crate::app::edit_recipients::{self, Hearing, Listed, NewRecipient};
use crate::db;
use crate::db::recipients::Recipient;
use crate::domain::role::Action;
use crate::wire::import::people::Row;

/// Adds somebody to those who receive a site's letters, or edits them: they are known by their address in
/// a capacity.
pub(super) fn take(
    act: &mut Act<'_>,
    over: &mut Over,
    row: &Row,
    unsaid: Unsaid,
) -> Result<Taken, Not> {
    let (site, address) = (row.site, row.email.to_ascii_lowercase());
    over.admit(
        act,
        &row.place,
        (Action::EditRecipients, site),
        ("email", format!("{site} {} {address}", row.capacity.code())),
    )?;
    let list = db::recipients::of_site(act.conn, site)?;
    let known = list
        .into_iter()
        .find(|r| r.email.eq_ignore_ascii_case(&row.email) && r.capacity == row.capacity);
    let Some(before) = known else {
        let new = NewRecipient {
            capacity: row.capacity,
            name: row.name.clone(),
            email: row.email.clone(),
            language: row.language.unwrap_or(unsaid.language),
            hearing: Hearing::default(),
        };
        let listed = Listed {
            position: row.position,
            active: row.active.unwrap_or(true),
        };
        edit_recipients::add_as(act, site, &new, &listed)?;
        return Ok(Taken::created(&row.place, site));
    };
    let (after, changed) = said(row, &before);
    if !changed.is_empty() {
        edit_recipients::edit(act, &before, &after)?;
    }
    Ok(Taken::of(&row.place, site, changed))
}

/// Somebody as the row says, and the columns in which that differs.
fn said(row: &Row, before: &Recipient) -> (Recipient, Vec<&'static str>) {
    let after = Recipient {
        name: row.name.clone(),
        language: row.language.unwrap_or(before.language),
        position: row.position.unwrap_or(before.position),
        active: row.active.unwrap_or(before.active),
        ..before.clone()
    };
    let differs = [
        ("name", after.name != before.name),
        ("language", after.language != before.language),
        ("position", after.position != before.position),
        ("active", after.active != before.active),
    ];
    let changed = differs.into_iter().filter(|(_, differs)| *differs);
    let changed = changed.map(|(column, _)| column).collect();
    (after, changed)
}

//! Each morning at eight, by the clock of the site, whoever wants it hears what is open there: nothing when
//! nothing is.
//!
//! Up to when a site's digests are done is in the database, and moves on in the transaction that writes the
//! letters: two instances write one, and a service that was away for days makes up for all of them by one.

use super::act::{Act, Caller};
use super::each::Each;
use super::error::Error;
use super::letter_links::{self, DIGEST};
use super::post_letters::{Times, To, queue};
use super::service::Service;
use crate::db;
use crate::db::letter_links::Purpose;
use crate::db::recipients::Recipient;
use crate::domain::alert::Alert;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::hours::digest_due;
use crate::domain::site::Site;
use crate::text::letter::digest::{Facts, write};
use std::collections::BTreeMap;

/// What the task is called where it is kept how far it was done.
const TASK: &str = "digest";

/// Writes the digests that are due; returns for how many sites. A site that is seen for the first time has
/// its first the next morning.
///
/// # Errors
/// When the database cannot be read, or the last error of those that could not be written.
pub async fn watch(service: &Service, now: Instant) -> Result<usize, Error> {
    let mut each = Each::of(service, now);
    let (new, due) = each.due(move |act| due(act, now)).await?;
    if !new.is_empty() {
        let begin = move |act: &mut Act<'_>| {
            for site in &new {
                db::schedule::turn(act.conn, (TASK, *site), None, now)?;
            }
            Ok(())
        };
        service
            .write(Caller::service(), now, Vec::new(), begin)
            .await?;
    }
    for (site, through) in due {
        let work = move |act: &mut Act<'_>| digest(act, site, through);
        each.one(vec![site], work).await;
    }
    each.end()
}

type Due = (Vec<Finess>, Vec<(Finess, Instant)>);

/// The sites that are new, and those whose digest is due, with up to when it was done.
fn due(act: &mut Act<'_>, now: Instant) -> Result<Due, Error> {
    let done: BTreeMap<Finess, Instant> =
        db::schedule::turns(act.conn, TASK)?.into_iter().collect();
    let (mut new, mut due) = (Vec::new(), Vec::new());
    for site in db::sites::list(act.conn, None)? {
        match done.get(&site.finess) {
            None => new.push(site.finess),
            Some(through) if digest_due(*through, now, site.zone).is_some() => {
                due.push((site.finess, *through));
            }
            Some(_) => {}
        }
    }
    Ok((new, due))
}

fn digest(act: &mut Act<'_>, finess: Finess, through: Instant) -> Result<(), Error> {
    // another instance may have been at it
    if !db::schedule::turn(act.conn, (TASK, finess), Some(through), act.now)? {
        return Ok(());
    }
    let open = db::alerts::open(act.conn, finess)?;
    let site = db::sites::find(act.conn, finess)?;
    let (Some(site), false) = (site, open.is_empty()) else {
        return Ok(());
    };
    let mut list = db::recipients::of_site(act.conn, finess)?;
    list.retain(|r| r.active && r.digest);
    let mut told: Vec<Vec<String>> = Vec::new();
    for alert in &open {
        told.push(db::outbox::written_to(act.conn, &alert.id)?);
    }
    let mut written: Vec<&Recipient> = Vec::new();
    for recipient in &list {
        if written.iter().any(|other| other.is_at(&recipient.email)) {
            continue;
        }
        // somebody in two capacities hears what either does
        let same = list.iter().filter(|r| r.is_at(&recipient.email));
        let capacities: Vec<&Recipient> = same.collect();
        // and whoever was called in, of what they were called in for
        let hears = |(alert, told): &(&Alert, &Vec<String>)| {
            let called_in = told.iter().any(|address| recipient.is_at(address));
            called_in || capacities.iter().any(|r| r.hears(alert.kind))
        };
        let alerts = open.iter().zip(&told).filter(hears);
        let alerts: Vec<Alert> = alerts.map(|(alert, _)| alert.clone()).collect();
        if !alerts.is_empty() {
            to(act, &site, recipient, &alerts)?;
            written.push(recipient);
        }
    }
    Ok(())
}

fn to(
    act: &mut Act<'_>,
    site: &Site,
    recipient: &Recipient,
    alerts: &[Alert],
) -> Result<(), Error> {
    let link = format!("{}/alerts", act.desk.public_url);
    let letter = write(
        recipient.language,
        &Facts {
            site,
            alerts,
            link: &link,
            simulated: act.desk.simulated,
        },
    );
    let quiet = recipient
        .quiet
        .and_then(|quiet| quiet.end(act.now, site.zone));
    let times = Times {
        at: act.now,
        due: quiet.unwrap_or(act.now),
    };
    let about = (Some(site.finess), None);
    let id = queue(act, about, DIGEST, To::of(recipient), letter, times)?;
    let of = letter_links::Of {
        letter: &id,
        recipient: &recipient.id,
        site: site.finess,
        alert: None,
        kind: DIGEST,
    };
    letter_links::attach(act, &of, &[Purpose::Unsubscribe], times.due)
}

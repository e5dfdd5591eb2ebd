//! Notices that end: who hears of it, and who retires them.
//!
//! A notice that has ended goes on protecting reserves, ranking requests and freezing initiations,
//! until a coordinator retires it with a reason: then no reserve is kept by it, no clearance is asked
//! and no plan is made by it, and no request is filed under it. What is held for clearances and
//! approved lines stays held until it is used, released, or its window is over. Only a notice that has
//! ended, or that another took the place of, is retired; and a retirement is about one end: when the
//! file gets a later last day the notice is in force again, and its next end is to be decided anew.
//!
//! [`retired`] is the one place that says which are; whatever protects or ranks asks it.
//!
//! The alert `notice-expired` is heard at CAR-T centres for a rulebook that asks for a reserve, and at
//! any site for one whose presentations it has on its shelf. Choice: nobody else has something to do.

use super::act::{Act, Done};
use super::after;
use super::error::Error;
use super::hear::hear;
use super::see::commons;
use super::service::Service;
use super::site_state::SiteState;
use crate::db::notices::{NoticeAct, NoticeRecord};
use crate::db::{self};
use crate::domain::alert::{Alert, AlertKind, Reading};
use crate::domain::calendar::{Day, Instant, local_day};
use crate::domain::code::Finess;
use crate::domain::reason::Refusal;
use crate::domain::rule::{Rulebook, Slug, Standing};
use crate::text::rulebook::Retirement;
use serde_json::json;
use std::collections::BTreeSet;

/// Returns the rulebooks whose notices are retired on a day.
///
/// Nothing is read from the database while every notice that asks for a reserve or ranks is in force.
///
/// # Errors
/// When the database cannot be read.
pub fn retired(act: &mut Act<'_>, today: Day) -> Result<BTreeSet<Slug>, Error> {
    // what neither protects nor ranks has nothing to go on with
    let applies = |(book, _): &(&Rulebook, Day)| book.reserve.is_some() || book.ranks();
    let over: Vec<(&Rulebook, Day)> = over(act, today).filter(applies).collect();
    if over.is_empty() {
        return Ok(BTreeSet::new());
    }
    let decided = db::notices::all(act.conn)?;
    let retired = over
        .into_iter()
        .filter(|(book, since)| standing_decision(&decided, book, *since).is_some());
    Ok(retired.map(|(book, _)| book.name.clone()).collect())
}

/// Returns the decision by which a notice is retired, if it is.
///
/// # Errors
/// When the database cannot be read.
pub fn retirement(
    act: &mut Act<'_>,
    book: &Rulebook,
    today: Day,
) -> Result<Option<NoticeRecord>, Error> {
    let Some(since) = book.over_since(&act.rules.standing(book, today)) else {
        return Ok(None);
    };
    let decided = db::notices::all(act.conn)?;
    Ok(standing_decision(&decided, book, since).cloned())
}

/// Refuses what would be decided anew by a notice that is retired.
///
/// # Errors
/// [`Refusal::WrongState`] when it is.
pub(super) fn still_applies(retired: &BTreeSet<Slug>, book: &Rulebook) -> Result<(), Refusal> {
    if retired.contains(&book.name) {
        return Err(Refusal::WrongState {
            state: "notice-retired",
        });
    }
    Ok(())
}

fn over<'a>(act: &Act<'a>, today: Day) -> impl Iterator<Item = (&'a Rulebook, Day)> {
    let rules = act.rules;
    rules
        .iter()
        .filter_map(move |book| Some((book, book.over_since(&rules.standing(book, today))?)))
}

/// The last decision about this end of a rulebook, when it retires it.
fn standing_decision<'d>(
    decided: &'d [NoticeRecord],
    book: &Rulebook,
    since: Day,
) -> Option<&'d NoticeRecord> {
    let mut about = decided.iter().rev();
    about
        .find(|d| d.rulebook == book.name && d.ended_on == since)
        .filter(|d| d.act == NoticeAct::Retired)
}

/// Retires a notice that has ended, or takes that back; `sites` are all sites, which follow at once.
///
/// # Errors
/// Refused when there is no such rulebook; when it has not ended, is retired already, or was not.
pub fn decide(
    act: &mut Act<'_>,
    name: &str,
    what: NoticeAct,
    reason: &str,
    sites: &[Finess],
) -> Result<NoticeRecord, Error> {
    let named = Slug::parse(name).ok();
    let book = named.and_then(|slug| act.rules.get(&slug));
    let book = book.ok_or_else(|| Refusal::Unknown {
        what: "rulebook",
        name: name.to_owned(),
    })?;
    let today = service_day(act)?;
    let wrong = |state| Error::from(Refusal::WrongState { state });
    let standing = act.rules.standing(book, today);
    let ended_on = book
        .over_since(&standing)
        .ok_or_else(|| wrong("notice-in-force"))?;
    match (what, retirement(act, book, today)?.is_some()) {
        (NoticeAct::Retired, true) => return Err(wrong("notice-retired")),
        (NoticeAct::Reinstated, false) => return Err(wrong("notice-not-retired")),
        (NoticeAct::Retired, false) | (NoticeAct::Reinstated, true) => {}
    }
    let record = NoticeRecord {
        id: act.id(),
        rulebook: book.name.clone(),
        act: what,
        ended_on,
        reason: reason.to_owned(),
        by: act.caller.id.clone(),
        at: act.now,
    };
    db::notices::insert(act.conn, &record)?;
    let action = match what {
        NoticeAct::Retired => "notice.retire",
        NoticeAct::Reinstated => "notice.reinstate",
    };
    let details = json!({
        "ended_on": ended_on.to_string(), "standing": standing.code(), "reason": reason,
        "rulebook": book.name.as_str(), "rulebook_sha256": hex::encode(book.hash),
    });
    act.audit(
        None,
        Done {
            action,
            object: book.name.as_str(),
            patient: None,
            details,
        },
    )?;
    for site in sites {
        look(act, *site)?;
    }
    Ok(record)
}

/// The day on which it is asked whether a notice has ended, which belongs to no site: that of
/// universal time, as where rulebooks are read.
pub(super) fn service_day(act: &Act<'_>) -> Result<Day, Error> {
    local_day(act.now, chrono_tz::Tz::UTC)
        .ok_or_else(|| Error::Bug("the clock is outside of this century".to_owned()))
}

/// Looks at one site: what follows there from notices that end, are renewed or retired.
fn look(act: &mut Act<'_>, site: Finess) -> Result<(), Error> {
    let mut state = SiteState::load(act, site)?;
    if state.site.car_t {
        after::settle(act, &mut state)?;
        return Ok(());
    }
    let mut open = db::alerts::open(act.conn, site)?;
    heard(act, &state, &mut open)
}

/// Opens, worsens or closes what a site hears of notices that end.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn heard(
    act: &mut Act<'_>,
    state: &SiteState,
    open: &mut Vec<Alert>,
) -> Result<(), Error> {
    const KIND: AlertKind = AlertKind::NoticeExpired;
    let rules = act.rules;
    for book in rules.iter() {
        let name = book.name.as_str();
        let is_open = open.iter().any(|a| a.kind == KIND && a.subject == name);
        let standing = rules.standing(book, state.today);
        let reading = book.notice(state.today, &standing);
        let heard_here =
            reading.is_short() && concerns(book, state) && !state.retired.contains(&book.name);
        if heard_here || is_open {
            let calm = Reading {
                found: reading.expected,
                expected: reading.expected,
            };
            let reading = if heard_here { reading } else { calm };
            hear(act, state, open, KIND, name, reading)?;
        }
    }
    gone(act, state, open)
}

/// A rulebook that is not loaded any more has nobody hear of its end.
fn gone(act: &mut Act<'_>, state: &SiteState, open: &mut Vec<Alert>) -> Result<(), Error> {
    const KIND: AlertKind = AlertKind::NoticeExpired;
    let loaded = |a: &Alert| act.rules.iter().any(|b| b.name.as_str() == a.subject);
    let of_none = open.iter().filter(|a| a.kind == KIND && !loaded(a));
    let subjects: Vec<String> = of_none.map(|a| a.subject.clone()).collect();
    for subject in subjects {
        let over = Reading::NOTHING;
        hear(act, state, open, KIND, &subject, over)?;
    }
    Ok(())
}

/// Whether a site has something to do with a rulebook.
fn concerns(book: &Rulebook, state: &SiteState) -> bool {
    let reserve = state.site.car_t && book.reserve.is_some();
    let has = |cip13| book.presentation(cip13).is_some();
    reserve || state.stock.iter().any(|line| has(line.cip13))
}

/// Looks at the sites that no day settles, which are no CAR-T centres: those follow with their own day.
/// Returns how many were looked at: none while no notice that concerns a site is near its end and none
/// is open.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn watch(service: &Service, now: Instant) -> Result<usize, Error> {
    let caller = super::Caller::service();
    let due = service
        .read(caller.clone(), now, |act| {
            let today = service_day(act)?;
            // the day of a site is at most one away from that of universal time
            let has = |book: &&Rulebook| book.reserve.is_some() || !book.presentations.is_empty();
            let near = act.rules.iter().filter(has).any(|book| {
                let standing = act.rules.standing(book, today.plus(1));
                book.notice(today.plus(1), &standing).is_short()
            });
            let counts = db::alerts::count_open_by_kind(act.conn)?;
            let open = counts
                .iter()
                .any(|(kind, n)| *kind == AlertKind::NoticeExpired && *n > 0);
            if !near && !open {
                return Ok(Vec::new());
            }
            let sites = db::sites::list(act.conn, None)?;
            Ok(sites
                .into_iter()
                .filter(|s| !s.car_t)
                .map(|s| s.finess)
                .collect())
        })
        .await?;
    for site in &due {
        let site = *site;
        service
            .write(caller.clone(), now, vec![site], move |act| look(act, site))
            .await?;
    }
    Ok(due.len())
}

/// Every site, which a decision about a notice may change.
///
/// # Errors
/// When the database cannot be read.
pub fn sites(act: &mut Act<'_>) -> Result<Vec<Finess>, Error> {
    let all = commons::sites(act, None)?;
    Ok(all.into_iter().map(|s| s.finess).collect())
}

/// What is known of a rulebook beside its file.
pub struct SeenNotice {
    /// How it stands today, and since when or until when.
    pub standing: Standing,
    /// The decision by which it is retired, if it is.
    pub retired: Option<NoticeRecord>,
}

impl SeenNotice {
    /// Whether it is retired, as sentences ask.
    pub const fn retirement(&self) -> Retirement {
        match self.retired {
            Some(_) => Retirement::Retired,
            None => Retirement::Applied,
        }
    }
}

/// Returns how rulebooks stand on the service's day, in the order of their names.
///
/// # Errors
/// When the database cannot be read.
pub fn seen(act: &mut Act<'_>) -> Result<Vec<SeenNotice>, Error> {
    let today = service_day(act)?;
    let none_over = over(act, today).next().is_none();
    let decided = if none_over {
        Vec::new()
    } else {
        db::notices::all(act.conn)?
    };
    let rules = act.rules;
    let one = |book: &Rulebook| {
        let standing = rules.standing(book, today);
        let since = book.over_since(&standing);
        let retired = since.and_then(|since| standing_decision(&decided, book, since));
        SeenNotice {
            retired: retired.cloned(),
            standing,
        }
    };
    Ok(rules.iter().map(one).collect())
}

//! Who asks for what in which order, written from the rule rather than from the engine.
//!
//! Classes and gates are the letter's, spelled out; the engine reads them from a rulebook.

use crate::domain::calendar::Day;
use crate::domain::plan::{Case, Form};
use crate::domain::rule::{Alternatives, Resupply, Risk, Treatment};
use sha2::{Digest as _, Sha256};

/// A claim: by what it sorts, what it is called, and the place of its class.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) class: usize,
    by: (u32, Day, String),
    pub(super) id: String,
    /// How many doses it is of: those of a scheduled patient are claimed together.
    pub(super) doses: u32,
    pub(super) site: usize,
}

fn lottery(case: &Case, id: &str) -> String {
    let hash = Sha256::digest(format!("{}:{id}", case.lottery_seed));
    hash.iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn k(case: &Case, site: usize) -> u32 {
    match case.sites[site].resupply {
        Resupply::Assured => 2,
        Resupply::Compromised => 3,
    }
}

/// What becomes of a request before the ranking: its class, or the word of its status.
fn request_class(case: &Case, place: usize) -> Result<usize, &'static str> {
    let r = &case.requests[place];
    let crs = r.indication.as_str() == "crs";
    let ongoing = r.treatment == Treatment::Ongoing;
    if r.due >= case.as_of.plus(case.horizon_days) {
        return Err("out-of-horizon");
    }
    if crs {
        return Ok(0);
    }
    if !ongoing {
        return Err("refused");
    }
    if r.anc_per_mm3.is_some_and(|anc| anc < 500) {
        return Err("blocked");
    }
    let listed = match r.indication.as_str() {
        "pjia" | "sjia" => r.age_years < 18,
        "adult-still" | "takayasu" | "neuromyelitis-optica" | "systemic-sclerosis" | "uveitis" => {
            true
        }
        _ => false,
    };
    let without = r.alternatives == Alternatives::None && (listed || r.approved_exception);
    Ok(match r.risk {
        Risk::Vital if without => 4,
        Risk::Functional if without => 5,
        Risk::Vital | Risk::Functional | Risk::None => 6,
    })
}

/// The claims that a case makes by itself, in their order; and, of other requests, id and status.
pub(super) fn claims(case: &Case) -> (Vec<Entry>, Vec<(String, &'static str)>) {
    let mut ranked = Vec::new();
    let mut unranked = Vec::new();
    for (place, r) in case.requests.iter().enumerate() {
        match request_class(case, place) {
            Err(status) => unranked.push((r.id.clone(), status)),
            Ok(class) => ranked.push(Entry {
                class,
                by: (0, r.due, lottery(case, &r.id)),
                id: r.id.clone(),
                doses: 1,
                site: r.site,
            }),
        }
    }
    for (place, p) in case.patients.iter().enumerate() {
        let treated = case
            .requests
            .iter()
            .filter(|r| matches!(r.form, Form::Vials { patient: Some(of), .. } if of == place));
        let given = p.doses_given.get() + u32::try_from(treated.count()).unwrap();
        let left = match given {
            0..4 => k(case, p.site).saturating_sub(given).clamp(1, 4 - given),
            _ => continue,
        };
        let infused = p.infusion_on <= case.as_of && case.as_of <= p.infusion_on.plus(14);
        let scheduled =
            case.as_of < p.infusion_on && p.infusion_on < case.as_of.plus(case.horizon_days);
        let entry = |class, number, id, doses| Entry {
            class,
            by: (number, p.infusion_on, lottery(case, &p.id)),
            id,
            doses,
            site: p.site,
        };
        if infused {
            ranked.extend((1..=left).map(|n| entry(1, n, format!("{}/{n}", p.id), 1)));
        } else if scheduled {
            ranked.push(entry(2, 0, p.id.clone(), left));
        }
    }
    ranked.sort();
    unranked.sort();
    (ranked, unranked)
}

/// The floors that are left to fill where so many doses of classes 2 and 3 were granted.
pub(super) fn floors(case: &Case, granted: impl Fn(usize) -> u32) -> Vec<Entry> {
    let mut floors = Vec::new();
    for (site, at) in case.sites.iter().enumerate().filter(|(_, s)| s.car_t) {
        let missing = k(case, site).saturating_sub(granted(site));
        floors.extend((1..=missing).map(|n| Entry {
            class: 3,
            by: (n, case.as_of, lottery(case, &at.id)),
            id: format!("{}/{n}", at.id),
            doses: 1,
            site,
        }));
    }
    floors.sort();
    floors
}

//! The invented rulebook, spelled out, and a plan by trying everything.

use dotation::domain::calendar::Day;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// One dose: where, what it needs and what will do at the least, until when; and whether its moved
/// units count for treatments (0), reserves (1) or only among all (2).
#[derive(Clone)]
struct Dose {
    site: String,
    need: u64,
    least: u64,
    on: Day,
    tier: usize,
}

/// A claim, by what it sorts by.
struct Claim {
    by: (usize, u32, Day, String),
    id: String,
    pool: String,
    doses: Vec<Dose>,
}

/// Units of a pool: site, micrograms, last day, how many.
type Shelf = Vec<(String, u64, Day, u64)>;

const CLASSES: [&str; 5] = ["starts", "storms", "kept", "floor", "listed"];

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap()
}

fn day(value: &Value, key: &str) -> Day {
    Day::parse(text(value, key)).unwrap()
}

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or(0)
}

struct Trial<'c> {
    case: &'c Value,
    today: Day,
}

/// Returns the lines of the decisions without their needs, and what all grants cost at the least:
/// units moved for treatments, for reserves, for all, and micrograms wasted.
pub(super) fn plan(case: &Value) -> (Vec<String>, [u64; 4]) {
    let trial = Trial {
        case,
        today: day(case, "as_of"),
    };
    let (mut claims, mut unranked) = trial.requests();
    claims.extend(trial.kept());
    claims.sort_by(|a, b| a.by.cmp(&b.by));
    let after = claims.split_off(claims.partition_point(|c| c.by.0 < 3));
    let mut granted: BTreeMap<String, Vec<Dose>> = BTreeMap::new();
    let mut lines = Vec::new();
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    let mut decide = |claim: Claim| {
        let before = granted.entry(claim.pool.clone()).or_default();
        let all = [&before[..], &claim.doses].concat();
        let fits = cheapest(&trial.shelf(&claim.pool), &all).is_some();
        if fits {
            *before = all;
            if claim.by.0 == 2 {
                *kept.entry(claim.doses[0].site.clone()).or_default() += claim.doses.len();
            }
        }
        let status = if fits { "granted" } else { "deferred" };
        let class = CLASSES[claim.by.0];
        lines.push(format!("{} {} {class} {status}", lines.len() + 1, claim.id));
        kept.clone()
    };
    let kept = claims
        .into_iter()
        .map(&mut decide)
        .last()
        .unwrap_or_default();
    for claim in trial.floors(&kept).into_iter().chain(after) {
        decide(claim);
    }
    unranked.sort();
    lines.extend(
        unranked
            .iter()
            .map(|(id, status)| format!("null {id} - {status}")),
    );
    let mut cost = [0; 4];
    for (pool, doses) in &granted {
        let least = cheapest(&trial.shelf(pool), doses).unwrap();
        for (slot, n) in cost.iter_mut().zip(least) {
            *slot += n;
        }
    }
    (lines, cost)
}

impl Trial<'_> {
    fn rows(&self, key: &str) -> &[Value] {
        self.case[key].as_array().unwrap()
    }

    fn lottery(&self, id: &str) -> String {
        let seed = text(self.case, "lottery_seed");
        hex::encode(Sha256::digest(format!("{seed}:{id}")))
    }

    fn pool(&self, site: &str) -> String {
        let sites = self.rows("sites");
        let at = sites.iter().find(|s| text(s, "id") == site).unwrap();
        match text(self.case, "transfers") {
            "none" => site.to_owned(),
            "network" => text(at, "network").to_owned(),
            _ => "all".to_owned(),
        }
    }

    fn shelf(&self, pool: &str) -> Shelf {
        let here = |row: &&Value| self.pool(text(row, "site")) == pool;
        let rows = self.rows("stock").iter().filter(here);
        rows.map(|row| {
            let ug = if text(row, "cip13").ends_with("006") {
                50_000
            } else {
                120_000
            };
            let site = text(row, "site").to_owned();
            (site, ug, day(row, "expiry"), number(row, "units"))
        })
        .collect()
    }

    /// The claims of requests; of others, id and status.
    fn requests(&self) -> (Vec<Claim>, Vec<(String, String)>) {
        let (mut ranked, mut unranked) = (Vec::new(), Vec::new());
        for r in self.rows("requests") {
            let id = text(r, "id").to_owned();
            match self.class(r) {
                Err(status) => unranked.push((id, status.to_owned())),
                Ok(class) => {
                    let prescribed = Some(&r["prescribed_mg"]).filter(|mg| !mg.is_null());
                    let prescribed = prescribed.map(micrograms);
                    let weight = number(r, "weight_g");
                    let by_weight = match text(r, "indication") {
                        "storm" => (weight * 5).min(300_000),
                        _ => (weight * 3).min(240_000),
                    };
                    let need = prescribed.unwrap_or(by_weight);
                    let kept = 100 - number(self.case, "dose_rounding_down_pct");
                    let dose = Dose {
                        site: text(r, "site").to_owned(),
                        need,
                        least: (need * kept).div_ceil(100),
                        on: day(r, "due").max(self.today),
                        tier: if class == 1 { 0 } else { 2 },
                    };
                    ranked.push(Claim {
                        by: (class, 0, day(r, "due"), self.lottery(&id)),
                        pool: self.pool(&dose.site),
                        id,
                        doses: vec![dose],
                    });
                }
            }
        }
        (ranked, unranked)
    }

    fn class(&self, r: &Value) -> Result<usize, &'static str> {
        let (what, ongoing) = (text(r, "indication"), text(r, "treatment") == "ongoing");
        let listed = match what {
            "fever" => true,
            "cough" => number(r, "age_years") < 6,
            _ => false,
        };
        let listed = listed || r["approved_exception"] == true;
        if day(r, "due") >= self.today.plus(14) {
            Err("out-of-horizon")
        } else if ongoing && r["anc_per_mm3"].as_u64().is_some_and(|anc| anc < 750) {
            Err("blocked")
        } else if !ongoing && what != "storm" && text(r, "risk") == "vital" {
            Ok(0)
        } else if what == "storm" {
            Ok(1)
        } else if listed {
            Ok(4)
        } else {
            Err("refused")
        }
    }

    fn k(&self, site: &str) -> u64 {
        let at = self.rows("sites").iter().find(|s| text(s, "id") == site);
        if text(at.unwrap(), "resupply") == "assured" {
            1
        } else {
            2
        }
    }

    /// Doses kept for patients whose infusion is planned; nothing is kept for those infused.
    fn kept(&self) -> Vec<Claim> {
        let mut claims = Vec::new();
        for p in self.rows("car_t_patients") {
            let (id, site, on) = (text(p, "id"), text(p, "site"), day(p, "infusion_date"));
            let treats = |r: &&Value| r["car_t_patient"] == id;
            let treated = self.rows("requests").iter().filter(treats).count();
            let given = number(p, "doses_given") + treated as u64;
            let planned = self.today < on && on < self.today.plus(14);
            if !planned || given >= 3 {
                continue;
            }
            let left = self.k(site).saturating_sub(given).max(1).min(3 - given);
            let need = (number(p, "weight_g") * 5).min(300_000);
            let dose = reserved(site, need, on.plus(10));
            claims.push(Claim {
                by: (2, 0, on, self.lottery(id)),
                id: id.to_owned(),
                pool: self.pool(site),
                doses: (0..left).map(|_| dose.clone()).collect(),
            });
        }
        claims
    }

    fn floors(&self, kept: &BTreeMap<String, usize>) -> Vec<Claim> {
        let mut claims = Vec::new();
        for s in self.rows("sites").iter().filter(|s| s["car_t"] == true) {
            let id = text(s, "id");
            let there = kept.get(id).copied().unwrap_or(0) as u64;
            let mg = s["reference_dose_mg"].as_u64().unwrap_or(300);
            let dose = reserved(id, mg * 1_000, self.today.plus(10));
            for n in 1..=self.k(id).saturating_sub(there) {
                claims.push(Claim {
                    by: (3, u32::try_from(n).unwrap(), self.today, self.lottery(id)),
                    id: format!("{id}/{n}"),
                    pool: self.pool(id),
                    doses: vec![dose.clone()],
                });
            }
        }
        claims.sort_by(|a, b| a.by.cmp(&b.by));
        claims
    }
}

fn reserved(site: &str, need: u64, on: Day) -> Dose {
    Dose {
        site: site.to_owned(),
        need,
        least: need,
        on,
        tier: 1,
    }
}

/// Micrograms of a number of milligrams, by its digits.
pub(super) fn micrograms(mg: &Value) -> u64 {
    let digits = mg.to_string();
    let (whole, rest) = digits.split_once('.').unwrap_or((&digits, ""));
    format!("{whole}{rest:0<3}").parse().unwrap()
}

/// Returns the least cost of all doses from a shelf, if they can be made.
fn cheapest(shelf: &Shelf, doses: &[Dose]) -> Option<[u64; 4]> {
    let Some((dose, rest)) = doses.split_first() else {
        return Some([0; 4]);
    };
    let mut best: Option<[u64; 4]> = None;
    make(shelf, dose, 0, 0, 0, u64::MAX, &mut |left, moved, total| {
        if let Some(mut cost) = cheapest(left, rest) {
            cost[2] += moved;
            if dose.tier < 2 {
                cost[dose.tier] += moved;
            }
            cost[3] += total.saturating_sub(dose.need);
            best = Some(best.map_or(cost, |best| best.min(cost)));
        }
    });
    best
}

/// Tells every way to make a dose from the rows from `at` on, none with a superfluous unit: what is
/// left, how many units moved, and their total.
fn make(
    shelf: &Shelf,
    dose: &Dose,
    at: usize,
    moved: u64,
    total: u64,
    smallest: u64,
    told: &mut impl FnMut(&Shelf, u64, u64),
) {
    if total >= dose.least {
        if total - smallest.min(total) < dose.least {
            told(shelf, moved, total);
        }
        return;
    }
    let Some((site, ug, expiry, units)) = shelf.get(at) else {
        return;
    };
    make(shelf, dose, at + 1, moved, total, smallest, told);
    if *expiry >= dose.on {
        for n in 1..=*units {
            let mut left = shelf.clone();
            left[at].3 -= n;
            let moved = moved + if *site == dose.site { 0 } else { n };
            make(
                &left,
                dose,
                at + 1,
                moved,
                total + n * ug,
                smallest.min(*ug),
                &mut *told,
            );
        }
    }
}

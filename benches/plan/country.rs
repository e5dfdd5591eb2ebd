//! An invented country: hospitals in groups, what they have, and what is asked of them.
//!
//! Each group has one large hospital and smaller ones around it; some of the large ones treat with
//! CAR-T cells. Lots are the manufacturer's, so that one lot lies in many pharmacies, and one row in
//! ten is the short-dated rest of an older lot. Adults weigh what adults weigh, half of them in whole
//! kilograms. The indications and their shares are a guess; the presentations are real.

use crate::dice::Dice;
use dotation::domain::calendar::Day;
use std::fmt::Write as _;

/// Presentations for infusion: CIP13 and milligrams.
pub(crate) const VIALS: [(&str, u64); 3] = [
    ("3400957464318", 80),
    ("3400957464486", 200),
    ("3400957464547", 400),
];
/// The pen and the syringe.
const UNITS: [&str; 2] = ["3400930145524", "3400927824845"];

/// Indication, its share, whether it is one of children, and how many in ten are infused.
const INDICATIONS: [(&str, u64, bool, u64); 11] = [
    ("rheumatoid-arthritis", 36, false, 5),
    ("giant-cell-arteritis", 13, false, 2),
    ("pjia", 9, true, 6),
    ("sjia", 8, true, 8),
    ("adult-still", 8, false, 8),
    ("takayasu", 6, false, 8),
    ("systemic-sclerosis", 6, false, 5),
    ("uveitis", 6, false, 8),
    ("neuromyelitis-optica", 5, false, 10),
    ("crs", 2, false, 10),
    ("other", 1, false, 10),
];

/// How large a country is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) sites: usize,
    pub(crate) networks: usize,
    pub(crate) centres: usize,
    pub(crate) requests: usize,
    /// What lies there, in percent of what all that is asked would need.
    pub(crate) stock_pct: u64,
}

/// The country of the aims.
pub(crate) const NATIONAL: Size = Size {
    sites: 2_200,
    networks: 138,
    centres: 40,
    requests: 20_000,
    stock_pct: 60,
};

#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) network: usize,
    pub(crate) car_t: bool,
    assured: bool,
    weight: u64,
}

#[derive(Clone)]
pub(crate) struct Stock {
    pub(crate) site: usize,
    pub(crate) cip13: &'static str,
    pub(crate) lot: String,
    /// Days after the day of the plan.
    pub(crate) expiry: i64,
    pub(crate) units: u64,
}

#[derive(Clone)]
pub(crate) struct Patient {
    pub(crate) site: usize,
    weight_g: i64,
    infusion: i64,
    given: i64,
}

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) site: usize,
    pub(crate) indication: &'static str,
    /// Single units asked for; an infusion has none.
    pub(crate) units: Option<i64>,
    pub(crate) prescribed_ug: Option<u64>,
    pub(crate) ongoing: bool,
    pub(crate) alternative: bool,
    pub(crate) risk: &'static str,
    pub(crate) age: i64,
    pub(crate) weight_g: i64,
    pub(crate) due: i64,
    patient: Option<usize>,
    pub(crate) anc: Option<i64>,
}

/// A case that is not written down yet; sites, patients and requests are called by their places.
#[derive(Clone)]
pub(crate) struct Country {
    pub(crate) transfers: &'static str,
    pub(crate) horizon: i64,
    pub(crate) sites: Vec<Site>,
    pub(crate) stock: Vec<Stock>,
    pub(crate) patients: Vec<Patient>,
    pub(crate) requests: Vec<Request>,
}

impl Country {
    /// The same seed and size, the same country.
    pub(crate) fn new(size: Size, seed: u64) -> Self {
        let dice = &mut Dice::new(seed);
        let sites: Vec<Site> = (0..size.sites)
            .map(|place| Site {
                network: place % size.networks,
                car_t: place < size.centres,
                assured: !dice.one_in(3),
                weight: if place < size.networks { 8 } else { 1 },
            })
            .collect();
        let patients: Vec<Patient> = (0..size.centres * 3)
            .map(|place| Patient {
                site: place % size.centres,
                weight_g: weight(dice, None),
                infusion: dice.between(-13, 26),
                given: dice.of(&[0, 0, 0, 0, 1, 2]),
            })
            .collect();
        let requests = (0..size.requests)
            .map(|_| request(dice, &sites, size.centres))
            .collect();
        let mut country = Self {
            transfers: "network",
            horizon: 28,
            sites,
            stock: Vec::new(),
            patients,
            requests,
        };
        // of its own chance, so that more stock changes nobody's request
        country.fill(&mut Dice::new(!seed), size.stock_pct);
        country
    }

    /// Lays out stock: a share of what all requests and reserves would need.
    fn fill(&mut self, dice: &mut Dice, pct: u64) {
        let infused = self.requests.iter().filter(|r| r.units.is_none());
        let asked: u64 = infused.map(Request::about_mg).sum();
        let centres = self.sites.iter().filter(|s| s.car_t).count() as u64;
        let reserved = self.patients.len() as u64 * 1_000 + centres * 1_600;
        let single = self.requests.iter().filter_map(|r| r.units).sum::<i64>();
        let mut left = (asked + reserved) * pct / 100;
        while left > 0 {
            let (cip13, mg) = dice.of(&VIALS);
            let units = dice.of(&[1, 1, 2, 3, 4, 6]);
            self.put(dice, cip13, units);
            left = left.saturating_sub(mg * units);
        }
        let mut left = u64::try_from(single).unwrap_or(0) * pct / 100;
        while left > 0 {
            let units = dice.of(&[1, 2, 4, 4, 8]);
            let cip13 = dice.of(&UNITS);
            self.put(dice, cip13, units);
            left = left.saturating_sub(units);
        }
    }

    fn put(&mut self, dice: &mut Dice, cip13: &'static str, units: u64) {
        let site = dice.by_weight(self.sites.iter().map(|s| s.weight));
        let old = dice.one_in(10);
        let (lot, expiry) = if old {
            let n = dice.between(0, 27);
            (format!("A{n:02}"), n)
        } else {
            let n = dice.between(0, 11);
            (format!("B{n:02}"), 60 + 37 * n)
        };
        self.stock.push(Stock {
            site,
            cip13,
            lot,
            expiry,
            units,
        });
    }

    /// The same with these networks only.
    pub(crate) fn of_networks(&self, keep: impl Fn(usize) -> bool) -> Self {
        let there = |site: usize| keep(self.sites[site].network);
        let mut new = vec![0; self.sites.len()];
        let mut kept = self.clone();
        kept.sites.clear();
        for (place, site) in self.sites.iter().enumerate() {
            new[place] = kept.sites.len();
            if keep(site.network) {
                kept.sites.push(site.clone());
            }
        }
        let mut new_patients = vec![0; self.patients.len()];
        let mut patients = 0;
        for (place, patient) in self.patients.iter().enumerate() {
            new_patients[place] = patients;
            patients += usize::from(there(patient.site));
        }
        kept.stock.retain(|s| there(s.site));
        kept.patients.retain(|p| there(p.site));
        kept.requests.retain(|r| there(r.site));
        kept.stock.iter_mut().for_each(|s| s.site = new[s.site]);
        kept.patients.iter_mut().for_each(|p| p.site = new[p.site]);
        for request in &mut kept.requests {
            request.site = new[request.site];
            request.patient = request.patient.map(|p| new_patients[p]);
        }
        kept
    }
}

fn request(dice: &mut Dice, sites: &[Site], centres: usize) -> Request {
    let (indication, _, child, infused) =
        INDICATIONS[dice.by_weight(INDICATIONS.iter().map(|i| i.1))];
    let crs = indication == "crs";
    let age = if child && !dice.one_in(10) {
        dice.between(2, 17)
    } else {
        dice.between(18, 88)
    };
    let site = if crs {
        dice.by_weight(sites.iter().map(|s| u64::from(s.car_t)))
    } else {
        dice.by_weight(sites.iter().map(|s| s.weight))
    };
    let single = dice.below(10) >= infused;
    Request {
        site,
        indication,
        units: single.then(|| dice.of(&[1, 2, 4, 4])),
        prescribed_ug: None,
        ongoing: !crs && !dice.one_in(8),
        alternative: dice.one_in(2),
        risk: dice.of(&["vital", "functional", "functional", "none"]),
        age,
        weight_g: weight(dice, (age < 18).then_some(age)),
        due: if crs { 0 } else { dice.between(-5, 33) },
        // a centre's first patient has the centre's place
        patient: (crs && centres > 0 && dice.one_in(2)).then_some(site),
        anc: dice.of(&[
            None,
            Some(420),
            Some(800),
            Some(1_700),
            Some(2_600),
            Some(3_900),
            Some(5_200),
        ]),
    }
}

/// A weight: of a child of an age, or of an adult.
fn weight(dice: &mut Dice, child: Option<i64>) -> i64 {
    let grams = match child {
        Some(age) => 7_000 + 2_900 * age + dice.between(-20, 40) * 100,
        // three dice make a hump around 77 kg
        None => 41_000 + (0..3).map(|_| dice.between(0, 240)).sum::<i64>() * 100,
    };
    if dice.one_in(2) {
        grams / 1_000 * 1_000
    } else {
        grams
    }
}

impl Request {
    /// About how much an infusion needs.
    fn about_mg(&self) -> u64 {
        u64::try_from(self.weight_g * 8 / 1_000).map_or(0, |mg| mg.min(800))
    }
}

// --- Written down --------------------------------------------------------------------------------

impl Country {
    /// The case, as JSON.
    pub(crate) fn json(&self) -> String {
        let mut out = String::with_capacity(self.requests.len() * 300 + self.stock.len() * 120);
        let transfers = self.transfers;
        put(
            &mut out,
            &format!(
                "{{\"as_of\": \"2021-10-20\", \"horizon_days\": {}, \"rulebook\": \"roactemra-2021-10-14\",\n\
             \"transfers\": \"{transfers}\", \"lottery_seed\": \"bench\"",
                self.horizon
            ),
        );
        rows(&mut out, "sites", &self.sites, |place, site| {
            format!(
                "{{\"id\": \"{}\", \"network\": \"ght-{:03}\", \"car_t\": {}, \"resupply\": \"{}\"}}",
                site_id(place),
                site.network,
                site.car_t,
                if site.assured {
                    "assured"
                } else {
                    "compromised"
                },
            )
        });
        rows(&mut out, "stock", &self.stock, |_, row| {
            format!(
                "{{\"site\": \"{}\", \"cip13\": \"{}\", \"lot\": \"{}\", \"expiry\": \"{}\", \"units\": {}}}",
                site_id(row.site),
                row.cip13,
                row.lot,
                day(row.expiry),
                row.units,
            )
        });
        rows(
            &mut out,
            "car_t_patients",
            &self.patients,
            |place, patient| {
                format!(
                    "{{\"id\": \"cart-{place:04}\", \"site\": \"{}\", \"weight_g\": {}, \
                 \"infusion_date\": \"{}\", \"doses_given\": {}}}",
                    site_id(patient.site),
                    patient.weight_g,
                    day(patient.infusion),
                    patient.given,
                )
            },
        );
        rows(&mut out, "requests", &self.requests, |place, request| {
            request.json(place)
        });
        put(&mut out, "}\n");
        out
    }
}

impl Request {
    fn json(&self, place: usize) -> String {
        let mut row = format!(
            "{{\"id\": \"req-{place:05}\", \"site\": \"{}\", \"indication\": \"{}\", \"route\": \"{}\", \
             \"treatment\": \"{}\", \"alternatives\": \"{}\", \"risk\": \"{}\", \"age_years\": {}, \
             \"weight_g\": {}, \"due\": \"{}\"",
            site_id(self.site),
            self.indication,
            if self.units.is_some() { "sc" } else { "iv" },
            if self.ongoing {
                "ongoing"
            } else {
                "initiation"
            },
            if self.alternative {
                "available"
            } else {
                "none"
            },
            self.risk,
            self.age,
            self.weight_g,
            day(self.due),
        );
        if let Some(units) = self.units {
            put(&mut row, &format!(", \"units\": {units}"));
        }
        if let Some(ug) = self.prescribed_ug.filter(|_| self.units.is_none()) {
            let (mg, rest) = (ug / 1_000, ug % 1_000);
            put(&mut row, &format!(", \"prescribed_mg\": {mg}.{rest:03}"));
        }
        if let Some(patient) = self.patient {
            put(
                &mut row,
                &format!(", \"car_t_patient\": \"cart-{patient:04}\""),
            );
        }
        if let Some(anc) = self.anc {
            put(&mut row, &format!(", \"anc_per_mm3\": {anc}"));
        }
        row.push('}');
        row
    }
}

fn put(out: &mut String, text: &str) {
    out.write_str(text).expect("writing to a text cannot fail");
}

fn rows<T>(out: &mut String, key: &str, rows: &[T], row: impl Fn(usize, &T) -> String) {
    put(out, &format!(",\n\"{key}\": ["));
    for (place, value) in rows.iter().enumerate() {
        put(out, if place == 0 { "\n" } else { ",\n" });
        put(out, &row(place, value));
    }
    put(out, "]");
}

fn site_id(place: usize) -> String {
    format!("{}", 750_000_000 + 13 * place)
}

fn day(after: i64) -> Day {
    // all days lie far within the calendar
    let start = Day::of(2021, 1, 1).expect("a day");
    start.plus(u32::try_from(292 + after).expect("a day of that year or later"))
}

//! What can be wrong between files, when each by itself is right.
//!
//! Not held against anybody: two rulebooks of one medicine in force on one day (a notice and the
//! neutrophil rules are; two notices may each keep a reserve), a rulebook whose last day is after its
//! successor's first (the successor's day counts), rows of counts that are another medicine's (they
//! may be a class's).

use super::outline::Outline;
use crate::domain::rule::Slug;
use crate::toml_file::{Fault, Place, Problem, nearest};
use std::collections::BTreeMap;

/// All files by the names that they have for one another.
pub(super) struct Between<'a> {
    files: BTreeMap<&'a str, &'a Outline>,
    faults: Vec<Fault>,
}

/// Returns what is wrong between files, each fault with its place.
pub(super) fn faults(outlines: &[Outline]) -> Vec<Fault> {
    let files = outlines.iter().map(|o| (o.name.as_str(), o)).collect();
    let mut between = Between {
        files,
        faults: Vec::new(),
    };
    for outline in outlines {
        between.successor(outline);
        between.counts(outline);
        between.safety(outline);
    }
    between.presentations(outlines);
    between.faults
}

/// Returns what is odd between files and wrong in none: exceptions for indications that no rulebook
/// of the medicine names, as a slip of the keyboard would make. A rulebook may be alone in knowing
/// its indications, so that this is no fault.
pub(super) fn oddities(outlines: &[Outline]) -> Vec<Fault> {
    let mut odd = Vec::new();
    for outline in outlines {
        let of_medicine = outlines.iter().filter(|o| o.medicine == outline.medicine);
        let known = of_medicine.filter_map(|o| o.indications.as_ref()).flatten();
        let known: Vec<&str> = known.map(Slug::as_str).collect();
        for reference in outline.named.all_indications() {
            let name = reference.name.as_str();
            if !known.is_empty() && !known.contains(&name) {
                let what = format!(
                    "no rulebook of this medicine names the indication {name}{}",
                    meant(name, &known)
                );
                odd.push(fault(&reference.place, what));
            }
        }
    }
    odd
}

impl Between<'_> {
    fn wrong(&mut self, place: &Place, what: String) {
        self.faults.push(fault(place, what));
    }

    /// `superseded_by` names another rulebook of the same medicine and country that comes into force
    /// later, and nobody comes back to where they began.
    fn successor(&mut self, outline: &Outline) {
        let Some(reference) = &outline.superseded_by else {
            return;
        };
        let next = &reference.name;
        let found = self.files.get(next.as_str()).copied();
        let Some(successor) = found.filter(|o| o.name != outline.name) else {
            let names = self.files.keys().copied();
            let others: Vec<&str> = names.filter(|name| *name != outline.name).collect();
            let meant = meant(next.as_str(), &others);
            let what =
                format!("there is no other rulebook {next}, expected the name of one{meant}");
            return self.wrong(&reference.place, what);
        };
        if let Some(circle) = self.circle(outline) {
            let what = format!("{circle} supersede one another in a circle, expected an end");
            return self.wrong(&reference.place, what);
        }
        let mut wrong = Vec::new();
        if let (Some(ours), Some(theirs)) = (&outline.medicine, &successor.medicine)
            && ours != theirs
        {
            wrong.push(format!(
                "{next} is about {theirs}, expected a rulebook about {ours}"
            ));
        }
        if let (Some(ours), Some(theirs)) = (&outline.jurisdiction, &successor.jurisdiction)
            && ours != theirs
        {
            wrong.push(format!(
                "{next} holds in {theirs}, expected one that holds in {ours}"
            ));
        }
        if let (Some(ours), Some(theirs)) = (outline.valid_from, successor.valid_from)
            && theirs <= ours
        {
            wrong.push(format!(
                "{next} comes into force on {theirs}, expected a day after {ours}"
            ));
        }
        for what in wrong {
            self.wrong(&reference.place, what);
        }
    }

    /// The names of a circle that begins and ends at this file.
    fn circle(&self, outline: &Outline) -> Option<String> {
        let mut names = Vec::new();
        let mut at = outline;
        while let Some(reference) = &at.superseded_by {
            names.push(at.name.as_str());
            at = self.files.get(reference.name.as_str()).copied()?;
            if at.name == outline.name {
                return Some(names.join(", "));
            }
            if names.len() > self.files.len() {
                return None;
            }
        }
        None
    }

    /// A gate takes the rows of a rulebook that has some.
    fn counts(&mut self, outline: &Outline) {
        for reference in outline.named.all_counts() {
            let name = &reference.name;
            let what = match self.files.get(name.as_str()).map(|o| o.has_thresholds) {
                None => {
                    let all = self.files.iter();
                    let having = all.filter(|(_, o)| o.has_thresholds == Some(true));
                    let having: Vec<&str> = having.map(|(name, _)| *name).collect();
                    let meant = meant(name.as_str(), &having);
                    format!(
                        "there is no rulebook {name}, expected the name of a rulebook that has \
                         some{meant}"
                    )
                }
                Some(Some(false)) => format!(
                    "there are no [[thresholds]] in {name}, expected the name of a rulebook that has \
                     some"
                ),
                // its own faults are told
                Some(Some(true) | None) => continue,
            };
            self.wrong(&reference.place, what);
        }
    }

    /// A rulebook of safety says something of patients, and is about the same medicine.
    fn safety(&mut self, outline: &Outline) {
        let Some(reference) = &outline.safety_rulebook else {
            return;
        };
        let name = &reference.name;
        let what = match self.files.get(name.as_str()).map(|o| o.assesses) {
            None => {
                let all = self.files.iter();
                let having = all.filter(|(_, o)| o.assesses == Some(true));
                let having: Vec<&str> = having.map(|(name, _)| *name).collect();
                let meant = meant(name.as_str(), &having);
                format!("there is no rulebook {name}, expected one that speaks of patients{meant}")
            }
            Some(Some(false)) => {
                format!("{name} says nothing of patients, expected a rulebook that does")
            }
            // its own faults are told
            Some(Some(true) | None) => {
                let theirs = self.files.get(name.as_str()).map(|o| &o.medicine);
                match (&outline.medicine, theirs) {
                    (Some(ours), Some(Some(theirs))) if ours != theirs => {
                        format!("{name} is about {theirs}, expected a rulebook about {ours}")
                    }
                    _ => return,
                }
            }
        };
        self.wrong(&reference.place, what);
    }

    /// A code is one box, whichever rulebook speaks of it.
    fn presentations(&mut self, outlines: &[Outline]) {
        let mut known = BTreeMap::new();
        for outline in outlines {
            for (here, place) in outline.named.all_presentations() {
                let key = (here.strength, here.route, here.units_per_box);
                let first = known
                    .entry(here.cip13)
                    .or_insert_with(|| (key, outline.name.clone()));
                if first.0 != key && first.1 != outline.name {
                    let (strength, route, units) = first.0;
                    let what = format!(
                        "{} is {strength}, {route}, {units} units a box in {}, expected the same here",
                        here.cip13, first.1
                    );
                    self.wrong(&place, what);
                }
            }
        }
    }
}

fn fault(place: &Place, what: String) -> Fault {
    Fault {
        place: place.clone(),
        problem: Problem::Inconsistent { what },
    }
}

fn meant(typed: &str, known: &[&str]) -> String {
    nearest(typed, known.iter().copied())
        .map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

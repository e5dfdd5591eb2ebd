//! Who comes first: gates before the ranking, and the classes of the ranking in their order.

use super::predicate::{Asked, Predicate};
use super::threshold::{CountOf, Counted, ThresholdRow};
use super::{Bilingual, Citation, Rulebook, Slug};
use crate::domain::presentation::Route;

/// An indication that requests may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicationRule {
    /// Its word in files and cases.
    pub code: Slug,
    /// As a pharmacist calls it.
    pub name: Bilingual,
    /// Whether the document lists it among those to be served first.
    pub listed: Listed,
    /// Where the rule stands.
    pub citation: Citation,
}

/// Whether a document lists an indication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It does not.
    No,
    /// At any age.
    Yes,
    /// Under this age in whole years only.
    Under(u32),
}

impl IndicationRule {
    /// Whether the document lists it for a patient of this age.
    pub const fn listed_at(&self, age_years: u32) -> bool {
        match self.listed {
            Listed::No => false,
            Listed::Yes => true,
            Listed::Under(years) => age_years < years,
        }
    }
}

/// What keeps a request out of the ranking, or warns; the first that stops it wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Of which requests: all of these hold.
    pub when: Vec<Predicate>,
    /// What it does.
    pub then: GateRule,
    /// Where the rule stands.
    pub citation: Citation,
}

/// What a gate does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateRule {
    /// Nobody starts while the notice is in force.
    Freeze,
    /// The neutrophil rows of another rulebook hold here, whatever the day: a row that stops a
    /// treatment blocks the request, one that warns adds its code.
    Neutrophils(Slug),
}

/// One class of the ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorityClass {
    /// Its name in plans.
    pub name: Slug,
    /// As a pharmacist calls it.
    pub title: Bilingual,
    /// What claims it holds.
    pub claims: ClaimKind,
    /// Whether the manufacturer has an emergency line for these patients.
    pub emergency_line: bool,
    /// Where the rule stands.
    pub citation: Citation,
}

/// What a class of the ranking holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimKind {
    /// Requests of the reserve's indication, treated now.
    Treatment,
    /// Each reserved dose of an infused patient, one by one.
    ReserveInfused,
    /// All reserved doses of a scheduled patient, all or nothing.
    ReserveScheduled,
    /// Reference doses of a site whose patients were granted fewer doses than k.
    ReserveFloor,
    /// Requests of which all of these hold and that no class before took.
    Requests(Vec<Predicate>),
}

/// How doses of a route are counted when they are not made by weight: one unit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitDoses {
    /// The route.
    pub route: Route,
    /// How many days lie between one unit and the next.
    pub every_days: u32,
    /// Where the rule stands.
    pub citation: Citation,
}

/// What the gates say of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gated<'a> {
    /// It is ranked, with these warnings.
    Ranked(Vec<&'a ThresholdRow>),
    /// It is refused while the notice is in force.
    Frozen(&'a Gate),
    /// It is blocked: the treatment is to stop.
    Blocked(&'a ThresholdRow),
}

impl Rulebook {
    /// Asks all gates of a request, in the file's order; `of` finds the rulebook that a gate names.
    pub fn gates<'a>(
        &'a self,
        asked: &Asked<'_>,
        anc_per_mm3: Option<u32>,
        of: impl Fn(&Slug) -> Option<&'a Self>,
    ) -> Gated<'a> {
        let counted = Counted {
            treatment: asked.treatment,
            indication: asked.indication,
            // a plan case says nothing of it, and the stricter limits are the others'
            benign_ethnic_neutropenia: false,
            of: CountOf::Latest,
            per_mm3: anc_per_mm3,
        };
        let mut warnings: Vec<&ThresholdRow> = Vec::new();
        for gate in self.gates.iter().filter(|g| self.all(&g.when, asked)) {
            match &gate.then {
                GateRule::Freeze => return Gated::Frozen(gate),
                GateRule::Neutrophils(name) => {
                    let rows = of(name).map_or(&[][..], |book| &book.thresholds);
                    for row in rows.iter().filter(|r| r.matches(&counted)) {
                        if row.severity.stops() {
                            return Gated::Blocked(row);
                        }
                        warnings.push(row);
                    }
                }
            }
        }
        warnings.sort_by(|a, b| a.code.cmp(&b.code));
        warnings.dedup_by(|a, b| a.code == b.code);
        Gated::Ranked(warnings)
    }

    /// Returns the place of the class that takes a request, if one does.
    pub fn class_of(&self, asked: &Asked<'_>) -> Option<usize> {
        self.priorities
            .iter()
            .position(|class| match &class.claims {
                ClaimKind::Treatment => self.all(&[Predicate::ReserveIndication], asked),
                ClaimKind::Requests(when) => self.all(when, asked),
                ClaimKind::ReserveInfused
                | ClaimKind::ReserveScheduled
                | ClaimKind::ReserveFloor => false,
            })
    }

    /// Returns whether a class of the ranking, by its place, is served before any reserve is kept: a
    /// reserve then holds nothing back from it. Without a reserve nothing is.
    pub fn above_reserves(&self, class: usize) -> bool {
        let reserve = self.priorities.iter().position(|class| match class.claims {
            ClaimKind::ReserveInfused | ClaimKind::ReserveScheduled | ClaimKind::ReserveFloor => {
                true
            }
            ClaimKind::Treatment | ClaimKind::Requests(_) => false,
        });
        reserve.is_some_and(|first| class < first)
    }

    /// Returns the rule of an indication, if requests may name it.
    pub fn indication(&self, code: &str) -> Option<&IndicationRule> {
        self.indications.iter().find(|i| i.code.as_str() == code)
    }

    fn all(&self, when: &[Predicate], asked: &Asked<'_>) -> bool {
        let reserve = self.reserve.as_ref().map(|r| &r.indication);
        when.iter()
            .all(|p| p.holds(asked, reserve, &self.indications))
    }
}

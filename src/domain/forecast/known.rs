//! How the reserve stands on a day, reckoned again only when it can differ from the day before.

use crate::domain::calendar::Day;
use crate::domain::dose::Vial;
use crate::domain::id::{DeliveryId, LotId};
use crate::domain::quantity::{Doses, Mg, Units};
use crate::domain::reserve::{self, Facts, ReserveDose, Standing, free_vials};
use crate::domain::rule::Resupply;

/// How the reserve stands on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stood {
    pub(super) resupply: Resupply,
    pub(super) required: Doses,
    pub(super) possible: Doses,
}

/// What was asked last, and what the answer was.
#[derive(Default)]
pub(super) struct Known {
    resupply: Option<(Coming, Resupply)>,
    made: Option<(Question, u32)>,
}

/// All that resupply depends on: whether it holds by hand, and the deliveries within its days.
#[derive(PartialEq, Eq)]
struct Coming {
    by_hand: Option<Resupply>,
    deliveries: Vec<(DeliveryId, Units)>,
}

/// All that the doses which can be made depend on: of each open dose its size and how many rows of the
/// vials expire before its day; and the vials.
#[derive(PartialEq, Eq)]
struct Question {
    needs: Vec<(Mg, usize)>,
    vials: Vec<(LotId, Units)>,
}

impl Known {
    /// Says what [`reserve::stand`] would.
    pub(super) fn stand(&mut self, facts: &Facts<'_>) -> Stood {
        let resupply = self.resupply(facts);
        let mut doses = reserve::required_and_held(facts, resupply);
        let held = doses.iter().filter(|d| d.standing == Standing::Held);
        let held = Doses::count(held.count()).get();
        let made = self.made(facts, &mut doses);
        Stood {
            resupply,
            required: Doses::count(doses.len()),
            possible: Doses::new(held.saturating_add(made)),
        }
    }

    fn resupply(&mut self, facts: &Facts<'_>) -> Resupply {
        let by_hand = facts.site.by_hand.as_ref();
        let last = facts.today.plus(facts.rule.resupply_within_days);
        let within = |on: Day| on >= facts.today && on <= last;
        let deliveries = facts.deliveries.iter().filter(|d| within(d.expected_on));
        let coming = Coming {
            by_hand: by_hand
                .filter(|h| h.until >= facts.today)
                .map(|h| h.resupply),
            deliveries: deliveries.map(|d| (d.id.clone(), d.left())).collect(),
        };
        match &self.resupply {
            Some((before, resupply)) if *before == coming => *resupply,
            Some(_) | None => {
                let resupply = reserve::resupply(facts);
                self.resupply = Some((coming, resupply));
                resupply
            }
        }
    }

    fn made(&mut self, facts: &Facts<'_>, doses: &mut [ReserveDose]) -> u32 {
        let vials = free_vials(facts);
        let too_early = |on: Day| vials.iter().filter(|v| v.expiry < on).count();
        let needs = reserve::open_needs(doses);
        let question = Question {
            needs: needs.iter().map(|n| (n.mg, too_early(n.on))).collect(),
            vials: vials.iter().map(Vial::row).collect(),
        };
        match &self.made {
            Some((before, made)) if *before == question => *made,
            Some(_) | None => {
                // what nobody can say is missing, as the reserve has it
                let made = match reserve::make(facts, doses) {
                    Ok(all) => Doses::count(all.iter().flatten().count()).get(),
                    Err(_unsolved) => 0,
                };
                self.made = Some((question, made));
                made
            }
        }
    }
}

impl Vial<LotId> {
    fn row(&self) -> (LotId, Units) {
        (self.lot.clone(), self.units)
    }
}

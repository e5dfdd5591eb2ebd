//! A guide for a search among expiries: what the same pool would cost if nothing expired.
//!
//! Where nothing expires a site's stock is one number a strength, and all that may be left of it is soon
//! gone through. Whatever a dose takes among expiries it may take there too. So what is to be paid there
//! from a turn on is never more than here, and a history that cannot end within a target there need not
//! be followed here.

use super::Search;
use super::hold::{Hold, Own};
use super::laid::Laid;
use super::measure::{Figures, LEVELS};
use super::site::{Choice, How, Site};
use super::stock::Stock;
use crate::domain::plan::grant::ways::Count;
use crate::domain::plan::realise::cost::Cost;
use crate::domain::plan::realise::problem::Problem;

/// What is paid by the tolls of each figure.
pub(super) type Paid = [i64; LEVELS];

/// What a pool costs where nothing expires, from every turn of every site on.
pub(super) struct Guide {
    stock: Stock,
    sites: Vec<Site>,
    /// By the figure.
    laid: Vec<Laid>,
    /// By how much each figure's bound may be missed.
    spare: Vec<i64>,
}

impl Guide {
    /// Looks ahead in a pool where nothing expires, for what costs at most `target` in the figures up to
    /// `level`; nothing when out of steps.
    pub(super) fn new(
        ageless: &Problem,
        known: Cost,
        (target, level): (Figures, usize),
        steps: u64,
    ) -> Option<Self> {
        let mut search = Search::<8>::new(ageless, known, steps, How::Loose)?;
        search.known = target;
        for level in 0..=level {
            search.lay(level)?;
        }
        let spare = search.laid.iter();
        let spare = spare.map(|laid| laid.most(&target, 0).saturating_sub(laid.bound));
        Some(Self {
            spare: spare.collect(),
            stock: search.stock,
            sites: search.sites,
            laid: search.laid,
        })
    }

    /// Returns the guide for one site.
    pub(super) fn at(&self, site: usize) -> Option<Ahead<'_>> {
        let place = self.sites.iter().position(|s| s.at == site)?;
        Some(Ahead { guide: self, place })
    }
}

/// The guide for one site.
pub(super) struct Ahead<'g> {
    guide: &'g Guide,
    place: usize,
}

impl Ahead<'_> {
    /// Returns for each strength whether it is counted.
    pub(super) fn counted(&self) -> &[bool] {
        let site = self.guide.sites.get(self.place);
        site.map_or(&[], |site| &site.counted)
    }

    /// Returns what a choice pays.
    pub(super) fn pays(&self, choice: &Choice, class: usize, used: &Count) -> Option<Paid> {
        let takes = self.guide.stock.takes(class, used)?;
        let mut paid = [0; LEVELS];
        for (slot, laid) in paid.iter_mut().zip(&self.guide.laid) {
            *slot = laid.tolls.of(&choice.figures) + laid.tolls.worth(&takes);
        }
        Some(paid)
    }

    /// Whether who has paid so much, and has this left after a turn, may end within the target.
    pub(super) fn leads_on(&self, turn: usize, left: &[u16], paid: &Paid) -> bool {
        let lefts = self
            .guide
            .sites
            .get(self.place)
            .and_then(|s| s.lefts.get(turn));
        let Some(left) = lefts.and_then(|lefts| lefts.get(left)) else {
            // what is left nowhere is left by nobody who keeps to what there is
            return false;
        };
        let each = self.guide.laid.iter().zip(&self.guide.spare).zip(paid);
        each.into_iter().all(|((laid, spare), paid)| {
            let rest = laid.rest(self.place, turn + 1, *left);
            let least = laid.rest(self.place, 0, 0);
            paid.saturating_add(rest).saturating_sub(least) <= *spare
        })
    }
}

/// Returns for each strength whether it matters where nothing expires how much of it a site has left.
pub(super) fn counted(hold: &Hold) -> Vec<bool> {
    let each = hold.own.iter();
    each.map(|own| matches!(own, Own::Places(places) if !places.is_empty()))
        .collect()
}

/// Returns what is left of each strength that is `counted` where nothing expires, as far as it can be
/// used: what is left from the first class of days on, which is counted here too.
pub(super) fn ageless<const N: usize>(
    hold: &Hold,
    stock: &Stock,
    left: &[u16; N],
    counted: &[bool],
) -> Vec<u16> {
    let each = hold.own.iter().zip(counted).enumerate();
    let each = each.map(|(strength, (own, counted))| {
        let first = stock.dims.of(strength).start;
        let Own::Places(places) = own else {
            return 0;
        };
        let place = places
            .first()
            .filter(|(place, _)| *counted && *place == first);
        let n = place.and_then(|(_, slot)| left.get(*slot)).copied();
        let useful = hold.useful.get(first).copied().unwrap_or(0);
        n.unwrap_or(0)
            .min(u16::try_from(useful).unwrap_or(u16::MAX))
    });
    each.collect()
}

//! Single units: who gets them from their own site, and from where the others come.
//!
//! A flow: each course's units go to its own site's stock for nothing or, for one unit moved, to a
//! common shelf for each presentation and class of days, from where later classes are reached.

use super::flow::Flow;
use std::collections::BTreeMap;

/// Units that one dose or several alike ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// The site's place in the pool.
    pub(super) site: usize,
    /// How many of the presentations, by least age, the patient is old enough for.
    pub(super) ages: usize,
    /// The class of days.
    pub(super) class: usize,
    pub(super) units: u32,
}

/// Units of stock rows alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offered {
    pub(super) site: usize,
    /// The place of the least age among the route's.
    pub(super) age: usize,
    /// The last class of days on which they are usable.
    pub(super) reach: usize,
    pub(super) units: u32,
}

/// Returns how many units go from each offer to each wanted row, at the least number of units
/// that leave their site: `(wanted, offered, units)`.
pub(super) fn serve(
    wanted: &[Wanted],
    offered: &[Offered],
    ages: usize,
    classes: usize,
) -> Vec<(usize, usize, u32)> {
    let mut flow = Flow::default();
    let (source, sink) = (flow.node(), flow.node());
    let shelf: Vec<Vec<usize>> = (0..ages)
        .map(|_| (0..classes).map(|_| flow.node()).collect())
        .collect();
    let at = |age: usize, class: usize| shelf.get(age).and_then(|s| s.get(class)).copied();
    for age in 0..ages {
        for class in 1..classes {
            if let (Some(from), Some(to)) = (at(age, class - 1), at(age, class)) {
                flow.edge(from, to, u32::MAX, 0);
            }
        }
    }
    let mut of_site: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    let mut from_shelf = Vec::new();
    for (place, offer) in offered.iter().enumerate() {
        let node = flow.node();
        flow.edge(node, sink, offer.units, 0);
        of_site.entry(offer.site).or_default().push((place, node));
        if let Some(shelf) = at(offer.age, offer.reach) {
            from_shelf.push((place, flow.edge(shelf, node, offer.units, 0)));
        }
    }
    let mut own = Vec::new();
    let mut far = Vec::new();
    for (place, want) in wanted.iter().enumerate() {
        let node = flow.node();
        flow.edge(source, node, want.units, 0);
        for (offer, to) in of_site.get(&want.site).into_iter().flatten() {
            let fits = offered
                .get(*offer)
                .is_some_and(|o| o.age < want.ages && o.reach >= want.class);
            if fits {
                own.push((place, *offer, flow.edge(node, *to, want.units, 0)));
            }
        }
        for age in 0..want.ages {
            if let Some(to) = at(age, want.class) {
                far.push((place, age, flow.edge(node, to, want.units, 1)));
            }
        }
    }
    flow.run(source, sink);
    let mut served: Vec<(usize, usize, u32)> = own
        .into_iter()
        .map(|(want, offer, edge)| (want, offer, flow.through(edge)))
        .collect();
    let shelved: Vec<(usize, u32)> = from_shelf
        .into_iter()
        .map(|(offer, edge)| (offer, flow.through(edge)))
        .collect();
    let far: Vec<(usize, usize, u32)> = far
        .into_iter()
        .map(|(want, age, edge)| (want, age, flow.through(edge)))
        .collect();
    served.extend(unshelve(wanted, offered, far, shelved));
    served.retain(|(.., n)| *n > 0);
    served
}

/// Deals what left the common shelves: to the latest class first, the soonest out of date that
/// still serves it.
fn unshelve(
    wanted: &[Wanted],
    offered: &[Offered],
    mut far: Vec<(usize, usize, u32)>,
    shelved: Vec<(usize, u32)>,
) -> Vec<(usize, usize, u32)> {
    let class = |place: usize| wanted.get(place).map_or(0, |w| w.class);
    far.sort_by_key(|(want, age, _)| (std::cmp::Reverse(class(*want)), *want, *age));
    // what is left, by age, reach and place
    let mut left: BTreeMap<(usize, usize, usize), u32> = BTreeMap::new();
    for (place, n) in shelved.into_iter().filter(|(_, n)| *n > 0) {
        if let Some(offer) = offered.get(place) {
            left.insert((offer.age, offer.reach, place), n);
        }
    }
    let mut dealt = Vec::new();
    for (want, age, mut missing) in far {
        while missing > 0 {
            let from = (age, class(want), 0);
            let mut usable = left.range_mut(from..=(age, usize::MAX, usize::MAX));
            let Some((shelf, there)) = usable.next() else {
                break;
            };
            let (shelf, n) = (*shelf, missing.min(*there));
            dealt.push((want, shelf.2, n));
            missing -= n;
            *there -= n;
            if *there == 0 {
                left.remove(&shelf);
            }
        }
    }
    dealt
}

//! Everything, one vial at a time: written without a look at the rooms it checks.
use super::*;
use std::collections::BTreeSet;

type Heap = BTreeMap<(Mg, Day), u32>;

fn heap(vials: &[Vial<usize>]) -> Heap {
    let mut heap = Heap::new();
    for v in vials.iter().filter(|v| v.strength > Mg::ZERO) {
        *heap.entry((v.strength, v.expiry)).or_default() += v.units.get();
    }
    heap.retain(|_, n| *n > 0);
    heap
}

pub(super) fn fits(needs: &[Need], vials: &[Vial<usize>]) -> bool {
    serve(
        needs,
        needs.first().map_or(Mg::ZERO, |n| n.mg),
        heap(vials),
        &mut BTreeSet::new(),
    )
}

/// Gives any vial in date to the first need until it has enough, then goes on to the next.
fn serve(needs: &[Need], lacks: Mg, heap: Heap, failed: &mut BTreeSet<(usize, Mg, Heap)>) -> bool {
    let Some((need, rest)) = needs.split_first() else {
        return true;
    };
    if lacks == Mg::ZERO {
        return serve(rest, rest.first().map_or(Mg::ZERO, |n| n.mg), heap, failed);
    }
    if failed.contains(&(needs.len(), lacks, heap.clone())) {
        return false;
    }
    for (strength, expiry) in heap.keys().filter(|(_, expiry)| *expiry >= need.on) {
        let mut less = heap.clone();
        *less.get_mut(&(*strength, *expiry)).unwrap() -= 1;
        less.retain(|_, n| *n > 0);
        if serve(needs, lacks.saturating_sub(*strength), less, failed) {
            return true;
        }
    }
    failed.insert((needs.len(), lacks, heap));
    false
}

pub(super) fn shortfall(needs: &[Need], vials: &[Vial<usize>], strengths: &[Mg]) -> (Mg, u32) {
    // nothing in one order: fewest milligrams, then fewest vials
    let mut trials = BTreeSet::from([(Mg::ZERO, 0, vec![0_u32; strengths.len()])]);
    loop {
        let (mg, n, counts) = trials.pop_first().unwrap();
        let mut more = vials.to_vec();
        for (strength, units) in strengths.iter().zip(&counts) {
            more.push(vial(99, *strength, 50, *units));
        }
        if fits(needs, &more) {
            return (mg, n);
        }
        for (i, strength) in strengths.iter().enumerate() {
            let mut next = counts.clone();
            next[i] += 1;
            trials.insert((mg.saturating_add(*strength), n + 1, next));
        }
    }
}

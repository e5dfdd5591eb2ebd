//! The cheapest flow from a source to a sink: all shortest ways at once, then all next ones.
//!
//! Capacities are whole units, costs 0 or 1 an edge; the answer is exact.

use std::collections::VecDeque;

/// A network under way.
#[derive(Debug, Default)]
pub(super) struct Flow {
    edges: Vec<Edge>,
    /// For each node the places of its edges.
    of: Vec<Vec<usize>>,
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    to: usize,
    left: u32,
    cost: i64,
}

impl Flow {
    /// Adds a node.
    pub(super) fn node(&mut self) -> usize {
        self.of.push(Vec::new());
        self.of.len() - 1
    }

    /// Adds an edge; returns its place.
    pub(super) fn edge(&mut self, from: usize, to: usize, units: u32, cost: i64) -> usize {
        let place = self.edges.len();
        self.edges.push(Edge {
            to,
            left: units,
            cost,
        });
        self.edges.push(Edge {
            to: from,
            left: 0,
            cost: -cost,
        });
        for (node, edge) in [(from, place), (to, place + 1)] {
            if let Some(list) = self.of.get_mut(node) {
                list.push(edge);
            }
        }
        place
    }

    /// Returns how many units flow through an edge.
    pub(super) fn through(&self, edge: usize) -> u32 {
        self.edges.get(edge + 1).map_or(0, |back| back.left)
    }

    /// Sends as much as can flow, at the least cost.
    pub(super) fn run(&mut self, source: usize, sink: usize) {
        loop {
            let cost = self.costs(source);
            if cost.get(sink).is_none_or(|c| *c == i64::MAX) || !self.fill(source, sink, &cost) {
                return;
            }
        }
    }

    /// Returns for each node what the cheapest way there costs; the greatest number where there is
    /// none.
    fn costs(&self, source: usize) -> Vec<i64> {
        let mut cost = vec![i64::MAX; self.of.len()];
        let mut waiting = vec![false; self.of.len()];
        let mut queue = VecDeque::from([source]);
        if let Some(slot) = cost.get_mut(source) {
            *slot = 0;
        }
        while let Some(node) = queue.pop_front() {
            let here = cost.get(node).copied().unwrap_or(i64::MAX);
            if let Some(slot) = waiting.get_mut(node) {
                *slot = false;
            }
            for edge in self.open(node) {
                let there = here + edge.cost;
                let (Some(slot), Some(waits)) = (cost.get_mut(edge.to), waiting.get_mut(edge.to))
                else {
                    continue;
                };
                if there < *slot {
                    *slot = there;
                    if !std::mem::replace(waits, true) {
                        queue.push_back(edge.to);
                    }
                }
            }
        }
        cost
    }

    /// Returns the edges of a node that have room.
    fn open(&self, node: usize) -> impl Iterator<Item = &Edge> {
        let places = self.of.get(node).into_iter().flatten();
        places.filter_map(|place| self.edges.get(*place).filter(|e| e.left > 0))
    }

    /// Sends what can flow along cheapest ways; whether anything did.
    ///
    /// A way never visits a node twice; what that leaves is found with the next costs.
    fn fill(&mut self, source: usize, sink: usize, cost: &[i64]) -> bool {
        let mut next = vec![0_usize; self.of.len()];
        let mut on_way = vec![false; self.of.len()];
        let mut way: Vec<usize> = Vec::new();
        let mut node = source;
        let mut sent = false;
        loop {
            if node == sink {
                sent = true;
                self.send(&way);
                for edge in way.drain(..) {
                    let from = self.edges.get(edge ^ 1).map_or(source, |e| e.to);
                    on_way
                        .iter_mut()
                        .skip(from)
                        .take(1)
                        .for_each(|w| *w = false);
                }
                node = source;
                continue;
            }
            let step = self.step(node, &mut next, &on_way, cost);
            if let Some((edge, to)) = step {
                on_way.iter_mut().skip(node).take(1).for_each(|w| *w = true);
                way.push(edge);
                node = to;
                continue;
            }
            let Some(edge) = way.pop() else {
                return sent;
            };
            // a dead end: do not come here again
            node = self.edges.get(edge ^ 1).map_or(source, |e| e.to);
            on_way
                .iter_mut()
                .skip(node)
                .take(1)
                .for_each(|w| *w = false);
            next.iter_mut().skip(node).take(1).for_each(|n| *n += 1);
        }
    }

    /// Returns the next edge on a cheapest way from a node, and where it leads.
    fn step(
        &self,
        node: usize,
        next: &mut [usize],
        on_way: &[bool],
        cost: &[i64],
    ) -> Option<(usize, usize)> {
        let here = cost.get(node)?;
        let at = next.get_mut(node)?;
        while let Some(place) = self.of.get(node)?.get(*at) {
            let edge = self.edges.get(*place)?;
            let onward = edge.left > 0
                && !on_way.get(edge.to).copied().unwrap_or(true)
                && cost
                    .get(edge.to)
                    .is_some_and(|there| *there == here + edge.cost);
            if onward {
                return Some((*place, edge.to));
            }
            *at += 1;
        }
        None
    }

    /// Sends as much along a way as its narrowest edge allows.
    fn send(&mut self, way: &[usize]) {
        let each = way.iter().filter_map(|e| self.edges.get(*e));
        let units = each.map(|e| e.left).min().unwrap_or(0);
        for edge in way {
            if let Some(e) = self.edges.get_mut(*edge) {
                e.left -= units;
            }
            if let Some(back) = self.edges.get_mut(edge ^ 1) {
                back.left += units;
            }
        }
    }
}

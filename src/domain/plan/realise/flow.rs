//! The cheapest flow from a source to a sink, by shortest paths one after the other.
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
        while let Some(path) = self.shortest(source, sink) {
            let each = path.iter().filter_map(|e| self.edges.get(*e));
            let units = each.map(|e| e.left).min().unwrap_or(0);
            if units == 0 {
                return;
            }
            for edge in path {
                if let Some(e) = self.edges.get_mut(edge) {
                    e.left -= units;
                }
                if let Some(back) = self.edges.get_mut(edge ^ 1) {
                    back.left += units;
                }
            }
        }
    }

    /// Returns the edges of a cheapest way with room, if there is one.
    fn shortest(&self, source: usize, sink: usize) -> Option<Vec<usize>> {
        let mut cost = vec![i64::MAX; self.of.len()];
        let mut by: Vec<Option<usize>> = vec![None; self.of.len()];
        let mut waiting = vec![false; self.of.len()];
        let mut queue = VecDeque::from([source]);
        *cost.get_mut(source)? = 0;
        while let Some(node) = queue.pop_front() {
            *waiting.get_mut(node)? = false;
            let here = *cost.get(node)?;
            for place in self.of.get(node)? {
                let edge = self.edges.get(*place)?;
                let there = here + edge.cost;
                if edge.left == 0 || there >= *cost.get(edge.to)? {
                    continue;
                }
                *cost.get_mut(edge.to)? = there;
                *by.get_mut(edge.to)? = Some(*place);
                if !std::mem::replace(waiting.get_mut(edge.to)?, true) {
                    queue.push_back(edge.to);
                }
            }
        }
        let mut path = Vec::new();
        let mut node = sink;
        while node != source {
            let edge = (*by.get(node)?)?;
            path.push(edge);
            node = self.edges.get(edge ^ 1)?.to;
        }
        Some(path)
    }
}

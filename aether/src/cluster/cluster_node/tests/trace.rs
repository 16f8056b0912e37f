use std::collections::BTreeMap;

use crate::cluster::{Monotonic, Shard};

/// How a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Here,
    Frozen,
    Draining,
    Gone,
}

/// What a run was like: how each node was, who led, and who served which shard, from when on.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) nodes: BTreeMap<usize, Vec<(Monotonic, State)>>,
    pub(super) leaders: Vec<(Monotonic, Option<usize>)>,
    pub(super) shards: BTreeMap<Shard, Vec<(Monotonic, Option<usize>)>>,
}

impl Trace {
    pub(super) fn node(&mut self, now: Monotonic, number: usize, state: State) {
        self.nodes.entry(number).or_default().push((now, state));
        if state == State::Gone {
            for served in self.shards.values_mut() {
                if served.last().is_some_and(|(_, by)| *by == Some(number)) {
                    served.push((now, None));
                }
            }
            if self
                .leaders
                .last()
                .is_some_and(|(_, by)| *by == Some(number))
            {
                self.leads(now, None);
            }
        }
    }

    pub(super) fn leads(&mut self, now: Monotonic, number: Option<usize>) {
        self.leaders.push((now, number));
    }

    pub(super) fn serves(&mut self, now: Monotonic, shard: Shard, by: usize) {
        self.shards.entry(shard).or_default().push((now, Some(by)));
    }

    /// It may be that another one serves it already.
    pub(super) fn ends(&mut self, now: Monotonic, shard: Shard, by: usize) {
        let served = self.shards.entry(shard).or_default();
        if served.last().is_some_and(|(_, last)| *last == Some(by)) {
            served.push((now, None));
        }
    }
}

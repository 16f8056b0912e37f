use std::collections::BTreeMap;

/// How often each thing happened.
#[derive(Debug, Default)]
pub(in super::super) struct Seen(BTreeMap<&'static str, u64>);

impl Seen {
    const ALL: [&str; 10] = [
        "crash",
        "died",
        "dismissed",
        "drained",
        "freeze",
        "gone",
        "lead",
        "left",
        "release",
        "step down",
    ];
    /// What orders do.
    const ORDERED: [&str; 6] = [
        "alone",
        "instructed",
        "not leading",
        "obeyed",
        "rebalance",
        "unheard",
    ];

    pub(in super::super) fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(in super::super) fn add(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            *self.0.entry(what).or_default() += times;
        }
    }

    pub(in super::super) fn is_everything(&self) -> bool {
        Self::ALL.iter().all(|what| self.0.contains_key(what))
    }

    pub(in super::super) fn is_all_that_is_ordered(&self) -> bool {
        Self::ORDERED.iter().all(|what| self.0.contains_key(what))
    }
}

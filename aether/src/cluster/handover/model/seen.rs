use std::collections::BTreeMap;

/// How often each thing happened.
#[derive(Debug, Default)]
pub(in crate::cluster::handover) struct Seen(BTreeMap<&'static str, u64>);

impl Seen {
    const ALL: [&str; 17] = [
        "barrier",
        "begin clean",
        "begin seized",
        "busy",
        "conflict",
        "crash",
        "dismissed",
        "done",
        "forward",
        "freeze",
        "lose",
        "moved",
        "release",
        "repeated",
        "stale",
        "superseded",
        "warm",
    ];

    pub(super) fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(in crate::cluster::handover) fn add(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            *self.0.entry(what).or_default() += times;
        }
    }

    pub(in crate::cluster::handover) fn is_everything(&self) -> bool {
        Self::ALL.iter().all(|what| self.0.contains_key(what))
    }
}

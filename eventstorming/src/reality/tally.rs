use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How often something was stored, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// When first, as RFC 3339 writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// When last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// Of events: how often in which version of their schema.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<u32, u64>,
}

impl Tally {
    /// One more, at a moment in RFC 3339 with `Z`.
    pub fn add(&mut self, at: &str) {
        self.count += 1;
        if self.first.as_deref().is_none_or(|first| at < first) {
            self.first = Some(at.to_owned());
        }
        if self.last.as_deref().is_none_or(|last| at > last) {
            self.last = Some(at.to_owned());
        }
    }

    /// What this and another have seen.
    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        let first = self.first.iter().chain(&other.first).min().cloned();
        let last = self.last.iter().chain(&other.last).max().cloned();
        (self.first, self.last) = (first, last);
        for (version, count) in &other.versions {
            *self.versions.entry(*version).or_default() += count;
        }
    }
}

use std::time::Duration;

use super::Violation;

/// How long it may take, once all is well again, until each shard has its node.
const LIMIT: Duration = Duration::from_secs(2);

/// How long it took after a trouble until each shard had a node that was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Healing {
    pub(crate) of: String,
    pub(crate) took: Duration,
}

/// After each trouble each shard soon has its node.
pub(crate) fn check_healing(all: &[Healing]) -> Vec<Violation> {
    let late = all.iter().filter(|it| it.took > LIMIT);
    let late = late.cloned();
    late.map(|Healing { of, took }| Violation::HealedLate { what: of, took })
        .collect()
}

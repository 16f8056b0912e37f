use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{Entry, Made, Violation};

/// What is known of an account so far.
#[derive(Debug, Default)]
struct Known {
    version: u64,
    total: i64,
    /// The last epoch since which somebody had it who wrote to it, or its last fence.
    since: u64,
    fence: u64,
}

/// Judges the log by itself; `shards` has the shard of each account.
pub(crate) fn check_log(log: &[Entry], shards: &[u16]) -> Vec<Violation> {
    let (mut accounts, mut violations) = (BTreeMap::<_, Known>::new(), Vec::new());
    let (mut numbers, mut owners) = (HashSet::new(), HashMap::new());
    for entry in log {
        let known = accounts.entry(entry.account).or_default();
        violations.extend(known.take(entry));
        let Some(change) = &entry.change else {
            continue;
        };
        if !numbers.insert(change.number) {
            violations.push(Violation::Twice {
                number: change.number,
                account: entry.account,
                version: entry.version,
            });
        }
        violations.extend(second_owner(&mut owners, shards[entry.account], change));
    }
    violations
}

impl Known {
    fn take(&mut self, entry: &Entry) -> Vec<Violation> {
        let &Entry {
            account, version, ..
        } = entry;
        let mut violations = Vec::new();
        let wanted = self.version + 1;
        if version != wanted {
            violations.push(Violation::Gap {
                account,
                found: version,
                wanted,
            });
        }
        self.version = version;
        if let Some(fence) = entry.fence {
            if fence <= self.fence {
                violations.push(Violation::FenceBack {
                    account,
                    version,
                    fence,
                });
            }
            self.fence = fence;
            violations.extend(self.written_since(entry, fence));
        }
        if let Some(change) = &entry.change {
            let replayed = self.total + change.by;
            if change.total != replayed {
                violations.push(Violation::WrongTotal {
                    account,
                    version,
                    found: change.total,
                    replayed,
                });
            }
            self.total = change.total;
            if let Some((_, since)) = change.process {
                violations.extend(self.written_since(entry, since));
            }
        }
        violations
    }

    /// Nobody writes after one who had the account later, nor below the last fence.
    fn written_since(&mut self, entry: &Entry, since: u64) -> Option<Violation> {
        let known = self.since;
        self.since = since.max(known);
        (since < known).then_some(Violation::LateWrite {
            account: entry.account,
            version: entry.version,
            since,
            known,
        })
    }
}

/// Whether another one wrote as owner of the shard since the same epoch.
fn second_owner(
    owners: &mut HashMap<(u16, u64), Arc<str>>,
    shard: u16,
    change: &Made,
) -> Option<Violation> {
    let (process, since) = change.process.as_ref()?;
    let owner = owners
        .entry((shard, *since))
        .or_insert_with(|| Arc::clone(process));
    (owner != process).then(|| Violation::TwoOwners {
        shard,
        since: *since,
        one: Arc::clone(owner),
        other: Arc::clone(process),
    })
}

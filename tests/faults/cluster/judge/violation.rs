use std::{sync::Arc, time::Duration};

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    #[error("gap: account {account} has version {found} where {wanted} follows")]
    Gap {
        account: usize,
        found: u64,
        wanted: u64,
    },
    #[error(
        "wrong total: account {account} has {found} at version {version}, and replay gives {replayed}"
    )]
    WrongTotal {
        account: usize,
        version: u64,
        found: i64,
        replayed: i64,
    },
    #[error("twice: command {number} took effect again, at version {version} of account {account}")]
    Twice {
        number: u64,
        account: usize,
        version: u64,
    },
    #[error("of nobody: nobody sent command {number}")]
    OfNobody { number: u64 },
    #[error("lost: command {number} was answered, and is not in the log")]
    Lost { number: u64 },
    #[error("wrong answer: command {number} was answered {told}, and the log has {stored}")]
    WrongAnswer {
        number: u64,
        told: String,
        stored: String,
    },
    #[error("refused and done: command {number} was refused, and is at version {version}")]
    RefusedAndDone { number: u64, version: u64 },
    #[error("wrong refusal: command {number} was refused at {total}, which was not so meanwhile")]
    WrongRefusal { number: u64, total: i64 },
    #[error(
        "out of order: command {number} is at version {version}, and began when {known} was answered"
    )]
    OutOfOrder {
        number: u64,
        version: u64,
        known: u64,
    },
    #[error(
        "late write: at version {version} account {account} was written by one of epoch {since}, after one of epoch {known}"
    )]
    LateWrite {
        account: usize,
        version: u64,
        since: u64,
        known: u64,
    },
    #[error("fence goes back: account {account}, to {fence} at version {version}")]
    FenceBack {
        account: usize,
        version: u64,
        fence: u64,
    },
    #[error("two owners: since epoch {since} shard {shard} has {one} and {other}")]
    TwoOwners {
        shard: u16,
        since: u64,
        one: Arc<str>,
        other: Arc<str>,
    },
    #[error("tables differ: {who} goes by another one in epoch {epoch}")]
    TablesDiffer { who: String, epoch: u64 },
    #[error("epoch goes back: {who} went by {epoch} after {known}")]
    EpochBack { who: String, epoch: u64, known: u64 },
    #[error("token goes back: to {token} in epoch {epoch}")]
    TokenBack { epoch: u64, token: u64 },
    #[error(
        "needless moves: up to epoch {epoch} {moved} shards went elsewhere, {least} are enough"
    )]
    NeedlessMoves {
        epoch: u64,
        moved: usize,
        least: usize,
    },
    #[error("healed late: {what}: each shard has its node after {took:?}")]
    HealedLate { what: String, took: Duration },
}

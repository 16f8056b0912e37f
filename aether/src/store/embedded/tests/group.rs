use std::{
    pin::pin,
    sync::{Arc, Barrier},
};

use futures_util::{
    FutureExt as _,
    future::{join_all, poll_immediate},
};
use tokio::task::{spawn_blocking, unconstrained};

use super::{super::core::QUEUE, actor, commit, disk::Disk, open, pair, snapshot};
use crate::{
    CheckpointStore as _, EventStore as _, EventStoreExt as _, Position, SnapshotStore as _,
    StoreErrorKind, Version,
};

async fn meet(gate: &Arc<Barrier>) {
    let gate = Arc::clone(gate);
    spawn_blocking(move || gate.wait()).await.unwrap();
}

#[tokio::test]
async fn a_commit_is_visible_when_it_is_on_the_disk_and_readers_do_not_wait_for_it() {
    let disk = Disk::default();
    let store = open(&disk).unwrap();
    let (known, new) = (actor(1), actor(2));
    store.append(commit(&known, 1, 3)).await.unwrap();

    let gate = disk.hold();
    let mut append = pin!(store.append(commit(&new, 1, 1)));
    assert!(poll_immediate(append.as_mut()).await.is_none());
    meet(&gate).await;
    assert_eq!(store.version(&known).await.unwrap(), Version::new(3));
    assert_eq!(store.version(&new).await.unwrap(), Version::NONE);
    assert_eq!(store.head().await.unwrap(), Position::new(1));
    assert_eq!(store.log(Position::START).await.unwrap().len(), 1);
    assert!(poll_immediate(append.as_mut()).await.is_none());
    meet(&gate).await;

    let receipt = append.await.unwrap();
    assert_eq!(receipt.position, Position::new(2));
    assert_eq!(store.version(&new).await.unwrap(), Version::FIRST);
}

#[tokio::test]
async fn what_waits_while_the_disk_syncs_shares_a_sync_and_is_answered_each_by_itself() {
    let disk = Disk::default();
    let store = open(&disk).unwrap();
    let gate = disk.hold();
    let mut first = pin!(store.append(commit(&actor(0), 1, 1)));
    assert!(poll_immediate(first.as_mut()).await.is_none());
    meet(&gate).await;

    // Of each three, the second is refused, for the first is stored in the same transaction.
    let commits = (1..=40).flat_map(|number| {
        let first = commit(&actor(number), 1, 2);
        [first.clone(), commit(&actor(number), 1, 1), first]
    });
    let mut appends: Vec<_> = commits
        .map(|commit| unconstrained(store.append(commit)).boxed())
        .collect();
    for append in &mut appends {
        assert!(poll_immediate(append).await.is_none());
    }
    let mut saved = pin!(store.save_checkpoint("reader", Position::new(1).into()));
    assert!(poll_immediate(saved.as_mut()).await.is_none());
    let before = disk.syncs();
    meet(&gate).await;

    first.await.unwrap();
    let answers = join_all(appends).await;
    saved.await.unwrap();
    // The first commit's, one for all that waited, and what it takes to make the file grow.
    let syncs = disk.syncs() - before;
    assert!(syncs <= 5, "{syncs} syncs for 81 writes");
    for (number, answers) in (1..=40).zip(answers.chunks(3)) {
        let [Ok(receipt), Err(refused), Ok(again)] = answers else {
            panic!("{answers:?}");
        };
        assert_eq!(receipt.position, Position::new(number + 1));
        assert_eq!(again, receipt);
        assert_eq!(refused.kind(), StoreErrorKind::Conflict);
        assert_eq!(refused.version_conflict().unwrap().current, Version::new(2));
    }
    assert_eq!(store.verify().await.unwrap().commits, 41);
}

#[tokio::test]
async fn transactions_share_a_sync_with_all_else_and_one_that_is_refused_leaves_no_trace() {
    let disk = Disk::default();
    let store = open(&disk).unwrap();
    let gate = disk.hold();
    let mut first = pin!(store.append(commit(&actor(0), 1, 1)));
    assert!(poll_immediate(first.as_mut()).await.is_none());
    meet(&gate).await;

    let [a, b, c] = [actor(1), actor(2), actor(3)];
    let both = pair([&a, &b], 1);
    let stale = pair([&c, &b], 1);
    let guarded = pair([&c, &b], 1).guard(a.clone(), Version::FIRST);
    let next = pair([&a, &b], 2).guard(c.clone(), Version::NONE).unwrap();
    let waiting = [both.clone(), stale, guarded.unwrap(), both, next];
    let mut waiting = waiting.map(|it| unconstrained(store.transact(it)).boxed());
    for transact in &mut waiting {
        assert!(poll_immediate(transact).await.is_none());
    }
    let mut append = pin!(store.append(commit(&c, 1, 1)));
    assert!(poll_immediate(append.as_mut()).await.is_none());
    let mut kept = pin!(store.save_snapshot(snapshot(&c, 1)));
    assert!(poll_immediate(kept.as_mut()).await.is_none());
    let before = disk.syncs();
    meet(&gate).await;

    first.await.unwrap();
    let answers = join_all(waiting).await;
    let [Ok(stored), Err(stale), Err(guarded), Ok(again), Ok(next)] = answers.as_slice() else {
        panic!("{answers:?}");
    };
    let positions = |receipts: &[crate::Receipt]| -> Vec<u64> {
        receipts.iter().map(|it| it.position.as_u64()).collect()
    };
    assert_eq!((positions(stored), again), (vec![2, 3], stored));
    assert_eq!(positions(next), [4, 5]);
    for refused in [stale, guarded] {
        assert_eq!(refused.version_conflict().unwrap().actor_id, b);
    }
    assert_eq!(append.await.unwrap().position, Position::new(6));
    kept.await.unwrap();
    assert_eq!(store.snapshot(&c).await.unwrap(), Some(snapshot(&c, 1)));
    let syncs = disk.syncs() - before;
    assert!(syncs <= 5, "{syncs} syncs for 8 writes");
    assert_eq!(store.verify().await.unwrap().commits, 6);
}

#[tokio::test]
async fn an_append_that_is_given_up_is_stored_whole_or_not_and_harms_no_other() {
    let disk = Disk::default();
    let store = open(&disk).unwrap();
    let commits: Vec<_> = (0..60).map(|number| commit(&actor(number), 1, 3)).collect();
    let gate = disk.hold();
    let mut kept = Vec::new();
    for (index, commit) in commits.iter().enumerate() {
        let mut append = store.append(commit.clone()).boxed();
        assert!(poll_immediate(&mut append).await.is_none());
        if index % 2 == 0 {
            kept.push(append);
        }
    }
    meet(&gate).await;
    meet(&gate).await;
    for answer in join_all(kept).await {
        answer.unwrap();
    }
    for commit in commits {
        let receipt = store.append(commit).await.unwrap();
        assert_eq!(receipt.version, Version::new(3));
    }
    let verified = store.verify().await.unwrap();
    assert_eq!((verified.commits, verified.events), (60, 180));
}

#[tokio::test]
async fn more_than_the_queue_holds_waits_outside_and_is_not_stored_if_it_is_given_up() {
    let disk = Disk::default();
    let store = open(&disk).unwrap();
    let gate = disk.hold();
    let mut first = pin!(store.append(commit(&actor(0), 1, 1)));
    assert!(poll_immediate(first.as_mut()).await.is_none());
    meet(&gate).await;

    let room = u64::try_from(QUEUE).unwrap();
    let commits = (1..=room + 3).map(|number| commit(&actor(number), 1, 1));
    let mut appends: Vec<_> = commits
        .map(|commit| unconstrained(store.append(commit)).boxed())
        .collect();
    for append in &mut appends {
        assert!(poll_immediate(append).await.is_none());
    }
    drop(appends.split_off(QUEUE));
    meet(&gate).await;

    for answer in join_all(appends).await {
        answer.unwrap();
    }
    assert_eq!(store.verify().await.unwrap().commits, 1 + room);
}

#[tokio::test]
async fn a_store_that_is_dropped_finishes_what_was_handed_over() {
    let disk = Disk::default();
    let store = open(&disk).unwrap();
    let gate = disk.hold();
    for number in 0..30 {
        let append = store.append(commit(&actor(number), 1, 1)).boxed();
        assert!(poll_immediate(append).await.is_none());
    }
    meet(&gate).await;
    let let_go = spawn_blocking(move || gate.wait());
    drop(store);
    let_go.await.unwrap();
    let store = open(&disk).unwrap();
    assert_eq!(store.verify().await.unwrap().commits, 30);
}

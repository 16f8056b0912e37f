use std::sync::{Arc, Mutex};

use futures_util::{StreamExt as _, future::join_all};

use super::{
    actor, commit,
    disk::{Disk, Mood},
    open, pair, snapshot,
};
use crate::{
    ActorId, Checkpoint, CheckpointStore as _, Commit, EmbeddedEventStore, EventStore as _,
    EventStoreExt as _, Payload, Position, ReaderState, Receipt, Recorded, SnapshotStore as _,
    StoreErrorKind, Transaction, Version,
};

type Stored = Vec<(Commit, Receipt)>;

/// A row of numbers that a seed decides.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// The actor that only transactions write to, together with this one.
fn twin(number: u64) -> ActorId {
    ActorId::of("Twin", &number.to_string()).unwrap()
}

/// Of how many events the commits of transactions are that are not a twin's, and no other.
const OF_A_PAIR: u64 = 4;

/// Appends until told to stop, by writers that each have actors of their own. Every fourth time
/// it is a transaction.
async fn write(store: &EmbeddedEventStore, stored: &Mutex<Stored>, enough: usize) {
    let writer = |number| async move {
        let (actor, twin) = (actor(number), twin(number));
        for round in number.. {
            if stored.lock().unwrap().len() >= enough {
                break;
            }
            let next = store.version(&actor).await.unwrap().next().as_u64();
            let mut commits = vec![commit(&actor, next, round % OF_A_PAIR + 1)];
            let receipts = if commits[0].events().len() as u64 == OF_A_PAIR {
                let next = store.version(&twin).await.unwrap().next().as_u64();
                commits.push(commit(&twin, next, 1));
                let transaction = Transaction::new(commits.clone()).unwrap();
                store.transact(transaction).await.unwrap()
            } else {
                vec![store.append(commits[0].clone()).await.unwrap()]
            };
            let answered = commits.into_iter().zip(receipts);
            stored.lock().unwrap().extend(answered);
        }
    };
    join_all((0..8).map(writer)).await;
}

/// Beside each commit of a transaction lies the other one.
fn assert_transactions_are_whole(log: &[Recorded], told: &str) {
    let is_first = |it: &&Recorded| it.commit.events().len() as u64 == OF_A_PAIR;
    let is_second = |it: &&Recorded| it.commit.actor_id().actor_type() == "Twin";
    let key = |it: &Recorded| it.commit.actor_id().key().map(str::to_owned);
    let first = log.iter().filter(is_first);
    let first: Vec<_> = first
        .map(|it| (it.position.as_u64() + 1, key(it)))
        .collect();
    let second = log.iter().filter(is_second);
    let second: Vec<_> = second.map(|it| (it.position.as_u64(), key(it))).collect();
    assert_eq!(first, second, "{told}");
}

async fn assert_kept(store: &EmbeddedEventStore, stored: &[(Commit, Receipt)], told: &str) {
    store.verify().await.unwrap();
    let log = store.log(Position::START).await.unwrap();
    assert_transactions_are_whole(&log, told);
    for (commit, receipt) in stored {
        let index = usize::try_from(receipt.position.as_u64()).unwrap() - 1;
        assert_eq!(log.get(index).map(|it| &it.commit), Some(commit), "{told}");
    }
    if let Some((commit, receipt)) = stored.last() {
        assert_eq!(
            store.append(commit.clone()).await.unwrap(),
            *receipt,
            "{told}"
        );
    }
}

#[tokio::test]
async fn what_was_answered_outlives_a_power_cut() {
    for seed in 1..=4 {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ seed);
        let (disk, stored) = (Disk::default(), Arc::new(Mutex::new(Stored::new())));
        let store = open(&disk).unwrap();
        let images = Arc::new(Mutex::new(Vec::new()));
        let (seen, answered) = (Arc::clone(&images), Arc::clone(&stored));
        disk.observe(move |contents| {
            if dice.roll(20) == 0 {
                let answered = answered.lock().unwrap().len();
                let image = contents.cut(|| dice.roll(2) == 0);
                seen.lock().unwrap().push((answered, image));
            }
        });
        write(&store, &stored, 200).await;
        drop(store);
        let (stored, images) = (
            stored.lock().unwrap().clone(),
            images.lock().unwrap().split_off(0),
        );
        assert!(images.len() > 5, "seed {seed}: {}", images.len());
        for (answered, image) in images {
            let told = format!("seed {seed}, {answered} answered");
            let reopened = open(&Disk::holding(image)).expect(&told);
            assert_kept(&reopened, &stored[..answered], &told).await;
        }
    }
}

#[tokio::test]
async fn a_checkpoint_and_a_snapshot_outlive_a_power_cut() {
    let disk = Disk::default();
    let store = open(&disk).unwrap();
    let state = ReaderState {
        schema_hash: 3,
        data: Payload::of("so far").unwrap(),
    };
    let checkpoint = Checkpoint {
        position: Position::new(4),
        state: Some(state),
    };
    let saved = store.save_checkpoint("reader", checkpoint.clone());
    saved.await.unwrap();
    let first = disk.synced();
    store.save_snapshot(snapshot(&actor(1), 7)).await.unwrap();

    let reopened = open(&Disk::holding(first)).unwrap();
    assert_eq!(reopened.checkpoint("reader").await.unwrap(), checkpoint);
    let reopened = open(&Disk::holding(disk.synced())).unwrap();
    assert_eq!(reopened.checkpoint("reader").await.unwrap(), checkpoint);
    assert_eq!(
        reopened.snapshot(&actor(1)).await.unwrap(),
        Some(snapshot(&actor(1), 7))
    );
}

#[tokio::test]
async fn nothing_is_stored_on_a_full_disk_and_all_goes_on_when_there_is_room() {
    let disk = Disk::default();
    let store = open(&disk).unwrap();
    let stored = Mutex::new(Stored::new());
    write(&store, &stored, 200).await;
    let head = store.head().await.unwrap();

    disk.set(Mood::Full(disk.len()));
    let (actor, mut version) = (actor(99), 0);
    let (refused, err) = loop {
        let commit = commit(&actor, version + 1, 50);
        match store.append(commit.clone()).await {
            Ok(receipt) => version = receipt.version.as_u64(),
            Err(err) => break (commit, err),
        }
    };
    assert_eq!(err.kind(), StoreErrorKind::Unavailable, "{err}");
    assert_eq!(err.to_string(), "nothing was stored");
    let source = std::error::Error::source(&err).unwrap();
    assert_eq!(source.to_string(), "the file `a disk` cannot be written");
    assert_eq!(store.version(&actor).await.unwrap(), Version::new(version));
    assert!(store.head().await.unwrap() >= head);
    let stored = stored.into_inner().unwrap();
    assert_kept(&store, &stored, "full").await;

    let both = {
        let commits = [commit(&actor, version + 1, 50), commit(&twin(99), 1, 50)];
        Transaction::new(commits).unwrap()
    };
    let err = store.transact(both).await.unwrap_err();
    assert_eq!(err.to_string(), "nothing was stored");
    assert_eq!(store.version(&twin(99)).await.unwrap(), Version::NONE);

    disk.set(Mood::Well);
    let receipt = store.append(refused).await.unwrap();
    assert_eq!(receipt.version, Version::new(version + 50));
    store.verify().await.unwrap();
}

#[tokio::test]
async fn a_disk_that_is_gone_leaves_in_doubt_what_was_being_stored_and_may_come_back() {
    let disk = Disk::default();
    let store = open(&disk).unwrap();
    let actor = actor(1);
    let first = store.append(commit(&actor, 1, 1)).await.unwrap();
    let mut log = Box::pin(store.follow(first.position));

    disk.set(Mood::Gone);
    let doubtful = commit(&actor, 2, 1);
    let err = store.append(doubtful.clone()).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::InDoubt, "{err}");
    let err = store.version(&actor).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Unavailable, "{err}");
    let both = pair([&self::actor(2), &self::actor(3)], 1);
    let err = store.transact(both.clone()).await.unwrap_err();
    assert_eq!(
        (err.kind(), err.to_string().as_str()),
        (
            StoreErrorKind::InDoubt,
            "the transaction may or may not be stored"
        )
    );
    let err = store
        .save_checkpoint("reader", first.position.into())
        .await
        .unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Unavailable, "{err}");
    let saved = store.save_snapshot(snapshot(&actor, 1));
    let err = saved.await.unwrap_err();
    assert_eq!(
        (err.kind(), err.to_string().as_str()),
        (
            StoreErrorKind::Unavailable,
            "the snapshot may be the old one or the new one"
        )
    );

    disk.set(Mood::Well);
    let stored = store.transact(both.clone()).await.unwrap();
    assert_eq!(store.transact(both.clone()).await.unwrap(), stored);
    for commit in both.into_commits() {
        assert_eq!(log.next().await.unwrap().unwrap().commit, commit);
    }
    assert_eq!(store.snapshot(&actor).await.unwrap(), None);
    let receipt = store.append(doubtful.clone()).await.unwrap();
    assert_eq!(receipt.version, Version::new(2));
    assert_eq!(store.append(doubtful.clone()).await.unwrap(), receipt);
    assert_eq!(log.next().await.unwrap().unwrap().commit, doubtful);
    assert_eq!(
        store.checkpoint("reader").await.unwrap(),
        Checkpoint::default()
    );
}

#[tokio::test]
async fn a_panic_of_the_engine_is_an_error_and_not_the_end() {
    let disk = Disk::default();
    let store = open(&disk).unwrap();
    let actor = actor(1);
    let stored = Mutex::new(Stored::new());
    write(&store, &stored, 3_000).await;
    disk.set(Mood::Odd);
    let err = store.verify().await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Corrupt, "{err}");
    assert_eq!(err.to_string(), "the file `a disk` is damaged");
    let source = std::error::Error::source(&err).unwrap();
    assert_eq!(source.to_string(), "the engine panicked: this disk is odd");
    let err = store.append(commit(&actor, 1, 1)).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::InDoubt, "{err}");

    disk.set(Mood::Well);
    store.append(commit(&self::actor(77), 1, 1)).await.unwrap();
    assert_kept(&store, &stored.into_inner().unwrap(), "odd").await;
}

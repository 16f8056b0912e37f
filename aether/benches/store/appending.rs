use aether::{Commit, EventStore as _, Transaction};
use futures_util::future::try_join_all;

use crate::{
    Outcome,
    fixture::{Fixture, commit, commits, expect, fresh},
    raw::{self, Raw},
    rounds::{Bar, Rounds},
};

/// Commits of several actors, those of each in order.
type Lanes<T> = Vec<Vec<T>>;

pub(crate) async fn compare(rounds: &Rounds, fixture: &Fixture) -> Outcome {
    let cases = [
        ("append, one at a time", 1, 2_000, 1),
        ("append, 256 in flight", 256, 60, 1),
        ("commits of 10 events, 32 in flight", 32, 100, 10),
        ("commits of 100 events, 32 in flight", 32, 20, 100),
    ];
    for (what, width, length, events) in cases {
        append(
            rounds,
            fixture,
            what,
            [width, rounds.scaled(length), events],
        )
        .await?;
    }
    let what = "append, 256 in flight, against plain requests";
    request(rounds, fixture, what, [256, rounds.scaled(60), 1]).await?;
    let what = "transaction over two actors";
    transact(rounds, fixture, what, rounds.scaled(100)).await
}

pub(crate) async fn append(
    rounds: &Rounds,
    fixture: &Fixture,
    what: &'static str,
    [width, length, events]: [u64; 3],
) -> Outcome {
    let ours = (
        || lanes(width, length, events),
        async |lanes| append_all(fixture, lanes).await,
    );
    let raw = (
        || raw_lanes(width, length, events),
        async |lanes: Lanes<Raw>| {
            let all = lanes.iter().map(async |lane| {
                let mut last = 0;
                for message in lane {
                    last = raw::append(fixture, message, last).await?;
                }
                Outcome::Ok(())
            });
            try_join_all(all).await.map(drop)
        },
    );
    let bar = Bar { what, ratio: 0.90 };
    rounds.compare(&bar, width * length, ours, raw).await
}

async fn request(
    rounds: &Rounds,
    fixture: &Fixture,
    what: &'static str,
    [width, length, events]: [u64; 3],
) -> Outcome {
    let ours = (
        || lanes(width, length, events),
        async |lanes| append_all(fixture, lanes).await,
    );
    let raw = (
        || raw_lanes(width, length, events),
        async |lanes: Lanes<Raw>| {
            let all = lanes.iter().map(async |lane| {
                let mut last = 0;
                for message in lane {
                    last = raw::request(fixture, message, last).await?;
                }
                Outcome::Ok(())
            });
            try_join_all(all).await.map(drop)
        },
    );
    let bar = Bar { what, ratio: 0.90 };
    rounds.compare(&bar, width * length, ours, raw).await
}

pub(crate) async fn append_all(fixture: &Fixture, lanes: Lanes<Commit>) -> Outcome {
    let all = lanes.into_iter().map(async |lane| {
        for commit in lane {
            fixture.store.append(commit).await?;
        }
        Outcome::Ok(())
    });
    try_join_all(all).await.map(drop)
}

pub(crate) fn lanes(width: u64, length: u64, events: u64) -> Lanes<Commit> {
    (0..width)
        .map(|_| commits(&fresh(), length, events))
        .collect()
}

fn raw_lanes(width: u64, length: u64, events: u64) -> Lanes<Raw> {
    let lanes = lanes(width, length, events);
    let raw = |lane: Vec<Commit>| lane.iter().map(Raw::new).collect();
    lanes.into_iter().map(raw).collect()
}

pub(crate) async fn transact(
    rounds: &Rounds,
    fixture: &Fixture,
    what: &'static str,
    length: u64,
) -> Outcome {
    let pairs = || {
        let (a, b) = (fresh(), fresh());
        let pairs = (0..length).map(|after| [commit(&a, after, 1), commit(&b, after, 1)]);
        pairs.collect::<Vec<_>>()
    };
    let ours = (
        || {
            pairs()
                .into_iter()
                .map(|pair| expect(Transaction::new(pair)))
                .collect::<Vec<_>>()
        },
        async |transactions| {
            for transaction in transactions {
                fixture.store.transact(transaction).await?;
            }
            Outcome::Ok(())
        },
    );
    let raw = (
        || {
            pairs()
                .into_iter()
                .map(|pair| pair.map(|commit| Raw::new(&commit)))
                .collect::<Vec<_>>()
        },
        async |pairs: Vec<[Raw; 2]>| {
            let mut last = [0, 0];
            for [a, b] in pairs {
                let stored = raw::batch(fixture, [&a, &b], last).await?;
                last = [stored - 1, stored];
            }
            Outcome::Ok(())
        },
    );
    let bar = Bar { what, ratio: 0.90 };
    rounds.compare(&bar, length, ours, raw).await
}

//! Processes that take orders from being placed to being counted, and are killed while policies,
//! timers, process managers, an adapter and projections are at work; and what must have come of
//! all of it in the end.
//!
//! Nothing here knows of the kind of store, but that it lives in a folder or at an address.

mod carrier;
mod judge;
mod lane;
mod proof;
mod shop;
mod worker;

use std::{collections::BTreeSet, path::Path, time::Duration};

use aether::{
    ActorId, DynEventStore, EventStore as _, EventStoreExt as _, Position, Recorded,
    runtime::{Aether, parking, verify_context},
};
use futures_util::StreamExt as _;
use tokio::time::{sleep, timeout};

pub use self::worker::{Share, work};
use self::{
    judge::{Evidence, Violation, check},
    lane::Lane,
    proof::{Digest, Settled, number, rebuilt},
    shop::{DEPOTS, Depot, Journal, Shop, Totals},
};
use super::{Dice, asks::Failed};

/// The follower that tells the carrier.
const CARRIER: &str = "adapter/Carrier";
/// How many violations are shown.
const SHOWN: usize = 20;

/// How many orders, workers and kills there are to be.
#[derive(Debug, Clone, Copy)]
pub struct Campaign<'a> {
    /// The path of `order-worker`.
    pub program: &'a Path,
    /// The address of a server, or a folder.
    pub place: &'a str,
    /// Where the carrier writes down what it is told.
    pub ledger: &'a Path,
    /// How many orders are placed.
    pub orders: u64,
    /// How many workers run at once.
    pub workers: u64,
    /// How often one of them is killed.
    pub kills: u64,
}

/// What a campaign came to.
#[derive(Debug, Default, Clone, Copy)]
pub struct Outcome {
    /// How often a worker was killed.
    pub kills: u64,
    /// How many of these had not even opened the store.
    pub before_opening: u64,
    /// How many commits there are.
    pub commits: usize,
    /// How often the carrier was told of something again.
    pub told_again: usize,
    /// How many actors were parked, with reason, until the carrier was repaired.
    pub parked: usize,
}

/// Kills workers at moments that a seed decides, `kills` times while the orders flow, and judges
/// what came of it. `each` is run after each kill, and is told how many there were.
///
/// # Errors
/// If the store or the runtime fails.
pub async fn run(
    campaign: Campaign<'_>,
    seed: u64,
    mut each: impl AsyncFnMut(u64),
) -> Result<Outcome, Failed> {
    let (mut dice, mut outcome) = (Dice::new(seed), Outcome::default());
    let lanes = (0..campaign.workers).map(|lane| Lane::start(campaign, lane));
    let mut lanes: Vec<_> = lanes.collect();
    while outcome.kills < campaign.kills {
        let at = usize::try_from(dice.roll(campaign.workers))?;
        let Some(lane) = lanes.get_mut(at) else {
            continue;
        };
        // So that the last kill comes before the last orders.
        let due = campaign.orders * (outcome.kills + 1) / (campaign.kills + 1);
        if dice.roll(8) > 0 {
            lane.reaches(due).await;
        }
        // Where it is in its work then is up to the machine.
        sleep(Duration::from_micros(dice.roll(150_000))).await;
        outcome.before_opening += u64::from(!lane.kill_and_restart().await);
        outcome.kills += 1;
        each(outcome.kills).await;
    }
    let mut settled = Vec::new();
    for lane in &mut lanes {
        lane.reaches(campaign.orders).await;
    }
    for lane in lanes {
        settled.push(lane.settle().await);
    }
    finish(campaign, &settled, outcome).await
}

/// Repairs the carrier, has carried out what is left to do, and judges what came of it all.
async fn finish(
    campaign: Campaign<'_>,
    settled: &[Settled],
    outcome: Outcome,
) -> Result<Outcome, Failed> {
    let store = worker::open(campaign.place).await?;
    let before = store.log(Position::START).await?;
    for said in settled {
        assert_eq!(
            *said,
            rebuilt_as_of(&before, said)?,
            "a worker's projections"
        );
    }
    let aether = worker::start(store, campaign.ledger, true).await?;
    let counted = counted(aether.store(), campaign.orders);
    // What was not counted by then, the judge names.
    if let Ok(counted) = timeout(Duration::from_mins(1), counted).await {
        counted?;
    }
    aether.settled().await?;
    let parked = repair(&aether).await?;
    let log = aether.store().log(Position::START).await?;
    let told = carrier::told(campaign.ledger)?;
    let violations = check(&Evidence {
        orders: campaign.orders,
        log: &log,
        told: &told,
        parked: &parked,
    });
    assert!(violations.is_empty(), "{}", report(&violations));
    check_models(&aether, campaign.orders).await?;
    let told_again = told.len() - distinct(&told);
    aether.shutdown().await;
    Ok(Outcome {
        commits: log.len(),
        told_again,
        parked: parked.len(),
        ..outcome
    })
}

/// Has what the carrier did not take tried once more, now that it takes everything; says whose
/// events were parked, whoever had parked them.
async fn repair(aether: &Aether) -> Result<Vec<ActorId>, Failed> {
    let parked = aether.parked().await?;
    let actors: Vec<_> = parked.into_iter().map(|it| it.actor_id).collect();
    parking::retry(aether.store(), CARRIER, &actors).await?;
    let healed = async {
        while !aether.parked().await?.is_empty() {
            sleep(Duration::from_millis(20)).await;
        }
        Ok::<_, Failed>(())
    };
    timeout(Duration::from_mins(1), healed).await??;
    aether.settled().await?;
    Ok(actors)
}

/// Every projection, state and snapshot is what the log says, from scratch.
async fn check_models(aether: &Aether, orders: u64) -> Result<(), Failed> {
    let log = aether.store().log(Position::START).await?;
    assert_eq!(*aether.read::<Journal>().await?, rebuilt::<Journal>(&log)?);
    assert_eq!(*aether.read::<Totals>().await?, rebuilt::<Totals>(&log)?);
    let mut parcels = 0;
    for depot in 0..DEPOTS {
        parcels += aether.load::<Depot>(depot).await?.parcels;
    }
    assert_eq!(parcels, orders, "parcels in the depots");
    let verified = verify_context::<Shop>(aether.store(), |_| {}).await?;
    assert_eq!(verified.differences, 0, "{verified:?}");
    let status = aether.status();
    let timers = status.iter().filter_map(|it| it.timers);
    assert_eq!(timers.map(|it| it.pending).sum::<usize>(), 0, "{status:?}");
    Ok(())
}

/// What a worker says of its projections, if they are what the log says up to where it had them.
///
/// The log may have grown since: to settle is not to wait for timers that are not due yet, nor for
/// what other workers do.
fn rebuilt_as_of(log: &[Recorded], said: &Settled) -> Result<Settled, Failed> {
    Ok(Settled {
        journal: Digest::rebuilt::<Journal>(log, said.journal.position)?,
        totals: Digest::rebuilt::<Totals>(log, said.totals.position)?,
    })
}

/// Waits until the parcel of each order is counted, the last step of an order but for the carrier's.
async fn counted(store: &DynEventStore, orders: u64) -> Result<(), Failed> {
    let (mut log, mut counted) = (store.follow(Position::START), BTreeSet::new());
    while (counted.len() as u64) < orders {
        let Some(recorded) = log.next().await.transpose()? else {
            break;
        };
        let events = recorded.commit.events().iter();
        let parcels = events.filter(|it| it.event_type == "ParcelCounted");
        counted.extend(parcels.filter_map(number));
    }
    Ok(())
}

fn distinct(told: &[carrier::Told]) -> usize {
    let orders: BTreeSet<_> = told.iter().map(|(order, _)| order).collect();
    orders.len()
}

fn report(violations: &[Violation]) -> String {
    let lines = violations.iter().take(SHOWN).map(ToString::to_string);
    let lines: Vec<_> = lines.collect();
    format!("{} violations:\n{}", violations.len(), lines.join("\n"))
}

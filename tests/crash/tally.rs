//! Takes down how far each actor has come, and refuses what is not the next of it.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    time::Duration,
};

use aether::{
    ActorId, Commit, Event, EventStore, JetStreamEventStore, JetStreamOptions, Namespace, Recorded,
    subscription::{Subscriber, Subscription},
};
use tokio::time::sleep;

use super::asks::Failed;

/// How far each actor has come, kept with the checkpoint.
pub type Counts = BTreeMap<String, u64>;

/// A subscriber that sees when something is given twice or left out.
#[derive(Debug, Default)]
pub struct Tally {
    /// How long it takes for each commit.
    pub pause: Duration,
    /// Whether it says on its output what it has taken.
    pub is_heard: bool,
    /// How many commits it was given.
    pub taken: u64,
    /// How many of the next ones fail, after the state was changed.
    pub failures: u32,
}

/// Says what is wrong with a commit.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// It was told to fail.
    #[error("it fails as it was told to")]
    AsTold,
    /// It is not the next one of its actor.
    #[error("`{actor}` was at {last}, and is given {given}")]
    NotTheNext {
        /// Whose commit it is.
        actor: String,
        /// The last version that was taken.
        last: u64,
        /// The version that was given.
        given: u64,
    },
    /// Nobody hears it.
    #[error("nobody hears it")]
    Unheard(#[from] io::Error),
}

impl Subscriber for Tally {
    type State = Counts;
    type Error = Wrong;

    async fn take(&mut self, counts: &mut Counts, recorded: &Recorded) -> Result<(), Wrong> {
        let actor = recorded.commit.actor_id().to_string();
        let given = recorded.commit.version().as_u64();
        if self.is_heard {
            io::stdout().write_all(format!("{actor} {given}\n").as_bytes())?;
        }
        let last = counts.entry(actor.clone()).or_default();
        if given != *last + 1 {
            let last = *last;
            return Err(Wrong::NotTheNext { actor, last, given });
        }
        *last = given;
        self.taken += 1;
        if self.failures > 0 {
            self.failures -= 1;
            return Err(Wrong::AsTold);
        }
        sleep(self.pause).await;
        Ok(())
    }
}

/// The subscription that processes share, which finds out soon who is gone.
pub fn subscription<S>(store: S) -> Subscription<S>
where
    S: EventStore + aether::CheckpointStore,
{
    let subscription = Subscription::new(store, "tally").partitions(4);
    subscription
        .lease(Duration::from_millis(800))
        .checkpoint_every(16)
        .attempts(1)
}

/// Stores commits of one event each, up to this version, of so many actors in turn.
///
/// # Errors
/// If the store fails.
pub async fn fill(
    store: &impl EventStore,
    actors: u64,
    versions: std::ops::RangeInclusive<u64>,
) -> Result<(), Failed> {
    for version in versions {
        for actor in 0..actors {
            let actor = ActorId::of("Actor", &actor.to_string())?;
            let event = Event::new(actor, version, "Counted", &version)?;
            store.append(Commit::new([event])?).await?;
        }
    }
    Ok(())
}

/// The store on a server that processes share.
///
/// # Errors
/// If the server does not answer.
pub async fn open(url: &str) -> Result<JetStreamEventStore, Failed> {
    let options = JetStreamOptions::new().namespace(Namespace::new("tally")?);
    Ok(options.connect(url).await?)
}

/// Works for ever, and says what it takes.
///
/// # Errors
/// If anything fails.
pub async fn work(url: &str) -> Result<(), Failed> {
    let mut tally = Tally {
        pause: Duration::from_millis(1),
        is_heard: true,
        ..Tally::default()
    };
    let subscription = subscription(open(url).await?);
    let for_ever = std::future::pending();
    Ok(subscription.run(&mut tally, for_ever).await?)
}

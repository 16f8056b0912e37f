use std::{future::Future, time::Duration};

use uuid::Uuid;

use super::{
    PartitionProgress, Progress, Start, Subscriber, SubscriptionError,
    control::Control,
    record::{self, Claim},
    worker::Worker,
};
use crate::{Checkpoint, CheckpointStore, EventStore, Position, StoreErrorKind, store::Filter};

/// A durable reading of a log: [what it promises](super).
///
/// ```
/// use std::{convert::Infallible, time::Duration};
///
/// use aether::{
///     Event, EventStoreExt, InMemoryEventStore, Recorded,
///     subscription::{Start, Subscriber, Subscription},
/// };
///
/// /// Counts orders.
/// struct Counter;
///
/// impl Subscriber for Counter {
///     type State = u64;
///     type Error = Infallible;
///
///     async fn take(&mut self, state: &mut u64, _: &Recorded) -> Result<(), Infallible> {
///         *state += 1;
///         Ok(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = InMemoryEventStore::new();
/// store.save(Event::new("Order.1", 1, "OrderPlaced", &())?).await?;
///
/// let orders = Subscription::new(store, "orders").starting(Start::Beginning).partitions(1);
/// let end = tokio::time::sleep(Duration::from_millis(50));
/// orders.run(&mut Counter, end).await?;
/// assert_eq!(orders.states::<u64>().await?, [1]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Subscription<S> {
    pub(super) store: S,
    pub(super) name: String,
    pub(super) start: Start,
    pub(super) filter: Filter,
    pub(super) partitions: u32,
    pub(super) lease: Duration,
    pub(super) checkpoint_every: u32,
    pub(super) attempts: u32,
}

impl<S: EventStore + CheckpointStore> Subscription<S> {
    /// The subscription that is known by this name in the namespace of a store. It begins with
    /// the first commit, has eight partitions, and a lease of four seconds.
    pub fn new(store: S, name: impl Into<String>) -> Self {
        Self {
            store,
            name: name.into(),
            start: Start::default(),
            filter: Filter::new(),
            partitions: 8,
            lease: Duration::from_secs(4),
            checkpoint_every: 256,
            attempts: 16,
        }
    }

    /// Begins here when it is run for the first time ever, by whichever worker.
    #[must_use]
    pub const fn starting(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// Gives commits that hold an event which this filter wants, and passes over all others.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Spreads the actors over so many partitions, which as many workers can share; at least one.
    /// It cannot be changed later.
    #[must_use]
    pub const fn partitions(mut self, partitions: u32) -> Self {
        self.partitions = if partitions == 0 { 1 } else { partitions };
        self
    }

    /// Takes a worker that has said nothing for so long for gone. The same for all workers.
    #[must_use]
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Keeps how far it has come after so many commits, and whenever it has come to the end of
    /// the log; at least one.
    #[must_use]
    pub const fn checkpoint_every(mut self, commits: u32) -> Self {
        self.checkpoint_every = if commits == 0 { 1 } else { commits };
        self
    }

    /// Tries a commit so often, with longer and longer pauses, before it gives up; at least once.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// Works as one of the workers, until `until` is over.
    ///
    /// What was done is kept and what was held is let go before it returns without an error.
    ///
    /// # Errors
    /// - [`SubscriptionError::Failed`]: the subscriber failed too often.
    /// - [`SubscriptionError::Absent`]: the subscription was removed meanwhile.
    /// - [`SubscriptionError::Partitions`], [`SubscriptionError::Unreadable`]: it was made in
    ///   another way.
    /// - [`SubscriptionError::Store`]: the log cannot be read on. An outage is waited for.
    ///
    /// # Cancel safety
    /// If the future is dropped, others take over after the lease, from the last checkpoint.
    pub async fn run<H: Subscriber>(
        &self,
        subscriber: &mut H,
        until: impl Future<Output = ()> + Send,
    ) -> Result<(), SubscriptionError> {
        let worker = Uuid::now_v7().simple().to_string();
        Worker::new(self, worker).run(subscriber, until).await
    }

    /// Lets all workers stand still, within a quarter of the lease.
    ///
    /// # Errors
    /// If there is no such subscription yet, or the store does not serve.
    ///
    /// # Cancel safety
    /// If the future is dropped, it may be paused or not.
    pub async fn pause(&self) -> Result<(), SubscriptionError> {
        self.change(|control| control.paused = true).await
    }

    /// Lets all workers go on after a pause, within a quarter of the lease.
    ///
    /// # Errors
    /// As for [`Subscription::pause`].
    ///
    /// # Cancel safety
    /// If the future is dropped, it may be paused or not.
    pub async fn resume(&self) -> Result<(), SubscriptionError> {
        self.change(|control| control.paused = false).await
    }

    /// Begins anew from another place in the log, with a new state. Workers that are at work go
    /// on from there.
    ///
    /// # Errors
    /// As for [`Subscription::pause`].
    ///
    /// # Cancel safety
    /// If the future is dropped, some partitions may begin anew and others not: do it again.
    pub async fn rewind(&self, start: Start) -> Result<(), SubscriptionError> {
        let start = start.resolve(&self.store).await?;
        self.change(|control| control.start = start).await?;
        for partition in 0..self.control().await?.1.partitions {
            self.replace(partition, |claim| Some((start, claim.anew())))
                .await?;
        }
        Ok(())
    }

    /// Forgets all that is kept of it. Workers that are at work end with
    /// [`SubscriptionError::Absent`]; one that begins later makes it anew.
    ///
    /// # Errors
    /// As for [`Subscription::pause`].
    ///
    /// # Cancel safety
    /// If the future is dropped, some of it may be left: do it again.
    pub async fn remove(&self) -> Result<(), SubscriptionError> {
        let (mut kept, mut control) = self.control().await?;
        while !self
            .replaced(&self.name(), &kept, Checkpoint::default())
            .await?
        {
            (kept, control) = self.control().await?;
        }
        for partition in 0..control.partitions {
            self.replace(partition, |_| None).await?;
        }
        Ok(())
    }

    /// How far it has come.
    ///
    /// # Errors
    /// As for [`Subscription::pause`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn progress(&self) -> Result<Progress, SubscriptionError> {
        let (_, control) = self.control().await?;
        let mut partitions = Vec::new();
        for partition in 0..control.partitions {
            let (kept, claim) = self.claim(partition).await?;
            let position = kept.position.max(match claim.token {
                0 => control.start,
                _ => Position::START,
            });
            partitions.push(PartitionProgress {
                worker: claim.owner,
                token: claim.token,
                position,
            });
        }
        Ok(Progress {
            paused: control.paused,
            workers: control.workers.into_keys().collect(),
            partitions,
        })
    }

    /// What was made of each partition, as it was kept last.
    ///
    /// # Errors
    /// As for [`Subscription::pause`], and if a state has another shape.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn states<T: serde::de::DeserializeOwned + Default>(
        &self,
    ) -> Result<Vec<T>, SubscriptionError> {
        let (_, control) = self.control().await?;
        let mut states = Vec::new();
        for partition in 0..control.partitions {
            let (_, claim) = self.claim(partition).await?;
            let state = claim
                .state()
                .map_err(|source| self.unreadable(partition, source));
            states.push(state?);
        }
        Ok(states)
    }
}

/// What is kept of it in the store.
impl<S: EventStore + CheckpointStore> Subscription<S> {
    pub(super) fn name(&self) -> String {
        format!("subscription/{}", self.name)
    }

    pub(super) fn reader(&self, partition: u32) -> String {
        format!("subscription/{}/{partition}", self.name)
    }

    pub(super) fn unreadable(
        &self,
        partition: u32,
        source: crate::InvalidPayload,
    ) -> SubscriptionError {
        let reader = self.reader(partition);
        SubscriptionError::Unreadable { reader, source }
    }

    /// Makes it, if it is not there, and checks how it was made.
    pub(super) async fn make(&self) -> Result<(), SubscriptionError> {
        if let Err(SubscriptionError::Absent { .. }) = self.control().await {
            let start = self.start.resolve(&self.store).await?;
            let new = self.write(&Control::new(self.partitions, start))?;
            // If another worker was faster, it is there as well.
            self.replaced(&self.name(), &Checkpoint::default(), new)
                .await?;
        }
        let (there, wanted) = (self.control().await?.1.partitions, self.partitions);
        if there != wanted {
            return Err(SubscriptionError::Partitions { there, wanted });
        }
        Ok(())
    }

    pub(super) async fn control(&self) -> Result<(Checkpoint, Control), SubscriptionError> {
        let kept = self.store.checkpoint(&self.name()).await?;
        let control = record::read(&kept).map_err(|source| SubscriptionError::Unreadable {
            reader: self.name(),
            source,
        })?;
        let name = self.name.clone();
        let control = control.ok_or(SubscriptionError::Absent { name })?;
        Ok((kept, control))
    }

    pub(super) async fn claim(
        &self,
        partition: u32,
    ) -> Result<(Checkpoint, Claim), SubscriptionError> {
        let kept = self.store.checkpoint(&self.reader(partition)).await?;
        let claim = record::read(&kept).map_err(|source| self.unreadable(partition, source))?;
        Ok((kept, claim.unwrap_or_default()))
    }

    pub(super) fn write(&self, control: &Control) -> Result<Checkpoint, SubscriptionError> {
        let written = record::write(Position::START, control);
        written.map_err(|source| SubscriptionError::Unreadable {
            reader: self.name(),
            source,
        })
    }

    /// Whether a checkpoint was replaced; false if it is another one by now.
    pub(super) async fn replaced(
        &self,
        reader: &str,
        kept: &Checkpoint,
        new: Checkpoint,
    ) -> Result<bool, SubscriptionError> {
        match self.store.replace_checkpoint(reader, kept, new).await {
            Ok(()) => Ok(true),
            Err(err) if err.kind() == StoreErrorKind::Conflict => Ok(false),
            Err(err) => Err(err.into()),
        }
    }

    /// Changes what the workers have in common, however often others are faster.
    pub(super) async fn change(
        &self,
        change: impl Fn(&mut Control) + Send,
    ) -> Result<(), SubscriptionError> {
        loop {
            let (kept, mut control) = self.control().await?;
            change(&mut control);
            control.revision += 1;
            let new = self.write(&control)?;
            if self.replaced(&self.name(), &kept, new).await? {
                return Ok(());
            }
        }
    }

    /// Replaces what is kept of a partition, or forgets it, however often others are faster.
    async fn replace(
        &self,
        partition: u32,
        new: impl Fn(Claim) -> Option<(Position, Claim)> + Send,
    ) -> Result<(), SubscriptionError> {
        loop {
            let (kept, claim) = self.claim(partition).await?;
            let new = match new(claim) {
                Some((position, claim)) => record::write(position, &claim)
                    .map_err(|source| self.unreadable(partition, source))?,
                None => Checkpoint::default(),
            };
            if self.replaced(&self.reader(partition), &kept, new).await? {
                return Ok(());
            }
        }
    }
}

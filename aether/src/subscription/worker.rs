use std::{
    collections::{BTreeMap, HashMap},
    future::Future,
    pin::{Pin, pin},
};

use futures_core::Stream;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::time::{Instant, sleep_until, timeout};

use super::{
    Subscriber, Subscription, SubscriptionError,
    control::{Alive, Control, Watched},
    meters::Meters,
    partition::{owner_of, partition_of},
    record::{self, Claim},
};
use crate::{
    Checkpoint, CheckpointStore, EventStore, Position, Recorded, StoreError, StoreErrorKind,
    runtime::backoff::Backoff,
};

type Log = Pin<Box<dyn Stream<Item = Result<Recorded, StoreError>> + Send>>;

/// One of the workers of a subscription.
pub(super) struct Worker<'a, S, T> {
    subscription: &'a Subscription<S>,
    id: String,
    alive: Alive,
    /// The partitions of others, and since when they have not changed.
    watched: HashMap<u32, Watched<Checkpoint>>,
    held: BTreeMap<u32, Held<T>>,
    partitions: u32,
    paused: bool,
    /// The log, and the last position of it that was read.
    log: Option<Log>,
    position: Position,
    next_beat: Instant,
    /// Before this moment nothing is read.
    rest_until: Instant,
    backoff: Backoff,
    /// How many commits were handled that are not kept yet.
    unsaved: u32,
    meters: Meters,
}

/// A partition that this worker has.
struct Held<T> {
    /// What is kept of it.
    kept: Checkpoint,
    claim: Claim,
    /// What was to be kept last, if it is not known whether it is.
    in_doubt: Option<(Checkpoint, Claim)>,
    /// What was made of it; none while the subscriber has it.
    state: Option<T>,
    position: Position,
    is_changed: bool,
    /// When it was last known to be this worker's.
    sure_at: Instant,
}

impl<'a, S: EventStore + CheckpointStore, T> Worker<'a, S, T>
where
    T: serde::Serialize + serde::de::DeserializeOwned + Default + Send,
{
    pub(super) fn new(subscription: &'a Subscription<S>, id: String) -> Self {
        let now = Instant::now();
        Self {
            alive: Alive::new(subscription.lease),
            meters: Meters::of(&subscription.name, &id),
            id,
            watched: HashMap::new(),
            held: BTreeMap::new(),
            partitions: subscription.partitions,
            paused: false,
            log: None,
            position: Position::START,
            next_beat: now,
            rest_until: now,
            backoff: Backoff::of_outages(0),
            unsaved: 0,
            subscription,
        }
    }

    pub(super) async fn run<H: Subscriber<State = T>>(
        mut self,
        subscriber: &mut H,
        until: impl Future<Output = ()> + Send,
    ) -> Result<(), SubscriptionError> {
        self.subscription.make().await?;
        let mut until = pin!(until);
        loop {
            if (&mut until).now_or_never().is_some() {
                break;
            }
            if Instant::now() >= self.next_beat {
                self.beat().await?;
            }
            let Some(log) = self.log() else {
                let wake = self.wake();
                tokio::select! {
                    () = &mut until => break,
                    () = sleep_until(wake) => continue,
                }
            };
            let ready = log.next().now_or_never();
            let next = if let Some(next) = ready {
                next
            } else {
                self.save().await?;
                let (next_beat, Some(log)) = (self.next_beat, self.log()) else {
                    continue;
                };
                tokio::select! {
                    () = &mut until => break,
                    () = sleep_until(next_beat) => continue,
                    next = log.next() => next,
                }
            };
            self.take(next, subscriber).await?;
        }
        self.leave().await
    }

    /// The log, if there is something to read.
    fn log(&mut self) -> Option<&mut Log> {
        if self.paused || self.held.is_empty() || Instant::now() < self.rest_until {
            return None;
        }
        if self.log.is_none() {
            let positions = self.held.values().map(|it| it.position);
            self.position = positions.min().unwrap_or_default();
            self.log = Some(Box::pin(self.subscription.store.follow(self.position)));
        }
        self.log.as_mut()
    }

    /// When to look again whether there is something to read.
    fn wake(&self) -> Instant {
        if self.rest_until > Instant::now() {
            self.rest_until.min(self.next_beat)
        } else {
            self.next_beat
        }
    }

    async fn take<H: Subscriber<State = T>>(
        &mut self,
        next: Option<Result<Recorded, StoreError>>,
        subscriber: &mut H,
    ) -> Result<(), SubscriptionError> {
        let recorded = match next {
            Some(Ok(recorded)) => recorded,
            Some(Err(err)) if is_outage(&err) => {
                tracing::warn!(error = %err, "the log is followed again");
                self.rest();
                return Ok(());
            }
            Some(Err(err)) => return Err(err.into()),
            None => {
                self.rest();
                return Ok(());
            }
        };
        let partition = partition_of(recorded.commit.actor_id(), self.partitions);
        let is_new = |it: &&mut Held<T>| it.position < recorded.position;
        let held = self.held.get_mut(&partition).filter(is_new);
        let filter = &self.subscription.filter;
        if let Some(held) = held.filter(|_| filter.of(&recorded).next().is_some())
            && let Some(state) = held.state.take()
        {
            let token = held.claim.token;
            self.handle((partition, token, state), &recorded, subscriber)
                .await?;
        }
        // After a failure the log is read again.
        if self.log.is_some() {
            self.position = recorded.position;
        }
        Ok(())
    }

    async fn handle<H: Subscriber<State = T>>(
        &mut self,
        (partition, token, mut state): (u32, u64, T),
        recorded: &Recorded,
        subscriber: &mut H,
    ) -> Result<(), SubscriptionError> {
        let done = {
            let mut work = pin!(subscriber.take(&mut state, recorded));
            loop {
                let next_beat = self.next_beat;
                tokio::select! {
                    done = &mut work => break done,
                    () = sleep_until(next_beat) => self.beat().await?,
                }
            }
        };
        let held = self.held.get_mut(&partition);
        let Some(held) = held.filter(|it| it.claim.token == token) else {
            // Others have it by now, and do it again.
            return Ok(());
        };
        match done {
            Ok(()) => {
                held.state = Some(state);
                held.position = recorded.position;
                held.is_changed = true;
                self.backoff.reset();
                self.unsaved += 1;
                if self.unsaved >= self.subscription.checkpoint_every {
                    self.save().await?;
                }
                Ok(())
            }
            Err(err) => self.failed(partition, recorded.position, err).await,
        }
    }

    /// Goes back to what is kept, and tries again later; unless it was tried too often.
    async fn failed(
        &mut self,
        partition: u32,
        position: Position,
        err: impl std::error::Error + Send + Sync + 'static,
    ) -> Result<(), SubscriptionError> {
        self.rest();
        // What was made of it since is gone, and it is taken again as it is kept.
        self.held.remove(&partition);
        self.next_beat = self.next_beat.min(self.rest_until);
        let attempts = self.backoff.attempts();
        tracing::warn!(subscription = self.subscription.name, %position, attempts, error = %err, "failed");
        if attempts < self.subscription.attempts {
            return Ok(());
        }
        self.leave().await?;
        Err(SubscriptionError::Failed {
            position,
            attempts,
            source: Box::new(err),
        })
    }

    /// Lets go of the log, and reads it again after a while.
    fn rest(&mut self) {
        self.close_log();
        self.rest_until = Instant::now() + self.backoff.next();
    }

    /// Each partition that is held knows how far it has come, without the log.
    fn close_log(&mut self) {
        if self.log.take().is_some() {
            for held in self.held.values_mut() {
                held.position = held.position.max(self.position);
            }
        }
    }

    /// Says that it is there, lets go of what others are to have, and takes what it is to have.
    async fn beat(&mut self) -> Result<(), SubscriptionError> {
        self.next_beat = Instant::now() + self.subscription.lease / 4;
        match self.try_beat().await {
            Err(SubscriptionError::Store(err)) if is_outage(&err) => {
                tracing::warn!(error = %err, "a worker cannot say that it is there");
            }
            answer => answer?,
        }
        self.give_up();
        self.measure().await;
        Ok(())
    }

    /// Tells how far it is behind, unless the store does not say.
    async fn measure(&mut self) {
        let positions = self.held.values().map(|it| it.position);
        let Some(kept) = positions.min() else {
            return self.meters.idle();
        };
        let position = if self.log.is_some() {
            self.position
        } else {
            kept
        };
        // The next beat must not wait for it.
        let patience = self.subscription.lease / 8;
        if let Ok(Ok(head)) = timeout(patience, self.subscription.store.head()).await {
            self.meters.tell(Instant::now(), position, head);
        }
    }

    async fn try_beat(&mut self) -> Result<(), SubscriptionError> {
        let (_, control) = self.subscription.control().await?;
        let now = Instant::now();
        self.alive.look(&control, now);
        let (alive, id) = (&self.alive, self.id.as_str());
        let told = self.subscription.change(|control| {
            control.beat(id);
            control.retain(alive, id, now);
        });
        told.await?;
        let (_, control) = self.subscription.control().await?;
        self.paused = control.paused;
        let workers: Vec<_> = control.workers.keys().map(String::as_str).collect();
        for partition in 0..self.partitions {
            let is_mine = owner_of(&workers, partition) == Some(&self.id);
            match (is_mine, self.held.contains_key(&partition)) {
                (true, true) => self.keep(partition, true).await?,
                (true, false) => self.claim(partition, &control).await?,
                (false, true) => self.release(partition).await?,
                (false, false) => drop(self.watched.remove(&partition)),
            }
        }
        Ok(())
    }

    /// Lets go of partitions that others may have taken for given up, before they do.
    fn give_up(&mut self) {
        let (now, lease) = (Instant::now(), self.subscription.lease);
        let is_sure = |held: &Held<T>| now.saturating_duration_since(held.sure_at) < lease / 3 * 2;
        let before = self.held.len();
        self.held.retain(|_, held| is_sure(held));
        if self.held.len() < before {
            tracing::warn!(
                subscription = self.subscription.name,
                "partitions are given up"
            );
        }
    }

    /// Takes a partition that nobody has, or whose worker is gone.
    async fn claim(&mut self, partition: u32, control: &Control) -> Result<(), SubscriptionError> {
        let (kept, claim) = self.subscription.claim(partition).await?;
        let now = Instant::now();
        if claim.owner.as_ref().is_some_and(|owner| *owner != self.id) {
            let watched = self.watched.entry(partition);
            let watched = watched.or_insert_with(|| Watched::new(kept.clone(), now));
            if watched.look(kept.clone(), now) < self.subscription.lease {
                return Ok(());
            }
        }
        let unreadable = |source| self.subscription.unreadable(partition, source);
        let state = claim.state().map_err(unreadable)?;
        let position = if claim.token == 0 {
            control.start
        } else {
            kept.position
        };
        let claim = claim.passed_to(Some(&self.id));
        let new = record::write(position, &claim).map_err(unreadable)?;
        let reader = self.subscription.reader(partition);
        if !self
            .subscription
            .replaced(&reader, &kept, new.clone())
            .await?
        {
            return Ok(());
        }
        tracing::info!(reader, token = claim.token, %position, "a partition is taken");
        self.watched.remove(&partition);
        if position < self.position {
            self.close_log();
        }
        self.held.insert(
            partition,
            Held {
                kept: new,
                claim,
                in_doubt: None,
                state: Some(state),
                position,
                is_changed: false,
                sure_at: now,
            },
        );
        Ok(())
    }

    /// Keeps what has changed.
    async fn save(&mut self) -> Result<(), SubscriptionError> {
        self.unsaved = 0;
        let changed = self.held.iter().filter(|(_, held)| held.is_changed);
        let changed: Vec<_> = changed.map(|(partition, _)| *partition).collect();
        for partition in changed {
            match self.keep(partition, true).await {
                Err(SubscriptionError::Store(err)) if is_outage(&err) => {
                    tracing::warn!(error = %err, "how far a worker has come is not kept");
                }
                answer => answer?,
            }
        }
        Ok(())
    }

    /// Keeps how far a partition has come, or, as long as the subscriber has its state, only that
    /// it is held. If somebody else has it by now, it is let go.
    async fn keep(&mut self, partition: u32, hold: bool) -> Result<(), SubscriptionError> {
        let (subscription, read_to) = (self.subscription, self.position);
        let is_open = self.log.is_some();
        let Some(held) = self.held.get_mut(&partition) else {
            return Ok(());
        };
        let reader = subscription.reader(partition);
        held.resolve(&subscription.store, &reader).await?;
        let now = Instant::now();
        let unreadable = |source| subscription.unreadable(partition, source);
        let mut claim = held.claim.clone();
        claim.beat += 1;
        let mut position = held.kept.position;
        if let Some(state) = &held.state {
            position = if is_open {
                held.position.max(read_to)
            } else {
                held.position
            };
            claim.set_state(state).map_err(unreadable)?;
        }
        let claim = if hold { claim } else { claim.passed_to(None) };
        let new = record::write(position, &claim).map_err(unreadable)?;
        held.in_doubt = Some((new.clone(), claim));
        if subscription.replaced(&reader, &held.kept, new).await? {
            held.is_kept();
            held.sure_at = now;
            held.is_changed &= held.state.is_none();
        } else {
            tracing::warn!(reader, "a partition was taken over");
            self.held.remove(&partition);
        }
        Ok(())
    }

    async fn release(&mut self, partition: u32) -> Result<(), SubscriptionError> {
        self.keep(partition, false).await?;
        self.held.remove(&partition);
        Ok(())
    }

    /// Keeps all there is to keep, and lets go.
    async fn leave(&mut self) -> Result<(), SubscriptionError> {
        for partition in 0..self.partitions {
            if self.held.contains_key(&partition) {
                self.release(partition).await?;
            }
        }
        let id = self.id.as_str();
        let left = self
            .subscription
            .change(|control| _ = control.workers.remove(id));
        left.await
    }
}

impl<T> Held<T> {
    /// Finds out whether what was to be kept last is kept.
    async fn resolve<S: CheckpointStore>(
        &mut self,
        store: &S,
        reader: &str,
    ) -> Result<(), StoreError> {
        if let Some((in_doubt, _)) = &self.in_doubt {
            if store.checkpoint(reader).await? == *in_doubt {
                self.is_kept();
            }
            self.in_doubt = None;
        }
        Ok(())
    }

    /// What was to be kept last is kept.
    fn is_kept(&mut self) {
        if let Some((kept, claim)) = self.in_doubt.take() {
            (self.kept, self.claim) = (kept, claim);
        }
    }
}

fn is_outage(err: &StoreError) -> bool {
    matches!(
        err.kind(),
        StoreErrorKind::Unavailable | StoreErrorKind::InDoubt
    )
}

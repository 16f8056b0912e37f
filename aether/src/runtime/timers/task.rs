use std::{future::Future, sync::Arc, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _, future};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{
    gate::Gate,
    keeper::{Keeper, failed},
};
use crate::{
    EventStore as _, Position, Recorded, StoreError, Timestamp,
    runtime::{
        backoff::Backoff,
        common_log::Followed,
        duty::Duty,
        engine::{Engine, pause},
        follower::Failure,
    },
};

/// The task that reads the log for all timers, and fires those whose time has come.
pub(in crate::runtime) struct Task {
    engine: Arc<Engine>,
    keepers: Vec<Keeper>,
    /// Whether its work is for this process.
    duty: Duty,
    /// Whether another process may have gone on with it.
    is_stale: bool,
    log: Followed,
    /// The place of the last commit that was read.
    position: Position,
    /// When what has changed is kept, if something has.
    save_at: Option<Instant>,
    backoff: Backoff,
}

impl Task {
    /// How many commits are read before what is due is looked at again.
    const AT_ONCE: usize = 256;

    pub(in crate::runtime) fn new(engine: Arc<Engine>, duty: Duty, keepers: Vec<Keeper>) -> Self {
        let positions = keepers.iter().map(Keeper::position);
        let position = positions.min().unwrap_or_default();
        Self {
            log: engine.log.follow(position),
            engine,
            keepers,
            duty,
            is_stale: false,
            position,
            save_at: None,
            backoff: Backoff::of_outages(0),
        }
    }

    pub(in crate::runtime) async fn run(mut self, stop: CancellationToken) {
        let duty = self.duty.clone();
        while !stop.is_cancelled() {
            if !duty.is_ours() {
                self.stand_by(&stop).await;
                continue;
            }
            let ready = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = duty.ends() => continue,
                ready = self.ready() => ready,
            };
            match ready {
                // What fires is not interrupted.
                Ok(Some((keeper, now))) => self.fire(keeper, now).await,
                Ok(None) => {}
                Err(Failure::Halt(reason)) => {
                    for keeper in &mut self.keepers {
                        keeper.halt(reason.clone(), false);
                    }
                    // Their status stays readable until the runtime ends.
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => {}
                        () = duty.ends() => {}
                    }
                }
                Err(Failure::Retry(reason) | Failure::Fail(reason)) => {
                    self.begin_again(&reason, &stop).await;
                }
            }
            self.save_in_time().await;
        }
        self.save().await;
    }

    /// Leaves the work to another process until it is for this one, or the runtime ends.
    async fn stand_by(&mut self, stop: &CancellationToken) {
        self.save().await;
        self.is_stale = true;
        self.keepers.iter_mut().for_each(Keeper::stand_by);
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = self.duty.begins() => {}
        }
    }

    /// Takes up what was kept last, by whichever process.
    async fn reopen(&mut self) -> Result<(), Failure> {
        for keeper in &mut self.keepers {
            let reopened = keeper.reopen(&self.engine.store).await;
            reopened.map_err(|err| failed(&err))?;
        }
        let positions = self.keepers.iter().map(Keeper::position);
        self.position = positions.min().unwrap_or_default();
        self.log = self.engine.log.follow(self.position);
        self.is_stale = false;
        Ok(())
    }

    /// Takes in what the log has, and says which keeper may fire a timer; none if there is more
    /// to read first, or after it has waited.
    ///
    /// A timer fires only after everything was read that was in the log when it was already due:
    /// what cancelled or replaced it in time is among that.
    async fn ready(&mut self) -> Result<Option<(usize, Timestamp)>, Failure> {
        if self.is_stale {
            self.reopen().await?;
        }
        for _ in 0..Self::AT_ONCE {
            let Some(next) = self.log.next().now_or_never() else {
                self.tell();
                let now = self.engine.clock.now();
                if self.due(now).is_none() {
                    self.wait().await?;
                    return Ok(None);
                }
                self.ask_gates(now).await?;
                self.read_to_head().await?;
                let due = self.due(now);
                let may_fire = |keeper: &usize| {
                    let keeper = self.keepers.get(*keeper);
                    keeper.is_some_and(Keeper::may_fire)
                };
                return Ok(due.filter(may_fire).map(|keeper| (keeper, now)));
            };
            self.take(next)?;
        }
        self.tell();
        Ok(None)
    }

    /// Before the log is read to its head: what a gate waits for may add to it.
    async fn ask_gates(&mut self, now: Timestamp) -> Result<(), Failure> {
        if self.keepers.iter().all(|keeper| keeper.gate().is_none()) {
            return Ok(());
        }
        let head = self.engine.store.head().await;
        let head = head.map_err(|err| failed(&err))?;
        for keeper in &mut self.keepers {
            keeper.ask_gate(now, head);
        }
        Ok(())
    }

    async fn read_to_head(&mut self) -> Result<(), Failure> {
        let head = self.engine.store.head().await;
        let head = head.map_err(|err| failed(&err))?;
        while self.position < head {
            let next = self.log.next().await;
            self.take(next)?;
        }
        Ok(())
    }

    fn take(&mut self, next: Option<Result<Recorded, StoreError>>) -> Result<(), Failure> {
        let Some(recorded) = next else {
            return Err(Failure::Retry("the log ended".to_owned()));
        };
        let recorded = recorded.map_err(|err| failed(&err))?;
        for keeper in &mut self.keepers {
            keeper.take(&recorded);
        }
        self.position = recorded.position;
        self.backoff.reset();
        Ok(())
    }

    /// Waits until there is more in the log, a timer is due, or something is to be tried again or
    /// to be kept.
    async fn wait(&mut self) -> Result<(), Failure> {
        let (due, clock) = (self.next_due(), Arc::clone(&self.engine.clock));
        let next_try = self.keepers.iter().filter_map(Keeper::next_try).min();
        let gates = self.keepers.iter().filter_map(Keeper::gate);
        let gates = gates.filter_map(Gate::awaited);
        let gates: Vec<_> = gates
            .map(|(inbox, until)| Box::pin(Gate::opens(inbox, until)))
            .collect();
        let gate = (!gates.is_empty()).then(|| future::select_all(gates));
        let taken = tokio::select! {
            biased;
            next = self.log.next() => Some(next),
            () = until(gate.map(|gate| gate.map(drop))) => None,
            () = until(due.map(|due| clock.wait_until(due))) => None,
            () = until(next_try.map(sleep_until)) => None,
            () = until(self.save_at.map(sleep_until)) => None,
        };
        taken.map_or(Ok(()), |next| self.take(next))
    }

    /// The keeper whose timer is due and has waited longest.
    fn due(&mut self, now: Timestamp) -> Option<usize> {
        let keepers = self.keepers.iter_mut().enumerate();
        let due = keepers.filter_map(|(index, keeper)| Some((keeper.due(now)?, index)));
        due.min().map(|(_, index)| index)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.keepers.iter().filter_map(Keeper::next_due).min()
    }

    async fn fire(&mut self, index: usize, now: Timestamp) {
        if let Some(keeper) = self.keepers.get_mut(index) {
            keeper.fire(&self.engine, now).await;
        }
    }

    fn tell(&self) {
        for keeper in &self.keepers {
            keeper.tell(self.position);
        }
    }

    /// Follows the log again after a while, from where it broke off.
    async fn begin_again(&mut self, reason: &str, stop: &CancellationToken) {
        let pausing = pause(self.backoff.next());
        for keeper in &self.keepers {
            keeper.tell_retrying(self.backoff.attempts(), reason);
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = pausing => self.log = self.engine.log.follow(self.position),
        }
    }

    async fn save_in_time(&mut self) {
        let now = Instant::now();
        if self.save_at.is_some_and(|at| at <= now) {
            self.save().await;
        } else if self.save_at.is_none() && self.keepers.iter().any(Keeper::is_changed) {
            let pending: usize = self.keepers.iter().map(Keeper::pending).sum();
            self.save_at = Some(now + save_after(pending));
        }
    }

    async fn save(&mut self) {
        self.save_at = None;
        for keeper in &mut self.keepers {
            keeper.save(&self.engine.store).await;
        }
    }
}

/// How long what has changed waits to be kept: the more there is to write, the longer.
fn save_after(pending: usize) -> Duration {
    const LONGEST: Duration = Duration::from_mins(1);
    let millis = u64::try_from(1_000 + pending / 10).unwrap_or(u64::MAX);
    Duration::from_millis(millis).min(LONGEST)
}

/// Waits for something; for ever, if there is nothing to wait for.
async fn until(something: Option<impl Future<Output = ()>>) {
    match something {
        Some(something) => something.await,
        None => future::pending().await,
    }
}

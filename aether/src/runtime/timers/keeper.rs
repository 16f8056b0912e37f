use std::sync::Arc;

use tokio::{sync::watch, time::Instant};

use super::{gate::Gate, source::Source};
use crate::{
    DynEventStore, Event, EventStore as _, OutgoingCommand, Position, Recorded, Sequence,
    StoreError, StoreErrorKind, TimerChange, Timestamp,
    runtime::{
        backoff::Backoff,
        carry_out::{Effect, asked_for, carry_out},
        engine::Engine,
        envelope::Known,
        follower::{Failure, chain},
        retries::Retries,
        status::{FollowerState, FollowerStatus, TimersStatus},
    },
    store::timers::{DueTimer, TimerLedger},
};

/// The timers of one aggregate or policy, and how it is doing.
pub(in crate::runtime) struct Keeper {
    name: &'static str,
    source: Box<dyn Source>,
    ledger: TimerLedger,
    status: watch::Sender<FollowerStatus>,
    mood: Mood,
    backoff: Backoff,
    full: u32,
    gate: Option<Gate>,
    /// The session of its commands, if the runtime has made their ids.
    session: Option<Arc<str>>,
}

enum Mood {
    Working,
    /// It tries again at this time.
    Waiting(Instant),
    /// It fires nothing any more; it reads on, unless the log is what it cannot get past.
    Halted {
        reads: bool,
    },
}

impl Keeper {
    pub(in crate::runtime) fn new(
        name: &'static str,
        source: Box<dyn Source>,
        ledger: TimerLedger,
        status: watch::Sender<FollowerStatus>,
    ) -> Self {
        Self {
            name,
            source,
            ledger,
            status,
            mood: Mood::Working,
            backoff: Backoff::of_outages(0),
            full: 0,
            gate: None,
            session: None,
        }
    }

    /// The same, whose timers wait at a gate.
    pub(in crate::runtime) fn behind(mut self, gate: Gate) -> Self {
        self.gate = Some(gate);
        self
    }

    /// The same, whose commands are of a session.
    pub(in crate::runtime) fn of_session(mut self, session: Option<Arc<str>>) -> Self {
        self.session = session;
        self
    }

    /// The same, which tries again in this way.
    pub(in crate::runtime) const fn trying(mut self, retries: Retries) -> Self {
        self.backoff = retries.backoff();
        self
    }

    pub(super) const fn gate(&self) -> Option<&Gate> {
        self.gate.as_ref()
    }

    /// A timer of it may be due, and the log ends here or further on.
    pub(super) fn ask_gate(&mut self, now: Timestamp, head: Position) {
        let due = self.due(now).is_some();
        if let Some(gate) = self.gate.as_mut().filter(|_| due) {
            gate.ask(head);
        }
    }

    /// Whether what is due may fire, as far as its gate goes.
    pub(super) fn may_fire(&self) -> bool {
        self.gate.as_ref().is_none_or(Gate::is_open)
    }

    /// The place in the log after which it has to be read.
    pub(super) fn position(&self) -> Position {
        self.ledger.position()
    }

    pub(super) fn pending(&self) -> usize {
        self.ledger.len()
    }

    /// Leaves the work to another process.
    pub(super) fn stand_by(&mut self) {
        self.status.send_modify(|status| {
            status.state = FollowerState::Elsewhere;
            status.timers = Some(TimersStatus::default());
        });
    }

    /// Takes up what was kept last, by whichever process.
    pub(super) async fn reopen(&mut self, store: &DynEventStore) -> Result<(), StoreError> {
        self.ledger = self.ledger.reopened(store).await?;
        self.mood = Mood::Working;
        self.backoff.reset();
        if let Some(gate) = &mut self.gate {
            gate.close();
        }
        let position = self.ledger.position();
        self.status.send_modify(|status| {
            status.position = position;
            status.state = FollowerState::Running;
        });
        Ok(())
    }

    /// Takes a commit in.
    pub(super) fn take(&mut self, recorded: &Recorded) {
        if !self.reads() {
            return;
        }
        match self.source.changes(recorded) {
            Ok(changes) => {
                let changes = (0..).zip(changes.iter().map(|it| &it.timer));
                self.ledger.take(recorded, changes);
            }
            Err(Failure::Halt(reason) | Failure::Retry(reason) | Failure::Fail(reason)) => {
                self.halt(reason, false);
            }
        }
    }

    /// When it next has something to do by the clock; none while it cannot.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        match self.mood {
            Mood::Working if self.gate.as_ref().is_some_and(Gate::is_shut) => None,
            Mood::Working => self.ledger.next_due(),
            Mood::Waiting(_) | Mood::Halted { .. } => None,
        }
    }

    /// When it tries again.
    pub(super) const fn next_try(&self) -> Option<Instant> {
        match self.mood {
            Mood::Waiting(until) => Some(until),
            Mood::Working | Mood::Halted { .. } => None,
        }
    }

    /// When its next timer was due, if that has come and it can be fired.
    pub(super) fn due(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.next_try().is_some_and(|until| until <= Instant::now()) {
            self.mood = Mood::Working;
        }
        self.next_due().filter(|due| *due <= now)
    }

    /// Fires the timer whose turn it is. The log has been read up to its head.
    pub(super) async fn fire(&mut self, engine: &Arc<Engine>, now: Timestamp) {
        let Some(timer) = self.ledger.next(now) else {
            return;
        };
        match self.carry_out(engine, &timer).await {
            Ok(effect) => {
                self.ledger.fired(&timer);
                if let Some(gate) = &mut self.gate {
                    gate.close();
                }
                self.backoff.reset();
                self.status.send_modify(|status| {
                    status.refused += u64::from(effect == Effect::Refused);
                    status.state = FollowerState::Running;
                });
            }
            Err(Failure::Halt(reason)) => self.halt(reason, true),
            Err(Failure::Retry(reason) | Failure::Fail(reason)) => self.wait(&reason),
        }
    }

    /// Carries out the command of a timer.
    async fn carry_out(&self, engine: &Arc<Engine>, timer: &DueTimer) -> Result<Effect, Failure> {
        let recorded = set_by(&engine.store, timer).await?;
        let Some((cause, command, sequence)) = self.asked(&recorded, timer)? else {
            let (policy, key) = (self.name, &*timer.key);
            tracing::warn!(policy, key, "the policy does not ask for this any more");
            return Ok(Effect::Nothing);
        };
        let known = Known::in_session(self.session.as_ref(), sequence);
        let envelope = asked_for(engine, &cause, &command, known)?;
        carry_out(engine, self.name, &envelope).await
    }

    /// The command of a timer, the event it follows from, and its place; none if its policy was changed
    /// meanwhile and does not ask for it any more.
    fn asked(
        &self,
        recorded: &Recorded,
        timer: &DueTimer,
    ) -> Result<Option<(Event, OutgoingCommand, Sequence)>, Failure> {
        let changes = self.source.changes(recorded)?;
        let asked = changes.into_iter().rev().find_map(|it| {
            let TimerChange::Set(set) = it.timer else {
                return None;
            };
            let wanted = *set.key == *timer.key && set.command.id == timer.command_id;
            wanted.then_some((it.event, it.number, set.command))
        });
        Ok(asked.and_then(|(event, number, command)| {
            let cause = recorded.commit.events().get(event)?;
            let sequence = Sequence {
                position: recorded.position,
                event: u32::try_from(event).ok()?,
                number: u32::try_from(number).ok()?,
            };
            Some((cause.clone(), command, sequence))
        }))
    }

    /// Tells how far it is, once nothing is left to do at that position.
    pub(super) fn tell(&self, position: Position) {
        let timers = TimersStatus {
            pending: self.ledger.len(),
            next_due: self.ledger.next_due(),
            full: self.full,
        };
        self.status.send_if_modified(|status| {
            let timers = Some(timers);
            // What stands still or tries again has not done its work.
            let position = match self.mood {
                Mood::Working => position.max(status.position),
                Mood::Waiting(_) | Mood::Halted { .. } => status.position,
            };
            let is_back = matches!(status.state, FollowerState::Retrying { .. })
                && matches!(self.mood, Mood::Working);
            if is_back {
                status.state = FollowerState::Running;
            }
            let changed = is_back || status.timers != timers || status.position != position;
            status.timers = timers;
            status.position = position;
            changed
        });
    }

    pub(super) fn is_changed(&self) -> bool {
        self.ledger.is_changed()
    }

    /// Keeps what has changed. If that fails nothing is lost: the log is read again, and a command
    /// that was carried out has no effect when it comes again.
    pub(super) async fn save(&mut self, store: &DynEventStore) {
        match self.ledger.save(store).await {
            Ok(full) => {
                for partition in &full {
                    tracing::warn!(name = self.name, %partition, "not kept beside the log");
                }
                self.full = u32::try_from(full.len()).unwrap_or(u32::MAX);
            }
            Err(err) => {
                let error = chain(&err);
                tracing::warn!(name = self.name, %error, "timers not saved");
            }
        }
    }

    /// It cannot get past something, and stands still before it.
    pub(super) fn halt(&mut self, reason: String, reads: bool) {
        if matches!(self.mood, Mood::Halted { .. }) {
            return;
        }
        tracing::error!(timers = self.name, %reason, "halted");
        self.mood = Mood::Halted { reads };
        let state = FollowerState::Halted { reason };
        self.status.send_modify(|status| status.state = state);
    }

    fn wait(&mut self, reason: &str) {
        self.mood = Mood::Waiting(Instant::now() + self.backoff.next());
        let attempts = self.backoff.attempts();
        self.tell_retrying(attempts, reason);
    }

    /// Something it needs is out of reach.
    pub(super) fn tell_retrying(&self, attempts: u32, reason: &str) {
        if !matches!(self.mood, Mood::Halted { .. }) {
            tracing::warn!(timers = self.name, attempts, reason, "retrying");
            let reason = reason.to_owned();
            let state = FollowerState::Retrying { attempts, reason };
            self.status.send_modify(|status| status.state = state);
        }
    }

    const fn reads(&self) -> bool {
        !matches!(self.mood, Mood::Halted { reads: false })
    }
}

/// The commit that set a timer.
async fn set_by(store: &DynEventStore, timer: &DueTimer) -> Result<Recorded, Failure> {
    let page = store.read(&timer.actor_id, timer.after).await;
    let page = page.map_err(|err| failed(&err))?;
    let set = page.commits.into_iter().next();
    let set = set.filter(|it| it.position == timer.position);
    set.ok_or_else(|| {
        let (actor, position) = (&timer.actor_id, timer.position);
        let text =
            format!("no commit of `{actor}` is at position {position}, where it set a timer");
        Failure::Halt(text)
    })
}

/// Whether what the store could not do now may be done later.
pub(in crate::runtime) fn failed(err: &StoreError) -> Failure {
    use StoreErrorKind::{
        Conflict, Corrupt, InDoubt, Invalid, Misconfigured, TooLarge, Unavailable,
    };
    match err.kind() {
        Unavailable | InDoubt | Conflict => Failure::Retry(chain(err)),
        Corrupt | Misconfigured | TooLarge | Invalid => Failure::Halt(chain(err)),
    }
}

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    hashed::Hashing,
    live::{Live, Weights},
    options::{ActorOptions, ActorsStatus},
    part::{Part, Taken},
    passivation::{DrivenOut, Passivation},
    turn::{Left, Turn},
};
use crate::{
    ActorId, InvalidId,
    runtime::{meters::Meters, snapshots::Snapshotter},
};

/// What a full mailbox means to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::runtime) enum Full {
    /// It waits in line.
    Wait,
    /// It is not taken.
    Refuse,
}

/// What came of the wish to decide for an actor, without waiting.
#[derive(Debug)]
pub(in crate::runtime) enum Entered {
    Turn(Turn),
    /// It is someone else's turn. Whoever wants to wait [enters](Actors::enter).
    Busy(ActorId),
}

impl Entered {
    pub(in crate::runtime) const fn actor_id(&self) -> &ActorId {
        match self {
            Self::Turn(turn) => &turn.actor_id,
            Self::Busy(actor_id) => actor_id,
        }
    }
}

/// All actors that are in memory, in parts that have a lock each.
pub(in crate::runtime) struct Actors {
    parts: Box<[Mutex<Part>]>,
    /// Tells in which part an actor is, and where in it.
    hashing: Hashing,
    /// How many bytes one is of what parts take for weight, so that all fits into 32 bits.
    unit: u64,
    passivation: Passivation,
    options: ActorOptions,
    weights: Weights,
    begun: Instant,
}

/// A place in the line before an actor.
enum Place {
    /// Nobody was there.
    First(Turn),
    Waits(oneshot::Receiver<Turn>),
}

impl Actors {
    pub(in crate::runtime) fn new(
        options: ActorOptions,
        weights: Weights,
        snapshotter: Arc<Snapshotter>,
        meters: Arc<Meters>,
    ) -> Self {
        let passivation = Passivation {
            snapshotter,
            meters,
        };
        let unit = (options.bytes >> 31).max(1);
        let parts = options.parts();
        let weight = (options.bytes / unit).div_ceil(parts as u64);
        let count = options.count.clamp(1, 1 << 20).div_ceil(parts);
        let hashing = Hashing::default();
        let part = |_number| {
            let part = Part::new((count, weight), hashing.clone(), passivation.clone());
            Mutex::new(part)
        };
        Self {
            parts: (0..parts).map(part).collect(),
            hashing,
            unit,
            passivation,
            options,
            weights,
            begun: Instant::now(),
        }
    }

    /// Waits until it is the caller's turn to decide for an actor; or says how many wait, if that
    /// is too many for the caller, who has come at this moment.
    ///
    /// Dropping the future gives up the place in line.
    pub(in crate::runtime) async fn enter(
        self: &Arc<Self>,
        actor_id: ActorId,
        full: Full,
        came: Instant,
    ) -> Result<Turn, usize> {
        let most = match full {
            Full::Wait => usize::MAX,
            Full::Refuse => self.options.mailbox,
        };
        loop {
            let turn = match self.line_up(&actor_id, most, came)? {
                Place::First(turn) => return Ok(turn),
                Place::Waits(turn) => turn,
            };
            let begun = Instant::now();
            let turn = turn.await;
            self.meters().mailbox_wait.record(begun.elapsed());
            // Nobody breaks a line up.
            if let Ok(mut turn) = turn {
                turn.came = self.millis(came);
                return Ok(turn);
            }
        }
    }

    fn line_up(
        self: &Arc<Self>,
        actor_id: &ActorId,
        most: usize,
        came: Instant,
    ) -> Result<Place, usize> {
        let hashed = self.hashing.of(actor_id.as_str());
        let mut driven_out = DrivenOut::default();
        let mut part = self.part(hashed.hash);
        let (actor_id, live) = match part.take(hashed) {
            Taken::Free(actor_id, live) => (actor_id, Some(live)),
            Taken::Busy(actor_id) => return part.join(&actor_id, most).map(Place::Waits),
            Taken::Absent => {
                part.admit(actor_id.clone(), self.least_weight(), &mut driven_out);
                (actor_id.clone(), None)
            }
        };
        drop(part);
        let actor = (actor_id, hashed.hash);
        Ok(Place::First(Turn::new(
            self,
            actor,
            live,
            self.millis(came),
        )))
    }

    /// Takes the turn of the actor that an aggregate keeps under a key, if it is nobody's.
    pub(in crate::runtime) fn enter_at_once(
        self: &Arc<Self>,
        (actor_type, key): (&str, &str),
        came: Instant,
    ) -> Result<Entered, InvalidId> {
        ActorId::spelled(actor_type, key, |text| {
            let hashed = self.hashing.of(text);
            let mut part = self.part(hashed.hash);
            match part.take(hashed) {
                Taken::Free(actor_id, live) => {
                    drop(part);
                    let actor = (actor_id, hashed.hash);
                    Ok(Entered::Turn(Turn::new(
                        self,
                        actor,
                        Some(live),
                        self.millis(came),
                    )))
                }
                Taken::Busy(actor_id) => Ok(Entered::Busy(actor_id)),
                Taken::Absent => {
                    let (actor_id, mut driven_out) = (ActorId::new(text)?, DrivenOut::default());
                    part.admit(actor_id.clone(), self.least_weight(), &mut driven_out);
                    drop(part);
                    let actor = (actor_id, hashed.hash);
                    Ok(Entered::Turn(Turn::new(
                        self,
                        actor,
                        None,
                        self.millis(came),
                    )))
                }
            }
        })?
    }

    /// Takes the turn of an actor, if it is nobody's.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(in crate::runtime) fn enter_if_free(self: &Arc<Self>, actor_id: &ActorId) -> Option<Turn> {
        match self.line_up(actor_id, 0, Instant::now()) {
            Ok(Place::First(turn)) => Some(turn),
            Ok(Place::Waits(_)) | Err(_) => None,
        }
    }

    /// The same, if its state is in memory.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(in crate::runtime) fn at_rest(self: &Arc<Self>, actor_id: &ActorId) -> Option<Turn> {
        let hashed = self.hashing.of(actor_id.as_str());
        let taken = self.part(hashed.hash).take(hashed);
        match taken {
            Taken::Free(actor_id, live) => {
                let actor = (actor_id, hashed.hash);
                Some(Turn::new(
                    self,
                    actor,
                    Some(live),
                    self.millis(Instant::now()),
                ))
            }
            Taken::Busy(_) | Taken::Absent => None,
        }
    }

    /// Someone's turn is over: it is the next one's in line, if there is one.
    pub(super) fn leave(self: &Arc<Self>, mut left: Left) {
        loop {
            let kept = self.kept(&mut left);
            let Left {
                actor_id,
                hash,
                came,
                ..
            } = left;
            let mut driven_out = DrivenOut::default();
            let mut part = self.part(hash);
            let Some(next) = part.next(&actor_id) else {
                part.rest((actor_id, hash), kept, &mut driven_out);
                return;
            };
            drop(part);
            let live = kept.map(|(live, _weight)| live);
            let turn = Turn::new(self, (actor_id, hash), live, came);
            // If that one has given up, whoever is behind it is next.
            let Err(turn) = next.send(turn) else {
                return;
            };
            let Some(again) = turn.end() else {
                return;
            };
            left = again;
        }
    }

    /// The state that is kept when a turn is over, and what it weighs, unless it is too large.
    fn kept(&self, left: &mut Left) -> Option<(Box<Live>, u32)> {
        let mut live = left.live.take().filter(|_| self.options.keeps_any())?;
        let bytes = live.weight(&left.actor_id, left.digits, &self.weights);
        if bytes > self.options.most_weight() {
            self.meters().too_large.increment(1);
            return None;
        }
        live.touched = left.came;
        let weight = self.units(bytes).max(self.least_weight());
        Some((live, weight))
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "there is at least one part, and no number as high"
    )]
    fn part(&self, hash: u64) -> MutexGuard<'_, Part> {
        // The table in a part goes by the lowest bits and the highest seven.
        let number = (hash >> 32) % self.parts.len() as u64;
        lock(&self.parts[usize::try_from(number).unwrap_or_default()])
    }

    fn units(&self, bytes: u64) -> u32 {
        u32::try_from(bytes.div_ceil(self.unit)).unwrap_or(u32::MAX)
    }

    fn least_weight(&self) -> u32 {
        self.units(self.options.least_weight())
    }

    /// Milliseconds since the directory was made, which begin again at 0 after 49 days.
    fn millis(&self, moment: Instant) -> u32 {
        let since = moment.saturating_duration_since(self.begun);
        let seconds = u32::try_from(since.as_secs() & u64::from(u32::MAX)).unwrap_or_default();
        seconds
            .wrapping_mul(1_000)
            .wrapping_add(since.subsec_millis())
    }

    pub(in crate::runtime) const fn options(&self) -> &ActorOptions {
        &self.options
    }

    pub(in crate::runtime) fn meters(&self) -> &Meters {
        &self.passivation.meters
    }

    pub(in crate::runtime) fn status(&self) -> ActorsStatus {
        let mut status = ActorsStatus::default();
        for part in &self.parts {
            let part = lock(part);
            status.cells += part.len();
            status.bytes += part.weight() * self.unit;
        }
        status
    }

    /// Lets go of actors that have been idle for too long, until it is told to end.
    pub(in crate::runtime) async fn run(self: Arc<Self>, stop: CancellationToken) {
        const LONGEST: Duration = Duration::from_secs(10);
        let idle = self.options.idle;
        let pause = idle.map_or(LONGEST, |idle| {
            (idle / 4).clamp(Duration::from_millis(1), LONGEST)
        });
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = sleep(pause) => {}
            }
            if let Some(idle) = idle {
                self.sweep(idle);
            }
            self.meters().tell(self.status());
        }
    }

    fn sweep(&self, idle: Duration) {
        // They are looked at often enough, so that no more goes by than can be told.
        let most = u32::MAX / 2;
        let idle = u32::try_from(idle.as_millis()).map_or(most, |idle| idle.min(most));
        let now = self.millis(Instant::now());
        for part in &self.parts {
            // While it is locked for this, nobody gets at an actor in it.
            let old = lock(part).remove(|live| now.wrapping_sub(live.touched) >= idle);
            for (actor_id, live) in old {
                self.meters().evicted_for_age.increment(1);
                self.passivation.snapshotter.passivate(&actor_id, live);
            }
        }
    }

    /// Lets go of all of them that rest, and gives their states.
    pub(in crate::runtime) fn drain(&self) -> Vec<(ActorId, Box<Live>)> {
        let parts = self.parts.iter();
        let lives = parts.flat_map(|part| lock(part).remove(|_live| true));
        lives.collect()
    }
}

/// A panic while a lock is held can only be our own bug.
fn lock(part: &Mutex<Part>) -> MutexGuard<'_, Part> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Actors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actors")
            .field("options", &self.options)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

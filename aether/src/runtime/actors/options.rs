use std::time::Duration;

use crate::runtime::process::Most;

/// How many actors are kept in memory, how long, and how many commands may wait for one.
///
/// Both limits hold: whichever is reached first drives out the actor that is worth least. Actors
/// in use are never driven out, so that there may be more while more are in use.
///
/// ```
/// use std::time::Duration;
///
/// use aether::runtime::{Aether, ActorOptions};
///
/// let actors = ActorOptions::new()
///     .count(10_000)
///     .bytes(64 << 20)
///     .idle(Duration::from_secs(30))
///     .mailbox(100);
/// let builder = Aether::builder().actors(actors);
/// # drop(builder);
/// ```
///
/// # What an actor is taken to weigh
///
/// What its place in the cache and what is known of it take (about 160 bytes), its key, the size of its
/// state as `size_of` says it, and what the state holds beyond that. The last is an estimate: as
/// many bytes as the state takes as JSON, if the aggregate says `snapshot`; otherwise as many as
/// the data of the events that were folded, but at most 16 KiB. It is made anew when the version
/// has doubled. [`AetherBuilder::weight_of`](super::super::AetherBuilder::weight_of) says it
/// better.
///
/// A state that would take more than a thirty-second part of all is not kept.
///
/// # Instances of process managers
///
/// They are kept besides, however idle: of each process manager as many as there may be actors, but
/// 4,096 at most, which weigh no more than a sixteenth part of what actors may. The least recently
/// used ones go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActorOptions {
    pub(super) count: usize,
    pub(super) bytes: u64,
    pub(super) idle: Option<Duration>,
    pub(super) mailbox: usize,
}

impl ActorOptions {
    /// Into how many parts the cache is split, each with a lock and a limit of its own.
    const PARTS: usize = 16;

    /// 100,000 actors, 256 MiB, two minutes, and 1,000 waiting commands for an actor.
    pub const fn new() -> Self {
        Self {
            count: 100_000,
            bytes: 256 << 20,
            idle: Some(Duration::from_mins(2)),
            mailbox: 1_000,
        }
    }

    /// No state is kept: each command loads its actor.
    pub const fn uncached() -> Self {
        Self {
            count: 0,
            bytes: 0,
            idle: None,
            ..Self::new()
        }
    }

    /// Keeps at most so many actors.
    #[must_use]
    pub const fn count(mut self, actors: usize) -> Self {
        self.count = actors;
        self
    }

    /// Keeps actors that weigh at most so many bytes together.
    #[must_use]
    pub const fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// Lets go of an actor that nobody has sent to for so long, a quarter of it later at most;
    /// more than 24 days count as 24.
    #[must_use]
    pub const fn idle(mut self, duration: Duration) -> Self {
        self.idle = Some(duration);
        self
    }

    /// Keeps actors however long nobody sends to them, as long as there is room.
    #[must_use]
    pub const fn however_idle(mut self) -> Self {
        self.idle = None;
        self
    }

    /// Takes a mailbox for full when so many commands wait for an actor, besides the one that is
    /// decided on.
    ///
    /// A command waits in the future of whoever sends it, in the order of coming. So a full mailbox
    /// costs the runtime nothing, and it is up to the sender what it means: to wait in line, or
    /// to be told [`CommandError::Busy`](super::super::CommandError::Busy) at once, with
    /// [`SendCommand::or_busy`](super::super::SendCommand::or_busy).
    #[must_use]
    pub const fn mailbox(mut self, commands: usize) -> Self {
        self.mailbox = commands;
        self
    }

    /// How many instances of a process manager are kept.
    pub(in crate::runtime) fn instances(&self) -> Most {
        Most {
            count: self.count.min(4_096),
            bytes: self.bytes / 16,
        }
    }

    /// The same, if so many actors are kept that each part has some tens of them.
    pub(super) const fn parts(&self) -> usize {
        let mut parts = Self::PARTS;
        while parts > 1 && self.count.div_ceil(parts) < 32 {
            parts /= 2;
        }
        parts
    }

    pub(super) const fn keeps_any(&self) -> bool {
        self.count > 0 && self.bytes > 0
    }

    /// What each actor weighs at least: so much that no more than the count fit in.
    pub(super) fn least_weight(&self) -> u64 {
        let count = u64::try_from(self.count.max(1)).unwrap_or(u64::MAX);
        self.bytes.div_ceil(count).max(1)
    }

    /// The most that an actor may weigh and be kept: half of its part of the cache.
    pub(super) fn most_weight(&self) -> u64 {
        let parts = u64::try_from(2 * Self::PARTS).unwrap_or(u64::MAX);
        (self.bytes / parts).max(self.least_weight())
    }
}

impl Default for ActorOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// How many actors are in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ActorsStatus {
    /// How many are in memory: those in use, and those whose state is kept.
    pub cells: usize,
    /// How many bytes they are taken to weigh, at least as many as the limits of
    /// [`ActorOptions`] make of their number.
    pub bytes: u64,
}

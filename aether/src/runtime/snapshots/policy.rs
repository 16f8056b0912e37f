use std::{
    num::{NonZeroU16, NonZeroU64},
    time::Duration,
};

/// When the state of an actor is kept.
///
/// Only aggregates with `#[aggregate(.., snapshot)]` are kept at all. The command that makes one
/// due writes the state, as JSON; a task saves it beside the log, which delays no command and fails
/// none. A bounded number waits, the latest of each actor; what became of them says
/// [`Aether::snapshots`](super::super::Aether::snapshots).
///
/// A load asks for the snapshot, then for what comes after its last commit: two questions, of
/// which the second also proves that the log has that commit. A command whose id is known outside
/// is searched for in the whole history instead.
///
/// While two builds with other [schemas](crate::domain::SnapshotSchema) run side by side, the one
/// whose snapshot is not there folds the log; the place changes hands every five minutes at most.
///
/// ```
/// use std::{num::NonZeroU64, time::Duration};
///
/// use aether::{InMemoryEventStore, prelude::*, runtime::{Aether, SnapshotPolicy}};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Counted { pub by: u32 }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct Count { #[command(id)] pub counter: String, pub by: u32 }
///
/// #[derive(Aggregate, Debug, Default, Serialize, Deserialize)]
/// #[aggregate(events(Counted), snapshot)]
/// pub struct Counter { total: u32 }
/// # #[handlers]
/// # impl Counter {
/// #     #[handle]
/// #     fn count(&self, command: Count) -> Result<Counted, std::convert::Infallible> {
/// #         Ok(Counted { by: command.by })
/// #     }
/// #     #[apply]
/// #     fn counted(&mut self, event: &Counted) { self.total += event.by; }
/// # }
/// # bounded_context! {
/// #     /// Counts things.
/// #     pub Counting { aggregates: [Counter] }
/// # }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = SnapshotPolicy::every(NonZeroU64::MIN).or_slower_than(Duration::from_millis(20));
/// let aether = Aether::builder()
///     .store(InMemoryEventStore::new())
///     .snapshots_of::<Counter>(policy)
///     .context::<Counting>()
///     .start()
///     .await?;
/// aether.send(Count { counter: "a".to_owned(), by: 3 }).await?;
/// aether.settled().await?;
/// assert_eq!(aether.load::<Counter>("a").await?.total, 3);
/// assert_eq!((aether.snapshots().saved, aether.snapshots().used), (1, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotPolicy {
    every: Option<NonZeroU64>,
    slower_than: Option<Duration>,
    /// Also when an actor leaves memory for want of room or of use.
    pub(super) is_passivated: bool,
    /// Also when the runtime is shut down.
    pub(super) is_shut_down: bool,
}

impl SnapshotPolicy {
    /// Takes none. Those that are there are used.
    pub const fn never() -> Self {
        Self {
            every: None,
            slower_than: None,
            is_passivated: false,
            is_shut_down: false,
        }
    }

    /// Takes one when an actor is so many events past its last one, whether a command brings it
    /// there or a load finds it there.
    pub const fn every(events: NonZeroU64) -> Self {
        Self {
            every: Some(events),
            ..Self::never()
        }
    }

    /// Also takes one when reading and folding the events after the last one took longer.
    #[must_use]
    pub const fn or_slower_than(mut self, duration: Duration) -> Self {
        self.slower_than = Some(duration);
        self
    }

    /// Also takes one when an actor leaves memory, for want of room or since nobody has sent to it
    /// for a while, and has gone on since its last one. Whoever comes next finds it there.
    ///
    /// It is written and saved by a task, and delays nobody. If more actors leave at once than
    /// can wait to be saved, the rest are [dropped](super::super::SnapshotStatus::dropped).
    #[must_use]
    pub const fn or_passivated(mut self) -> Self {
        self.is_passivated = true;
        self
    }

    /// Also takes one of each actor in memory that has gone on since its last one when the runtime
    /// is [shut down](super::super::Aether::shutdown), as far as ten seconds suffice.
    #[must_use]
    pub const fn or_shut_down(mut self) -> Self {
        self.is_shut_down = true;
        self
    }

    /// Whether one is due of an actor that is so many events past its last one, of which the
    /// load took so long.
    pub(super) fn is_due(self, events: u64, took: Duration) -> bool {
        let is_long = self.every.is_some_and(|every| events >= every.get());
        let is_slow = self.slower_than.is_some_and(|limit| took > limit);
        events > 0 && (is_long || is_slow)
    }

    /// Whether one is due of an actor that went from one version to another, where it is not
    /// known when the last one was taken: each actor has its turn at the multiples.
    pub(super) fn is_turn(self, from: u64, to: u64) -> bool {
        self.every.is_some_and(|every| from / every < to / every)
    }
}

impl Default for SnapshotPolicy {
    /// One every hundred events: about as many as a store reads at once.
    fn default() -> Self {
        Self::every(const { NonZeroU64::new(100).unwrap() })
    }
}

/// The policy of each aggregate.
#[derive(Debug, Default)]
pub(in crate::runtime) struct Policies {
    of_all: SnapshotPolicy,
    of: Vec<(&'static str, SnapshotPolicy)>,
}

/// Where the policy of an aggregate is found without its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::runtime) struct PolicyNumber(NonZeroU16);

impl Policies {
    /// From now on, that of all that have none of their own.
    pub(in crate::runtime) const fn set_of_all(&mut self, policy: SnapshotPolicy) {
        self.of_all = policy;
    }

    pub(in crate::runtime) fn set(&mut self, aggregate: &'static str, policy: SnapshotPolicy) {
        self.of.retain(|(name, _)| *name != aggregate);
        self.of.push((aggregate, policy));
    }

    pub(super) fn number(&self, aggregate: &str) -> PolicyNumber {
        let before = self.of.iter().take_while(|(name, _)| *name != aggregate);
        let before = u16::try_from(before.count()).unwrap_or(u16::MAX);
        PolicyNumber(NonZeroU16::MIN.saturating_add(before))
    }

    pub(super) fn numbered(&self, number: PolicyNumber) -> SnapshotPolicy {
        let own = self.of.get(usize::from(number.0.get() - 1));
        own.map_or(self.of_all, |(_, policy)| *policy)
    }

    pub(super) fn of(&self, aggregate: &str) -> SnapshotPolicy {
        self.numbered(self.number(aggregate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_due_after_so_many_events_or_after_so_long_but_never_without_events() {
        let (none, short, long) = (
            Duration::ZERO,
            Duration::from_millis(1),
            Duration::from_millis(3),
        );
        let ten = SnapshotPolicy::every(NonZeroU64::new(10).unwrap());
        let slow = ten.or_slower_than(Duration::from_millis(2));
        assert_eq!(
            [9, 10].map(|events| ten.is_due(events, long)),
            [false, true]
        );
        assert_eq!(
            [short, long].map(|took| slow.is_due(1, took)),
            [false, true]
        );
        assert!(!slow.is_due(0, long));
        assert!(!SnapshotPolicy::never().is_due(u64::MAX, Duration::MAX));
        assert!(!SnapshotPolicy::default().is_due(99, none));
        assert!(SnapshotPolicy::default().is_due(100, none));
    }

    #[test]
    fn an_actor_of_which_nothing_is_known_has_its_turn_at_the_multiples() {
        let ten = SnapshotPolicy::every(NonZeroU64::new(10).unwrap());
        let turns = [(0, 9), (9, 10), (10, 19), (8, 31)].map(|(from, to)| ten.is_turn(from, to));
        assert_eq!(turns, [false, true, false, true]);
        assert!(!SnapshotPolicy::never().is_turn(0, u64::MAX));
    }
}

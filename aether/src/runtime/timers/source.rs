use std::marker::PhantomData;

use crate::{
    CommandId, OutgoingCommand, Recorded, Timer, TimerChange,
    domain::{Handlers, Origin, Outgoing, Policy, Stored, Timing},
    runtime::{
        envelope::Envelope,
        follower::{Failure, chain},
        process::is_received,
    },
    store::timers::TimerScope,
};

/// Says what a commit does to timers. The same commit gives the same changes.
pub(in crate::runtime) trait Source: Send + Sync + 'static {
    fn scope(&self) -> TimerScope;

    /// Each change, numbered from 0, with the index of the event that it follows from.
    fn changes(&self, recorded: &Recorded) -> Result<Vec<Change>, Failure>;
}

/// A change of timers, the index of the event that it follows from, and its number among the
/// commands that are asked for with it.
pub(in crate::runtime) struct Change {
    pub(super) event: usize,
    pub(super) number: usize,
    pub(super) timer: TimerChange,
}

/// The timers that the commits of an aggregate's actors set.
pub(in crate::runtime) struct OfAggregate(pub(in crate::runtime) &'static str);

impl Source for OfAggregate {
    fn scope(&self) -> TimerScope {
        TimerScope::Actor
    }

    fn changes(&self, recorded: &Recorded) -> Result<Vec<Change>, Failure> {
        let commit = &recorded.commit;
        if commit.timers().is_empty() || commit.actor_id().actor_type() != self.0 {
            return Ok(Vec::new());
        }
        let event = commit.events().len().saturating_sub(1);
        let changes = commit.timers().iter().cloned();
        let numbers = commit.outgoing().len()..;
        let change = |(number, timer)| Change {
            event,
            number,
            timer,
        };
        Ok(numbers.zip(changes).map(change).collect())
    }
}

/// What a policy asks for later. It is not stored with the event, but follows from it: the policy
/// is asked again when the time has come.
pub(in crate::runtime) struct OfPolicy<P> {
    policy: P,
    of: PhantomData<fn() -> P>,
}

impl<P: Policy + Handlers> OfPolicy<P> {
    pub(in crate::runtime) fn new() -> Self {
        Self {
            policy: P::default(),
            of: PhantomData,
        }
    }
}

impl<P: Policy + Handlers> Source for OfPolicy<P> {
    fn scope(&self) -> TimerScope {
        TimerScope::Shared
    }

    fn changes(&self, recorded: &Recorded) -> Result<Vec<Change>, Failure> {
        let mut changes = Vec::new();
        let events = recorded.commit.events().iter().enumerate();
        for (event, happened) in events.filter(|(_, event)| !is_received(event)) {
            let origin = Origin::of(happened, recorded.position);
            let reacted = self.policy.react_stored(Stored::from(happened), &origin);
            let issued = reacted.map_err(|err| {
                let (version, actor) = (happened.version, &happened.actor_id);
                let (position, reason) = (recorded.position, chain(&err));
                Failure::Halt(format!(
                    "event {version} of `{actor}` at position {position}: {reason}"
                ))
            })?;
            for (number, outgoing) in issued.into_iter().enumerate() {
                let id = Envelope::id_of(happened, P::META.name.as_str(), number);
                let change = timer_change(happened.timestamp, id, outgoing);
                changes.extend(change.map(|timer| Change {
                    event,
                    number,
                    timer,
                }));
            }
        }
        Ok(changes)
    }
}

/// What a command that is issued does to timers; nothing, if it is not for later.
pub(in crate::runtime) fn timer_change(
    happened: crate::Timestamp,
    id: CommandId,
    outgoing: Outgoing,
) -> Option<TimerChange> {
    let (due, key) = match outgoing.timing {
        Timing::Now => return None,
        Timing::Cancel { key } => return Some(TimerChange::Cancel(key)),
        Timing::After { delay, key } => (happened.after(delay), key),
        Timing::At { moment, key } => (moment, key),
    };
    let command = OutgoingCommand {
        id,
        command: outgoing.command.into(),
        key: outgoing.key,
        data: outgoing.data,
    };
    Some(TimerChange::Set(Timer { key, due, command }))
}

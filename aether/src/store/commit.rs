use std::sync::Arc;

use super::{Events, OutgoingCommand, Timer, TimerChange};
use crate::{ActorId, CommandId, CommitId, Event, SessionMark, Version, fence::Fence};

/// The unit of storage: events of one actor, and what it asks of others, stored together or not
/// at all.
///
/// A commit carries the version its actor must be at, and an id by which a repeated append is
/// known to be a repetition. Keep the value, or clone it, to append the very same commit again.
///
/// Cloning is cheap: clones share what is in it.
///
/// ```
/// use aether::{Commit, Event, Version};
/// use serde_json::json;
///
/// let commit = Commit::new([
///     Event::new("order-123", 1, "OrderPlaced", &json!({ "total": 99.99 }))?,
///     Event::new("order-123", 2, "OrderPaid", &json!({}))?,
/// ])?;
/// assert_eq!(commit.expected(), Version::NONE);
/// assert_eq!(commit.version(), Version::new(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit(Arc<Contents>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Contents {
    id: CommitId,
    expected: Version,
    actor_id: ActorId,
    command_id: Option<CommandId>,
    events: Events,
    outgoing: Vec<OutgoingCommand>,
    timers: Vec<TimerChange>,
}

/// Says why some events are not a commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCommit {
    /// There are none.
    #[error("a commit has at least one event")]
    Empty,
    /// They are of different actors.
    #[error("a commit has events of one actor, not of `{first}` and `{other}`")]
    TwoActors {
        /// The actor of the first event.
        first: ActorId,
        /// Another one.
        other: ActorId,
    },
    /// Their versions do not follow each other.
    #[error("an event of `{actor_id}` has version {found} where {wanted} should follow")]
    Version {
        /// The actor.
        actor_id: ActorId,
        /// The version that should be there.
        wanted: Version,
        /// The version that is there.
        found: Version,
    },
    /// An event says not what happened.
    #[error("event {version} of `{actor_id}` has no type")]
    NoType {
        /// The actor.
        actor_id: ActorId,
        /// The version of the event.
        version: Version,
    },
}

impl Commit {
    /// Puts events together. The version that is expected is the one before the first event.
    ///
    /// # Errors
    /// If there are no events, they are of more than one actor, their versions do not follow
    /// each other without gaps from 1 or later, or one has no event type.
    pub fn new(events: impl IntoIterator<Item = Event>) -> Result<Self, InvalidCommit> {
        Self::identified(CommitId::new(), events.into_iter().collect())
    }

    /// The same, with an id that is known: making one takes as long as reading an event.
    pub(crate) fn identified(id: CommitId, mut events: Events) -> Result<Self, InvalidCommit> {
        let first = events.first().ok_or(InvalidCommit::Empty)?;
        let (actor_id, command_id) = (first.actor_id.clone(), first.metadata.command_id);
        let expected = first
            .version
            .previous()
            .ok_or_else(|| InvalidCommit::Version {
                actor_id: actor_id.clone(),
                wanted: Version::FIRST,
                found: first.version,
            })?;
        check(&actor_id, expected, &events)?;
        for event in events.iter_mut() {
            share(&actor_id, &mut event.actor_id);
        }
        Ok(Self(Arc::new(Contents {
            id,
            expected,
            actor_id,
            command_id,
            events,
            outgoing: Vec::new(),
            timers: Vec::new(),
        })))
    }

    /// The same commit with another id.
    #[must_use]
    pub fn with_id(mut self, id: CommitId) -> Self {
        self.own().id = id;
        self
    }

    /// The same commit, caused by this command.
    #[must_use]
    pub fn caused_by(mut self, command_id: CommandId) -> Self {
        let contents = self.own();
        contents.command_id = Some(command_id);
        for event in contents.events.iter_mut() {
            event.metadata.command_id = Some(command_id);
        }
        self
    }

    /// The same commit, whose command has this place in a [session](crate::session).
    #[must_use]
    pub fn marked(mut self, mark: SessionMark) -> Self {
        let mark = Arc::new(mark);
        for event in self.own().events.iter_mut() {
            event.metadata.session = Some(Arc::clone(&mark));
        }
        self
    }

    /// The same commit, without its place in a [session](crate::session) and without what says which
    /// epoch of a cluster it is of: as it is to be stored in another log, whose places are others.
    #[must_use]
    pub fn unmarked(mut self) -> Self {
        for event in self.own().events.iter_mut() {
            event.metadata.session = None;
            event.metadata.take(Fence::ATTRIBUTE);
        }
        self
    }

    /// The same commit, which says since when its writer has the actor.
    #[cfg(feature = "runtime")]
    pub(crate) fn fenced(mut self, fence: &Fence) -> Self {
        if let Some(first) = self.own().events.iter_mut().next() {
            let attribute = Fence::ATTRIBUTE.to_owned();
            first.metadata.keep(attribute, fence.to_string());
        }
        self
    }

    /// Since when its writer has the actor, if it says so.
    pub(crate) fn fence(&self) -> Option<Fence> {
        let custom = self.events().first()?.metadata.custom();
        custom.get(Fence::ATTRIBUTE)?.parse().ok()
    }

    /// The same commit, which asks for one more command.
    #[must_use]
    pub fn asking(mut self, command: OutgoingCommand) -> Self {
        self.own().outgoing.push(command);
        self
    }

    /// The same commit, which sets one more timer.
    #[must_use]
    pub fn setting(self, timer: Timer) -> Self {
        self.changing(TimerChange::Set(timer))
    }

    /// The same commit, which cancels one more timer.
    #[must_use]
    pub fn cancelling(self, key: impl Into<String>) -> Self {
        self.changing(TimerChange::Cancel(key.into()))
    }

    pub(crate) fn changing(mut self, change: TimerChange) -> Self {
        self.own().timers.push(change);
        self
    }

    /// What tells it from every other commit.
    pub fn id(&self) -> CommitId {
        self.0.id
    }

    /// The actor whose events these are.
    pub fn actor_id(&self) -> &ActorId {
        &self.0.actor_id
    }

    /// The command that caused it, if one did.
    pub fn command_id(&self) -> Option<CommandId> {
        self.0.command_id
    }

    /// The place of its command in a session, if it has one.
    pub fn session(&self) -> Option<&Arc<SessionMark>> {
        self.events().first()?.metadata.session.as_ref()
    }

    /// The version that the actor must be at for the commit to be stored.
    pub fn expected(&self) -> Version {
        self.0.expected
    }

    /// The version that the actor is at after it.
    pub fn version(&self) -> Version {
        let last = self.0.events.last();
        last.map_or(self.0.expected, |event| event.version)
    }

    /// The events, at least one, in order.
    pub fn events(&self) -> &[Event] {
        &self.0.events
    }

    /// The commands it asks of others, in order.
    pub fn outgoing(&self) -> &[OutgoingCommand] {
        &self.0.outgoing
    }

    /// What it does to its actor's timers, in order.
    pub fn timers(&self) -> &[TimerChange] {
        &self.0.timers
    }

    /// The same commit with each payload as another has written it.
    #[cfg(feature = "personal")]
    pub(crate) fn with_contents(
        mut self,
        events: Vec<Event>,
        outgoing: Vec<OutgoingCommand>,
        timers: Vec<TimerChange>,
    ) -> Self {
        let contents = self.own();
        contents.events = events.into();
        (contents.outgoing, contents.timers) = (outgoing, timers);
        self
    }

    /// The events alone.
    pub fn into_events(self) -> Vec<Event> {
        match Arc::try_unwrap(self.0) {
            Ok(own) => own.events.into_vec(),
            Err(shared) => shared.events.to_vec(),
        }
    }

    /// The events alone, moved to the end of others.
    pub(crate) fn append_events_to(self, others: &mut Vec<Event>) {
        match Arc::try_unwrap(self.0) {
            Ok(own) => own.events.append_to(others),
            Err(shared) => others.extend_from_slice(&shared.events),
        }
    }

    /// What is in it, to be changed: a copy, if clones share it.
    fn own(&mut self) -> &mut Contents {
        Arc::make_mut(&mut self.0)
    }
}

/// Has two equal ids share their text.
fn share(id: &ActorId, other: &mut ActorId) {
    if !std::ptr::eq(id.as_str(), other.as_str()) {
        other.clone_from(id);
    }
}

fn check(actor_id: &ActorId, expected: Version, events: &[Event]) -> Result<(), InvalidCommit> {
    let mut before = expected;
    for event in events {
        if event.actor_id != *actor_id {
            let (first, other) = (actor_id.clone(), event.actor_id.clone());
            return Err(InvalidCommit::TwoActors { first, other });
        }
        let (found, wanted) = (event.version, before.next());
        if found != wanted {
            return Err(InvalidCommit::Version {
                actor_id: actor_id.clone(),
                wanted,
                found,
            });
        }
        if event.event_type.is_empty() {
            return Err(InvalidCommit::NoType {
                actor_id: actor_id.clone(),
                version: found,
            });
        }
        before = found;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(actor: &str, version: u64) -> Event {
        Event::new(actor, version, "Counted", &()).unwrap()
    }

    fn refused(events: impl IntoIterator<Item = Event>) -> String {
        Commit::new(events).unwrap_err().to_string()
    }

    #[test]
    fn events_of_a_commit_follow_each_other_and_belong_together() {
        assert_eq!(refused([]), "a commit has at least one event");
        assert_eq!(
            refused([event("a", 1), event("b", 2)]),
            "a commit has events of one actor, not of `a` and `b`"
        );
        assert_eq!(
            refused([event("a", 1), event("a", 3)]),
            "an event of `a` has version 3 where 2 should follow"
        );
        assert_eq!(
            refused([event("a", 0)]),
            "an event of `a` has version 0 where 1 should follow"
        );
        let mut nameless = event("a", 4);
        nameless.event_type = "".into();
        assert_eq!(refused([nameless]), "event 4 of `a` has no type");
    }

    #[test]
    fn the_events_of_a_commit_share_the_id_of_their_actor() {
        // A short one lies in place.
        let long = "an actor whose id is not short";
        let commit = Commit::new([event(long, 1), event(long, 2)]).unwrap();
        let texts = commit.events().iter().map(|event| event.actor_id.as_str());
        let actor = commit.actor_id().as_str();
        assert!(texts.into_iter().all(|text| std::ptr::eq(text, actor)));
    }

    #[test]
    fn a_command_is_named_in_every_event() {
        let command = CommandId::new();
        let commit = Commit::new([event("a", 8), event("a", 9)])
            .unwrap()
            .caused_by(command);
        assert_eq!(commit.expected(), Version::new(7));
        assert!(
            commit
                .events()
                .iter()
                .all(|event| event.metadata.command_id == Some(command))
        );
    }
}

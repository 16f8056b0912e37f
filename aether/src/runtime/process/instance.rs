use std::error::Error;

use super::received::Received;
use crate::{
    ActorId, CommandId, DynEventStore, Event, EventStore as _, Recorded, SessionMark, Sessions,
    Version,
    domain::{Instances, ProcessManager},
    runtime::{
        follower::{Failure, chain},
        search::{self, Recent},
        timers::failed,
    },
};

/// An instance of a process manager, folded from what it has received.
pub(super) struct Instance<P> {
    pub(super) state: P,
    pub(super) actor_id: ActorId,
    pub(super) version: Version,
    /// The highest place of what it has received.
    sessions: Sessions,
    /// What it has received behind some place in the log, if that was asked for of late.
    recent: Option<Recent>,
    /// How many bytes of events are folded into it.
    folded: usize,
}

impl<P> Instance<P> {
    /// What a state is taken to hold at most, since only its events are known.
    const MOST_FOLDED: usize = 16 << 10;
    /// What a place among those in memory takes.
    const PLACE: usize = 96;

    /// What it takes in memory, in bytes, as far as that can be said.
    pub(super) fn weight(&self) -> u64 {
        let bytes = size_of::<Self>()
            + Self::PLACE
            + self.actor_id.as_str().len()
            + self.folded.min(Self::MOST_FOLDED)
            + self.sessions.weight()
            + self.recent.as_ref().map_or(0, Recent::weight);
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    /// A commit of it was stored, whose event is in the state.
    pub(super) fn note(&mut self, recorded: &Recorded) {
        self.version = recorded.commit.version();
        let events = recorded.commit.events().iter();
        self.folded += events.map(|kept| kept.data.as_bytes().len()).sum::<usize>();
        self.sessions.note(recorded);
        if let Some(recent) = &mut self.recent {
            recent.note(recorded);
        }
        self.recent = self.recent.take().filter(|recent| !recent.is_full());
    }
}

impl<P: Default> Instance<P> {
    /// One that has received nothing.
    pub(super) fn begin(actor_id: ActorId) -> Self {
        Self {
            state: P::default(),
            actor_id,
            version: Version::NONE,
            sessions: Sessions::default(),
            recent: None,
            folded: 0,
        }
    }
}

impl<P: ProcessManager + Instances> Instance<P> {
    /// Folds all that an instance has received.
    pub(super) async fn load(store: &DynEventStore, actor_id: ActorId) -> Result<Self, Failure> {
        let mut instance = Self::begin(actor_id);
        loop {
            let page = store.read(&instance.actor_id, instance.version).await;
            let page = page.map_err(|err| failed(&err))?;
            for recorded in &page.commits {
                for kept in recorded.commit.events() {
                    instance.apply(kept)?;
                }
                instance.note(recorded);
            }
            if !page.more {
                return Ok(instance);
            }
        }
    }

    /// Whether it has received an event before, which lies where the mark says.
    ///
    /// What lies behind all that it has received is certainly new: see [`session`](crate::session).
    pub(super) async fn has_received(
        &mut self,
        store: &DynEventStore,
        receipt: CommandId,
        mark: &SessionMark,
    ) -> Result<bool, Failure> {
        if self.sessions.is_new(mark) {
            return Ok(false);
        }
        let since = mark.sequence.position;
        let recent = self.recent.take().filter(|it| it.reaches(since));
        let recent = match recent {
            Some(recent) => recent,
            None => search::since(store, &self.actor_id, self.version, since)
                .await
                .map_err(|err| failed(&err))?,
        };
        let is_received = recent.commit(receipt).is_some();
        self.recent = Some(recent);
        Ok(is_received)
    }

    fn apply(&mut self, kept: &Event) -> Result<(), Failure> {
        let received = Received::read(kept).map_err(|err| unreadable(kept, &err))?;
        if let Some(received) = received
            && let Some(actor_id) = received.actor_id()
        {
            self.state
                .apply_stored(received.stored(), &received.origin(&actor_id))
                .map_err(|err| unreadable(kept, &err))?;
        }
        Ok(())
    }
}

/// What was received before cannot be read any more.
fn unreadable(kept: &Event, err: &(dyn Error + 'static)) -> Failure {
    let (version, instance, reason) = (kept.version, &kept.actor_id, chain(err));
    Failure::Halt(format!(
        "what `{instance}` has received as its event {version}: {reason}"
    ))
}

#[cfg(test)]
impl<P> Instance<P> {
    /// The same, as if so many bytes were folded into it.
    pub(super) const fn holding(mut self, folded: usize) -> Self {
        self.folded = folded;
        self
    }
}

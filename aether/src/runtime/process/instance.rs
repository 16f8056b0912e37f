use std::error::Error;

use super::received::Received;
use crate::{
    ActorId, CommandId, DynEventStore, Event, EventStore as _, Version,
    domain::{Instances, ProcessManager},
    runtime::{
        follower::{Failure, chain},
        timers::failed,
    },
};

/// An instance of a process manager, folded from what it has received.
pub(super) struct Instance<P> {
    pub(super) state: P,
    pub(super) version: Version,
}

impl<P: ProcessManager + Instances> Instance<P> {
    /// Folds what an instance has received; none, if this is among it.
    pub(super) async fn load(
        store: &DynEventStore,
        actor_id: &ActorId,
        receipt: CommandId,
    ) -> Result<Option<Self>, Failure> {
        let mut instance = Self {
            state: P::default(),
            version: Version::NONE,
        };
        loop {
            let page = store.read(actor_id, instance.version).await;
            let page = page.map_err(|err| failed(&err))?;
            for recorded in &page.commits {
                if recorded.commit.command_id() == Some(receipt) {
                    return Ok(None);
                }
                for kept in recorded.commit.events() {
                    instance.apply(kept)?;
                }
            }
            if !page.more {
                return Ok(Some(instance));
            }
        }
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
        self.version = kept.version;
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

use std::{ops::Deref, sync::Arc};

use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use super::{
    follower::{Consumer, Done, Failure, chain},
    process::is_received,
};
use crate::{
    Position, Recorded,
    domain::{Handlers, Origin, Projection, Stored},
    personal::forgotten_by,
};

/// A projection as it is now, held still while it is being read.
///
/// It is not updated as long as this value lives, so let go of it soon.
#[derive(Debug)]
pub struct ReadModel<P> {
    state: OwnedRwLockReadGuard<P>,
    position: Position,
}

impl<P> ReadModel<P> {
    pub(super) const fn new(state: OwnedRwLockReadGuard<P>, position: Position) -> Self {
        Self { state, position }
    }

    /// The place in the log up to which it has applied events, at the least.
    pub const fn position(&self) -> Position {
        self.position
    }
}

impl<P> Deref for ReadModel<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.state
    }
}

/// Follows the log and folds it into a read model.
pub(super) struct Projector<P> {
    pub(super) state: Arc<RwLock<P>>,
    /// Where the log ended when it began. Who was forgotten before is not in its state.
    pub(super) begun: Position,
}

impl<P: Projection + Handlers> Consumer for Projector<P> {
    async fn begin(&mut self, head: Position) {
        *self.state.write().await = P::default();
        self.begun = head;
    }

    async fn take(&mut self, recorded: &Recorded) -> Result<Done, Failure> {
        if recorded.position > self.begun && forgotten_by(&recorded.commit).is_some() {
            return Ok(Done {
                anew: true,
                ..Done::default()
            });
        }
        let mut state = self.state.write().await;
        let events = recorded.commit.events();
        for event in events.iter().filter(|event| !is_received(event)) {
            let origin = Origin::of(event, recorded.position);
            state
                .apply_stored(Stored::from(event), &origin)
                .map_err(|err| {
                    let (version, actor, reason) = (event.version, &event.actor_id, chain(&err));
                    let position = recorded.position;
                    Failure::Halt(format!(
                        "event {version} of `{actor}` at position {position}: {reason}"
                    ))
                })?;
        }
        drop(state);
        Ok(Done::default())
    }
}

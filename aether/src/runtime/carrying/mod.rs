use std::sync::Arc;

use bytes::Bytes;
use tokio::time::Instant;

use super::{carried, handle::Aether, placement::Placement};

/// What a cluster needs of a runtime.
impl Aether {
    /// Has commands carried out where their actors are by this placement from now on; false, if it
    /// has one already.
    pub(crate) fn place(&self, placement: Arc<dyn Placement>) -> bool {
        let is_placed = self.0.engine.placement.set(placement).is_ok();
        self.moved();
        is_placed
    }

    /// Has it look again which followers are for this process.
    pub(crate) fn moved(&self) {
        self.0.engine.moves.send_replace(());
    }

    /// Whether there is a placement.
    pub(crate) fn is_placed(&self) -> bool {
        self.0.engine.placement.get().is_some()
    }

    /// Carries out a command that another process has written, and writes what comes of it; none,
    /// if nothing was done, for the runtime is shut down.
    pub(crate) async fn carry_out(&self, written: &[u8], deadline: Instant) -> Option<Bytes> {
        let _begun = self.0.tasks.begin();
        if self.0.tasks.is_stopped() {
            return None;
        }
        let engine = &self.0.engine;
        let envelope = carried::read(written, deadline, |command| engine.known(command));
        Some(match envelope {
            Some(envelope) => carried::write_answer(engine.execute_here(&envelope).await),
            None => carried::unreadable(),
        })
    }
}

#[cfg(test)]
mod tests;

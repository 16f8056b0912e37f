use super::member::Name;
use crate::cluster::Epoch;

/// The actor of a shard, as its history is stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Actor {
    /// How many events and barriers there are.
    pub(super) version: u64,
    /// The epoch of its last barrier.
    pub(super) barrier: Epoch,
    /// Who last decided on it, and in which of its processes.
    owner: Option<Name>,
}

impl Actor {
    /// Someone decides on the actor's state from now on.
    pub(super) fn begin(&mut self, owner: Name) {
        self.owner = Some(owner);
    }

    /// Appends if the version is the expected one. Says what is wrong if an event comes from one
    /// who is not the last who began.
    pub(super) fn append(
        &mut self,
        by: Name,
        expected: u64,
        checked: bool,
    ) -> Result<bool, String> {
        if checked && expected != self.version {
            return Ok(false);
        }
        if expected != self.version {
            return Err(format!("{by:?} overwrote version {}", self.version));
        }
        if self.owner != Some(by) {
            return Err(format!("{by:?} wrote after {:?} began", self.owner));
        }
        self.version += 1;
        Ok(true)
    }
}

use std::ops::Deref;

use tokio::sync::OwnedRwLockReadGuard;

use super::fold::Fold;
use crate::Position;

/// A projection as it is now, held still while it is being read.
///
/// It is not updated as long as this value lives, so let go of it soon, and before a command is
/// sent whose events an inline projection is to have.
#[derive(Debug)]
pub struct ReadModel<P> {
    fold: OwnedRwLockReadGuard<Fold<P>>,
}

impl<P> ReadModel<P> {
    pub(super) const fn new(fold: OwnedRwLockReadGuard<Fold<P>>) -> Self {
        Self { fold }
    }

    /// The place in the log up to which it has applied events.
    pub fn position(&self) -> Position {
        self.fold.position
    }
}

impl<P> Deref for ReadModel<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.fold.state
    }
}

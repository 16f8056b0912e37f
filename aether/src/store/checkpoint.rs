use std::future::Future;

use super::{Position, StoreError};

/// Keeps how far each reader of the log has come.
///
/// # What every store promises
/// - A checkpoint that was saved is found again, by a reader in another process as well.
/// - A checkpoint never goes back: of two savers the one that is further wins.
pub trait CheckpointStore: Send + Sync + 'static {
    /// How far a reader has come: [`Position::START`] if it has saved nothing yet.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Unavailable`]: the store is out of reach.
    /// - [`StoreErrorKind::Corrupt`]: what is kept is no position.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    ///
    /// [`StoreErrorKind::Unavailable`]: super::StoreErrorKind::Unavailable
    /// [`StoreErrorKind::Corrupt`]: super::StoreErrorKind::Corrupt
    fn checkpoint(&self, reader: &str)
    -> impl Future<Output = Result<Position, StoreError>> + Send;

    /// Keeps how far a reader has come, unless something further is kept already.
    ///
    /// # Errors
    /// [`StoreErrorKind::Unavailable`]: the store is out of reach. The checkpoint may be the old
    /// one or the new one.
    ///
    /// # Cancel safety
    /// Cancel safe: the checkpoint is the old one or the new one.
    ///
    /// [`StoreErrorKind::Unavailable`]: super::StoreErrorKind::Unavailable
    fn save_checkpoint(
        &self,
        reader: &str,
        position: Position,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

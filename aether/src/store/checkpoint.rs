use std::future::Future;

use super::{Position, StoreError, StoreErrorKind};
use crate::Payload;

/// How far a reader of the log has come, and what it has made of it so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkpoint {
    /// The place in the log up to which its work is done.
    pub position: Position,
    /// What it has made of the log, if it keeps that here: a projection's state, say.
    pub state: Option<ReaderState>,
}

/// What a reader has made of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderState {
    /// Tells which shape the data has.
    pub schema_hash: u64,
    /// The state.
    pub data: Payload,
}

impl From<Position> for Checkpoint {
    fn from(position: Position) -> Self {
        Self {
            position,
            state: None,
        }
    }
}

/// Keeps how far each reader of the log has come, and what it has made of it, in one write.
///
/// # What every store promises
/// - A checkpoint that was saved is found again, by a reader in another process as well.
/// - A checkpoint never goes back: of two savers the one that is further wins, and of two at
///   the same position, [`Position::START`] included, the later one.
/// - Position and state belong together: both are of the same save.
/// - Of those that replace the same checkpoint exactly one succeeds.
pub trait CheckpointStore: Send + Sync + 'static {
    /// How far a reader has come: at [`Position::START`], without state, if it has saved
    /// nothing yet.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Unavailable`]: the store is out of reach.
    /// - [`StoreErrorKind::Corrupt`]: what is kept is no checkpoint.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    ///
    /// [`StoreErrorKind::Unavailable`]: super::StoreErrorKind::Unavailable
    /// [`StoreErrorKind::Corrupt`]: super::StoreErrorKind::Corrupt
    fn checkpoint(
        &self,
        reader: &str,
    ) -> impl Future<Output = Result<Checkpoint, StoreError>> + Send;

    /// Keeps how far a reader has come, unless something further is kept already.
    ///
    /// What is kept at the very same position is replaced: a state may change without the log,
    /// and what is kept may be of another shape.
    ///
    /// # Errors
    /// - [`StoreErrorKind::TooLarge`]: the state is larger than the store can keep.
    /// - [`StoreErrorKind::Unavailable`]: the store is out of reach. The checkpoint may be the
    ///   old one or the new one.
    ///
    /// # Cancel safety
    /// Cancel safe: the checkpoint is the old one or the new one.
    ///
    /// [`StoreErrorKind::TooLarge`]: super::StoreErrorKind::TooLarge
    /// [`StoreErrorKind::Unavailable`]: super::StoreErrorKind::Unavailable
    fn save_checkpoint(
        &self,
        reader: &str,
        checkpoint: Checkpoint,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Keeps a checkpoint in the place of exactly this one, be it further or not. What a reader
    /// that has saved nothing yet has is [`Checkpoint::default`].
    ///
    /// It is harmless to replace again: if the very same checkpoint is kept already, that is a
    /// success. So no two savers should ever want to keep the same.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Conflict`]: another one is kept than the one that is expected, and
    ///   stays.
    /// - [`StoreErrorKind::TooLarge`], [`StoreErrorKind::Unavailable`]: as for
    ///   [`CheckpointStore::save_checkpoint`].
    ///
    /// # Cancel safety
    /// Cancel safe: the checkpoint is the old one or the new one.
    fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        checkpoint: Checkpoint,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Says that a checkpoint was not replaced, for another one is kept.
pub(crate) fn not_expected(reader: &str) -> StoreError {
    let text = format!("the checkpoint of `{reader}` is another one than was expected, and stays");
    StoreError::new(StoreErrorKind::Conflict, text)
}

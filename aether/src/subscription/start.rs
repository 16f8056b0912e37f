use crate::{EventStore, Position, StoreError, Timestamp};

/// Where in the log to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// With the first commit.
    #[default]
    Beginning,
    /// After this position.
    After(Position),
    /// With the first commit that was stored at this moment or later.
    At(Timestamp),
    /// With the first commit to come.
    Now,
}

impl Start {
    /// The position after which to begin, as the log is now.
    pub(super) async fn resolve<S: EventStore>(self, store: &S) -> Result<Position, StoreError> {
        match self {
            Self::Beginning => Ok(Position::START),
            Self::After(position) => Ok(position),
            Self::At(moment) => store.stored_before(moment).await,
            Self::Now => store.head().await,
        }
    }
}

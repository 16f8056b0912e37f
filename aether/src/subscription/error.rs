use std::error::Error;

use crate::{InvalidPayload, Position, StoreError};

/// Says why a subscription does not go on. Nothing was skipped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionError {
    /// The store does not give or keep what it should.
    #[error("the store does not serve the subscription")]
    Store(#[from] StoreError),
    /// It was made with another number of partitions.
    #[error("the subscription has {there} partitions, not {wanted}")]
    Partitions {
        /// How many it has.
        there: u32,
        /// How many were wanted.
        wanted: u32,
    },
    /// There is no such subscription, or not any more.
    #[error("there is no subscription `{name}`")]
    Absent {
        /// Its name.
        name: String,
    },
    /// What is kept of it cannot be read: the state has another shape, or it is something else.
    #[error("what is kept as `{reader}` cannot be read")]
    Unreadable {
        /// The name of the checkpoint.
        reader: String,
        /// Why not.
        source: InvalidPayload,
    },
    /// The subscriber failed again and again. The work of its partition is as it was before the
    /// commit, and another worker may take it over.
    #[error("the commit at position {position} failed {attempts} times")]
    Failed {
        /// Where the commit lies.
        position: Position,
        /// How often it was tried.
        attempts: u32,
        /// What happened last.
        source: Box<dyn Error + Send + Sync>,
    },
}

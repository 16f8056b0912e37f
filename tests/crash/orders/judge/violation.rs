use aether::ActorId;
use thiserror::Error;

/// What should not have come of orders.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(in crate::crash::orders) enum Violation {
    #[error("order {order}: `{what}` never took effect")]
    Lost { order: u64, what: String },
    #[error("order {order}: `{what}` took effect {times} times")]
    Doubled {
        order: u64,
        what: String,
        times: usize,
    },
    #[error("order {order}: `{what}` should not be: it was called off, or nobody asked for it")]
    Stray { order: u64, what: String },
    #[error("order {order}: `{what}` does not say that `{wanted}` caused it")]
    WrongCause {
        order: u64,
        what: String,
        wanted: String,
    },
    #[error("order {order}: `{what}` came before its time")]
    Early { order: u64, what: String },
    #[error("position {position}: `{what}` is about no order")]
    Nameless { position: u64, what: String },
    #[error("order {order}: the carrier was not told")]
    Untold { order: u64 },
    #[error("order {order}: the carrier was told under another key, or of what is not shipped")]
    OtherKey { order: u64 },
    #[error("`{actor}` is parked without a reason, or twice")]
    Parked { actor: ActorId },
    #[error("order {order} should be parked, and is not")]
    NotParked { order: u64 },
}

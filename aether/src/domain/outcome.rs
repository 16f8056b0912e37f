use std::error::Error;

use eventstorming::meta;

/// Why a command is refused: any [`std::error::Error`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot say why a command is refused",
    label = "does not implement `std::error::Error`",
    note = "derive it, for instance with `thiserror`",
    note = "for a command that is never refused: `std::convert::Infallible`"
)]
pub trait Rejection: Error + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Error + Send + Sync + 'static> Rejection for E {}

/// What a `#[handle]` method returns, also behind an alias of `Result`.
#[diagnostic::on_unimplemented(
    message = "a `#[handle]` method returns `Result<events, error>`",
    label = "not a `Result`",
    note = "for a command that is never refused: `Result<events, std::convert::Infallible>`"
)]
pub trait Outcome {
    /// The events.
    type Events;
    /// The refusal.
    type Error;

    /// The plain `Result`.
    ///
    /// # Errors
    /// If it is one.
    fn into_result(self) -> Result<Self::Events, Self::Error>;
}

impl<T, E> Outcome for Result<T, E> {
    type Events = T;
    type Error = E;

    #[inline]
    fn into_result(self) -> Self {
        self
    }
}

/// A refusal of which no more is known than its type: any type.
///
/// `#[derive(Rejection)]` gives a type a constant of the same name, which hides this one.
pub trait PlainRejection {
    /// Nothing is known.
    const __REJECTION: meta::Rejection = meta::Rejection::UNKNOWN;
}

impl<T: ?Sized> PlainRejection for T {}

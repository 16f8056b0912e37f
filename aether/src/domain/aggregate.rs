use eventstorming::meta::{self, Flow};

use super::{Context, Emits, EventSet, Origin, Rejection, SnapshotCodec};

/// A consistency boundary: it handles commands, and its history is its events.
///
/// `#[derive(Aggregate)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "not an aggregate",
    note = "add `#[derive(Aggregate)] #[aggregate(event = ..)]` to `{Self}`"
)]
pub trait Aggregate: Default + Send + Sync + 'static {
    /// The events that make up its history.
    type Event: EventSet;

    /// What the model says about it.
    const META: &'static meta::Aggregate;

    /// How its state is kept, if it is: see [`Snapshots`](super::Snapshots).
    const SNAPSHOTS: Option<SnapshotCodec<Self>> = None;

    /// Folds an event into the state.
    fn apply(&mut self, event: Self::Event, origin: &Origin<'_>);
}

/// Decides: what a command does to the state, as events. Pure.
///
/// A `#[handle]` method becomes an impl of it. `C` is a [`Command`](super::Command); that is asked
/// where a handler is listed, so that rustc points at the parameter of the method.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle `{C}`",
    note = "add `#[handle] fn ..(&self, command: {C}) -> Result<.., ..>` to the `#[handlers]` block of `{Self}`"
)]
pub trait Handle<C>: Aggregate {
    /// The events that the command may give.
    type Events: Emits<Self::Event>;
    /// Why it may be refused.
    type Error: Rejection;

    /// The events that the command may give, as the model says them.
    const EMITS: &'static Flow<meta::Event> = <Self::Events as Emits<Self::Event>>::EMITS;

    /// Decides.
    ///
    /// # Errors
    /// If the command is refused.
    fn handle(&self, command: C, context: &Context) -> Result<Self::Events, Self::Error>;
}

/// Folds one kind of event into state.
///
/// An `#[apply]` method becomes an impl of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not apply `{E}`",
    label = "`{E}` is one of its events, but no method applies it",
    note = "add `#[apply] fn ..(&mut self, event: &{E})` to the `#[handlers]` block of `{Self}`"
)]
pub trait Apply<E> {
    /// Changes the state as the event says. It has happened: this cannot fail.
    fn apply(&mut self, event: E, origin: &Origin<'_>);
}

/// A set of events that hands each member to the `Apply` impl for it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "add `#[derive(Event)]` to `{Self}`"
)]
pub trait FoldInto<S> {
    /// Applies the event.
    fn fold_into(self, state: &mut S, origin: &Origin<'_>);
}

/// Applies an event of a set.
///
/// A function rather than a path to the trait's method: for a bound on a function rustc names the
/// nested requirement that fails (`Order` does not apply `OrderShipped`).
#[inline]
pub fn fold<E: FoldInto<S>, S>(event: E, state: &mut S, origin: &Origin<'_>) {
    event.fold_into(state, origin);
}

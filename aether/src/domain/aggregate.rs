use std::marker::PhantomData;

use eventstorming::meta::{self, Flow};

use super::{Context, DomainEvent, Emission, Emits, EventSet, Origin, Rejection, SnapshotCodec};

/// A consistency boundary: it handles commands, and its history is its events.
///
/// `#[derive(Aggregate)]` implements it.
///
/// ```
/// use aether::{prelude::*, testing::given};
///
/// #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// pub struct Deposited { pub cents: u64 }
///
/// #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// pub struct Withdrawn { pub cents: u64 }
///
/// #[derive(Command, Serialize, Deserialize)]
/// pub struct Withdraw { #[command(id)] pub account: String, pub cents: u64 }
///
/// #[derive(Debug, PartialEq, thiserror::Error)]
/// #[error("{missing} cents are missing")]
/// pub struct Overdrawn { missing: u64 }
///
/// /// What someone has. The enum of its events is generated: `AccountEvent`.
/// #[derive(Aggregate, Debug, Default)]
/// #[aggregate(events(Deposited, Withdrawn))]
/// pub struct Account { cents: u64 }
///
/// #[handlers]
/// impl Account {
///     #[handle]
///     fn withdraw(&self, command: Withdraw) -> Result<Withdrawn, Overdrawn> {
///         match command.cents.checked_sub(self.cents) {
///             None | Some(0) => Ok(Withdrawn { cents: command.cents }),
///             Some(missing) => Err(Overdrawn { missing }),
///         }
///     }
///
///     #[apply]
///     fn deposited(&mut self, event: &Deposited) { self.cents += event.cents; }
///     #[apply]
///     fn withdrawn(&mut self, event: &Withdrawn) { self.cents -= event.cents; }
/// }
///
/// let withdraw = |cents| Withdraw { account: "1".to_owned(), cents };
/// given::<Account>([Deposited { cents: 300 }.into()])
///     .when(withdraw(200))
///     .then(Withdrawn { cents: 200 })
///     .when(withdraw(200))
///     .then_refused(Overdrawn { missing: 100 });
/// ```
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
    const EMITS: &'static Flow<meta::Event> =
        <<Self::Events as Emits<Self::Event>>::Emission as Emission>::EMITS;

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
///
/// `#[derive(Event)]` alone writes impls of it, for enums. A struct goes to its `Apply` itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of events",
    label = "not a set of events",
    note = "add `#[derive(Event)]` to `{Self}`; if it is a struct, it is an event, and its variant is not marked `#[event(set)]`"
)]
pub trait FoldInto<S> {
    /// Applies the event.
    fn fold_into(self, state: &mut S, origin: &Origin<'_>);
}

/// How an event is applied: if it is a struct (`ONE`), by the `Apply` for its type, and otherwise as
/// a set.
///
/// A struct has no impl of its own then, and what rustc asks of either is an impl that is alone, so
/// that it names what is missing.
pub trait Fold<S, const ONE: bool> {
    /// Applies the event.
    fn fold(self, state: &mut S, origin: &Origin<'_>);
}

impl<E, S: Apply<E>> Fold<S, true> for E {
    #[inline]
    fn fold(self, state: &mut S, origin: &Origin<'_>) {
        state.apply(self, origin);
    }
}

impl<E: FoldInto<S>, S> Fold<S, false> for E {
    #[inline]
    fn fold(self, state: &mut S, origin: &Origin<'_>) {
        self.fold_into(state, origin);
    }
}

/// Says whether a type is a struct or a set, as a macro cannot know that has but its name: a struct
/// has a constant of its own, anything else that of [`FoldMany`].
#[derive(Debug)]
pub struct FoldBy<E>(PhantomData<fn(E)>);

impl<E: DomainEvent> FoldBy<E> {
    /// It is a struct.
    pub const ONE: bool = true;
}

/// What [`FoldBy`] says of anything but a struct.
pub trait FoldMany {
    /// It is a set.
    const ONE: bool = false;
}

impl<E> FoldMany for FoldBy<E> {}

/// Applies an event.
///
/// A function rather than a path to the trait's method: for a bound on a function rustc names the
/// nested requirement that fails (`Order` does not apply `OrderShipped`).
#[inline]
pub fn fold<E: Fold<S, ONE>, S, const ONE: bool>(event: E, state: &mut S, origin: &Origin<'_>) {
    event.fold(state, origin);
}

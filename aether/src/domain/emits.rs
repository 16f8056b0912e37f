use eventstorming::meta::{self, Flow};

use super::{DomainEvent, EventSet};

/// The set `Self` has a member that holds `E`.
///
/// `#[derive(Event)]` alone writes impls of it.
#[diagnostic::on_unimplemented(
    message = "`{E}` is not one of the events of `{Self}`",
    label = "`{Self}` has no variant that holds `{E}`",
    note = "add a variant that holds `{E}` to `{Self}`, or emit an event that belongs to it"
)]
pub trait Includes<E>: From<E> {}

impl<E: DomainEvent> Includes<E> for E {}

/// Which events something may be that a handler returns, and how often each.
///
/// It is apart from [`Emits`], so that this constant is one for all sets that the events are
/// emitted into, and rustc evaluates it once.
pub trait Emission {
    /// The events, as the model says them.
    const EMITS: &'static Flow<meta::Event>;
}

impl<E: EventSet> Emission for E {
    const EMITS: &'static Flow<meta::Event> = &E::FLOW;
}

/// What a handler may return: an event of the set `S`, or an `Option`, `Vec`, tuple or
/// `#[derive(Event)]` enum of such.
///
/// [`Emission::EMITS`] of its [`Emission`](Self::Emission) is what the board shows, so the board shows what the return type permits.
#[diagnostic::on_unimplemented(
    message = "a handler cannot emit `{Self}` into `{S}`",
    label = "neither an event nor an `Option`, `Vec`, tuple or `#[derive(Event)]` enum of events",
    note = "add `#[derive(Event)]` to `{Self}` if it is an event"
)]
pub trait Emits<S> {
    /// What the model takes it for, whatever the set: itself, for an event or an enum of events.
    type Emission: Emission;

    /// How many events it is, so that room is made for them.
    fn count_hint(&self) -> usize {
        1
    }

    /// Gives the events to `out`, in order.
    fn emit<O: EventSink<S>>(self, out: &mut O);
}

/// What takes the events that a handler returns, one after the other: a `Vec`, or what writes each
/// of them at once. Generated code calls it.
pub trait EventSink<S> {
    /// Takes an event.
    fn take(&mut self, event: S);

    /// Takes an event that the set includes.
    ///
    /// What writes events writes this one as it is, and not by way of the set, if the set
    /// [stores it the same](EventSet::STORED_AS_MEMBERS).
    fn take_one<E: DomainEvent>(&mut self, event: E)
    where
        S: Includes<E>,
    {
        self.take(S::from(event));
    }
}

impl<S> EventSink<S> for Vec<S> {
    fn take(&mut self, event: S) {
        self.push(event);
    }
}

impl Emission for () {
    const EMITS: &'static Flow<meta::Event> = &Flow::Nothing;
}

impl<S> Emits<S> for () {
    type Emission = ();

    fn count_hint(&self) -> usize {
        0
    }

    fn emit<O: EventSink<S>>(self, _out: &mut O) {}
}

impl<E: Emission> Emission for Option<E> {
    const EMITS: &'static Flow<meta::Event> = &Flow::Maybe(E::EMITS);
}

impl<S, E: Emits<S>> Emits<S> for Option<E> {
    type Emission = Option<E::Emission>;

    fn count_hint(&self) -> usize {
        self.as_ref().map_or(0, E::count_hint)
    }

    fn emit<O: EventSink<S>>(self, out: &mut O) {
        if let Some(event) = self {
            event.emit(out);
        }
    }
}

impl<E: Emission> Emission for Vec<E> {
    const EMITS: &'static Flow<meta::Event> = &Flow::Many(E::EMITS);
}

impl<S, E: Emits<S>> Emits<S> for Vec<E> {
    type Emission = Vec<E::Emission>;

    fn count_hint(&self) -> usize {
        self.iter().map(E::count_hint).sum()
    }

    fn emit<O: EventSink<S>>(self, out: &mut O) {
        for event in self {
            event.emit(out);
        }
    }
}

macro_rules! tuples {
    ($($($event:ident)+;)+) => {$(
        impl<$($event: Emission),+> Emission for ($($event,)+) {
            const EMITS: &'static Flow<meta::Event> = &Flow::AllOf(&[$($event::EMITS),+]);
        }

        impl<Set, $($event: Emits<Set>),+> Emits<Set> for ($($event,)+) {
            type Emission = ($($event::Emission,)+);

            #[expect(non_snake_case, reason = "each value is named after its type parameter")]
            fn count_hint(&self) -> usize {
                let ($($event,)+) = self;
                0 $(+ $event.count_hint())+
            }

            #[expect(non_snake_case, reason = "each value is named after its type parameter")]
            fn emit<Out: EventSink<Set>>(self, out: &mut Out) {
                let ($($event,)+) = self;
                $($event.emit(out);)+
            }
        }
    )+};
}

tuples! {
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}

/// A set into which the event `E` may still be emitted. A retired one may into none.
///
/// It is asked of the set, so that rustc says it of the event where a handler returns it. Nothing
/// implements it: an event that is not retired does not ask.
#[diagnostic::on_unimplemented(
    message = "`{E}` is retired: it is read, but no longer emitted",
    label = "a retired event",
    note = "emit another event, or take `retired` away from `{E}`"
)]
pub trait StillEmitted<E> {}

/// An event of which nothing is said against emitting it: any type.
///
/// `#[event(deprecated(..))]` gives a type a constant of the same name, of which rustc warns, and
/// which hides this one.
pub trait Emittable {
    /// Nothing.
    const __EMITTED: () = ();
}

impl<T: ?Sized> Emittable for T {}

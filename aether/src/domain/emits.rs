use eventstorming::meta::{self, Flow};

/// The set `Self` has a member that holds `E`.
#[diagnostic::on_unimplemented(
    message = "`{E}` is not one of the events of `{Self}`",
    label = "`{Self}` has no variant that holds `{E}`",
    note = "add a variant that holds `{E}` to `{Self}`, or emit an event that belongs to it"
)]
pub trait Includes<E>: From<E> {}

/// What a handler may return: an event of the set `S`, or an `Option`, `Vec`, tuple or
/// `#[derive(Event)]` enum of such.
///
/// [`Emits::EMITS`] is what the board shows, so the board shows what the return type permits.
#[diagnostic::on_unimplemented(
    message = "a handler cannot emit `{Self}` into `{S}`",
    label = "neither an event nor an `Option`, `Vec`, tuple or `#[derive(Event)]` enum of events",
    note = "add `#[derive(Event)]` to `{Self}` if it is an event"
)]
pub trait Emits<S> {
    /// The events it may be, and how often each.
    const EMITS: &'static Flow<meta::Event>;

    /// Adds the events to `out`, in order.
    fn emit(self, out: &mut Vec<S>);
}

impl<S> Emits<S> for () {
    const EMITS: &'static Flow<meta::Event> = &Flow::Nothing;

    fn emit(self, _out: &mut Vec<S>) {}
}

impl<S, E: Emits<S>> Emits<S> for Option<E> {
    const EMITS: &'static Flow<meta::Event> = &Flow::Maybe(E::EMITS);

    fn emit(self, out: &mut Vec<S>) {
        if let Some(event) = self {
            event.emit(out);
        }
    }
}

impl<S, E: Emits<S>> Emits<S> for Vec<E> {
    const EMITS: &'static Flow<meta::Event> = &Flow::Many(E::EMITS);

    fn emit(self, out: &mut Vec<S>) {
        for event in self {
            event.emit(out);
        }
    }
}

macro_rules! tuples {
    ($($($event:ident)+;)+) => {$(
        impl<Set, $($event: Emits<Set>),+> Emits<Set> for ($($event,)+) {
            const EMITS: &'static Flow<meta::Event> = &Flow::AllOf(&[$($event::EMITS),+]);

            #[expect(non_snake_case, reason = "each value is named after its type parameter")]
            fn emit(self, out: &mut Vec<Set>) {
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

/// An event that a handler may still return. A retired one is none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is retired: it is read, but no longer emitted",
    label = "a retired event",
    note = "emit another event, or take `retired` away from `{Self}`"
)]
pub trait StillEmitted {}

/// An event of which nothing is said against emitting it: any type.
///
/// `#[event(deprecated(..))]` gives a type a constant of the same name, of which rustc warns, and
/// which hides this one.
pub trait Emittable {
    /// Nothing.
    const __EMITTED: () = ();
}

impl<T: ?Sized> Emittable for T {}

use std::marker::PhantomData;

use eventstorming::meta;

use super::{Aggregate, EventSet};

/// Says what is known of a type of which a macro knows but the name: an aggregate has a history and
/// a set has events by constants of their own, anything else by those of [`AskedInVain`].
#[derive(Debug)]
pub struct Asked<T>(PhantomData<fn(T)>);

/// The events that are known by name, and whether there are others.
type Known = (meta::Set<meta::Event>, bool);

impl<A: Aggregate> Asked<A> {
    /// What its history is made of.
    pub const HISTORY: Option<Known> = Some(history::<A>());
}

impl<E: EventSet> Asked<E> {
    /// What it may be.
    pub const EVENTS: Known = (E::EVENTS, E::TAKES_OTHERS);
}

/// What [`Asked`] says of anything else.
pub trait AskedInVain {
    /// It has no history.
    const HISTORY: Option<Known> = None;
    /// It has no events.
    const EVENTS: Known = (&[], false);
}

impl<T> AskedInVain for Asked<T> {}

/// What the history of an aggregate is made of.
pub const fn history<A: Aggregate>() -> Known {
    Asked::<A::Event>::EVENTS
}

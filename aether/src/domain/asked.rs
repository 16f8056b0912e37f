use std::marker::PhantomData;

use eventstorming::meta::{Event, Flow, check::Known};

use super::{Aggregate, EventSet, Policy, ProcessManager, Projection};

/// Says what is known of a type of which a macro knows but the name: an aggregate has a history and
/// a set has events by constants of their own, anything else by those of [`AskedInVain`].
#[derive(Debug)]
pub struct Asked<T>(PhantomData<fn(T)>);

impl<A: Aggregate> Asked<A> {
    /// What its history is made of.
    pub const HISTORY: Option<Known> = Some(known::<A::Event>());
    /// What its handlers may give.
    pub const EMITS: &'static Flow<Event> = &Flow::OneOf(A::Event::EVENTS);
}

impl<P: Policy> Asked<P> {
    /// It is a policy.
    pub const IS_POLICY: bool = true;
}

impl<P: ProcessManager> Asked<P> {
    /// It is a process manager.
    pub const IS_PROCESS_MANAGER: bool = true;
}

impl<P: Projection> Asked<P> {
    /// It is a projection.
    pub const IS_PROJECTION: bool = true;
}

impl<E: EventSet> Asked<E> {
    /// What it may be.
    pub const EVENTS: Known = known::<E>();
}

/// What [`Asked`] says of anything else.
pub trait AskedInVain {
    /// It has no history.
    const HISTORY: Option<Known> = None;
    /// It has no handlers.
    const EMITS: &'static Flow<Event> = &Flow::Nothing;
    /// It is no policy.
    const IS_POLICY: bool = false;
    /// It is no process manager.
    const IS_PROCESS_MANAGER: bool = false;
    /// It is no projection.
    const IS_PROJECTION: bool = false;
    /// It has no events.
    const EVENTS: Known = Known {
        events: &[],
        has_others: false,
        is_taken_apart: false,
    };
}

impl<T> AskedInVain for Asked<T> {}

/// What the history of an aggregate is made of.
pub const fn history<A: Aggregate>() -> Known {
    known::<A::Event>()
}

/// A constant of its own would be checked anew, with all that its events say of themselves.
const fn known<E: EventSet>() -> Known {
    Known {
        events: E::EVENTS,
        has_others: E::TAKES_OTHERS,
        is_taken_apart: E::STORED_AS_MEMBERS && matches!(E::FLOW, Flow::OneOf(_)),
    }
}

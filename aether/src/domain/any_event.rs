use std::borrow::Cow;

use eventstorming::meta;

use super::{DecodeError, DomainEvent, EventSet, Includes, Stored, unknown_type};
use crate::InvalidPayload;

/// The history of an aggregate whose events could not be read while compiling.
///
/// It includes every event, so that the one mistake is not reported as many. A program that
/// names it does not compile.
#[derive(Debug)]
pub struct AnyEvent;

impl<E: DomainEvent> From<E> for AnyEvent {
    fn from(_event: E) -> Self {
        Self
    }
}

#[diagnostic::do_not_recommend]
impl<E: DomainEvent> Includes<E> for AnyEvent {}

#[diagnostic::do_not_recommend]
impl EventSet for AnyEvent {
    const EVENTS: meta::Set<meta::Event> = &[];

    fn stored_as(&self) -> (Cow<'static, str>, u32) {
        (Cow::Borrowed(""), 1)
    }

    fn encode(&self, _out: &mut Vec<u8>) -> Result<(), InvalidPayload> {
        Ok(())
    }

    fn covers(_event_type: &str) -> bool {
        true
    }

    fn decode(stored: Stored<'_>) -> Result<Self, DecodeError> {
        Err(unknown_type(stored, "AnyEvent"))
    }
}

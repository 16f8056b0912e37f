//! The side of a comparison that is generated: the same calls, whatever the events.
//!
//! Each comparison calls them from a function of its own, of which the instructions are counted.

use aether::{
    Event,
    domain::{DecodeError, EventSet, NewEvent, Stored},
};

#[inline]
pub(crate) fn encode_generated<E: EventSet>(events: &[E]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 << 16);
    for event in events {
        if event.encode(&mut out).is_err() {
            return Vec::new();
        }
    }
    out
}

#[inline]
pub(crate) fn forget_generated<E: EventSet>(events: &[E]) -> Vec<NewEvent> {
    let mut rows = Vec::with_capacity(events.len());
    rows.extend(events.iter().flat_map(NewEvent::of));
    rows
}

#[inline]
pub(crate) fn decode_generated<E: EventSet>(events: &[Event]) -> Result<Vec<E>, DecodeError> {
    let mut decoded = Vec::with_capacity(events.len());
    for event in events {
        decoded.push(E::decode(Stored::from(event))?);
    }
    Ok(decoded)
}

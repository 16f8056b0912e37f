//! The side of a comparison that is generated: the same calls, whatever the events.

use aether::{
    Event,
    domain::{DecodeError, EventSet, NewEvent, Stored},
};

#[inline(never)]
pub(crate) fn encode_generated<E: EventSet>(events: &[E]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 << 16);
    for event in events {
        if event.encode(&mut out).is_err() {
            return Vec::new();
        }
    }
    out
}

#[inline(never)]
pub(crate) fn forget_generated<E: EventSet>(events: &[E]) -> Vec<NewEvent> {
    let mut rows = Vec::with_capacity(events.len());
    rows.extend(events.iter().flat_map(NewEvent::of));
    rows
}

#[inline(never)]
pub(crate) fn decode_generated<E: EventSet>(events: &[Event]) -> Result<Vec<E>, DecodeError> {
    let mut decoded = Vec::with_capacity(events.len());
    for event in events {
        decoded.push(E::decode(Stored::from(event))?);
    }
    Ok(decoded)
}

use std::any::type_name;

use uuid::Uuid;

use super::failure::{fail, fail_because};
use crate::{
    ActorId, Event, EventId, Position, Timestamp, Version,
    domain::{Aggregate, DecodeError, EventSet, Replayed, Stored},
};

/// Names an actor, or fails the test.
#[track_caller]
pub(super) fn actor_id(text: &str) -> ActorId {
    match ActorId::new(text) {
        Ok(actor_id) => actor_id,
        Err(err) => fail_because("the actor cannot be named", &err),
    }
}

/// Writes an event in its stored form, with an id that depends on actor and version alone.
#[track_caller]
pub(super) fn store<E: EventSet>(
    event: &E,
    actor_id: &ActorId,
    version: Version,
    now: Timestamp,
) -> Event {
    match event.record(actor_id.clone(), version) {
        Ok(event) => event.with_id(event_id(actor_id, version)).at(now),
        Err(err) => fail_because("an event cannot be stored", &err),
    }
}

pub(super) fn event_id(actor_id: &ActorId, version: Version) -> EventId {
    let name = format!("{actor_id}/{version}");
    EventId::from(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()))
}

/// Reads a stored event back, or fails the test.
#[track_caller]
pub(super) fn read<E: EventSet>(event: &Event) -> E {
    match E::decode(Stored::from(event)) {
        Ok(event) => event,
        Err(err) => unreadable(event, &err),
    }
}

#[track_caller]
fn unreadable(event: &Event, err: &DecodeError) -> ! {
    let (version, data) = (event.version, event.data.as_str());
    fail_because(
        &format!("event {version} cannot be read from what is stored: {data}"),
        err,
    )
}

/// Folds a history, or fails the test.
#[track_caller]
pub(super) fn fold<A: Aggregate>(actor_id: ActorId, events: &[Event]) -> Replayed<A> {
    let mut replayed = Replayed::new(actor_id);
    for event in events {
        fold_one(&mut replayed, event);
    }
    replayed
}

/// Folds one more event, or fails the test.
#[track_caller]
pub(super) fn fold_one<A: Aggregate>(replayed: &mut Replayed<A>, event: &Event) {
    if let Err(err) = replayed.apply(event, Position::START) {
        unreadable(event, &err.source);
    }
}

/// The actor of a history, or fails the test.
#[track_caller]
pub(super) fn actor_of<A: Aggregate>(events: &[Event]) -> ActorId {
    match events.first() {
        Some(event) => event.actor_id.clone(),
        None => fail(&format!(
            "no events of `{}` are given, so there is nothing to replay",
            type_name::<A>()
        )),
    }
}

//! Sets of events: what one may hold, and under which names.

use super::{
    super::{Event, Reaction, Set, name},
    Finding,
    search::{find_event, same_stored},
};

/// The one event of a struct, where a set takes nothing but structs.
///
/// # Panics
/// If there are more: an enum in an enum, that is not marked as one. Generated code calls it in a
/// `const`.
#[track_caller]
#[expect(
    clippy::panic,
    reason = "a panic in a `const` is how a library fails a build"
)]
pub const fn only(events: Set<Event>) -> &'static Event {
    match events {
        [event] => event,
        _ => panic!(
            "this is a set of events, where one event is expected: in an enum of your own, mark the variant that holds it `#[event(set)]`"
        ),
    }
}

/// A set that a set takes in knows all its events by name, for what it took beside would never
/// come to the variants behind it.
pub const fn takes_no_others(set: &str, takes_others: bool) -> Option<Finding> {
    if !takes_others {
        return None;
    }
    Some(
        Finding::new()
            .name(set)
            .text(" keeps events that it does not know, with `#[event(other)]`, and so cannot be part of another set; put `#[event(other)]` into the outer set"),
    )
}

/// Two events of one set that are stored under one name: the second could never be read back.
pub const fn distinct_events(set: &str, events: Set<Event>) -> Option<Finding> {
    let mut rest = events;
    while let [first, tail @ ..] = rest {
        if let Some((second, name)) = same_stored(tail, first) {
            return Some(
                Finding::new()
                    .name(set)
                    .text(" stores both ")
                    .name(first.rust_type)
                    .text(" and ")
                    .name(second.rust_type)
                    .text(" under the event type \"")
                    .text(name)
                    .text("\"; give one of them a name of its own with `#[event(name = \"..\")]`"),
            );
        }
        rest = tail;
    }
    None
}

/// No event is listed twice among those of a process manager: it would concern two instances.
pub const fn keyed_once(manager: &str, keyed: &[Set<Event>]) -> Option<Finding> {
    let mut rest = keyed;
    while let [first, tail @ ..] = rest {
        let mut others = tail;
        while let [second, more @ ..] = others {
            if let Some(event) = shared_event(first, second) {
                return Some(
                    Finding::new()
                        .name(manager)
                        .text(" takes ")
                        .name(event.name.as_str())
                        .text(" as two types, each with a key of its own; take it as one type, so that it concerns one instance"),
                );
            }
            others = more;
        }
        rest = tail;
    }
    None
}

const fn shared_event(left: Set<Event>, right: Set<Event>) -> Option<&'static Event> {
    let mut rest = left;
    while let [first, tail @ ..] = rest {
        if find_event(right, first).is_some() {
            return Some(*first);
        }
        rest = tail;
    }
    None
}

/// The event of a variant, of an enum whose variants are events. If the enum has no such variant,
/// as rustc says at its name, it is any event.
///
/// # Panics
/// If the enum is called otherwise, as behind an alias. Generated code calls it in a `const`.
#[track_caller]
#[expect(
    clippy::panic,
    reason = "a panic in a `const` is how a library fails a build"
)]
pub const fn of_variant(events: Set<Event>, rust_type: &str) -> &'static Event {
    let mut rest = events;
    while let [first, tail @ ..] = rest {
        if name::same_text(first.rust_type, rust_type) {
            return first;
        }
        rest = tail;
    }
    match events {
        [] => const { &Event::new("", "") },
        [first, ..] if same_enum(first.rust_type, rust_type) => first,
        _ => panic!(
            "the set has another name: write the name of the set itself after `subset_of`, and not \
             that of an alias"
        ),
    }
}

/// Whether `StockEvent::Received` and `StockEvent::Counted` are of one enum.
const fn same_enum(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        match (left, right) {
            ([b':', ..], [b':', ..]) => return true,
            ([a, rest_a @ ..], [b, rest_b @ ..]) if *a == *b => (left, right) = (rest_a, rest_b),
            _ => return false,
        }
    }
}

/// Of every event that a process manager takes in one of several blocks, one of them says which
/// instance it concerns.
pub const fn keyed_each(
    manager: &str,
    (applies, reactions): (&[Set<Event>], &[Reaction]),
    keyed: &[Set<Event>],
) -> Option<Finding> {
    let mut applies = applies;
    while let [first, tail @ ..] = applies {
        if let Some(finding) = keyed_set(manager, first, keyed) {
            return Some(finding);
        }
        applies = tail;
    }
    let mut reactions = reactions;
    while let [first, tail @ ..] = reactions {
        if let Some(finding) = keyed_set(manager, first.on, keyed) {
            return Some(finding);
        }
        reactions = tail;
    }
    keyed_once(manager, keyed)
}

const fn keyed_set(manager: &str, events: Set<Event>, keyed: &[Set<Event>]) -> Option<Finding> {
    if events.is_empty() {
        let takes = Finding::new().name(manager);
        return Some(takes.text(" takes events that it does not know; write the type of an event, or of a set, so that it is known which instance each concerns"));
    }
    let mut rest = events;
    while let [first, tail @ ..] = rest {
        if !is_in_any(keyed, first) {
            return Some(
                Finding::new()
                    .name(manager)
                    .text(" takes ")
                    .name(first.name.as_str())
                    .text(", and none of its blocks says which instance that concerns: write `key = ..` at one of the methods that take it"),
            );
        }
        rest = tail;
    }
    None
}

const fn is_in_any(sets: &[Set<Event>], event: &Event) -> bool {
    let mut rest = sets;
    while let [first, tail @ ..] = rest {
        if find_event(first, event).is_some() {
            return true;
        }
        rest = tail;
    }
    false
}

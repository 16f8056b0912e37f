//! Sets of events: what one may hold, and under which names.

use super::{
    super::{Event, Name, Reaction, Set, name},
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

/// The events that are known by name, and whether there are others.
type Known = (Set<Event>, bool);

/// What an aggregate applies is of its history: another event would never come to the method.
///
/// A history of none, which has no others either, could not be read; and whatever is no aggregate
/// has none.
pub const fn applied(
    (aggregate, event): (&str, &str),
    history: Option<Known>,
    events: Known,
) -> Option<Finding> {
    match history {
        Some(history) if !is_of(history, events) => {
            Some(applied_in_vain((aggregate, event), events))
        }
        _ => None,
    }
}

/// The same of all that an aggregate applies.
pub const fn each_applied(
    aggregate: &Name,
    history: Known,
    applies: &[Set<Event>],
) -> Option<Finding> {
    let mut rest = applies;
    while let [first, tail @ ..] = rest {
        let events: Known = (*first, first.is_empty());
        if !is_of(history, events) {
            let event = first_without(history.0, first);
            return Some(applied_in_vain((aggregate.as_str(), event), events));
        }
        rest = tail;
    }
    None
}

const fn first_without(known: Set<Event>, events: Set<Event>) -> &'static str {
    let mut rest = events;
    while let [first, tail @ ..] = rest {
        if find_event(known, first).is_none() {
            return first.rust_type;
        }
        rest = tail;
    }
    "RawEvent"
}

const fn is_of((known, keeps_others): Known, (events, takes_others): Known) -> bool {
    let is_unread = known.is_empty() && !keeps_others;
    is_unread || (keeps_others || !takes_others) && has_each(known, events)
}

const fn applied_in_vain((aggregate, event): (&str, &str), (_, takes_others): Known) -> Finding {
    let finding = Finding::new()
        .name(aggregate)
        .text(" applies ")
        .name(event)
        .text(", which is not among its events, so that this method is never called; ");
    if takes_others {
        finding.text("mark a variant of its enum of events `#[event(other)]`, or remove the method")
    } else {
        finding.text(
            "list it in `events(..)` or hold it in the enum of its events, or remove the method",
        )
    }
}

const fn has_each(known: Set<Event>, events: Set<Event>) -> bool {
    let mut rest = events;
    while let [first, tail @ ..] = rest {
        if find_event(known, first).is_none() {
            return false;
        }
        rest = tail;
    }
    true
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

#[cfg(test)]
mod tests {
    use super::*;

    const PLACED: &Event = &Event::new("Placed", "Placed");
    const PAID: &Event = &Event::new("Paid", "Paid");
    const SHIPPED: &Event = &Event::new("Shipped", "Shipped");
    const HISTORY: Known = (&[PLACED, PAID], false);
    const WITH_OTHERS: Known = (&[PLACED], true);
    const OTHERS: Known = (&[], true);

    fn found(history: Option<Known>, events: Known) -> Option<String> {
        applied(("Order", "It"), history, events).map(|finding| finding.as_str().to_owned())
    }

    #[test]
    fn what_is_of_the_history_is_applied() {
        assert_eq!(found(Some(HISTORY), (&[PAID], false)), None);
        assert_eq!(found(Some(HISTORY), HISTORY), None);
        assert_eq!(found(Some(WITH_OTHERS), OTHERS), None);
    }

    #[test]
    fn what_is_not_of_the_history_is_applied_in_vain() {
        let of_another = found(Some(HISTORY), (&[PAID, SHIPPED], false));
        let said = "`Order` applies `It`, which is not among its events";
        assert!(
            of_another.is_some_and(|text| text.starts_with(said) && text.contains("events(..)"))
        );
        let others = found(Some(HISTORY), OTHERS);
        assert!(others.is_some_and(|text| text.contains("#[event(other)]")));
        assert!(found(Some(WITH_OTHERS), (&[PAID], false)).is_some());
    }

    #[test]
    fn what_has_no_history_or_one_that_could_not_be_read_is_left_alone() {
        assert_eq!(found(None, (&[PAID], false)), None);
        assert_eq!(found(Some((&[], false)), (&[PAID], false)), None);
    }

    #[test]
    fn the_first_that_is_applied_in_vain_is_named() {
        let name = Name::new("Order");
        let applies: &[Set<Event>] = &[&[PAID], &[PLACED, SHIPPED]];
        let found = each_applied(&name, HISTORY, applies);
        assert!(
            found.is_some_and(|finding| finding.as_str().contains("`Order` applies `Shipped`"))
        );
        assert!(each_applied(&name, HISTORY, &applies[..1]).is_none());
        let others = each_applied(&name, HISTORY, &[&[]]);
        assert!(others.is_some_and(|finding| finding.as_str().contains("applies `RawEvent`")));
        assert!(each_applied(&name, WITH_OTHERS, &[&[]]).is_none());
    }
}

//! Methods that would never be called: an event is taken where none comes.

use super::{
    super::{Event, Name, Set},
    Finding,
    search::find_event,
};

/// What a history is made of, or what a method takes.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The events that are known by name.
    pub events: Set<Event>,
    /// Whether there are others.
    pub has_others: bool,
    /// Whether it is a set whose events come to an aggregate one by one.
    pub is_taken_apart: bool,
}

/// What an aggregate applies is of its history, event by event: another one would never come to the
/// method, nor would a set of event structs.
///
/// A history of none, which has no others either, could not be read; and whatever is no aggregate
/// has none. Who applies events in the order in which they are listed has the search for each
/// spared, which takes rustc longer than all the rest.
pub const fn applied(
    names: (&str, &str),
    history: Option<Known>,
    (events, at): (Known, usize),
) -> Option<Finding> {
    let Some(history) = history else {
        return None;
    };
    if is_there(history.events, events.events, at) {
        return None;
    }
    if !is_of(history, events) {
        return Some(applied_in_vain(names, events.has_others));
    }
    if events.is_taken_apart && !history.events.is_empty() {
        return Some(
            Finding::new()
                .name(names.0)
                .text(" applies ")
                .name(names.1)
                .text(", a set of event structs, which come to it one by one, so that this method is never called; write an `#[apply]` method for each of them instead"),
        );
    }
    None
}

/// The same of all that a generic aggregate applies.
pub const fn each_applied(
    aggregate: &Name,
    history: Known,
    applies: &[Set<Event>],
) -> Option<Finding> {
    let mut rest = applies;
    while let [first, tail @ ..] = rest {
        let events = Known {
            events: first,
            has_others: first.is_empty(),
            is_taken_apart: false,
        };
        if !is_of(history, events) {
            let event = first_without(history.events, first);
            let names = (aggregate.as_str(), event);
            return Some(applied_in_vain(names, events.has_others));
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

const fn is_of(history: Known, events: Known) -> bool {
    let is_unread = history.events.is_empty() && !history.has_others;
    is_unread
        || (history.has_others || !events.has_others) && has_each(history.events, events.events)
}

const fn applied_in_vain((aggregate, event): (&str, &str), has_others: bool) -> Finding {
    let finding = Finding::new()
        .name(aggregate)
        .text(" applies ")
        .name(event)
        .text(", which is not among its events, so that this method is never called; ");
    if has_others {
        finding.text("mark a variant of its enum of events `#[event(other)]`, or remove the method")
    } else {
        finding.text(
            "list it in `events(..)` or hold it in the enum of its events, or remove the method",
        )
    }
}

/// What a type is, of which a macro knows but the name.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "it may be several of them, and is asked for each"
)]
pub struct Kind {
    /// The history of an aggregate.
    pub history: Option<Known>,
    /// Whether it is a policy.
    pub is_policy: bool,
    /// Whether it is a process manager.
    pub is_process_manager: bool,
    /// Whether it is a projection.
    pub is_projection: bool,
}

/// What applies events has a state, and an aggregate applies its own.
pub const fn folded(names: (&str, &str), kind: &Kind, events: (Known, usize)) -> Option<Finding> {
    if kind.is_process_manager || kind.is_projection {
        return None;
    }
    if kind.history.is_none() && kind.is_policy {
        return Some(
            Finding::new()
                .name(names.0)
                .text(" is a policy, which has no state, so that this method is never called; derive `ProcessManager` instead, or remove the method"),
        );
    }
    applied(names, kind.history, events)
}

/// What reacts is a policy or a process manager.
pub const fn reacts((who, event): (&str, &str), kind: &Kind) -> Option<Finding> {
    let is_other = kind.history.is_some() || kind.is_projection;
    if !is_other || kind.is_policy || kind.is_process_manager {
        return None;
    }
    Some(
        Finding::new()
            .name(who)
            .text(" is neither a policy nor a process manager, so that it never reacts to ")
            .name(event)
            .text("; move the method to one, or derive `Policy` instead"),
    )
}

/// Whether it is one event, and the one with this number.
const fn is_there(known: Set<Event>, events: Set<Event>, at: usize) -> bool {
    let [event] = events else {
        return false;
    };
    at < known.len() && known[at].name.hash() == event.name.hash()
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

#[cfg(test)]
mod tests {
    use super::*;

    const PLACED: &Event = &Event::new("Placed", "Placed");
    const PAID: &Event = &Event::new("Paid", "Paid");
    const SHIPPED: &Event = &Event::new("Shipped", "Shipped");
    const HISTORY: Known = known(&[PLACED, PAID]);
    const WITH_OTHERS: Known = Known {
        has_others: true,
        ..known(&[PLACED])
    };
    const OTHERS: Known = Known {
        has_others: true,
        ..known(&[])
    };

    const fn known(events: Set<Event>) -> Known {
        Known {
            events,
            has_others: false,
            is_taken_apart: false,
        }
    }

    fn found(history: Option<Known>, events: Known) -> Option<String> {
        let found = [0, 1, 7].map(|at| {
            let finding = applied(("Order", "It"), history, (events, at));
            finding.map(|finding| finding.as_str().to_owned())
        });
        let [first, rest @ ..] = &found;
        assert!(
            rest.iter().all(|it| it == first),
            "wherever it is looked for"
        );
        first.clone()
    }

    #[test]
    fn what_is_of_the_history_is_applied() {
        assert_eq!(found(Some(HISTORY), known(&[PAID])), None);
        assert_eq!(found(Some(HISTORY), HISTORY), None);
        assert_eq!(found(Some(WITH_OTHERS), OTHERS), None);
    }

    #[test]
    fn what_is_not_of_the_history_is_applied_in_vain() {
        let of_another = found(Some(HISTORY), known(&[PAID, SHIPPED]));
        let said = "`Order` applies `It`, which is not among its events";
        assert!(
            of_another.is_some_and(|text| text.starts_with(said) && text.contains("events(..)"))
        );
        let others = found(Some(HISTORY), OTHERS);
        assert!(others.is_some_and(|text| text.contains("#[event(other)]")));
        assert!(found(Some(WITH_OTHERS), known(&[PAID])).is_some());
    }

    #[test]
    fn a_set_of_structs_does_not_come_as_a_whole() {
        let whole = Known {
            is_taken_apart: true,
            ..HISTORY
        };
        let text = found(Some(HISTORY), whole);
        assert!(text.is_some_and(|text| text.contains("one by one")));
        assert_eq!(found(None, whole), None);
    }

    #[test]
    fn what_has_no_history_or_one_that_could_not_be_read_is_left_alone() {
        assert_eq!(found(None, known(&[PAID])), None);
        assert_eq!(found(Some(known(&[])), known(&[PAID])), None);
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

    const POLICY: Kind = Kind {
        history: None,
        is_policy: true,
        is_process_manager: false,
        is_projection: false,
    };
    const AGGREGATE: Kind = Kind {
        history: Some(HISTORY),
        is_policy: false,
        ..POLICY
    };
    const PROJECTION: Kind = Kind {
        is_policy: false,
        is_projection: true,
        ..POLICY
    };

    #[test]
    fn a_policy_applies_nothing() {
        let of = |kind: &Kind, events| {
            let found = folded(("It", "Event"), kind, (known(events), 0));
            found.map(|finding| finding.as_str().to_owned())
        };
        assert!(of(&POLICY, &[PAID]).is_some_and(|text| text.contains("no state")));
        assert!(of(&AGGREGATE, &[SHIPPED]).is_some_and(|text| text.contains("among its events")));
        assert_eq!(of(&AGGREGATE, &[PAID]), None);
        assert_eq!(of(&PROJECTION, &[SHIPPED]), None);
    }

    #[test]
    fn what_is_no_policy_and_no_process_manager_reacts_to_nothing() {
        let of = |kind: &Kind| reacts(("It", "Paid"), kind).is_some();
        assert!(of(&AGGREGATE) && of(&PROJECTION));
        assert!(!of(&POLICY));
        let of_no_kind = Kind {
            is_policy: false,
            ..POLICY
        };
        assert!(!of(&of_no_kind), "it may be run by hand");
    }
}

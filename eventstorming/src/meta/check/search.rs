//! Where something is found: in sets, in flows, in contexts.

use super::super::{Command, Context, Event, Flow, Handler, Name, Set};

/// What is listed before an index, and what stands there.
pub(super) const fn split_at<T>(set: Set<T>, index: usize) -> Option<(Set<T>, &'static T)> {
    if index >= set.len() {
        return None;
    }
    let (before, rest) = set.split_at(index);
    match rest {
        [at, ..] => Some((before, *at)),
        [] => None,
    }
}

pub(super) const fn find_event(events: Set<Event>, event: &Event) -> Option<&'static Event> {
    let mut rest = events;
    while let [first, tail @ ..] = rest {
        if first.name.is(&event.name) {
            return Some(first);
        }
        rest = tail;
    }
    None
}

/// The event of a set that is stored, now or formerly, under a name of the given one; and the name.
pub(super) const fn same_stored(
    events: Set<Event>,
    event: &Event,
) -> Option<(&'static Event, &'static str)> {
    let mut rest = events;
    while let [first, tail @ ..] = rest {
        if let Some(name) = same_name_of(first, event) {
            return Some((first, name));
        }
        rest = tail;
    }
    None
}

const fn same_name_of(left: &Event, right: &Event) -> Option<&'static str> {
    if is_stored_as(right, &left.name) {
        return Some(left.name.as_str());
    }
    let mut aliases = left.aliases;
    while let [alias, tail @ ..] = aliases {
        if is_stored_as(right, &Name::new(alias)) {
            return Some(*alias);
        }
        aliases = tail;
    }
    None
}

const fn is_stored_as(event: &Event, name: &Name) -> bool {
    let mut aliases = event.aliases;
    while let [alias, tail @ ..] = aliases {
        if Name::new(alias).is(name) {
            return true;
        }
        aliases = tail;
    }
    event.name.is(name)
}

pub(super) const fn shared_name(left: Set<Event>, right: Set<Event>) -> Option<&'static str> {
    let mut rest = left;
    while let [first, tail @ ..] = rest {
        if let Some((_, name)) = same_stored(right, first) {
            return Some(name);
        }
        rest = tail;
    }
    None
}

const fn handler_of<'a>(handlers: &'a [Handler], command: &Command) -> Option<&'a Handler> {
    let mut rest = handlers;
    while let [first, tail @ ..] = rest {
        if first.command.name.is(&command.name) {
            return Some(first);
        }
        rest = tail;
    }
    None
}

pub(super) const fn shared_command(
    left: &[Handler],
    right: &[Handler],
) -> Option<&'static Command> {
    let mut rest = left;
    while let [first, tail @ ..] = rest {
        if handler_of(right, first.command).is_some() {
            return Some(first.command);
        }
        rest = tail;
    }
    None
}

pub(super) const fn any_handles(contexts: &[&Context], command: &Command) -> bool {
    let mut rest = contexts;
    while let [first, tail @ ..] = rest {
        if handles(first, command) {
            return true;
        }
        rest = tail;
    }
    false
}

pub(super) const fn any_emits(contexts: &[&Context], event: &Event) -> bool {
    let mut rest = contexts;
    while let [first, tail @ ..] = rest {
        if emitted_by(first, event).is_some() {
            return true;
        }
        rest = tail;
    }
    false
}

pub(super) const fn handles(context: &Context, command: &Command) -> bool {
    let mut aggregates = context.aggregates;
    while let [first, tail @ ..] = aggregates {
        if handler_of(first.handlers, command).is_some() {
            return true;
        }
        aggregates = tail;
    }
    let mut systems = context.external_systems;
    while let [first, tail @ ..] = systems {
        if contains_command(first.handles, command) {
            return true;
        }
        systems = tail;
    }
    false
}

const fn contains_command(commands: Set<Command>, command: &Command) -> bool {
    let mut rest = commands;
    while let [first, tail @ ..] = rest {
        if first.name.is(&command.name) {
            return true;
        }
        rest = tail;
    }
    false
}

/// The event of a context that somebody who knows it as `event` reads.
pub(super) const fn emitted_by(context: &Context, event: &Event) -> Option<&'static Event> {
    let mut aggregates = context.aggregates;
    while let [first, tail @ ..] = aggregates {
        if let Some(emitted) = read_of_handlers(first.handlers, event) {
            return Some(emitted);
        }
        aggregates = tail;
    }
    let mut systems = context.external_systems;
    while let [first, tail @ ..] = systems {
        if let Some(emitted) = read_of_sets(first.emits, event) {
            return Some(emitted);
        }
        systems = tail;
    }
    None
}

const fn read_of_handlers(handlers: &[Handler], event: &Event) -> Option<&'static Event> {
    let mut rest = handlers;
    while let [first, tail @ ..] = rest {
        if let Some(emitted) = read_of_flow(first.emits, event) {
            return Some(emitted);
        }
        rest = tail;
    }
    None
}

const fn read_of_sets(sets: &[Set<Event>], event: &Event) -> Option<&'static Event> {
    let mut rest = sets;
    while let [first, tail @ ..] = rest {
        if let Some(emitted) = read_of_set(first, event) {
            return Some(emitted);
        }
        rest = tail;
    }
    None
}

const fn read_of_flow(flow: &Flow<Event>, event: &Event) -> Option<&'static Event> {
    match flow {
        Flow::Nothing => None,
        Flow::One(one) => read_of_set(&[*one], event),
        Flow::Maybe(inner) | Flow::Many(inner) | Flow::Later(inner, _) => {
            read_of_flow(inner, event)
        }
        Flow::OneOf(set) => read_of_set(set, event),
        Flow::AllOf(flows) | Flow::Either(flows) => {
            let mut rest = *flows;
            while let [first, tail @ ..] = rest {
                if let Some(emitted) = read_of_flow(first, event) {
                    return Some(emitted);
                }
                rest = tail;
            }
            None
        }
    }
}

/// The event that is stored under a name, or an alias, under which it is read.
const fn read_of_set(emitted: &[&'static Event], event: &Event) -> Option<&'static Event> {
    let mut rest = emitted;
    while let [first, tail @ ..] = rest {
        if is_stored_as(event, &first.name) {
            return Some(*first);
        }
        rest = tail;
    }
    None
}

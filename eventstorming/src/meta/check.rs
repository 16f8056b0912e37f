//! Checks that run while the user's crate compiles.
//!
//! Each takes metadata and answers with what it found, if anything; [`stop_if`] turns that into
//! a compile error at the place that the macro points at. `format!` is not to be had in a
//! `const fn`, so the text is put together byte by byte.

use super::{
    Aggregate, Command, Context, Event, Flow, Handler, Name, Policy, ProcessManager, Projection,
    Reaction, Set, Visibility,
};

/// What a check found: the text of a compile error.
#[derive(Debug)]
pub struct Finding {
    bytes: [u8; Self::CAPACITY],
    len: usize,
}

impl Finding {
    const CAPACITY: usize = 512;

    const fn new() -> Self {
        Self {
            bytes: [0; Self::CAPACITY],
            len: 0,
        }
    }

    const fn text(mut self, text: &str) -> Self {
        let mut rest = text.as_bytes();
        while let ([first, tail @ ..], true) = (rest, self.len < Self::CAPACITY) {
            let (_, free) = self.bytes.split_at_mut(self.len);
            if let [slot, ..] = free {
                *slot = *first;
            }
            self.len += 1;
            rest = tail;
        }
        self
    }

    const fn name(self, name: &str) -> Self {
        self.text("`").text(name).text("`")
    }

    /// The text.
    pub const fn as_str(&self) -> &str {
        let (written, _) = self.bytes.split_at(self.len);
        match std::str::from_utf8(written) {
            Ok(text) => text,
            Err(_) => "the model does not hold together",
        }
    }
}

/// Fails the build, where it is called, with what was found.
///
/// # Panics
/// If there is a finding. Generated code calls it in a `const`, where a panic is a compile error.
#[track_caller]
#[expect(
    clippy::panic,
    reason = "a panic in a `const` is how a library fails a build"
)]
pub const fn stop_if(found: Option<Finding>) {
    if let Some(finding) = found {
        panic!("{}", finding.as_str())
    }
}

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

/// The event of a variant, of an enum whose variants are events.
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
        if super::name::same_text(first.rust_type, rust_type) {
            return first;
        }
        rest = tail;
    }
    panic!("write the name of the set itself after `subset_of`, and not that of an alias")
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

/// The aggregate listed at `index` shares neither its name nor an event with one listed before.
pub const fn distinct_names(context: &Context, index: usize) -> Option<Finding> {
    let Some((mut others, aggregate)) = split_at(context.aggregates, index) else {
        return None;
    };
    while let [other, tail @ ..] = others {
        if other.name.is(&aggregate.name) {
            return Some(same_aggregate(context, aggregate));
        }
        if let Some(name) = shared_name(other.events, aggregate.events) {
            return Some(same_event(other, aggregate, name));
        }
        others = tail;
    }
    None
}

const fn same_aggregate(context: &Context, aggregate: &Aggregate) -> Finding {
    Finding::new()
        .text("two aggregates of ")
        .name(context.name.as_str())
        .text(" are called ")
        .name(aggregate.name.as_str())
        .text(", so their actors could not be told apart; give one a name of its own with `#[aggregate(name = \"..\")]`")
}

const fn same_event(first: &Aggregate, second: &Aggregate, event_type: &str) -> Finding {
    Finding::new()
        .name(first.name.as_str())
        .text(" and ")
        .name(second.name.as_str())
        .text(" both store the event type \"")
        .text(event_type)
        .text("\"; an event belongs to one aggregate")
}

/// No command that the aggregate listed at `index` handles is handled by one listed before.
pub const fn handled_once(context: &Context, index: usize) -> Option<Finding> {
    let Some((mut others, aggregate)) = split_at(context.aggregates, index) else {
        return None;
    };
    while let [other, tail @ ..] = others {
        if let Some(command) = shared_command(aggregate.handlers, other.handlers) {
            return Some(handled_twice(other, aggregate, command));
        }
        others = tail;
    }
    None
}

const fn handled_twice(first: &Aggregate, second: &Aggregate, command: &Command) -> Finding {
    Finding::new()
        .name(command.name.as_str())
        .text(" is handled by ")
        .name(first.name.as_str())
        .text(" and by ")
        .name(second.name.as_str())
        .text("; a command has one handler: remove one, or split the command in two")
}

/// What is listed before an index, and what stands there.
const fn split_at<T>(set: Set<T>, index: usize) -> Option<(Set<T>, &'static T)> {
    if index >= set.len() {
        return None;
    }
    let (before, rest) = set.split_at(index);
    match rest {
        [at, ..] => Some((before, *at)),
        [] => None,
    }
}

/// Everything that the policy listed at `index` reacts to is emitted, and everything it issues is
/// handled, in the context or in one that is upstream of it.
pub const fn closed_policy(
    context: &Context,
    upstream: &[&Context],
    index: usize,
) -> Option<Finding> {
    let Some((_, policy)) = split_at(context.policies, index) else {
        return None;
    };
    closed_reactions(context, upstream, (&policy.name, policy.reactions))
}

/// Everything that the process manager listed at `index` takes is emitted, and everything it
/// issues is handled, in the context or in one that is upstream of it.
pub const fn closed_process_manager(
    context: &Context,
    upstream: &[&Context],
    index: usize,
) -> Option<Finding> {
    let Some((_, manager)) = split_at(context.process_managers, index) else {
        return None;
    };
    let reactions = (&manager.name, manager.reactions);
    if let Some(finding) = closed_reactions(context, upstream, reactions) {
        return Some(finding);
    }
    let feed = (&manager.name, " applies ", manager.applies);
    closed_feed(context, upstream, feed)
}

const fn closed_reactions(
    context: &Context,
    upstream: &[&Context],
    (who, reactions): (&Name, &[Reaction]),
) -> Option<Finding> {
    let mut reactions = reactions;
    while let [reaction, tail @ ..] = reactions {
        if let Some(finding) = not_fed(context, upstream, (who, " reacts to ", reaction.on)) {
            return Some(finding);
        }
        if let Some(command) = unhandled(context, upstream, reaction.issues) {
            return Some(issued_in_vain(context, who, command));
        }
        reactions = tail;
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

/// Everything that feeds the projection listed at `index` is emitted in the context or in one that
/// is upstream of it.
pub const fn closed_projection(
    context: &Context,
    upstream: &[&Context],
    index: usize,
) -> Option<Finding> {
    let Some((_, projection)) = split_at(context.projections, index) else {
        return None;
    };
    let (who, feed) = (&projection.name, projection.applies);
    closed_feed(context, upstream, (who, " applies ", feed))
}

/// Everything that the external system listed at `index` is told of is emitted in the context or
/// in one that is upstream of it.
pub const fn closed_external_system(
    context: &Context,
    upstream: &[&Context],
    index: usize,
) -> Option<Finding> {
    let Some((_, system)) = split_at(context.external_systems, index) else {
        return None;
    };
    let (who, feed) = (&system.name, system.notified_of);
    closed_feed(context, upstream, (who, " is notified of ", feed))
}

const fn closed_feed(
    context: &Context,
    upstream: &[&Context],
    (who, verb, feed): (&Name, &str, &[Set<Event>]),
) -> Option<Finding> {
    let mut sets = feed;
    while let [set, tail @ ..] = sets {
        if let Some(finding) = not_fed(context, upstream, (who, verb, set)) {
            return Some(finding);
        }
        sets = tail;
    }
    None
}

/// The first event of the set that nothing emits, or else that is private to another context.
const fn not_fed(
    context: &Context,
    upstream: &[&Context],
    (who, verb, events): (&Name, &str, Set<Event>),
) -> Option<Finding> {
    if let Some(event) = unemitted(context, upstream, events) {
        return Some(not_emitted(context, who, verb, event));
    }
    match private_elsewhere(context, upstream, events) {
        Some(event) => Some(is_private(who, verb, event)),
        None => None,
    }
}

/// The lists of a context, of which a member may say that it is in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// `aggregates`
    Aggregates,
    /// `policies`
    Policies,
    /// `process_managers`
    ProcessManagers,
    /// `projections`
    Projections,
}

/// A member that names its context is listed there.
pub const fn lists(context: &Context, section: Section, member: &Name) -> Option<Finding> {
    let (listed, list) = match section {
        Section::Aggregates => (has_aggregate(context.aggregates, member), "aggregates"),
        Section::Policies => (has_policy(context.policies, member), "policies"),
        Section::ProcessManagers => (
            has_process_manager(context.process_managers, member),
            "process_managers",
        ),
        Section::Projections => (has_projection(context.projections, member), "projections"),
    };
    if listed {
        return None;
    }
    Some(
        Finding::new()
            .name(member.as_str())
            .text(" says that it belongs to ")
            .name(context.name.as_str())
            .text(", which does not list it: add it to ")
            .name(list),
    )
}

macro_rules! has {
    ($($function:ident($element:ty);)+) => {$(
        const fn $function(elements: Set<$element>, name: &Name) -> bool {
            let mut rest = elements;
            while let [first, tail @ ..] = rest {
                if first.name.is(name) {
                    return true;
                }
                rest = tail;
            }
            false
        }
    )+};
}

has! {
    has_aggregate(Aggregate);
    has_policy(Policy);
    has_process_manager(ProcessManager);
    has_projection(Projection);
}

const fn issued_in_vain(context: &Context, who: &Name, command: &Command) -> Finding {
    Finding::new()
        .name(who.as_str())
        .text(" issues ")
        .name(command.name.as_str())
        .text(", which nothing in ")
        .name(context.name.as_str())
        .text(" handles; list the aggregate or external system that handles it, or add its context to `upstream`")
}

const fn not_emitted(context: &Context, who: &Name, verb: &str, event: &Event) -> Finding {
    Finding::new()
        .name(who.as_str())
        .text(verb)
        .name(event.name.as_str())
        .text(", which nothing in ")
        .name(context.name.as_str())
        .text(" emits; list the aggregate or external system that emits it, or add its context to `upstream`")
}

const fn is_private(who: &Name, verb: &str, event: &Event) -> Finding {
    Finding::new()
        .name(who.as_str())
        .text(verb)
        .name(event.name.as_str())
        .text(", which is private to the context that emits it; consume one of its public events, or take `private` away")
}

/// The first event of the set that is private to another context. That context has the say: who
/// reads its event as a type of their own cannot take the mark away.
const fn private_elsewhere(
    context: &Context,
    upstream: &[&Context],
    events: Set<Event>,
) -> Option<&'static Event> {
    let mut rest = events;
    while let [first, tail @ ..] = rest {
        let ours = first.marks.retired || emitted_by(context, first).is_some();
        if !ours && (is_marked_private(first) || is_private_to_any(upstream, first)) {
            return Some(first);
        }
        rest = tail;
    }
    None
}

const fn is_marked_private(event: &Event) -> bool {
    matches!(event.marks.visibility, Visibility::Private)
}

const fn is_private_to_any(contexts: &[&Context], event: &Event) -> bool {
    let mut rest = contexts;
    while let [first, tail @ ..] = rest {
        if let Some(emitted) = emitted_by(first, event)
            && is_marked_private(emitted)
        {
            return true;
        }
        rest = tail;
    }
    false
}

const fn find_event(events: Set<Event>, event: &Event) -> Option<&'static Event> {
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
const fn same_stored(events: Set<Event>, event: &Event) -> Option<(&'static Event, &'static str)> {
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

const fn shared_name(left: Set<Event>, right: Set<Event>) -> Option<&'static str> {
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

const fn shared_command(left: &[Handler], right: &[Handler]) -> Option<&'static Command> {
    let mut rest = left;
    while let [first, tail @ ..] = rest {
        if handler_of(right, first.command).is_some() {
            return Some(first.command);
        }
        rest = tail;
    }
    None
}

/// The first event of the set that nothing emits.
const fn unemitted(
    context: &Context,
    upstream: &[&Context],
    events: Set<Event>,
) -> Option<&'static Event> {
    let mut rest = events;
    while let [first, tail @ ..] = rest {
        // What is retired is emitted no longer, and read on.
        let emitted = first.marks.retired || emitted_by(context, first).is_some();
        if !emitted && !any_emits(upstream, first) {
            return Some(first);
        }
        rest = tail;
    }
    None
}

/// The first command of the flow that nothing handles.
const fn unhandled(
    context: &Context,
    upstream: &[&Context],
    flow: &Flow<Command>,
) -> Option<&'static Command> {
    match flow {
        Flow::Nothing => None,
        Flow::One(command) => not_handled(context, upstream, command),
        Flow::Maybe(inner) | Flow::Many(inner) | Flow::Later(inner, _) => {
            unhandled(context, upstream, inner)
        }
        Flow::OneOf(commands) => {
            let mut rest = *commands;
            while let [first, tail @ ..] = rest {
                if let Some(command) = not_handled(context, upstream, first) {
                    return Some(command);
                }
                rest = tail;
            }
            None
        }
        Flow::AllOf(flows) | Flow::Either(flows) => {
            let mut rest = *flows;
            while let [first, tail @ ..] = rest {
                if let Some(command) = unhandled(context, upstream, first) {
                    return Some(command);
                }
                rest = tail;
            }
            None
        }
    }
}

const fn not_handled(
    context: &Context,
    upstream: &[&Context],
    command: &'static Command,
) -> Option<&'static Command> {
    if handles(context, command) || any_handles(upstream, command) {
        None
    } else {
        Some(command)
    }
}

const fn any_handles(contexts: &[&Context], command: &Command) -> bool {
    let mut rest = contexts;
    while let [first, tail @ ..] = rest {
        if handles(first, command) {
            return true;
        }
        rest = tail;
    }
    false
}

const fn any_emits(contexts: &[&Context], event: &Event) -> bool {
    let mut rest = contexts;
    while let [first, tail @ ..] = rest {
        if emitted_by(first, event).is_some() {
            return true;
        }
        rest = tail;
    }
    false
}

const fn handles(context: &Context, command: &Command) -> bool {
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
const fn emitted_by(context: &Context, event: &Event) -> Option<&'static Event> {
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

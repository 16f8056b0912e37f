//! Contexts are closed: what a member takes is emitted, and what it asks for is handled.

use super::{
    super::{Command, Context, Event, Flow, Name, Reaction, Set, Visibility},
    Finding,
    search::{any_emits, any_handles, emitted_by, handles, split_at},
};

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

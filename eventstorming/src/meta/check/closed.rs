//! Contexts are closed: what a member takes is emitted, and what it asks for is handled.

use super::{
    super::{Command, Context, Event, Flow, Name, Reaction, Set, Visibility},
    Finding,
    search::{any_emits, any_handles, emits, handles, split_at},
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
        if let Some(event) = unemitted(context, upstream, reaction.on) {
            return Some(not_emitted(context, who, " reacts to ", event));
        }
        if let Some(event) = private_elsewhere(context, reaction.on) {
            return Some(is_private(who, " reacts to ", event));
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
        if let Some(event) = unemitted(context, upstream, set) {
            return Some(not_emitted(context, who, verb, event));
        }
        if let Some(event) = private_elsewhere(context, set) {
            return Some(is_private(who, verb, event));
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

/// The first event of the set that is private to another context.
const fn private_elsewhere(context: &Context, events: Set<Event>) -> Option<&'static Event> {
    let mut rest = events;
    while let [first, tail @ ..] = rest {
        let private = matches!(first.marks.visibility, Visibility::Private);
        if private && !emits(context, first) && !first.marks.retired {
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
        let emitted = first.marks.retired || emits(context, first);
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
        Flow::AllOf(flows) => {
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

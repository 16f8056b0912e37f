//! Owners: a name, an event and a command belong to one aggregate of a context.

use super::{
    super::{Aggregate, BoundedContext, Command, Context},
    Finding,
    search::{shared_command, shared_name, split_at},
};

/// The aggregate listed at `index` shares neither its name nor an event with one listed before.
pub const fn distinct_names<C: BoundedContext>(index: usize) -> Option<Finding> {
    if C::APART {
        return None;
    }
    distinct_from_others(C::META, index)
}

const fn distinct_from_others(context: &Context, index: usize) -> Option<Finding> {
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
pub const fn handled_once<C: BoundedContext>(index: usize) -> Option<Finding> {
    if C::APART {
        return None;
    }
    handled_by_others(C::META, index)
}

const fn handled_by_others(context: &Context, index: usize) -> Option<Finding> {
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

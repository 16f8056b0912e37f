//! Lists: what says that it is part of something stands in the list of that.

use super::{
    super::{Aggregate, Context, Name, Policy, ProcessManager, Projection, Set},
    Finding,
};

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

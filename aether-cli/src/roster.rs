//! Who follows the log, as far as a model says it: by what name each keeps how far it has come.

use aether::{
    eventstorming::{
        Model,
        model::{Element, Kind},
    },
    store::timers::TimerScope,
};

/// A policy, process manager, adapter or outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    /// The name its checkpoint is kept under.
    pub(crate) reader: String,
}

/// Who has timers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Timed {
    pub(crate) name: String,
    pub(crate) reader: String,
    pub(crate) scope: TimerScope,
}

/// Those of a model that follow the log.
pub(crate) fn members(model: &Model) -> Vec<Member> {
    let member = |kind, prefix: &str, element: &Element| Member {
        kind,
        name: element.id.name().to_owned(),
        reader: format!("{prefix}/{}", element.id.name()),
    };
    let mut members = Vec::new();
    for element in model.elements() {
        match element.kind() {
            Kind::Policy if element.is_stateful() => {
                members.push(member("process", "process", element));
                members.push(member("outbox", "outbox", element));
            }
            Kind::Policy => members.push(member("policy", "policy", element)),
            Kind::ExternalSystem => members.push(member("adapter", "adapter", element)),
            // Only the commits of an aggregate that are made by hand ask for anything.
            Kind::Aggregate => members.push(member("outbox", "outbox", element)),
            Kind::Context
            | Kind::Command
            | Kind::Event
            | Kind::ReadModel
            | Kind::Query
            | Kind::Actor
            | Kind::Hotspot => {}
        }
    }
    members
}

/// Those of a model that may have timers.
pub(crate) fn timed(model: &Model) -> Vec<Timed> {
    let timed = |prefix: &str, element: &Element, scope| Timed {
        name: element.id.name().to_owned(),
        reader: format!("timers/{prefix}/{}", element.id.name()),
        scope,
    };
    let has_timers = |element: &&Element| matches!(element.kind(), Kind::Policy | Kind::Aggregate);
    let all = model.elements().iter().filter(has_timers).map(|element| {
        if element.kind() == Kind::Policy && !element.is_stateful() {
            return timed("policy", element, TimerScope::Shared);
        }
        timed("aggregate", element, TimerScope::Actor)
    });
    all.collect()
}

//! What anything from outside ever leads to.

use std::collections::BTreeSet;

use super::{is_object, name};
use crate::{
    check::{Code, Finding},
    model::{Element, ElementId, Kind, Model, Relation, Verb},
};

pub(super) fn find(model: &Model) -> Vec<Finding> {
    let reached = reached(model);
    let lost = model
        .of_kind(Kind::Command)
        .filter(|command| !reached.contains(&command.id));
    lost.map(|command| {
        let message = format!(
            "the command {} is issued only by what follows from it",
            name(command)
        );
        let help = "say who starts it: an actor, a system, or an event that happens elsewhere";
        Finding::about(command, Code::SliceUnreachable, message).help(help)
    })
    .collect()
}

/// Everything that is started from outside, and what follows from it. A command that nobody
/// issues counts as started: that is a finding of its own, and what follows from it is not.
fn reached(model: &Model) -> BTreeSet<&ElementId> {
    let starts = model
        .elements()
        .iter()
        .filter(|element| is_start(model, element));
    let mut open: Vec<&ElementId> = starts.map(|element| &element.id).collect();
    let mut reached: BTreeSet<&ElementId> = open.iter().copied().collect();
    while let Some(id) = open.pop() {
        let onward = model
            .relations_from(id)
            .filter(|relation| leads_on(relation));
        for next in onward.map(|relation| &relation.to) {
            if reached.insert(next) {
                open.push(next);
            }
        }
    }
    reached
}

fn is_start(model: &Model, element: &Element) -> bool {
    let unasked = |verb| element.is_foreign() || !is_object(model, element, &[verb]);
    match element.kind() {
        Kind::Actor | Kind::ExternalSystem => true,
        Kind::Command => unasked(Verb::Issues),
        Kind::Event => unasked(Verb::Emits),
        Kind::Context
        | Kind::Aggregate
        | Kind::Policy
        | Kind::ReadModel
        | Kind::Query
        | Kind::Hotspot => false,
    }
}

const fn leads_on(relation: &Relation) -> bool {
    matches!(
        relation.verb,
        Verb::Issues | Verb::Emits | Verb::Activates | Verb::Notifies
    )
}

//! Process managers: what begins one also ends it.

use super::name;
use crate::{
    check::{Code, Finding},
    model::{Cardinality, Element, ElementId, Kind, Model, Verb},
};

pub(super) fn find(model: &Model) -> Vec<Finding> {
    let managers = model
        .of_kind(Kind::Policy)
        .filter(|policy| policy.is_stateful());
    managers
        .filter_map(|manager| endless(model, manager))
        .collect()
}

/// An instance may come to rest only at an event upon which it need not ask for anything.
fn endless(model: &Model, manager: &Element) -> Option<Finding> {
    let mut taken = model.subjects(&manager.id, Verb::Activates).peekable();
    let remembers = model.subjects(&manager.id, Verb::Feeds).next().is_some();
    taken.peek()?;
    if remembers || taken.any(|event| may_rest(model, manager, &event.id)) {
        return None;
    }
    let message = format!(
        "the process manager {} asks for something upon every event that it takes",
        name(manager)
    );
    let help = "take the event that says that all is done, or let one reaction return an `Option`";
    Some(Finding::about(manager, Code::ProcessWithoutEnd, message).help(help))
}

fn may_rest(model: &Model, manager: &Element, event: &ElementId) -> bool {
    let issues = model.relations_from(&manager.id).filter(|said| {
        said.verb == Verb::Issues && (said.upon.is_empty() || said.upon.contains(event))
    });
    // Of a command that is issued upon several events it is not known upon which it is certain.
    let mut certain = issues.filter(|said| {
        let optional = matches!(
            said.cardinality,
            Some(Cardinality::Optional | Cardinality::Many)
        );
        !optional && said.upon.len() < 2
    });
    certain.next().is_none()
}

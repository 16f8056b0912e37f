//! The checks themselves, by what they look at.

mod commands;
mod events;
mod information;
mod loops;
mod names;
mod private;
mod processes;
mod reach;
mod read_models;

use super::Finding;
use crate::model::{Element, Model, Verb};

/// Everything that there is to find about a model.
pub(super) fn all(model: &Model) -> Vec<Finding> {
    let rules = [
        commands::find,
        events::find,
        information::find,
        loops::find,
        names::find,
        private::find,
        processes::find,
        read_models::find,
        reach::find,
    ];
    rules
        .into_iter()
        .flat_map(|find: fn(&Model) -> Vec<Finding>| find(model))
        .collect()
}

/// How a message names an element.
fn name(element: &Element) -> String {
    format!("`{}`", element.id.name())
}

/// Several names, as a message lists them.
fn names<'a>(elements: impl IntoIterator<Item = &'a Element>) -> String {
    let names: Vec<String> = elements.into_iter().map(name).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// Whether anything does one of these things to an element.
fn is_object(model: &Model, element: &Element, verbs: &[Verb]) -> bool {
    model
        .relations_to(&element.id)
        .any(|relation| verbs.contains(&relation.verb))
}

/// Whether an element does one of these things to anything.
fn is_subject(model: &Model, element: &Element, verbs: &[Verb]) -> bool {
    model
        .relations_from(&element.id)
        .any(|relation| verbs.contains(&relation.verb))
}

//! Words that several documents use.

use crate::model::{Element, ElementId, Kind, Model, Verb};

/// A name as a part of a path or an identifier: letters, digits, `_` and `-`.
pub(super) fn slug(name: &str) -> String {
    name.chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() || letter == '_' {
                letter
            } else {
                '-'
            }
        })
        .collect()
}

/// The first sentence of what an element says about itself.
pub(super) fn summary(element: &Element) -> String {
    let first = element.docs.split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is said about a command: at its type, or at the method that handles it.
pub(super) fn said(model: &Model, element: &Element) -> String {
    let mut methods = model
        .relations_from(&element.id)
        .map(|relation| relation.docs.as_str());
    match summary(element) {
        silent if silent.is_empty() => {
            let docs = methods.find(|docs| !docs.is_empty()).unwrap_or_default();
            docs.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        said => said,
    }
}

/// The members of a context of a kind.
pub(super) fn members<'a>(
    model: &'a Model,
    context: &'a Element,
    kind: Kind,
) -> impl Iterator<Item = &'a Element> {
    let name = context.id.name();
    model
        .of_kind(kind)
        .filter(move |element| element.id.context() == Some(name))
}

/// The events that a context emits, as far as it is known to.
pub(super) fn published<'a>(model: &'a Model, context: &'a Element) -> Vec<&'a Element> {
    members(model, context, Kind::Event)
        .filter(|event| !event.is_foreign())
        .collect()
}

/// The events of other contexts that members of a context consume.
pub(super) fn consumed<'a>(model: &'a Model, context: &'a Element) -> Vec<&'a Element> {
    let name = Some(context.id.name());
    let inside = |id: &ElementId| id.context() == name;
    let events = model
        .of_kind(Kind::Event)
        .filter(|event| !inside(&event.id) || event.is_foreign());
    events
        .filter(|event| {
            model.relations_from(&event.id).any(|relation| {
                matches!(
                    relation.verb,
                    Verb::Activates | Verb::Feeds | Verb::Notifies
                ) && inside(&relation.to)
            })
        })
        .collect()
}

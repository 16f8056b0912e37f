//! The flow of a context: who asks for what, what comes of it, and what follows from that.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{page::text, semver};
use crate::{
    document::words::{members, said, slug},
    model::{Element, ElementId, Kind, Model, Verb},
};

/// The steps of a flow as YAML; nothing if nothing happens in the context.
pub(super) fn of(model: &Model, context: &Element) -> Option<String> {
    let shown = shown(model, context);
    let steps = model.elements().iter();
    let steps = steps.filter(|element| shown.contains(&element.id));
    let steps: String = steps.map(|element| step(model, element, &shown)).collect();
    (!steps.is_empty()).then(|| format!("steps:\n{steps}"))
}

/// What a flow has steps for: what the context has, who acts on it, and what leads into it and
/// out of it.
fn shown<'a>(model: &'a Model, context: &'a Element) -> BTreeSet<&'a ElementId> {
    let kinds = [
        Kind::Command,
        Kind::Event,
        Kind::Policy,
        Kind::ExternalSystem,
        Kind::ReadModel,
    ];
    let own = kinds.into_iter();
    let own = own.flat_map(|kind| members(model, context, kind));
    let own: BTreeSet<&ElementId> = own.map(|element| &element.id).collect();
    let mut shown = own.clone();
    for relation in model.relations() {
        if leads_on(relation.verb) && (own.contains(&relation.from) || own.contains(&relation.to)) {
            let ends = [&relation.from, &relation.to].into_iter();
            shown.extend(ends.filter(|end| own.contains(end) || is_guest(end)));
        }
    }
    shown
}

const fn leads_on(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::Issues | Verb::Emits | Verb::Activates | Verb::Notifies | Verb::Feeds
    )
}

const fn is_guest(id: &ElementId) -> bool {
    matches!(id.kind(), Kind::Actor | Kind::Command | Kind::Event)
}

fn step(model: &Model, element: &Element, shown: &BTreeSet<&ElementId>) -> String {
    let mut step = format!(
        "  - id: {}\n    title: {}\n",
        text(&key(&element.id)),
        text(&element.label)
    );
    step.push_str(&what(model, element));
    let next = model
        .relations_from(&element.id)
        .filter(|relation| leads_on(relation.verb) && shown.contains(&relation.to));
    let next: BTreeSet<String> = next.map(|relation| key(&relation.to)).collect();
    if !next.is_empty() {
        step.push_str("    next_steps:\n");
    }
    for id in next {
        writeln!(step, "      - id: {}", text(&id)).ok();
    }
    step
}

/// What a step is: a message of the catalog, a person, a system, or something of its own.
fn what(model: &Model, element: &Element) -> String {
    let summary = said(model, element);
    let named = |key: &str, name: &str| {
        let mut fields = format!("    {key}:\n      {name}: {}\n", text(&element.label));
        if !summary.is_empty() {
            writeln!(fields, "      summary: {}", text(&summary)).ok();
        }
        fields
    };
    match element.kind() {
        Kind::Command | Kind::Event if !element.is_foreign() => format!(
            "    type: message\n    message:\n      id: {}\n      version: {}\n",
            slug(element.id.name()),
            semver(element)
        ),
        Kind::Actor => format!("    type: actor\n{}", named("actor", "name")),
        Kind::ExternalSystem => named("externalSystem", "name"),
        Kind::Command
        | Kind::Event
        | Kind::Policy
        | Kind::ReadModel
        | Kind::Query
        | Kind::Aggregate
        | Kind::Context
        | Kind::Hotspot => {
            let kind = text(element.kind().title());
            format!("{}      type: {kind}\n", named("custom", "title"))
        }
    }
}

fn key(id: &ElementId) -> String {
    id.to_string()
}

//! Events: emitted by someone, told to someone, and stored under a name of their own.

use std::collections::BTreeMap;

use super::{is_object, is_subject, name, names};
use crate::{
    check::{Code, Finding, Step},
    model::{Element, Facts, Kind, Model, Verb},
};

const CONSUMED: [Verb; 4] = [
    Verb::AppliedBy,
    Verb::Activates,
    Verb::Feeds,
    Verb::Notifies,
];

pub(super) fn find(model: &Model) -> Vec<Finding> {
    let events = model.of_kind(Kind::Event);
    let flow = events.flat_map(|event| {
        [
            emitted(model, event),
            consumed(model, event),
            outlived(model, event),
        ]
    });
    flow.flatten().chain(stored_apart(model)).collect()
}

fn emitted(model: &Model, event: &Element) -> Option<Finding> {
    let used = is_subject(model, event, &CONSUMED);
    if event.is_foreign() || event.is_retired() || !used || is_object(model, event, &[Verb::Emits])
    {
        return None;
    }
    let users = CONSUMED
        .into_iter()
        .flat_map(|verb| model.objects(&event.id, verb));
    let message = format!(
        "nothing emits the event {}, which {} waits for",
        name(event),
        names(users)
    );
    let help = "return it from a `#[handle]` method, list it in `emits(..)` of an external system, \
                or take away what waits for it";
    Some(Finding::about(event, Code::EventFromNowhere, message).help(help))
}

fn consumed(model: &Model, event: &Element) -> Option<Finding> {
    if is_subject(model, event, &CONSUMED) || event.visibility() == Some("public") {
        return None;
    }
    let message = format!("nothing consumes the event {}", name(event));
    let help = "let a policy, a projection or an aggregate consume it, mark it `public`, or say \
                for whom it is kept: `Allow ES204: ..`";
    Some(Finding::about(event, Code::EventUnused, message).help(help))
}

/// What is to be replaced is replaced once nobody emits it any more.
fn outlived(model: &Model, event: &Element) -> Option<Finding> {
    let emitters: Vec<&Element> = model.subjects(&event.id, Verb::Emits).collect();
    if !event.is_deprecated() || emitters.is_empty() {
        return None;
    }
    let message = format!(
        "{} still emits the deprecated event {}",
        names(emitters),
        name(event)
    );
    let help = "emit the event that takes its place, and mark this one `retired`";
    Some(Finding::about(event, Code::DeprecatedEmitted, message).help(help))
}

/// The log has one space of names: a reader asks for events by name, not by context.
fn stored_apart(model: &Model) -> Vec<Finding> {
    let mut owners: BTreeMap<&str, &Element> = BTreeMap::new();
    let mut findings = Vec::new();
    for event in model.of_kind(Kind::Event) {
        for stored in stored_names(event) {
            match owners.get(stored) {
                None => {
                    owners.insert(stored, event);
                }
                Some(owner) => findings.push(ambiguous(event, owner, stored)),
            }
        }
    }
    findings
}

fn stored_names(event: &Element) -> Vec<&str> {
    let mut names = vec![event.id.name()];
    if let Facts::Event { aliases, .. } = &event.facts {
        names.extend(aliases.iter().map(String::as_str));
    }
    names.dedup();
    names
}

fn ambiguous(event: &Element, owner: &Element, stored: &str) -> Finding {
    let context = |event: &Element| event.id.context().unwrap_or_default().to_owned();
    let message = format!(
        "{} of {} and {} of {} are both stored as \"{stored}\"",
        name(owner),
        context(owner),
        name(event),
        context(event),
    );
    let help = "give one of them a name of its own with `#[event(name = \"..\")]`, before it is \
                stored for the first time";
    let other = Step::at(
        owner,
        format!("{} is stored as \"{stored}\" here", name(owner)),
    );
    Finding::about(event, Code::AmbiguousName, message)
        .help(help)
        .by_way_of(vec![other])
}

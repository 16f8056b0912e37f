//! Commands: asked for by someone, handled by one, with an outcome.

use super::{is_object, is_subject, name, names};
use crate::{
    check::{Code, Finding, Step},
    model::{Element, Kind, Model, Verb},
};

pub(super) fn find(model: &Model) -> Vec<Finding> {
    let commands = model.of_kind(Kind::Command);
    commands
        .flat_map(|command| {
            let handlers: Vec<&Element> = model.objects(&command.id, Verb::HandledBy).collect();
            let found = [
                handled_by_one(command, &handlers),
                issued(model, command),
                has_outcome(model, command, &handlers),
            ];
            found
                .into_iter()
                .flatten()
                .chain(applied(model, command, &handlers))
        })
        .collect()
}

fn handled_by_one(command: &Element, handlers: &[&Element]) -> Option<Finding> {
    if command.is_foreign() || handlers.len() == 1 {
        return None;
    }
    let what = name(command);
    let finding = |message| Finding::about(command, Code::CommandHandlers, message);
    if handlers.is_empty() {
        let help = "add a `#[handle]` method for it to an aggregate, or list it in `handles(..)` \
                    of an external system";
        return Some(finding(format!("nothing handles the command {what}")).help(help));
    }
    let steps = handlers
        .iter()
        .map(|handler| Step::at(handler, format!("{} handles it", name(handler))));
    let who = names(handlers.iter().copied());
    let help = "let one of them decide, and a policy tell the others";
    Some(
        finding(format!("{who} all handle the command {what}"))
            .help(help)
            .by_way_of(steps.collect()),
    )
}

fn issued(model: &Model, command: &Element) -> Option<Finding> {
    if is_object(model, command, &[Verb::Issues]) {
        return None;
    }
    let message = format!("nobody issues the command {}", name(command));
    let help = "say who asks for it with `#[handle(by(..))]`, let a policy issue it, or remove it";
    Some(Finding::about(command, Code::CommandUnissued, message).help(help))
}

/// What a system makes of a command is not ours to say; an aggregate has to say it.
fn has_outcome(model: &Model, command: &Element, handlers: &[&Element]) -> Option<Finding> {
    let decided = handlers
        .iter()
        .any(|handler| handler.kind() == Kind::Aggregate);
    if !decided || is_subject(model, command, &[Verb::Emits]) {
        return None;
    }
    let message = format!("the command {} leads to no event", name(command));
    let help = "emit an event that says what was decided";
    Some(Finding::about(command, Code::CommandWithoutOutcome, message).help(help))
}

/// What an aggregate emits is a part of its history.
fn applied(model: &Model, command: &Element, handlers: &[&Element]) -> Vec<Finding> {
    let aggregates = handlers
        .iter()
        .filter(|handler| handler.kind() == Kind::Aggregate);
    let mut findings = Vec::new();
    for aggregate in aggregates {
        for event in model.objects(&command.id, Verb::Emits) {
            let applies = model
                .objects(&event.id, Verb::AppliedBy)
                .any(|by| by.id == aggregate.id);
            if !applies {
                let (event, by) = (name(event), name(aggregate));
                let message = format!(
                    "{} of the aggregate {by} emits {event}, which {by} does not apply",
                    name(command)
                );
                let help = format!("add {event} to the events of {by}, with an `#[apply]` method");
                findings.push(Finding::about(command, Code::EventNotApplied, message).help(help));
            }
        }
    }
    findings
}

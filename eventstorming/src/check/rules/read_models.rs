//! Read models: made of events, for someone.

use super::{is_object, is_subject, name};
use crate::{
    check::{Code, Finding},
    model::{Element, Kind, Model, Verb},
};

pub(super) fn find(model: &Model) -> Vec<Finding> {
    model
        .of_kind(Kind::ReadModel)
        .filter_map(|read_model| reachable(model, read_model))
        .collect()
}

fn reachable(model: &Model, read_model: &Element) -> Option<Finding> {
    let fed = is_object(model, read_model, &[Verb::Feeds]);
    let read = is_object(model, read_model, &[Verb::Observes, Verb::AnsweredBy])
        || is_subject(model, read_model, &[Verb::Informs]);
    let (lack, help) = match (fed, read) {
        (true, true) => return None,
        (false, true) => ("no event feeds it", "apply the events it is made of"),
        (true, false) => (
            "nobody reads it",
            "say who does with `#[projection(read_by(..))]`",
        ),
        (false, false) => ("no event feeds it and nobody reads it", "remove it"),
    };
    let message = format!("the read model {} is of no use: {lack}", name(read_model));
    Some(Finding::about(read_model, Code::ReadModelUnreachable, message).help(help))
}

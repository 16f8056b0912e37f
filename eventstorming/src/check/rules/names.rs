//! Names and docs: what the board and the glossary are read by.

use super::name;
use crate::{
    check::{Code, Finding},
    model::{Element, Kind, Model, Verb},
};

/// Beyond this many events an aggregate is worth a second look.
const MANY_EVENTS: usize = 20;

/// Participles that do not end in `ed`.
const IRREGULAR: [&str; 44] = [
    "Bought", "Broken", "Brought", "Built", "Bound", "Begun", "Born", "Caught", "Chosen", "Come",
    "Cut", "Done", "Drawn", "Driven", "Fallen", "Fed", "Felt", "Found", "Frozen", "Given", "Gone",
    "Got", "Grown", "Heard", "Held", "Hidden", "Hit", "Kept", "Known", "Left", "Lent", "Lost",
    "Made", "Met", "Paid", "Put", "Read", "Seen", "Sent", "Set", "Shown", "Sold", "Spent", "Taken",
];

/// More of them, and the past tense where it differs.
const IRREGULAR_TOO: [&str; 30] = [
    "Became",
    "Began",
    "Bid",
    "Broke",
    "Chose",
    "Cost",
    "Fell",
    "Forgotten",
    "Froze",
    "Gave",
    "Left",
    "Led",
    "Ran",
    "Run",
    "Said",
    "Sank",
    "Shut",
    "Split",
    "Spoken",
    "Spread",
    "Stolen",
    "Stuck",
    "Taught",
    "Thrown",
    "Told",
    "Took",
    "Undone",
    "Went",
    "Withdrawn",
    "Written",
];

pub(super) fn find(model: &Model) -> Vec<Finding> {
    model
        .elements()
        .iter()
        .flat_map(|element| about(model, element))
        .flatten()
        .collect()
}

fn about(model: &Model, element: &Element) -> [Option<Finding>; 4] {
    [
        tense(element),
        mood(element),
        undocumented(model, element),
        crowded(model, element),
    ]
}

fn words(element: &Element) -> Vec<&str> {
    element.label.split_whitespace().collect()
}

fn is_past(word: &str) -> bool {
    let regular = word.len() > 3 && word.ends_with("ed") && !word.ends_with("eed");
    let same = |known: &&str| known.eq_ignore_ascii_case(word);
    regular || IRREGULAR.iter().any(same) || IRREGULAR_TOO.iter().any(same)
}

/// Only names in Latin letters can be judged by their endings.
fn tense(element: &Element) -> Option<Finding> {
    let judged = element.kind() == Kind::Event && !element.is_foreign() && element.label.is_ascii();
    if !judged || words(element).into_iter().any(is_past) {
        return None;
    }
    let message = format!(
        "the name of the event {} is not in the past tense",
        name(element)
    );
    let help = "call it by what has happened, as `OrderPlaced` does";
    Some(Finding::about(element, Code::EventTense, message).help(help))
}

fn mood(element: &Element) -> Option<Finding> {
    let last = words(element).last().copied().unwrap_or_default();
    let regular = last.ends_with("ed") && is_past(last) && words(element).len() > 1;
    if element.kind() != Kind::Command || !regular {
        return None;
    }
    let message = format!(
        "the name of the command {} says that it has happened",
        name(element)
    );
    let help = "call it by what is asked for, as `PlaceOrder` does";
    Some(Finding::about(element, Code::CommandMood, message).help(help))
}

/// A method may say it in place of its command's type.
fn undocumented(model: &Model, element: &Element) -> Option<Finding> {
    let silent = element.docs.trim().is_empty();
    let mut methods = model.relations_from(&element.id);
    let needless = element.kind() == Kind::Hotspot || element.is_foreign();
    if !silent || needless || methods.any(|method| !method.docs.is_empty()) {
        return None;
    }
    let message = format!(
        "the {} {} has no doc comment",
        element.kind().title(),
        name(element)
    );
    let help = "say in one sentence what it is, in the words of the business";
    Some(Finding::about(element, Code::Undocumented, message).help(help))
}

fn crowded(model: &Model, element: &Element) -> Option<Finding> {
    let applied = model
        .relations_to(&element.id)
        .filter(|relation| relation.verb == Verb::AppliedBy);
    let count = applied.count();
    if element.kind() != Kind::Aggregate || count <= MANY_EVENTS {
        return None;
    }
    let message = format!("the aggregate {} has {count} events", name(element));
    let help = "see whether a part of it decides on its own";
    Some(Finding::about(element, Code::CrowdedAggregate, message).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_say_that_something_happened_are_known() {
        for word in ["Placed", "Sent", "withdrawn", "Paid"] {
            assert!(is_past(word), "{word}");
        }
        for word in ["Place", "Feed", "Need", "Red", "Order"] {
            assert!(!is_past(word), "{word}");
        }
    }
}

//! What is written on a note.

use super::{
    fit::{Lettering, Space, fit, one_line},
    geometry::Rect,
    prose::title,
    slice::question,
    width::Weight,
};
use crate::model::{Element, ElementId, Kind, Model, Verb};

pub(super) fn caption(element: &Element) -> String {
    let outside = match element.kind() {
        Kind::Event if element.is_foreign() => ", from outside",
        Kind::Event if element.is_retired() => ", retired",
        Kind::Event if element.is_deprecated() => ", deprecated",
        Kind::Event => element.visibility().map_or("", |said| match said {
            "private" => ", private",
            "public" => ", public",
            _ => "",
        }),
        Kind::Command if element.is_foreign() => ", to outside",
        Kind::Context
        | Kind::Aggregate
        | Kind::Command
        | Kind::Policy
        | Kind::ReadModel
        | Kind::Query
        | Kind::ExternalSystem
        | Kind::Actor
        | Kind::Hotspot => "",
    };
    format!("{}{outside}", title(element))
}

pub(super) fn badge(element: &Element) -> Option<String> {
    let version = element
        .version()
        .filter(|version| *version > 1)
        .map(|version| format!("v{version}"));
    let rules = match element.invariants.len() {
        0 => None,
        1 => Some("1 rule".to_owned()),
        rules => Some(format!("{rules} rules")),
    };
    version.or_else(|| element.after().map(after)).or(rules)
}

/// How long a policy waits before it issues this command.
pub(super) fn delay(model: &Model, policy: &ElementId, command: &ElementId) -> Option<String> {
    let mut issued = model.relations_from(policy);
    let issued = issued.find(|known| known.verb == Verb::Issues && known.to == *command)?;
    issued.after.as_deref().map(after)
}

fn after(delay: &str) -> String {
    one_line(&format!("after {delay}"), 85, Weight::Bold, 96)
}

pub(super) fn lettering(kind: Kind, label: &str, rect: Rect, covered: i32) -> Lettering {
    /// The height of three lines at the largest size: beyond that, smaller letters look better.
    const THREE_LINES: i32 = 54;
    let space = |width: i32, height: i32, sizes: (i32, i32)| Space {
        width,
        height,
        sizes,
        weight: Weight::Bold,
    };
    let width = rect.width - 12;
    if kind == Kind::Hotspot {
        return question(label);
    }
    if kind == Kind::Actor {
        return fit(label, space(width + 4, rect.height - 13, (120, 80)));
    }
    let height = rect.height - 20 - covered;
    let easy = fit(label, space(width, height.min(THREE_LINES), (150, 125)));
    if easy.whole {
        return easy;
    }
    fit(label, space(width, height, (150, 100)))
}

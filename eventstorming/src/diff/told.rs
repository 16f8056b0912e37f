//! Differences in words.

use crate::model::{Element, ElementId, Model, Relation};

/// An element with its kind.
pub(super) fn element(model: &Model, id: &ElementId) -> String {
    let place = id
        .context()
        .map_or_else(String::new, |context| format!(" of {context}"));
    let at = model
        .element(id)
        .and_then(|element| element.location.as_ref());
    let at = at.map_or_else(String::new, |at| format!(" ({at})"));
    format!("{} `{}`{place}{at}", id.kind().title(), id.name())
}

/// A relation as a sentence.
pub(super) fn relation(model: &Model, relation: &Relation) -> String {
    let name = |id: &ElementId| {
        let label = model
            .element(id)
            .map_or_else(|| id.to_string(), |known| known.id.name().to_owned());
        format!("`{label}`")
    };
    format!(
        "{} {} {}",
        name(&relation.from),
        relation.verb.phrase(),
        name(&relation.to)
    )
}

/// What is not as it was about an element by itself.
pub(super) fn facts(before: &Element, now: &Element) -> Vec<String> {
    let mut told = Vec::new();
    if before.label != now.label {
        told.push(format!("\"{}\" became \"{}\"", before.label, now.label));
    }
    if before.version() != now.version() {
        let version = |element: &Element| element.version().unwrap_or_default();
        told.push(format!(
            "version {} became {}",
            version(before),
            version(now)
        ));
    } else if before.facts != now.facts || before.owner != now.owner || before.tags != now.tags {
        told.push("what is declared of it".to_owned());
    }
    told
}

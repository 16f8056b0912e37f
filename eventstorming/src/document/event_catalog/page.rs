//! A page of the catalog: what stands above the line of dashes, and what below.

use std::fmt::Write as _;

use crate::{
    document::words::{said, summary},
    model::{Element, Facts, Kind, Model},
};

/// A text as YAML: JSON strings are.
pub(super) fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(super) fn header(element: &Element, id: &str, version: &str, owners: &[String]) -> String {
    let summary = match summary(element) {
        silent if silent.is_empty() => element.label.clone(),
        said => said,
    };
    let name = if element.kind() == Kind::Context {
        element.label.clone()
    } else {
        element.id.name().to_owned()
    };
    let mut head = format!(
        "id: {id}\nname: {}\nversion: {version}\nsummary: {}\n",
        text(&name),
        text(&summary)
    );
    if let Facts::Event {
        deprecated: Some(how),
        ..
    } = &element.facts
    {
        let how = if how.is_empty() { "true" } else { how };
        writeln!(head, "deprecated:\n  message: {}", text(how)).ok();
    }
    if !owners.is_empty() {
        head.push_str("owners:\n");
        for owner in owners {
            writeln!(head, "  - {owner}").ok();
        }
    }
    head
}

pub(super) fn list(key: &str, items: &[(String, String)]) -> String {
    if items.is_empty() {
        return String::new();
    }
    items
        .iter()
        .fold(format!("{key}:\n"), |mut list, (id, version)| {
            writeln!(list, "  - id: {id}\n    version: {version}").ok();
            list
        })
}

pub(super) fn page(fields: &[(&str, String)], body: &str) -> String {
    let head = fields.iter().fold(String::new(), |mut head, (key, value)| {
        writeln!(head, "{key}: {value}").ok();
        head
    });
    matter(&head, body)
}

pub(super) fn matter(head: &str, body: &str) -> String {
    format!("---\n{head}---\n\n{body}")
}

/// What an element says, safe in MDX: braces and angle brackets would be code.
pub(super) fn body(model: &Model, element: &Element) -> String {
    let said = if element.docs.is_empty() {
        said(model, element)
    } else {
        element.docs.clone()
    };
    let said = said
        .replace('{', "&#123;")
        .replace('}', "&#125;")
        .replace('<', "&lt;");
    let notes = element
        .notes
        .iter()
        .map(|note| format!("\n> {}\n", note.replace('{', "&#123;").replace('<', "&lt;")));
    format!("{said}\n{}", notes.collect::<String>())
}

//! A model as a graph for Graphviz.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::model::{Element, ElementId, Kind, Model, Verb};

impl Model {
    /// The model in the DOT language of Graphviz, with a cluster for each context.
    ///
    /// That an aggregate applies its own events goes without saying there.
    pub fn dot(&self) -> String {
        let ids = self.elements().iter().map(|element| &element.id);
        let nodes: BTreeMap<&ElementId, usize> = ids.zip(0..).collect();
        let node = |id: &ElementId| nodes.get(id).copied().unwrap_or_default();
        let mut text = OPENING.to_owned();
        for context in self.of_kind(Kind::Context) {
            let label = quoted(&context.label);
            writeln!(
                text,
                "  subgraph cluster_{} {{\n    label={label};",
                node(&context.id)
            )
            .ok();
            let within = Some(context.id.name());
            for element in self
                .elements()
                .iter()
                .filter(|one| one.id.context() == within)
            {
                writeln!(text, "    {}", written(node(&element.id), element)).ok();
            }
            text.push_str("  }\n");
        }
        let shared = self
            .elements()
            .iter()
            .filter(|element| element.id.context().is_none());
        for element in shared.filter(|element| element.kind() != Kind::Context) {
            writeln!(text, "  {}", written(node(&element.id), element)).ok();
        }
        for relation in self.relations() {
            let on_context = relation.to.kind() == Kind::Context;
            if relation.verb == Verb::AppliedBy || on_context {
                continue;
            }
            let (from, to) = (node(&relation.from), node(&relation.to));
            let label = quoted(relation.verb.phrase());
            writeln!(text, "  n{from} -> n{to} [label={label}];").ok();
        }
        text + "}\n"
    }
}

const OPENING: &str = "\
digraph model {
  rankdir=LR;
  node [shape=box, style=filled, fontname=\"Helvetica\", fontsize=11];
  edge [fontname=\"Helvetica\", fontsize=9, color=\"#565d6b\", fontcolor=\"#565d6b\"];
  graph [fontname=\"Helvetica\", style=rounded, color=\"#9aa1b0\"];
";

fn written(node: usize, element: &Element) -> String {
    let (label, colour) = (quoted(&element.label), colour(element.kind()));
    let dashed = if element.is_foreign() {
        ", style=\"filled,dashed\""
    } else {
        ""
    };
    let docs = super::words::summary(element);
    let tooltip = quoted(if docs.is_empty() {
        &element.label
    } else {
        &docs
    });
    format!("n{node} [label={label}, fillcolor=\"{colour}\", tooltip={tooltip}{dashed}];")
}

const fn colour(kind: Kind) -> &'static str {
    match kind {
        Kind::Event => "#ffa75d",
        Kind::Command => "#6dd0f7",
        Kind::Policy => "#c9a0dc",
        Kind::Aggregate => "#fbefa0",
        Kind::ReadModel | Kind::Query => "#c4e27a",
        Kind::ExternalSystem => "#f3a6c8",
        Kind::Actor => "#fee440",
        Kind::Hotspot => "#f2708a",
        Kind::Context => "#ffffff",
    }
}

/// A quoted string of DOT, in which only quotes and backslashes mean anything.
fn quoted(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace(['\n', '\r', '\0'], " ");
    format!("\"{text}\"")
}

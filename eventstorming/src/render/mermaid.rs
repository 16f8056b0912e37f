//! A model as a Mermaid flowchart.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{Element, ElementId, Kind, Model, Relation, Verb};

impl Model {
    /// The model as a Mermaid flowchart, which renders wherever Mermaid does.
    ///
    /// That an aggregate applies its own events goes without saying there.
    pub fn mermaid(&self) -> String {
        Chart::new(self).to_string()
    }
}

struct Chart<'a> {
    model: &'a Model,
    nodes: BTreeMap<&'a ElementId, usize>,
}

impl<'a> Chart<'a> {
    fn new(model: &'a Model) -> Self {
        let elements = model.elements().iter().map(|element| &element.id);
        Self {
            model,
            nodes: elements.zip(0..).collect(),
        }
    }

    fn node(&self, id: &ElementId) -> usize {
        self.nodes.get(id).copied().unwrap_or_default()
    }

    fn write_nodes(&self, f: &mut fmt::Formatter<'_>, context: Option<&str>) -> fmt::Result {
        for element in self.model.elements() {
            if element.kind() == Kind::Context || element.id.context() != context {
                continue;
            }
            let (open, close) = shape(element.kind());
            let (node, class) = (self.node(&element.id), element.kind().as_str());
            let label = Label(element);
            let process = if element.is_stateful() {
                " (process manager)"
            } else {
                ""
            };
            writeln!(f, "    n{node}{open}\"{label}{process}\"{close}:::{class}")?;
        }
        Ok(())
    }

    fn write_relation(&self, f: &mut fmt::Formatter<'_>, relation: &Relation) -> fmt::Result {
        let (from, to) = (self.node(&relation.from), self.node(&relation.to));
        let verb = relation.verb.phrase();
        let verb = match &relation.after {
            Some(after) => format!("{verb} after {}", Escaped(after)),
            None => verb.to_owned(),
        };
        match relation.verb {
            Verb::AppliedBy => Ok(()),
            Verb::On => writeln!(f, "  n{from} -.- n{to}"),
            Verb::Observes
            | Verb::Informs
            | Verb::Issues
            | Verb::HandledBy
            | Verb::Emits
            | Verb::Activates
            | Verb::Feeds
            | Verb::Notifies
            | Verb::Asks
            | Verb::AnsweredBy => writeln!(f, "  n{from} -->|{verb}| n{to}"),
        }
    }
}

impl fmt::Display for Chart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("flowchart LR\n")?;
        for context in self.model.of_kind(Kind::Context) {
            writeln!(
                f,
                "  subgraph n{}[\"{}\"]",
                self.node(&context.id),
                Label(context)
            )?;
            self.write_nodes(f, Some(context.id.name()))?;
            f.write_str("  end\n")?;
        }
        self.write_nodes(f, None)?;
        for relation in self.model.relations() {
            self.write_relation(f, relation)?;
        }
        f.write_str(CLASSES)
    }
}

const CLASSES: &str = "\
  classDef event fill:#ffa75d,stroke:#c96a17,color:#16181d
  classDef command fill:#6dd0f7,stroke:#2a8fb8,color:#16181d
  classDef policy fill:#c9a0dc,stroke:#7b4b94,color:#16181d
  classDef aggregate fill:#fbefa0,stroke:#b3a13a,color:#16181d
  classDef read_model fill:#c4e27a,stroke:#4f8417,color:#16181d
  classDef query fill:#e6f4c4,stroke:#4f8417,color:#16181d
  classDef external_system fill:#f3a6c8,stroke:#b03a75,color:#16181d
  classDef actor fill:#fee440,stroke:#a8930a,color:#16181d
  classDef hotspot fill:#f2708a,stroke:#a3233e,color:#16181d
";

const fn shape(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Policy => ("{{", "}}"),
        Kind::Aggregate => ("(", ")"),
        Kind::ReadModel => ("[/", "/]"),
        Kind::Query => ("{", "}"),
        Kind::ExternalSystem => ("[[", "]]"),
        Kind::Actor => ("([", "])"),
        Kind::Hotspot => (">", "]"),
        Kind::Context | Kind::Command | Kind::Event => ("[", "]"),
    }
}

/// What is written on an element.
struct Label<'a>(&'a Element);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaped(&self.0.label).fmt(f)
    }
}

/// A text with what Mermaid gives a meaning of its own written as entities.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                letter if letter.is_alphanumeric() || " ,.:?!'()-/+".contains(letter) => {
                    fmt::Write::write_char(f, letter)?;
                }
                letter if letter.is_whitespace() => f.write_str(" ")?,
                letter => write!(f, "#{};", u32::from(letter))?,
            }
        }
        Ok(())
    }
}

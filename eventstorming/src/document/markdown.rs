//! A context as Markdown: its canvas, its glossary, its events.

use std::fmt::Write as _;

use super::words::{consumed, members, published, said, summary};
use crate::{
    contract::sample,
    json::pretty,
    model::{Element, ElementId, Facts, Kind, Model, Verb},
};

impl Model {
    /// What there is to read about a context: a canvas, what holds at all times, open questions, a
    /// glossary, and each event with its fields and a sample; nothing if there is no such context.
    ///
    /// `source_base` is put before the file of a source, as for the links of a board.
    pub fn markdown(&self, context: &str, source_base: Option<&str>) -> Option<String> {
        self.page(context, source_base, &|_| Vec::new())
    }

    /// The same with links to the schemas that lie beside it, which are named.
    pub(super) fn page(
        &self,
        context: &str,
        source_base: Option<&str>,
        schemas: Schemas<'_>,
    ) -> Option<String> {
        let context = self.element(&ElementId::shared(Kind::Context, context))?;
        let page = Page {
            model: self,
            context,
            base: source_base,
            schemas,
        };
        let mut text = format!("# {}\n\n", escaped(&context.label));
        text.push_str(&paragraph(&context.docs));
        text.push_str(&page.canvas());
        text.push_str(&page.invariants());
        text.push_str(&page.questions());
        text.push_str(&page.glossary());
        text.push_str(&page.events());
        Some(text.trim_end().to_owned() + "\n")
    }

    /// The page that leads to all others.
    pub(super) fn overview(&self, title: &str) -> String {
        let mut text = format!(
            "# {}\n\n![The board](board.svg)\n\nThe same board [to walk about in](board.html), [from afar](big-picture.svg) and [without the aggregates](process.svg).\n\n",
            escaped(title)
        );
        text.push_str("| Context | Owner | What it does |\n|---|---|---|\n");
        for context in self.of_kind(Kind::Context) {
            let link = super::words::slug(context.id.name());
            let label = escaped(&context.label);
            let owner = escaped(context.owner().unwrap_or("nobody yet"));
            let docs = escaped(&summary(context));
            writeln!(text, "| [{label}]({link}/README.md) | {owner} | {docs} |").ok();
        }
        text
    }
}

/// The schemas of an event that lie beside a page: what each is called, and the path of its files
/// without their endings.
type Schemas<'a> = &'a dyn Fn(&Element) -> Vec<(String, String)>;

struct Page<'a> {
    model: &'a Model,
    context: &'a Element,
    base: Option<&'a str>,
    schemas: Schemas<'a>,
}

impl<'a> Page<'a> {
    fn members(&self, kind: Kind) -> Vec<&'a Element> {
        members(self.model, self.context, kind).collect()
    }

    /// A name that links to its source.
    fn link(&self, element: &Element) -> String {
        let name = format!("`{}`", element.id.name());
        match (self.base, &element.location) {
            (Some(base), Some(at)) => format!("[{name}]({base}{}#L{})", at.file, at.line),
            _ => name,
        }
    }

    fn links<'b>(&self, elements: impl IntoIterator<Item = &'b Element>) -> String {
        let links: Vec<String> = elements
            .into_iter()
            .map(|element| self.link(element))
            .collect();
        links.join("<br>")
    }

    fn canvas(&self) -> String {
        let mut text = "## Canvas\n\n| | |\n|---|---|\n".to_owned();
        let owner = self.context.owner().map(escaped).unwrap_or_default();
        let mut upstream = String::new();
        if let Facts::Context { upstream: names } = &self.context.facts {
            upstream = names
                .iter()
                .map(|name| escaped(name))
                .collect::<Vec<_>>()
                .join(", ");
        }
        let rows = [
            ("Owner", owner),
            ("Uses", upstream),
            ("Aggregates", self.links(self.members(Kind::Aggregate))),
            ("Commands", self.links(self.members(Kind::Command))),
            (
                "Events it emits",
                self.links(published(self.model, self.context)),
            ),
            (
                "Events it consumes",
                self.links(consumed(self.model, self.context)),
            ),
            ("Policies", self.links(self.members(Kind::Policy))),
            ("Read models", self.links(self.members(Kind::ReadModel))),
            ("Queries", self.links(self.members(Kind::Query))),
            (
                "External systems",
                self.links(self.members(Kind::ExternalSystem)),
            ),
        ];
        for (title, cell) in rows.iter().filter(|(_, cell)| !cell.is_empty()) {
            writeln!(text, "| {title} | {cell} |").ok();
        }
        text + "\n"
    }

    /// What holds at all times, by whose it is.
    fn invariants(&self) -> String {
        let within = Some(self.context.id.name());
        let here =
            |element: &&Element| element.id.context() == within || element.id == self.context.id;
        let elements = self.model.elements().iter().filter(here);
        let lines = elements.flat_map(|element| {
            let said = element.invariants.iter();
            said.map(|text| format!("- {}: {}\n", self.link(element), escaped(text)))
        });
        let lines: String = lines.collect();
        if lines.is_empty() {
            return lines;
        }
        format!("## Invariants\n\n{lines}\n")
    }

    fn questions(&self) -> String {
        let spots = self.model.of_kind(Kind::Hotspot).filter_map(|spot| {
            let on = self.model.objects(&spot.id, Verb::On).next()?;
            let here = on.id == self.context.id || on.id.context() == Some(self.context.id.name());
            here.then_some((spot, on))
        });
        let lines: Vec<String> = spots
            .map(|(spot, on)| format!("- {}: {}\n", self.link(on), escaped(&spot.label)))
            .collect();
        if lines.is_empty() {
            return String::new();
        }
        format!("## Open questions\n\n{}\n", lines.concat())
    }

    fn glossary(&self) -> String {
        let mut text = "## Glossary\n\n| Term | What it is | Meaning |\n|---|---|---|\n".to_owned();
        let within = Some(self.context.id.name());
        let terms = self.model.elements().iter().filter(|element| {
            element.id.context() == within
                && element.kind() != Kind::Hotspot
                && !element.is_foreign()
        });
        let mut terms: Vec<&Element> = terms.collect();
        terms.sort_by_key(|element| (element.id.name().to_lowercase(), element.kind()));
        for element in terms {
            let (kind, said) = (element.kind().title(), escaped(&said(self.model, element)));
            writeln!(text, "| {} | {kind} | {said} |", self.link(element)).ok();
        }
        text + "\n"
    }

    fn events(&self) -> String {
        let mut text = String::new();
        for event in published(self.model, self.context) {
            text.push_str(&self.event(event));
        }
        if text.is_empty() {
            text
        } else {
            format!("## Events\n\n{text}")
        }
    }

    fn event(&self, event: &Element) -> String {
        let version = event.version().unwrap_or(1);
        let mut text = format!(
            "### {}\n\n{}",
            escaped(&event.label),
            paragraph(&event.docs)
        );
        writeln!(
            text,
            "Stored as {}, version {version}.{}",
            self.link(event),
            aliases(event)
        )
        .ok();
        let mut told: Vec<String> = Vec::new();
        let emitters = self
            .links(self.model.subjects(&event.id, Verb::Emits))
            .replace("<br>", ", ");
        if !emitters.is_empty() {
            told.push(format!("Emitted by {emitters}."));
        }
        for (verb, word) in [
            (Verb::Activates, "Activates"),
            (Verb::Feeds, "Feeds"),
            (Verb::Notifies, "Notifies"),
        ] {
            let objects = self
                .links(self.model.objects(&event.id, verb))
                .replace("<br>", ", ");
            if !objects.is_empty() {
                told.push(format!("{word} {objects}."));
            }
        }
        writeln!(text, "{}\n", told.join("\n")).ok();
        if let Some(schema) = self.model.schema(&event.id) {
            text.push_str(&fields(schema));
            write!(text, "```json\n{}```\n\n", pretty(&sample(schema))).ok();
        }
        let links = (self.schemas)(event).into_iter().map(|(name, stem)| {
            format!("{name} ([schema]({stem}.schema.json), [samples]({stem}.samples.json))")
        });
        let links: Vec<String> = links.collect();
        if !links.is_empty() {
            write!(text, "In files: {}.\n\n", links.join(", ")).ok();
        }
        text
    }
}

fn aliases(event: &Element) -> String {
    let Facts::Event { aliases, .. } = &event.facts else {
        return String::new();
    };
    if aliases.is_empty() {
        return String::new();
    }
    format!(" Earlier builds stored it as `{}`.", aliases.join("`, `"))
}

/// The fields of an event as a table.
fn fields(schema: &serde_json::Value) -> String {
    let properties = schema
        .get("properties")
        .and_then(serde_json::Value::as_object);
    let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
        return String::new();
    };
    let required = |name: &str| {
        let required = schema.get("required").and_then(serde_json::Value::as_array);
        required.is_some_and(|names| names.iter().any(|known| known == name))
    };
    let mut text = "| Field | Type | Meaning |\n|---|---|---|\n".to_owned();
    for (name, property) in properties {
        let of = escaped(&kind(property));
        let optional = if required(name) { "" } else { ", optional" };
        let said = property
            .get("description")
            .and_then(serde_json::Value::as_str);
        let said = escaped(&said.unwrap_or_default().replace('\n', " "));
        writeln!(text, "| `{name}` | {of}{optional} | {said} |").ok();
    }
    text + "\n"
}

/// The type of a field in a word.
fn kind(property: &serde_json::Value) -> String {
    let word = |key: &str| property.get(key).and_then(serde_json::Value::as_str);
    let reference = word("$ref").and_then(|path| path.rsplit('/').next());
    let cases = ["anyOf", "oneOf"]
        .iter()
        .find_map(|key| property.get(*key)?.as_array());
    if let Some(cases) = cases {
        let words: Vec<String> = cases.iter().map(kind).collect();
        return words.join(" or ");
    }
    if let Some(items) = property.get("items") {
        return format!("list of {}", kind(items));
    }
    let several = property.get("type").and_then(serde_json::Value::as_array);
    let several = several.map(|types| {
        let words = types.iter().filter_map(serde_json::Value::as_str);
        words.collect::<Vec<_>>().join(" or ")
    });
    let format = word("format").map_or_else(String::new, |format| format!(" ({format})"));
    let plain = reference
        .map(str::to_owned)
        .or(several)
        .or_else(|| word("type").map(str::to_owned));
    let value = property.get("const").map(ToString::to_string);
    format!(
        "{}{format}",
        plain.or(value).unwrap_or_else(|| "any".to_owned())
    )
}

fn paragraph(docs: &str) -> String {
    if docs.is_empty() {
        String::new()
    } else {
        format!("{docs}\n\n")
    }
}

/// A text in a cell or a heading, in one line.
fn escaped(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|").replace('<', "&lt;")
}

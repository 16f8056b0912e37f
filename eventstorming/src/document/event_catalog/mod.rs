//! A model as the content of an EventCatalog.

use std::fmt::Write as _;

use super::words::{consumed, members, published, said, slug, summary};
use crate::{
    files::Files,
    json::pretty,
    model::{Element, Kind, Model, Verb},
};

impl Model {
    /// The content of an EventCatalog: a domain and a service for each context, with its events,
    /// commands and aggregates, owners as teams, and each event's schema where it is known.
    ///
    /// A version N of an event is N.0.0 there.
    pub fn event_catalog(&self) -> Files {
        let mut files = Files::default();
        files.add("package.json", PACKAGE);
        files.add("eventcatalog.config.js", CONFIG);
        for context in self.of_kind(Kind::Context) {
            self.add_context(&mut files, context);
        }
        files
    }

    fn add_context(&self, files: &mut Files, context: &Element) {
        let id = slug(context.id.name());
        let service = format!("{id}Service");
        let home = format!("domains/{id}");
        let owners: Vec<String> = context.owner().map(slug).into_iter().collect();
        if let Some(owner) = context.owner() {
            let team = self.team(owner);
            files.add(format!("teams/{}.mdx", slug(owner)), team);
        }
        let services = list("services", &[(service.clone(), "1.0.0".to_owned())]);
        let entities: Vec<(String, String)> = members(self, context, Kind::Aggregate)
            .map(|aggregate| (slug(aggregate.id.name()), "1.0.0".to_owned()))
            .collect();
        let head = header(context, &id, "1.0.0", &owners);
        let domain = format!("{head}{services}{}", list("entities", &entities));
        files.add(
            format!("{home}/index.mdx"),
            matter(&domain, &body(self, context)),
        );
        self.add_service(files, context, &format!("{home}/services/{service}"));
        for aggregate in members(self, context, Kind::Aggregate) {
            let name = slug(aggregate.id.name());
            let head = header(aggregate, &name, "1.0.0", &owners);
            let path = format!("{home}/entities/{name}/index.mdx");
            let head = format!("{head}aggregateRoot: true\n");
            files.add(path, matter(&head, &body(self, aggregate)));
        }
    }

    /// The page of a team, with the contexts that it looks after.
    fn team(&self, owner: &str) -> String {
        let own = self
            .of_kind(Kind::Context)
            .filter(|one| one.owner() == Some(owner));
        let names: Vec<&str> = own.map(|context| context.label.as_str()).collect();
        let summary = format!("Looks after {}.", names.join(", "));
        let fields = [
            ("id", slug(owner)),
            ("name", text(owner)),
            ("summary", text(&summary)),
        ];
        page(&fields, &format!("{summary}\n"))
    }

    fn add_service(&self, files: &mut Files, context: &Element, home: &str) {
        let owners: Vec<String> = context.owner().map(slug).into_iter().collect();
        let commands: Vec<&Element> = members(self, context, Kind::Command)
            .filter(|command| !command.is_foreign())
            .collect();
        let events = published(self, context);
        let elsewhere = issued_elsewhere(self, context);
        let names = |elements: &[&Element]| -> Vec<(String, String)> {
            elements
                .iter()
                .map(|one| (slug(one.id.name()), semver(one)))
                .collect()
        };
        let sends = [names(&events), names(&elsewhere)].concat();
        let receives = [names(&commands), names(&consumed(self, context))].concat();
        let id = format!("{}Service", slug(context.id.name()));
        let head = header(context, &id, "1.0.0", &owners);
        let head = format!(
            "{head}{}{}",
            list("sends", &sends),
            list("receives", &receives)
        );
        files.add(
            format!("{home}/index.mdx"),
            matter(&head, "<NodeGraph />\n"),
        );
        for event in events {
            self.add_message(files, &format!("{home}/events"), event, &owners);
        }
        for command in commands {
            self.add_message(files, &format!("{home}/commands"), command, &owners);
        }
    }

    fn add_message(&self, files: &mut Files, home: &str, message: &Element, owners: &[String]) {
        let name = slug(message.id.name());
        let mut head = header(message, &name, &semver(message), owners);
        let mut body = body(self, message);
        if let Some(schema) = self.schema(&message.id) {
            files.add(format!("{home}/{name}/schema.json"), pretty(schema));
            head.push_str("schemaPath: schema.json\n");
            body.push_str("\n## Schema\n\n<SchemaViewer file=\"schema.json\" />\n");
        }
        files.add(format!("{home}/{name}/index.mdx"), matter(&head, &body));
    }
}

const PACKAGE: &str = r#"{
  "name": "event-catalog",
  "private": true,
  "type": "module",
  "scripts": { "build": "eventcatalog build", "dev": "eventcatalog dev" },
  "devDependencies": { "@eventcatalog/core": "*" }
}
"#;

const CONFIG: &str = "export default {
  cId: '00000000-0000-4000-8000-000000000000',
  title: 'Event catalog',
  organizationName: 'Event catalog',
  editUrl: '',
  trailingSlash: false,
  base: '/',
};
";

/// The commands of other contexts that the policies of a context issue.
fn issued_elsewhere<'a>(model: &'a Model, context: &'a Element) -> Vec<&'a Element> {
    let within = Some(context.id.name());
    let commands = model
        .of_kind(Kind::Command)
        .filter(|command| command.id.context() != within);
    commands
        .filter(|command| {
            let mut issuers = model.subjects(&command.id, Verb::Issues);
            issuers.any(|issuer| issuer.kind() == Kind::Policy && issuer.id.context() == within)
        })
        .collect()
}

fn semver(element: &Element) -> String {
    format!("{}.0.0", element.version().unwrap_or(1))
}

/// A text as YAML: JSON strings are.
fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn header(element: &Element, id: &str, version: &str, owners: &[String]) -> String {
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
    if !owners.is_empty() {
        head.push_str("owners:\n");
        for owner in owners {
            writeln!(head, "  - {owner}").ok();
        }
    }
    head
}

fn list(key: &str, items: &[(String, String)]) -> String {
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

fn page(fields: &[(&str, String)], body: &str) -> String {
    let head = fields.iter().fold(String::new(), |mut head, (key, value)| {
        writeln!(head, "{key}: {value}").ok();
        head
    });
    matter(&head, body)
}

fn matter(head: &str, body: &str) -> String {
    format!("---\n{head}---\n\n{body}")
}

/// What an element says, safe in MDX: braces and angle brackets would be code.
fn body(model: &Model, element: &Element) -> String {
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

//! A model as the content of an EventCatalog.

mod flow;
mod page;

use std::collections::BTreeMap;

use serde_json::Value;

use self::page::{body, header, list, matter, page, text};
use super::words::{consumed, members, published, slug};
use crate::{
    contract::Lock,
    files::Files,
    json::pretty,
    model::{Element, Facts, Kind, Model, Verb},
};

impl Model {
    /// The content of an EventCatalog: a domain, a service and a flow for each context, with its
    /// events, commands, queries and aggregates, external systems as services, owners as teams,
    /// and each event's schema where it is known.
    ///
    /// A version N of an event is N.0.0 there. Earlier ones are taken from the lock, if there is
    /// one.
    pub fn event_catalog(&self, lock: &Lock) -> Files {
        let mut files = Files::default();
        files.add("package.json", PACKAGE);
        files.add("eventcatalog.config.js", CONFIG);
        for context in self.of_kind(Kind::Context) {
            self.add_context(&mut files, context, lock);
        }
        files
    }

    fn add_context(&self, files: &mut Files, context: &Element, lock: &Lock) {
        let id = slug(context.id.name());
        let service = format!("{id}Service");
        let home = format!("domains/{id}");
        let owners: Vec<String> = context.owner().map(slug).into_iter().collect();
        if let Some(owner) = context.owner() {
            let team = self.team(owner);
            files.add(format!("teams/{}.mdx", slug(owner)), team);
        }
        let systems: Vec<&Element> = members(self, context, Kind::ExternalSystem).collect();
        let ids = std::iter::once(service.clone()).chain(systems.iter().map(|one| system_id(one)));
        let services: Vec<Pointer> = ids.map(|id| (id, FIRST.to_owned())).collect();
        let entities: Vec<Pointer> = members(self, context, Kind::Aggregate)
            .map(|aggregate| (slug(aggregate.id.name()), FIRST.to_owned()))
            .collect();
        let flow = flow::of(self, context);
        let flows: Vec<Pointer> = flow
            .iter()
            .map(|_| (format!("{id}Flow"), FIRST.to_owned()))
            .collect();
        let head = header(context, &id, FIRST, &owners);
        let lists = [
            ("services", services),
            ("entities", entities),
            ("flows", flows),
        ];
        let lists: String = lists.iter().map(|(key, items)| list(key, items)).collect();
        let domain = matter(&format!("{head}{lists}"), &body(self, context));
        files.add(format!("{home}/index.mdx"), domain);
        if let Some(steps) = flow {
            let head = header(context, &format!("{id}Flow"), FIRST, &owners);
            let path = format!("{home}/flows/{id}Flow/index.mdx");
            files.add(path, matter(&format!("{head}{steps}"), "<NodeGraph />\n"));
        }
        self.add_service(files, context, &format!("{home}/services/{service}"), lock);
        for system in systems {
            let path = format!("{home}/services/{}/index.mdx", system_id(system));
            files.add(path, self.system(system, &owners));
        }
        for aggregate in members(self, context, Kind::Aggregate) {
            let name = slug(aggregate.id.name());
            let head = header(aggregate, &name, FIRST, &owners);
            let path = format!("{home}/entities/{name}/index.mdx");
            let head = format!("{head}aggregateRoot: true\n");
            files.add(path, matter(&head, &body(self, aggregate)));
        }
    }

    /// The page of a system that is not ours: what it is told and asked, and what it says and asks.
    fn system(&self, system: &Element, owners: &[String]) -> String {
        let told = self.subjects(&system.id, Verb::Notifies);
        let asked = self.subjects(&system.id, Verb::HandledBy);
        let says = self.objects(&system.id, Verb::Emits);
        let asks = self.objects(&system.id, Verb::Issues);
        let receives: Vec<&Element> = told.chain(asked).collect();
        let sends: Vec<&Element> = says.chain(asks).collect();
        let head = header(system, &system_id(system), FIRST, owners);
        let head = format!(
            "{head}externalSystem: true\n{}{}",
            list("sends", &pointers(&sends)),
            list("receives", &pointers(&receives))
        );
        matter(&head, &format!("{}\n<NodeGraph />\n", body(self, system)))
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

    fn add_service(&self, files: &mut Files, context: &Element, home: &str, lock: &Lock) {
        let owners: Vec<String> = context.owner().map(slug).into_iter().collect();
        let commands: Vec<&Element> = members(self, context, Kind::Command)
            .filter(|command| !command.is_foreign())
            .collect();
        let (events, queries) = (
            published(self, context),
            members(self, context, Kind::Query).collect::<Vec<_>>(),
        );
        let sends = [
            pointers(&events),
            pointers(&issued_elsewhere(self, context)),
        ]
        .concat();
        let taken = consumed(self, context);
        let receives = [pointers(&commands), pointers(&queries), pointers(&taken)].concat();
        let id = format!("{}Service", slug(context.id.name()));
        let head = header(context, &id, FIRST, &owners);
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
            let place = format!("{home}/events/{}", slug(event.id.name()));
            self.add_message(files, &place, (event, self.schema(&event.id)), &owners);
            for (then, schema) in earlier(event, lock) {
                let place = format!("{place}/versioned/{}", semver(&then));
                self.add_message(files, &place, (&then, Some(schema)), &owners);
            }
        }
        for (kind, messages) in [("commands", commands), ("queries", queries)] {
            for message in messages {
                let place = format!("{home}/{kind}/{}", slug(message.id.name()));
                self.add_message(files, &place, (message, self.schema(&message.id)), &owners);
            }
        }
    }

    fn add_message(
        &self,
        files: &mut Files,
        home: &str,
        (message, schema): (&Element, Option<&Value>),
        owners: &[String],
    ) {
        let name = slug(message.id.name());
        let mut head = header(message, &name, &semver(message), owners);
        let mut body = body(self, message);
        if let Some(schema) = schema {
            files.add(format!("{home}/schema.json"), pretty(schema));
            head.push_str("schemaPath: schema.json\n");
            body.push_str("\n## Schema\n\n<SchemaViewer file=\"schema.json\" />\n");
        }
        files.add(format!("{home}/index.mdx"), matter(&head, &body));
    }
}

/// The version of whatever has none.
const FIRST: &str = "1.0.0";

/// An id with a version.
type Pointer = (String, String);

/// What lies outside of the model has no page to point to.
fn pointers(elements: &[&Element]) -> Vec<Pointer> {
    let elements = elements.iter().filter(|one| !one.is_foreign());
    elements
        .map(|one| (slug(one.id.name()), semver(one)))
        .collect()
}

/// The versions of an event that were released before the present one, each in its last form.
fn earlier<'a>(event: &Element, lock: &'a Lock) -> Vec<(Element, &'a Value)> {
    let forms = lock
        .forms()
        .filter(|(form, ..)| form.event == event.id.name() && Some(form.version) < event.version());
    let last: BTreeMap<u32, &Value> = forms
        .map(|(form, schema, _)| (form.version, schema))
        .collect();
    let last = last.into_iter().map(|(earlier, schema)| {
        let mut then = event.clone();
        if let Facts::Event { version, .. } = &mut then.facts {
            *version = earlier;
        }
        (then, schema)
    });
    last.collect()
}

/// Services have one space of ids, and a system may be called like a context.
fn system_id(system: &Element) -> String {
    let context = system.id.context().unwrap_or_default();
    format!("{}{}System", slug(context), slug(system.id.name()))
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

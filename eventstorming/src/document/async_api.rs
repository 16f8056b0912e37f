//! The events of a context as an AsyncAPI document.

use serde_json::{Value, json};

use super::words::{consumed, published, slug, summary};
use crate::{
    contract::samples,
    json::{object, pretty},
    model::{Element, Facts, Model, Verb},
};

impl Model {
    /// The events that a context sends and receives, as an AsyncAPI 3.1 document in JSON; nothing
    /// if there is no such context.
    ///
    /// Each event is a channel of its own, and travels as a CloudEvent as a store keeps it and a
    /// bus carries it: its `type` is the name it is stored under, its `schemaversion` the version.
    /// Data has a schema where the model knows it. Where a channel is found depends on the store
    /// and the bus, so it has no address.
    pub fn async_api(&self, context: &str) -> Option<String> {
        let id = crate::model::ElementId::shared(crate::model::Kind::Context, context);
        let context = self.element(&id)?;
        let (sent, received) = (published(self, context), consumed(self, context));
        let all: Vec<&Element> = sent.iter().chain(&received).copied().collect();
        let channels = all.iter().map(|event| (key(event), Some(channel(event))));
        let operations = sent
            .iter()
            .map(|event| {
                (
                    format!("send.{}", key(event)),
                    Some(operation("send", event)),
                )
            })
            .chain(received.iter().map(|event| {
                (
                    format!("receive.{}", key(event)),
                    Some(operation("receive", event)),
                )
            }));
        let messages = all
            .iter()
            .map(|event| (key(event), Some(message(self, event))));
        let description = summary(context);
        Some(pretty(&json!({
            "asyncapi": "3.1.0",
            "info": object([
                ("title", Some(json!(context.label))),
                ("version", Some(json!("1.0.0"))),
                ("description", (!description.is_empty()).then(|| json!(description))),
            ]),
            "defaultContentType": "application/cloudevents+json",
            "channels": object(channels),
            "operations": object(operations),
            "components": { "messages": object(messages) },
        })))
    }
}

fn key(event: &Element) -> String {
    format!(
        "{}.{}",
        slug(event.id.context().unwrap_or_default()),
        slug(event.id.name())
    )
}

fn channel(event: &Element) -> Value {
    let key = key(event);
    let reference = json!({ "$ref": format!("#/components/messages/{key}") });
    json!({
        "address": null,
        "description": "A log of events, or a bus: where it is found depends on the deployment.",
        "messages": object([(key, Some(reference))]),
    })
}

fn operation(action: &str, event: &Element) -> Value {
    let channel = format!("#/channels/{}", key(event));
    json!({ "action": action, "channel": { "$ref": channel } })
}

fn message(model: &Model, event: &Element) -> Value {
    let schema = model.schema(&event.id);
    let examples = schema.and_then(|schema| samples(schema).into_iter().next());
    let examples = examples.map(|sample| json!([{ "payload": envelope(model, event, &sample) }]));
    let description = summary(event);
    object([
        ("name", Some(json!(event.id.name()))),
        ("title", Some(json!(event.label))),
        (
            "summary",
            (!description.is_empty()).then(|| json!(description)),
        ),
        ("contentType", Some(json!("application/cloudevents+json"))),
        ("payload", Some(payload(event, schema))),
        ("examples", examples),
    ])
}

/// The CloudEvent, in the version of the event that is emitted now.
fn payload(event: &Element, schema: Option<&Value>) -> Value {
    let text = |said: &str| json!({ "type": "string", "description": said });
    let version = event.version().unwrap_or(1);
    let fields = json!({
        "specversion": { "const": "1.0" },
        "id": { "type": "string", "format": "uuid" },
        "source": { "type": "string", "format": "uri-reference", "description": "`/aether/` and the namespace." },
        "type": names(event),
        "subject": text("The id of the actor that it happened to."),
        "time": { "type": "string", "format": "date-time" },
        "datacontenttype": { "const": "application/json" },
        "schemaversion": { "const": version, "description": "The version of `data`; 1 if absent." },
        "actorversion": { "anyOf": [{ "type": "integer" }, { "type": "string" }], "description": "The number of the event in the history of its actor: a string beyond 32 bits." },
        "correlationid": text("What it belongs to."),
        "causationid": text("What it was caused by."),
        "commandid": text("The command that it came of."),
        "traceparent": text("The trace that it is a part of."),
        "data": schema.map_or_else(|| json!({}), |schema| embedded(schema, &key(event))),
    });
    let mut required = vec![
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "data",
    ];
    if version > 1 {
        required.push("schemaversion");
    }
    json!({ "type": "object", "required": required, "properties": fields })
}

/// The name it is stored under, and those of earlier builds.
fn names(event: &Element) -> Value {
    let Facts::Event { aliases, .. } = &event.facts else {
        return json!({ "const": event.id.name() });
    };
    if aliases.is_empty() {
        return json!({ "const": event.id.name() });
    }
    let names: Vec<&str> = std::iter::once(event.id.name())
        .chain(aliases.iter().map(String::as_str))
        .collect();
    json!({ "enum": names })
}

/// A sample as it travels.
fn envelope(model: &Model, event: &Element, sample: &Value) -> Value {
    let mut homes = model.objects(&event.id, Verb::AppliedBy);
    let home = homes.next().map_or("Actor", |home| home.id.name());
    json!({
        "specversion": "1.0",
        "id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "source": "/aether/default",
        "type": event.id.name(),
        "subject": format!("{home}.1"),
        "time": "2026-03-14T15:09:26Z",
        "datacontenttype": "application/json",
        "schemaversion": event.version().unwrap_or(1),
        "actorversion": 1,
        "data": sample,
    })
}

/// A schema inside of another document: its references lead through that document.
fn embedded(schema: &Value, key: &str) -> Value {
    let base = format!("#/components/messages/{key}/payload/properties/data");
    let mut schema = moved(schema, &base);
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("$schema");
    }
    schema
}

fn moved(node: &Value, base: &str) -> Value {
    if let Some(items) = node.as_array() {
        return items.iter().map(|item| moved(item, base)).collect();
    }
    let Some(fields) = node.as_object() else {
        return node.clone();
    };
    let field = |(key, value): (&String, &Value)| {
        let reference = value.as_str().filter(|_| key == "$ref");
        let path = reference.map(|path| path.strip_prefix('#').unwrap_or(path));
        let value = path.map_or_else(|| moved(value, base), |path| json!(format!("{base}{path}")));
        (key.clone(), value)
    };
    Value::Object(fields.iter().map(field).collect())
}

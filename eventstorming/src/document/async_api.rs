//! The events of a context as an AsyncAPI document.

use serde_json::{Value, json};

use super::words::{cloud_type, consumed, published, slug, summary};
use crate::{
    contract::samples,
    json::{object, pretty},
    model::{Element, Model},
};

impl Model {
    /// The events that a context sends and receives, as an AsyncAPI 3.1 document in JSON; nothing
    /// if there is no such context.
    ///
    /// Each event is a channel of its own, and travels as a CloudEvent whose `type` holds the
    /// context, the event and its version. Payloads have a schema where the model knows it.
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
    json!({ "address": cloud_type(event), "messages": object([(key, Some(reference))]) })
}

fn operation(action: &str, event: &Element) -> Value {
    let channel = format!("#/channels/{}", key(event));
    json!({ "action": action, "channel": { "$ref": channel } })
}

fn message(model: &Model, event: &Element) -> Value {
    let schema = model.schema(&event.id);
    let name = cloud_type(event);
    let fields = json!({
        "specversion": { "const": "1.0" },
        "id": { "type": "string" },
        "source": { "type": "string", "format": "uri-reference" },
        "type": { "const": name },
        "subject": { "type": "string", "description": "The actor that it happened to." },
        "time": { "type": "string", "format": "date-time" },
        "data": schema.map_or_else(|| json!({}), |schema| embedded(schema, &key(event))),
    });
    let payload = json!({
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "data"],
        "properties": fields,
    });
    let examples = schema.and_then(|schema| samples(schema).into_iter().next());
    let examples = examples.map(|sample| json!([{ "payload": envelope(&name, &sample) }]));
    let description = summary(event);
    object([
        ("name", Some(json!(name))),
        ("title", Some(json!(event.label))),
        (
            "summary",
            (!description.is_empty()).then(|| json!(description)),
        ),
        ("contentType", Some(json!("application/cloudevents+json"))),
        ("payload", Some(payload)),
        ("examples", examples),
    ])
}

/// A sample as it travels.
fn envelope(name: &str, sample: &Value) -> Value {
    json!({
        "specversion": "1.0",
        "id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "source": "/aether",
        "type": name,
        "subject": "actor.1",
        "time": "2026-03-14T15:09:26Z",
        "datacontenttype": "application/json",
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

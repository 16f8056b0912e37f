use std::collections::BTreeMap;

use eventstorming::meta;
use schemars::{JsonSchema, Schema, json_schema, schema_for};
use serde_json::Value;

use super::{DomainEvent, EventSet, EventTypes, VisitEvent, VisitInline};

/// Collects the JSON Schema of each event that it is shown.
#[derive(Debug, Default)]
pub struct Schemas(BTreeMap<&'static str, Schema>);

impl Schemas {
    /// The schemas, by stored name.
    pub fn into_map(self) -> BTreeMap<&'static str, Schema> {
        self.0
    }
}

impl<E: DomainEvent + JsonSchema> VisitEvent<E> for Schemas {
    fn visit(&mut self) {
        self.0.insert(E::META.name.as_str(), schema_for!(E));
    }
}

impl<E: EventSet + JsonSchema> VisitInline<E> for Schemas {
    fn visit_inline(&mut self, has_fields: &[bool]) {
        let whole = schema_for!(E);
        let mut variants = variants(&whole);
        for (event, has_fields) in E::EVENTS.iter().zip(has_fields) {
            let variant = if *has_fields { variants.next() } else { None };
            self.0
                .insert(event.name.as_str(), alone(&whole, event, variant));
        }
    }
}

/// The schemas of the variants with fields, in the order written: each is the only property of
/// an object, for serde tags a variant with its name.
fn variants(whole: &Schema) -> impl Iterator<Item = &serde_json::Map<String, Value>> {
    let cases = whole
        .get("oneOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let tagged = cases.filter_map(|case| case.get("properties")?.as_object()?.values().next());
    tagged.filter_map(Value::as_object)
}

/// The schema of one variant, with what it takes from the schema of the enum.
fn alone(
    whole: &Schema,
    event: &meta::Event,
    variant: Option<&serde_json::Map<String, Value>>,
) -> Schema {
    let mut schema = variant
        .cloned()
        .map_or_else(|| json_schema!({ "type": "object" }), Into::into);
    for key in ["$schema", "$defs"] {
        if let Some(shared) = whole.get(key) {
            schema.insert(key.to_owned(), shared.clone());
        }
    }
    schema.insert("title".to_owned(), event.name.as_str().into());
    if !event.docs.text.is_empty() {
        schema.insert("description".to_owned(), event.docs.text.into());
    }
    schema
}

/// The JSON Schema of each event of a set, by stored name.
pub fn event_schemas<E: EventTypes<Schemas>>() -> BTreeMap<&'static str, Schema> {
    let mut schemas = Schemas::default();
    E::visit(&mut schemas);
    schemas.into_map()
}

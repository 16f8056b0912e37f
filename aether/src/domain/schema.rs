use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, schema_for};

use super::{DomainEvent, EventTypes, VisitEvent};

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

/// The JSON Schema of each event of a set, by stored name.
pub fn event_schemas<E: EventTypes<Schemas>>() -> BTreeMap<&'static str, Schema> {
    let mut schemas = Schemas::default();
    E::visit(&mut schemas);
    schemas.into_map()
}

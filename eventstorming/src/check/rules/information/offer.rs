use std::collections::BTreeSet;

use serde_json::Value;

use super::gap::allowance;
use crate::{check::Code, contract::Schema};

/// How deep a schema is looked into.
pub(super) const DEPTH: usize = 12;

/// What a value is, as far as it matters for where it may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Text,
    Number,
    /// A truth, or one of several cases.
    Choice,
    /// A moment or an id, which the context gives.
    Made,
    /// Something with fields.
    Record,
    /// The schema does not say.
    Anything,
}

/// What there is to take information from: fields by name, and types that have a name.
#[derive(Debug, Default)]
pub(super) struct Offer {
    types: BTreeSet<String>,
    fields: BTreeSet<(String, Form)>,
}

impl Offer {
    pub(super) fn add(&mut self, schema: &Value) {
        self.add_node(None, &Schema::new(schema).resolved(), DEPTH);
    }

    /// Adds those fields of a schema that are allowed to come from nowhere.
    pub(super) fn add_allowed(&mut self, schema: Option<&Value>, code: Code) {
        let Some(schema) = schema else { return };
        for (name, field) in Schema::new(schema).resolved().properties() {
            if allowance(&field, code).is_some() {
                self.add_node(Some(name), &field, DEPTH);
            }
        }
    }

    pub(super) fn has_type(&self, schema: &Schema<'_>) -> bool {
        schema.name().is_some_and(|name| self.types.contains(name))
    }

    pub(super) fn has_field(&self, name: &str, form: Form) -> bool {
        self.fields.contains(&(name.to_owned(), form))
    }

    fn add_node(&mut self, field: Option<&str>, schema: &Schema<'_>, depth: usize) {
        let known = schema
            .name()
            .is_some_and(|name| !self.types.insert(name.to_owned()));
        if let Some(field) = field {
            self.fields.insert((field.to_owned(), form(schema)));
        }
        if depth == 0 || known {
            return;
        }
        for (name, inner) in schema.properties() {
            self.add_node(Some(name), &inner, depth - 1);
        }
        for inner in inside(schema) {
            self.add_node(field, &inner, depth - 1);
        }
    }
}

/// What a list, a map, an option or a union holds.
pub(super) fn inside<'a>(schema: &Schema<'a>) -> Vec<Schema<'a>> {
    let mut inside = schema.branches().unwrap_or_default();
    inside.extend(schema.get("items").map(|items| schema.at(items)));
    let places = schema.list("prefixItems").iter();
    inside.extend(places.map(|place| schema.at(place)));
    inside.extend(schema.map_values().map(|(_, values)| values));
    inside
}

pub(super) fn form(schema: &Schema<'_>) -> Form {
    if schema.get("enum").is_some() || schema.get("const").is_some() {
        return Form::Choice;
    }
    match (kind(schema), schema.text("format")) {
        (Some("string"), Some("date-time" | "date" | "time" | "uuid")) => Form::Made,
        (Some("string"), _) => Form::Text,
        (Some("integer" | "number"), _) => Form::Number,
        (Some("boolean" | "null"), _) => Form::Choice,
        (Some("object"), _) if schema.get("properties").is_some() => Form::Record,
        _ => Form::Anything,
    }
}

/// The type it has, beside `null`.
fn kind<'a>(schema: &'a Schema<'_>) -> Option<&'a str> {
    let one = schema.text("type");
    let mut several = schema.list("type").iter().filter_map(Value::as_str);
    one.or_else(|| several.find(|kind| *kind != "null"))
}

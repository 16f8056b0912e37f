//! Whether a value is one that a schema describes.

use std::fmt;

use serde_json::Value;

use super::{
    alternative::{Alternative, Form, alternatives},
    number::Range,
    schema::Schema,
};

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Where in the value, as a JSON pointer.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at \"{}\": {}", self.pointer, self.message)
    }
}

/// What is wrong with a value by a schema; nothing if it is valid.
///
/// It knows the keywords that schemas of Rust types have. Formats and patterns of strings are
/// not looked at: reading the value with its type does that better.
pub fn validate(schema: &Value, value: &Value) -> Vec<Violation> {
    check(&Schema::new(schema), value, "")
}

fn violation(pointer: &str, message: impl Into<String>) -> Vec<Violation> {
    vec![Violation {
        pointer: pointer.to_owned(),
        message: message.into(),
    }]
}

/// The best of the alternatives decides: the one with the deepest mistake was meant.
pub(super) fn check(schema: &Schema<'_>, value: &Value, pointer: &str) -> Vec<Violation> {
    let alternatives = alternatives(schema);
    let mut best: Option<Vec<Violation>> = None;
    for alternative in &alternatives {
        let found = check_one(alternative, value, pointer);
        if found.is_empty() {
            return found;
        }
        let depth = |found: &[Violation]| found.iter().map(|one| one.pointer.len()).max();
        if best.as_ref().is_none_or(|best| depth(best) < depth(&found)) {
            best = Some(found);
        }
    }
    best.unwrap_or_else(|| violation(pointer, "no value is valid here"))
}

fn check_one(alternative: &Alternative<'_>, value: &Value, pointer: &str) -> Vec<Violation> {
    let schema = &alternative.schema;
    match (&alternative.form, value) {
        (Form::Any, _) | (Form::Null, Value::Null) | (Form::Boolean, Value::Bool(_)) => Vec::new(),
        (Form::Value(known), value) if known == value => Vec::new(),
        (Form::Integer, Value::Number(number)) if !is_whole(number) => {
            violation(pointer, format!("{number} is not whole"))
        }
        (Form::Integer | Form::Number, Value::Number(number)) => {
            let fits = number
                .as_f64()
                .is_none_or(|number| Range::of(schema).contains(number));
            if fits {
                Vec::new()
            } else {
                violation(pointer, format!("{number} is out of range"))
            }
        }
        (Form::Text, Value::String(text)) => check_length(schema, text, pointer),
        (Form::List | Form::Tuple, Value::Array(items)) => check_items(schema, items, pointer),
        (Form::Object, Value::Object(fields)) => check_fields(schema, fields, pointer),
        (form, value) => violation(pointer, format!("{value} is not {}", form.title())),
    }
}

fn is_whole(number: &serde_json::Number) -> bool {
    number.is_i64()
        || number.is_u64()
        || number.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn outside(schema: &Schema<'_>, (least, most): (&str, &str), count: usize) -> bool {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    schema.number(least).is_some_and(|least| count < least)
        || schema.number(most).is_some_and(|most| count > most)
}

fn check_length(schema: &Schema<'_>, text: &str, pointer: &str) -> Vec<Violation> {
    if outside(schema, ("minLength", "maxLength"), text.chars().count()) {
        return violation(pointer, format!("the length of {text:?} is out of range"));
    }
    Vec::new()
}

fn check_items(schema: &Schema<'_>, items: &[Value], pointer: &str) -> Vec<Violation> {
    if outside(schema, ("minItems", "maxItems"), items.len()) {
        return violation(
            pointer,
            format!("{} items are too few or too many", items.len()),
        );
    }
    let places = schema.list("prefixItems");
    let rest = schema.get("items");
    let found = items.iter().enumerate().flat_map(|(index, item)| {
        let node = places.get(index).or(rest);
        let pointer = format!("{pointer}/{index}");
        node.map_or_else(Vec::new, |node| check(&schema.at(node), item, &pointer))
    });
    found.collect()
}

fn check_fields(
    schema: &Schema<'_>,
    fields: &serde_json::Map<String, Value>,
    pointer: &str,
) -> Vec<Violation> {
    let required = schema.list("required").iter().filter_map(Value::as_str);
    let missing = required.filter(|name| !fields.contains_key(*name));
    let mut found: Vec<Violation> = missing
        .flat_map(|name| violation(pointer, format!("`{name}` is missing")))
        .collect();
    let values = schema.map_values();
    for (name, value) in fields {
        let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        match (schema.property(name), &values) {
            (Some(property), _) => found.extend(check(&property, value, &pointer)),
            (None, Some((_, values))) => found.extend(check(values, value, &pointer)),
            (None, None) if schema.is_closed() => {
                found.extend(violation(&pointer, format!("`{name}` is not a field")));
            }
            (None, None) => {}
        }
    }
    found
}

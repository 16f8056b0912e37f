//! Putting JSON together, field by field.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

/// A document of texts, numbers and lists as JSON: keys sorted, with an end of line.
#[expect(
    clippy::expect_used,
    reason = "texts, numbers and lists always have a JSON form"
)]
pub(crate) fn pretty(document: &impl Serialize) -> String {
    let value = serde_json::to_value(document).expect("a document has a JSON form");
    format!("{:#}\n", canonical(value))
}

/// A value whose objects have their keys sorted, whatever order `serde_json` was built to keep.
pub(crate) fn canonical(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<String, Value> = fields.into_iter().collect();
            let fields = sorted.into_iter();
            Value::Object(fields.map(|(key, value)| (key, canonical(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => scalar,
    }
}

/// An object of these fields; those without a value are left out.
pub(crate) fn object<K: Into<String>>(
    fields: impl IntoIterator<Item = (K, Option<Value>)>,
) -> Value {
    let fields = fields.into_iter();
    let given = fields.filter_map(|(key, value)| Some((key.into(), value?)));
    Value::Object(given.collect::<Map<String, Value>>())
}

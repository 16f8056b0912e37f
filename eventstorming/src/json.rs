//! Putting JSON together, field by field.

use serde::Serialize;
use serde_json::{Map, Value};

/// A document of texts, numbers and lists as JSON, with an end of line.
#[expect(
    clippy::expect_used,
    reason = "texts, numbers and lists always have a JSON form"
)]
pub(crate) fn pretty(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).expect("a document has a JSON form") + "\n"
}

/// An object of these fields; those without a value are left out.
pub(crate) fn object<K: Into<String>>(
    fields: impl IntoIterator<Item = (K, Option<Value>)>,
) -> Value {
    let fields = fields.into_iter();
    let given = fields.filter_map(|(key, value)| Some((key.into(), value?)));
    Value::Object(given.collect::<Map<String, Value>>())
}

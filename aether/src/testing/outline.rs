//! JSON as lines for people: a key and its value on a line of their own, so that comparing two
//! outlines line by line says which values differ.

use serde_json::Value;

use crate::Payload;

/// The most characters of a list that is written on one line.
const SHORT: usize = 60;

/// The outline of a payload; the payload as it is, if it is not JSON.
pub(super) fn of_payload(payload: &Payload) -> Vec<String> {
    payload
        .decode::<Value>()
        .map_or_else(|_| vec![payload.as_str().to_owned()], |value| of(&value))
}

/// The outline of a value.
pub(super) fn of(value: &Value) -> Vec<String> {
    match (on_one_line(value), value) {
        (Some(line), _) => vec![line],
        (None, Value::Array(items)) => items.iter().flat_map(item).collect(),
        (None, Value::Object(entries)) => entries
            .iter()
            .flat_map(|(key, value)| entry(key, value))
            .collect(),
        (None, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => Vec::new(),
    }
}

fn entry(key: &str, value: &Value) -> Vec<String> {
    let key = if key.is_empty() || key.contains([':', ' ', '\n']) {
        format!("{key:?}")
    } else {
        key.to_owned()
    };
    match on_one_line(value) {
        Some(line) => vec![format!("{key}: {line}")],
        None => [format!("{key}:")]
            .into_iter()
            .chain(of(value).into_iter().map(|line| format!("  {line}")))
            .collect(),
    }
}

fn item(value: &Value) -> Vec<String> {
    let marks = ["- "].into_iter().chain(std::iter::repeat("  "));
    let lines = of(value).into_iter();
    lines
        .zip(marks)
        .map(|(line, mark)| format!("{mark}{line}"))
        .collect()
}

/// A value that needs no lines of its own.
fn on_one_line(value: &Value) -> Option<String> {
    match value {
        Value::Object(entries) => entries.is_empty().then(|| "{}".to_owned()),
        Value::Array(items) => {
            let plain = |item: &Value| !item.is_array() && !item.is_object();
            let items = items
                .iter()
                .map(|item| plain(item).then(|| item.to_string()));
            let line = format!("[{}]", items.collect::<Option<Vec<_>>>()?.join(", "));
            (line.len() <= SHORT).then_some(line)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Some(value.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(value: &Value, expected: &[&str]) {
        assert_eq!(of(value), expected);
    }

    #[test]
    fn each_value_has_a_line() {
        check(
            &json!({ "a": 1, "b": { "c": "x\ny", "d": null }, "two words": true }),
            &[
                "a: 1",
                "b:",
                r#"  c: "x\ny""#,
                "  d: null",
                r#""two words": true"#,
            ],
        );
    }

    #[test]
    fn items_of_a_list_are_told_apart() {
        check(
            &json!({ "lines": [{ "sku": "a", "n": [1, 2] }, { "sku": "b" }, [[3]]] }),
            &[
                "lines:",
                "  - n: [1, 2]",
                "    sku: \"a\"",
                "  - sku: \"b\"",
                "  - - [3]",
            ],
        );
    }

    #[test]
    fn what_is_empty_or_short_needs_one_line() {
        check(&json!({}), &["{}"]);
        check(
            &json!({ "a": [], "b": {}, "c": ["x", 1] }),
            &["a: []", "b: {}", r#"c: ["x", 1]"#],
        );
        check(&json!("plain"), &[r#""plain""#]);
        let long = "x".repeat(SHORT);
        check(&json!([long]), &[&format!("- \"{long}\"")]);
    }
}

//! What became of a state.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

/// A place in a state that is another than before. What is not there is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    pub(crate) place: String,
    pub(crate) before: Value,
    pub(crate) after: Value,
}

/// Each place in which two states differ, in the order of their names.
pub(crate) fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    differ(before, after, "", &mut changes);
    changes
}

fn differ(before: &Value, after: &Value, place: &str, changes: &mut Vec<Change>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
            for key in keys {
                let [old, new] = [old, new].map(|it| it.get(key).unwrap_or(&Value::Null));
                differ(old, new, &join(place, key), changes);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for index in 0..old.len().max(new.len()) {
                let [old, new] = [old, new].map(|it| it.get(index).unwrap_or(&Value::Null));
                differ(old, new, &join(place, &index.to_string()), changes);
            }
        }
        _ if before == after => {}
        _ => changes.push(Change {
            place: place.to_owned(),
            before: before.clone(),
            after: after.clone(),
        }),
    }
}

fn join(place: &str, key: &str) -> String {
    if place.is_empty() {
        key.to_owned()
    } else {
        format!("{place}.{key}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_place_that_is_another_is_named_with_what_was_and_what_is() {
        let before = json!({ "lines": [{ "price": 3 }, 1], "same": [1], "gone": true });
        let after = json!({ "lines": [{ "price": 4 }], "same": [1], "new": { "x": 1 } });
        let changes = changes(&before, &after);
        let told = changes
            .iter()
            .map(|it| format!("{}: {} {}", it.place, it.before, it.after));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "gone: true null",
                "lines.0.price: 3 4",
                "lines.1: 1 null",
                "new: null {\"x\":1}",
            ]
        );
    }
}

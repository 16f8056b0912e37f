use serde_json::{Map, Value};

/// The length of a UUID as text.
const UUID: usize = 36;

/// Replaces what differs from run to run: UUIDs by numbers, in the order in which they appear, so
/// that equal ids stay equal; and moments in RFC 3339.
#[derive(Debug, Default)]
pub(super) struct Redaction {
    uuids: Vec<String>,
}

impl Redaction {
    /// Redacts every text in a value, and the ids in the keys of its objects, which are sorted.
    /// Moments in keys stay, so that no two keys become the same.
    pub(super) fn of(&mut self, mut value: Value) -> Value {
        // Ids are numbered in an order that does not depend on how the JSON was written.
        value.sort_all_objects();
        let mut value = self.value(value);
        value.sort_all_objects();
        value
    }

    fn value(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text, true)),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(entries) => {
                let entries = entries.into_iter();
                let redacted =
                    entries.map(|(key, value)| (self.text(&key, false), self.value(value)));
                Value::Object(redacted.collect::<Map<_, _>>())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }

    fn text(&mut self, text: &str, times: bool) -> String {
        let mut redacted = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let word_ended = !redacted.ends_with(|last: char| last.is_ascii_alphanumeric());
            let length = if let Some(uuid) = uuid(rest).filter(|_| word_ended) {
                redacted.push_str(&self.number(uuid));
                UUID
            } else if let Some(length) = time(rest).filter(|_| word_ended && times) {
                redacted.push_str("[time]");
                length
            } else {
                redacted.push(first);
                first.len_utf8()
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        redacted
    }

    fn number(&mut self, uuid: &str) -> String {
        let uuid = uuid.to_ascii_lowercase();
        let known = self.uuids.iter().position(|known| *known == uuid);
        let index = known.unwrap_or_else(|| {
            self.uuids.push(uuid);
            self.uuids.len() - 1
        });
        format!("[uuid-{}]", index + 1)
    }
}

/// The UUID that the text begins with.
fn uuid(text: &str) -> Option<&str> {
    let (uuid, rest) = text.split_at_checked(UUID)?;
    let is_uuid = uuid.bytes().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    (is_uuid && !rest.starts_with(|next: char| next.is_ascii_alphanumeric())).then_some(uuid)
}

/// The length of the moment that the text begins with.
fn time(text: &str) -> Option<usize> {
    let of_a_time = |char: char| char.is_ascii_digit() || "TtZz:.+-".contains(char);
    let end = text.find(|char| !of_a_time(char)).unwrap_or(text.len());
    let candidate = text.get(..end)?.trim_end_matches(['.', ':', '-', '+']);
    let is_time = candidate.len() >= "2026-01-01T00:00:00Z".len()
        && candidate.parse::<jiff::Timestamp>().is_ok();
    is_time.then_some(candidate.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const A: &str = "0193b0c2-7a11-7cc1-9c6c-0242ac120002";
    const B: &str = "F47AC10B-58CC-4372-A567-0E02B2C3D479";

    #[test]
    fn equal_ids_stay_equal() {
        let value = json!([A, B, format!("order-{A}, {}", B.to_lowercase()), { A: 1 }]);
        assert_eq!(
            Redaction::default().of(value),
            json!(["[uuid-1]", "[uuid-2]", "order-[uuid-1], [uuid-2]", { "[uuid-1]": 1 }])
        );
    }

    #[test]
    fn moments_are_redacted_wherever_they_stand() {
        let value = json!([
            "2026-11-21T08:12:24Z",
            "2026-11-21T08:12:24.123456789+01:00",
            "at 2026-11-21t08:12:24Z.",
            { "2026-11-21T08:12:24Z": "2026-11-21T08:12:24-00:30" },
        ]);
        let expected = json!([
            "[time]",
            "[time]",
            "at [time].",
            { "2026-11-21T08:12:24Z": "[time]" },
        ]);
        assert_eq!(Redaction::default().of(value), expected);
    }

    #[test]
    fn what_only_looks_alike_stays() {
        for text in [
            "2026-11-21",
            "2026-11-21T08:12:24",
            "2026-13-41T08:12:24Z",
            "0193b0c2-7a11-7cc1-9c6c-0242ac12000",
            &format!("{A}0"),
            &format!("x{A}"),
            "Grüße, 12:30",
            "",
        ] {
            assert_eq!(Redaction::default().of(json!(text)), json!(text));
        }
    }
}

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::answer::Refusal;

/// What a stream is to be, as far as this double does it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Config {
    pub(super) name: String,
    #[serde(default)]
    pub(super) subjects: Vec<String>,
    #[serde(default = "one")]
    pub(super) num_replicas: usize,
    /// How many messages of a subject are kept; all, unless that is above 0.
    #[serde(default)]
    max_msgs_per_subject: i64,
    #[serde(default)]
    duplicate_window: u64,
    #[serde(default)]
    pub(super) allow_direct: bool,
    #[serde(default)]
    pub(super) allow_atomic: bool,
    #[serde(default)]
    pub(super) republish: Option<Republish>,
}

/// Under which subjects a stream tells what it has stored.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Republish {
    pub(super) src: String,
    pub(super) dest: String,
    #[serde(default)]
    pub(super) headers_only: bool,
}

const fn one() -> usize {
    1
}

/// Settings that change what a stream does, and that are not done here unless they say nothing.
const NOT_DONE: [&str; 14] = [
    "allow_msg_counter",
    "allow_msg_schedules",
    "allow_msg_ttl",
    "discard_new_per_subject",
    "first_seq",
    "max_age",
    "max_bytes",
    "max_msg_size",
    "max_msgs",
    "mirror",
    "no_ack",
    "sealed",
    "sources",
    "subject_transform",
];

impl Config {
    /// How long message ids are known if nothing is said.
    const WINDOW: Duration = Duration::from_mins(2);

    pub(super) fn read(payload: &[u8]) -> Result<(Self, Value), Refusal> {
        let said: Value =
            serde_json::from_slice(payload).map_err(|_garbled| Refusal::BAD_REQUEST)?;
        let config = Self::deserialize(&said).map_err(|_garbled| Refusal::BAD_REQUEST)?;
        let is_said = |name: &&str| says(said.get(*name));
        let is_limited = said.get("retention").and_then(Value::as_str);
        if NOT_DONE.iter().any(is_said) || is_limited.is_some_and(|it| it != "limits") {
            return Err(Refusal::NOT_SUPPORTED);
        }
        Ok((config, said))
    }

    pub(super) fn per_subject(&self) -> Option<usize> {
        usize::try_from(self.max_msgs_per_subject)
            .ok()
            .filter(|most| *most > 0)
    }

    pub(super) const fn window(&self) -> Duration {
        if self.duplicate_window == 0 {
            Self::WINDOW
        } else {
            Duration::from_nanos(self.duplicate_window)
        }
    }
}

/// Whether a setting is set to something.
fn says(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(is_set)) => *is_set,
        Some(Value::Number(number)) => number.as_i64().is_none_or(|it| it > 0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(all)) => !all.is_empty(),
        Some(Value::Object(_)) => true,
    }
}

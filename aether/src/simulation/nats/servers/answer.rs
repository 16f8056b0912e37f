//! What `JetStream` answers.

use serde_json::{Value, json};

/// Why `JetStream` does not do what it is asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    code: u16,
    pub(super) err_code: u64,
    description: &'static str,
}

impl Refusal {
    pub(super) const NOT_SUPPORTED: Self = Self::new(400, 10_052, "the double does not do that");
    pub(super) const BAD_REQUEST: Self = Self::new(400, 10_003, "bad request");
    pub(super) const NO_MESSAGE: Self = Self::new(404, 10_037, "no message found");
    pub(super) const NO_STREAM: Self = Self::new(404, 10_059, "stream not found");
    pub(super) const NAME_IN_USE: Self = Self::new(
        400,
        10_058,
        "stream name already in use with a different configuration",
    );
    pub(super) const OVERLAP: Self =
        Self::new(400, 10_065, "subjects overlap with an existing stream");
    pub(super) const TOO_FEW_SERVERS: Self =
        Self::new(400, 10_005, "no suitable peers for placement");
    pub(super) const OTHER_STREAM: Self = Self::new(400, 10_060, "expected stream does not match");
    pub(super) const OTHER_MESSAGE_ID: Self = Self::new(400, 10_070, "wrong last msg ID");
    pub(super) const WRONG_LAST: Self = Self::new(400, 10_071, "wrong last sequence");
    pub(super) const IN_FLIGHT: Self = Self::new(400, 10_164, "wrong last sequence");
    pub(super) const ID_IN_FLIGHT: Self =
        Self::new(409, 10_158, "duplicate message id is in process");
    pub(super) const NO_BATCHES: Self = Self::new(400, 10_174, "atomic publish is disabled");
    pub(super) const NO_BATCH_SEQUENCE: Self =
        Self::new(400, 10_175, "atomic publish sequence is missing");
    pub(super) const INCOMPLETE_BATCH: Self =
        Self::new(400, 10_176, "atomic publish batch is incomplete");
    pub(super) const LARGE_BATCH: Self =
        Self::new(400, 10_199, "atomic publish batch is too large");
    pub(super) const REPEATED_ID_IN_BATCH: Self = Self::new(
        400,
        10_201,
        "atomic publish batch contains duplicate message id",
    );

    const fn new(code: u16, err_code: u64, description: &'static str) -> Self {
        Self {
            code,
            err_code,
            description,
        }
    }

    pub(super) fn json(self) -> Value {
        json!({
            "code": self.code,
            "err_code": self.err_code,
            "description": self.description,
        })
    }
}

/// What becomes of a message that was to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Acknowledgement {
    Stored(u64),
    Duplicate(u64),
    /// The last one of a batch, its id, and how many they are.
    Batch(u64, String, usize),
    Refused(Refusal),
}

impl From<Refusal> for Acknowledgement {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Acknowledgement {
    pub(super) fn json(&self, stream: &str) -> Value {
        match self {
            Self::Stored(sequence) => json!({"stream": stream, "seq": sequence}),
            Self::Duplicate(sequence) => {
                json!({"stream": stream, "seq": sequence, "duplicate": true})
            }
            Self::Batch(sequence, id, count) => {
                json!({"stream": stream, "seq": sequence, "batch": id, "count": count})
            }
            Self::Refused(refusal) => {
                json!({"error": refusal.json(), "stream": stream, "seq": 0})
            }
        }
    }
}

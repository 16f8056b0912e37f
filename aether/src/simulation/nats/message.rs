use std::fmt;

use bytes::Bytes;

/// A message on its way to servers, or from them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NatsMessage {
    /// Its subject.
    pub subject: String,
    /// Where its answer is waited for.
    pub reply: Option<String>,
    /// Its headers, in order.
    pub headers: Vec<(String, String)>,
    /// What a server says about it: 503 if nobody is there who would answer.
    pub status: Option<u16>,
    /// What it holds.
    pub payload: Bytes,
}

impl NatsMessage {
    /// A message without headers, that wants no answer.
    pub fn new(subject: impl Into<String>, payload: impl Into<Bytes>) -> Self {
        Self {
            subject: subject.into(),
            payload: payload.into(),
            ..Self::default()
        }
    }

    /// Has it answered there.
    #[must_use]
    pub fn reply_to(mut self, subject: impl Into<String>) -> Self {
        self.reply = Some(subject.into());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.headers.push((name.into(), value.to_string()));
        self
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The number in a header, if there is one.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.parse().ok()
    }

    /// What a server says by itself.
    pub(super) fn status(subject: impl Into<String>, status: u16) -> Self {
        Self {
            subject: subject.into(),
            status: Some(status),
            ..Self::default()
        }
    }
}

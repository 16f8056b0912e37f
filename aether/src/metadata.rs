use std::{collections::BTreeMap, sync::Arc};

use crate::{CommandId, SessionMark};

/// What is known about an event besides what happened: why, and in which conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Metadata {
    /// The conversation that the event belongs to.
    pub correlation_id: Option<String>,
    /// What caused the event directly: the id of an event or of a message.
    pub causation_id: Option<String>,
    /// The command whose handling gave the event.
    pub command_id: Option<CommandId>,
    /// The trace that the event belongs to, as W3C Trace Context writes it.
    pub traceparent: Option<String>,
    /// The place of the command among those that its sender has sent: see
    /// [`session`](crate::session).
    pub session: Option<Arc<SessionMark>>,
    custom: BTreeMap<String, String>,
}

/// Says why a key of the user's own metadata is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` cannot be a metadata key: {reason}")]
pub struct InvalidMetadataKey {
    key: String,
    reason: &'static str,
}

impl Metadata {
    /// The most characters a key of the user's own may have, as CloudEvents recommends.
    pub const MAX_KEY_LENGTH: usize = 20;

    /// The attribute names that are taken.
    pub const RESERVED: &'static [&'static str] = &[
        "actorversion",
        "aetherbreaks",
        "aethercommit",
        "aetherfence",
        "aetherkind",
        "aetherpart",
        "aethersession",
        "causationid",
        "commandid",
        "commandkey",
        "correlationid",
        "data",
        "database64",
        "datacontenttype",
        "dataschema",
        "due",
        "id",
        "personaldata",
        "schemaversion",
        "source",
        "specversion",
        "subject",
        "time",
        "timerkey",
        "traceparent",
        "tracestate",
        "type",
    ];

    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.correlation_id.is_none()
            && self.causation_id.is_none()
            && self.command_id.is_none()
            && self.traceparent.is_none()
            && self.session.is_none()
            && self.custom.is_empty()
    }

    /// The user's own entries, by key.
    pub const fn custom(&self) -> &BTreeMap<String, String> {
        &self.custom
    }

    /// Adds an entry of the user's own, and gives back the one it replaces.
    ///
    /// Stored events are CloudEvents, and the entry becomes one of their extension attributes.
    ///
    /// # Errors
    /// If the key is no name that CloudEvents allows (1 to 20 characters `a` to `z` and `0` to
    /// `9`), or is the name of an attribute that is already spoken for.
    pub fn insert(
        &mut self,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Result<Option<String>, InvalidMetadataKey> {
        let key = key.into();
        match refusal(&key) {
            Some(reason) => Err(InvalidMetadataKey { key, reason }),
            None => Ok(self.custom.insert(key, value.into())),
        }
    }

    /// Takes an extension attribute out.
    pub(crate) fn take(&mut self, key: &str) -> Option<String> {
        self.custom.remove(key)
    }

    /// Keeps an extension attribute of a `CloudEvent` that was read, whatever its name.
    pub(crate) fn keep(&mut self, key: String, value: String) {
        self.custom.insert(key, value);
    }
}

fn refusal(key: &str) -> Option<&'static str> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if key.is_empty() || key.len() > Metadata::MAX_KEY_LENGTH || !key.bytes().all(allowed) {
        Some("a key has 1 to 20 characters, each `a` to `z` or `0` to `9`")
    } else if Metadata::RESERVED.contains(&key) {
        Some("the name is an attribute of every stored event")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_names_that_cloudevents_allows() {
        let mut metadata = Metadata::new();
        assert_eq!(metadata.insert("tenant", "eu"), Ok(None));
        assert_eq!(metadata.insert("tenant", "us"), Ok(Some("eu".to_owned())));
        for key in [
            "",
            "Tenant",
            "tenant_id",
            "a23456789012345678901",
            "type",
            "actorversion",
        ] {
            assert!(metadata.insert(key, "x").is_err(), "{key}");
        }
        assert_eq!(metadata.custom().len(), 1);
    }
}

use serde::{Deserialize, Serialize};

/// What an element is: the colour of its note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A part of the domain with a language of its own.
    Context,
    /// A consistency boundary: it decides about commands.
    Aggregate,
    /// Something that is asked for.
    Command,
    /// Something that happened.
    Event,
    /// A rule: whenever this happened, that is asked for.
    Policy,
    /// What is known, derived from events.
    ReadModel,
    /// A question that a read model answers.
    Query,
    /// A system that is not ours.
    ExternalSystem,
    /// Someone who acts on the system.
    Actor,
    /// An open question about any other element.
    Hotspot,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Context,
        Self::Aggregate,
        Self::Command,
        Self::Event,
        Self::Policy,
        Self::ReadModel,
        Self::Query,
        Self::ExternalSystem,
        Self::Actor,
        Self::Hotspot,
    ];

    /// The token that stands for it in ids and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Aggregate => "aggregate",
            Self::Command => "command",
            Self::Event => "event",
            Self::Policy => "policy",
            Self::ReadModel => "read_model",
            Self::Query => "query",
            Self::ExternalSystem => "external_system",
            Self::Actor => "actor",
            Self::Hotspot => "hotspot",
        }
    }

    /// What a reader calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Aggregate => "aggregate",
            Self::Command => "command",
            Self::Event => "event",
            Self::Policy => "policy",
            Self::ReadModel => "read model",
            Self::Query => "query",
            Self::ExternalSystem => "system",
            Self::Actor => "actor",
            Self::Hotspot => "hot spot",
        }
    }

    /// What a reader calls several of it.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Context => "contexts",
            Self::Aggregate => "aggregates",
            Self::Command => "commands",
            Self::Event => "events",
            Self::Policy => "policies",
            Self::ReadModel => "read models",
            Self::Query => "queries",
            Self::ExternalSystem => "systems",
            Self::Actor => "actors",
            Self::Hotspot => "hot spots",
        }
    }

    pub(super) fn parse(token: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == token)
    }

    /// Whether its elements may stand outside of every context.
    pub(super) const fn may_be_shared(self) -> bool {
        matches!(self, Self::Context | Self::Actor | Self::Hotspot)
    }
}

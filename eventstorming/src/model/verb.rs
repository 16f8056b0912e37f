use serde::{Deserialize, Serialize};

use super::Kind;

/// What one element does to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// An actor observes a read model.
    Observes,
    /// A read model informs a command.
    Informs,
    /// An actor, a policy or a system issues a command.
    Issues,
    /// A command is handled by an aggregate or a system.
    HandledBy,
    /// A command, or a system by itself, emits an event.
    Emits,
    /// An event activates a policy.
    Activates,
    /// An event feeds a read model, or the memory of a process manager.
    Feeds,
    /// An event notifies a system.
    Notifies,
    /// An event is applied by an aggregate.
    AppliedBy,
    /// An actor asks a query.
    Asks,
    /// A query is answered by a read model.
    AnsweredBy,
    /// A hot spot is stuck on anything but another hot spot.
    On,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 12] = [
        Self::Observes,
        Self::Informs,
        Self::Issues,
        Self::HandledBy,
        Self::Emits,
        Self::Activates,
        Self::Feeds,
        Self::Notifies,
        Self::AppliedBy,
        Self::Asks,
        Self::AnsweredBy,
        Self::On,
    ];

    /// The token that stands for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observes => "observes",
            Self::Informs => "informs",
            Self::Issues => "issues",
            Self::HandledBy => "handled_by",
            Self::Emits => "emits",
            Self::Activates => "activates",
            Self::Feeds => "feeds",
            Self::Notifies => "notifies",
            Self::AppliedBy => "applied_by",
            Self::Asks => "asks",
            Self::AnsweredBy => "answered_by",
            Self::On => "on",
        }
    }

    /// How a sentence uses it: `Place Order` *handled by* `Order`.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::HandledBy => "handled by",
            Self::AppliedBy => "applied by",
            Self::AnsweredBy => "answered by",
            Self::Observes
            | Self::Informs
            | Self::Issues
            | Self::Emits
            | Self::Activates
            | Self::Feeds
            | Self::Notifies
            | Self::Asks
            | Self::On => self.as_str(),
        }
    }

    /// How a sentence uses it from the other end: `Order Placed` *emitted by* `Place Order`.
    pub const fn reverse(self) -> &'static str {
        match self {
            Self::Observes => "read by",
            Self::Informs => "informed by",
            Self::Issues => "issued by",
            Self::HandledBy => "handles",
            Self::Emits => "emitted by",
            Self::Activates => "activated by",
            Self::Feeds => "built from",
            Self::Notifies => "notified of",
            Self::AppliedBy => "applies",
            Self::Asks => "asked by",
            Self::AnsweredBy => "answers",
            Self::On => "questioned by",
        }
    }

    /// The rule of the grammar that it stands for.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Observes => "an actor observes a read model",
            Self::Informs => "a read model informs a command",
            Self::Issues => "an actor, a policy or a system issues a command",
            Self::HandledBy => "a command is handled by an aggregate or a system",
            Self::Emits => "a command or a system emits an event",
            Self::Activates => "an event activates a policy",
            Self::Feeds => "an event feeds a read model or a process manager",
            Self::Notifies => "an event notifies a system",
            Self::AppliedBy => "an event is applied by an aggregate",
            Self::Asks => "an actor asks a query",
            Self::AnsweredBy => "a query is answered by a read model",
            Self::On => "a hot spot is stuck on anything but a hot spot",
        }
    }

    /// Whether the grammar has a sentence of it between these kinds.
    pub const fn links(self, from: Kind, to: Kind) -> bool {
        use Kind::{
            Actor, Aggregate, Command, Event, ExternalSystem, Hotspot, Policy, Query, ReadModel,
        };
        match self {
            Self::Observes => matches!((from, to), (Actor, ReadModel)),
            Self::Informs => matches!((from, to), (ReadModel, Command)),
            Self::Issues => matches!((from, to), (Actor | Policy | ExternalSystem, Command)),
            Self::HandledBy => matches!((from, to), (Command, Aggregate | ExternalSystem)),
            Self::Emits => matches!((from, to), (Command | ExternalSystem, Event)),
            Self::Activates => matches!((from, to), (Event, Policy)),
            Self::Feeds => matches!((from, to), (Event, ReadModel | Policy)),
            Self::Notifies => matches!((from, to), (Event, ExternalSystem)),
            Self::AppliedBy => matches!((from, to), (Event, Aggregate)),
            Self::Asks => matches!((from, to), (Actor, Query)),
            Self::AnsweredBy => matches!((from, to), (Query, ReadModel)),
            Self::On => matches!(from, Hotspot) && !matches!(to, Hotspot),
        }
    }

    /// Whether it says how often.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Issues | Self::Emits)
    }
}

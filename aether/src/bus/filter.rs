use super::{EventStored, NamespacePattern};
use crate::{
    Namespace,
    store::{ActorPattern, Filter},
};

/// Which notices a subscriber wants: those of a namespace, or of all that match a pattern.
///
/// Each method narrows it. A commit is wanted if one of its events is; it is given whole, and
/// [`SubscriptionFilter::events`] says which of them.
///
/// ```
/// use aether::bus::SubscriptionFilter;
///
/// let filter = SubscriptionFilter::matching("shop.*".parse()?)
///     .event_types(["OrderPlaced"])
///     .actors("Order.*".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFilter {
    namespaces: NamespacePattern,
    events: Filter,
}

impl SubscriptionFilter {
    /// Wants everything of a namespace.
    pub fn of(namespace: Namespace) -> Self {
        Self::matching(namespace.into())
    }

    /// Wants everything of the namespaces that a pattern means.
    pub fn matching(namespaces: NamespacePattern) -> Self {
        Self {
            namespaces,
            events: Filter::new(),
        }
    }

    /// Wants events of these types only.
    #[must_use]
    pub fn event_types(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.events = self.events.event_types(types);
        self
    }

    /// Wants events of these actors only.
    #[must_use]
    pub fn actors(mut self, pattern: ActorPattern) -> Self {
        self.events = self.events.actors(pattern);
        self
    }

    /// The namespaces.
    pub const fn namespaces(&self) -> &NamespacePattern {
        &self.namespaces
    }

    /// The events.
    pub const fn events(&self) -> &Filter {
        &self.events
    }

    /// Whether a commit is wanted.
    pub fn wants(&self, notice: &EventStored) -> bool {
        self.namespaces.matches(&notice.namespace) && self.wants_events(notice)
    }

    /// The same, of a namespace that is wanted.
    pub(super) fn wants_events(&self, notice: &EventStored) -> bool {
        let mut events = notice.commit.events().iter();
        events.any(|event| self.events.wants(event))
    }
}

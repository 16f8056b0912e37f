use std::collections::BTreeSet;

use super::{ActorPattern, Recorded};
use crate::{ActorId, Event, Timestamp};

/// Which events of a log are wanted.
///
/// A new filter wants all of them; each method narrows it.
///
/// ```
/// use aether::{Event, store::Filter};
///
/// let filter = Filter::new().event_types(["OrderPlaced"]).actors("Order.*".parse()?);
/// assert!(filter.wants(&Event::new("Order.7", 1, "OrderPlaced", &())?));
/// assert!(!filter.wants(&Event::new("Order.7", 2, "OrderShipped", &())?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Filter {
    #[serde(skip_serializing_if = "Option::is_none")]
    event_types: Option<BTreeSet<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actors: Option<ActorPattern>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Timestamp>,
}

impl Filter {
    /// Wants everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Wants events of these types only.
    #[must_use]
    pub fn event_types(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.event_types = Some(types.into_iter().map(Into::into).collect());
        self
    }

    /// Wants events of these actors only.
    #[must_use]
    pub fn actors(mut self, pattern: ActorPattern) -> Self {
        self.actors = Some(pattern);
        self
    }

    /// Wants events that happened at this moment or later.
    #[must_use]
    pub const fn since(mut self, moment: Timestamp) -> Self {
        self.since = Some(moment);
        self
    }

    /// Wants events that happened before this moment.
    #[must_use]
    pub const fn before(mut self, moment: Timestamp) -> Self {
        self.before = Some(moment);
        self
    }

    /// Whether an event is wanted.
    pub fn wants(&self, event: &Event) -> bool {
        self.wants_actor(&event.actor_id)
            && self
                .event_types
                .as_ref()
                .is_none_or(|types| types.contains(&*event.event_type))
            && self.since.is_none_or(|since| event.timestamp >= since)
            && self.before.is_none_or(|before| event.timestamp < before)
    }

    /// Whether an event of this actor may be wanted.
    pub fn wants_actor(&self, actor: &ActorId) -> bool {
        self.actors
            .as_ref()
            .is_none_or(|pattern| pattern.matches(actor))
    }

    /// The wanted events of a commit.
    pub fn of<'a>(&'a self, recorded: &'a Recorded) -> impl Iterator<Item = &'a Event> {
        recorded
            .commit
            .events()
            .iter()
            .filter(|event| self.wants(event))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Commit, Position};

    fn event(actor: &str, version: u64, event_type: &'static str) -> Event {
        let moment = Timestamp::UNIX_EPOCH.after(Duration::from_secs(version));
        Event::new(actor, version, event_type, &())
            .unwrap()
            .at(moment)
    }

    #[test]
    fn each_method_narrows_the_filter() {
        let at = |seconds| Timestamp::UNIX_EPOCH.after(Duration::from_secs(seconds));
        let (first, second) = (
            event("Order.7", 1, "Placed"),
            event("Order.7", 2, "Shipped"),
        );
        let wanted = |filter: &Filter| (filter.wants(&first), filter.wants(&second));
        assert_eq!(wanted(&Filter::new()), (true, true));
        assert_eq!(
            wanted(&Filter::new().event_types(["Shipped", "Paid"])),
            (false, true)
        );
        assert_eq!(
            wanted(&Filter::new().event_types(Vec::<String>::new())),
            (false, false)
        );
        assert_eq!(
            wanted(&Filter::new().actors("Order.*".parse().unwrap())),
            (true, true)
        );
        assert_eq!(
            wanted(&Filter::new().actors("Order".parse().unwrap())),
            (false, false)
        );
        assert_eq!(wanted(&Filter::new().since(at(2))), (false, true));
        assert_eq!(wanted(&Filter::new().before(at(2))), (true, false));
        assert_eq!(
            wanted(&Filter::new().since(at(2)).before(at(2))),
            (false, false)
        );
    }

    #[test]
    fn of_a_commit_only_what_is_wanted_is_given() {
        let commit = Commit::new([event("a", 1, "Placed"), event("a", 2, "Shipped")]).unwrap();
        let recorded = Recorded {
            position: Position::new(1),
            commit,
        };
        let filter = Filter::new().event_types(["Shipped"]);
        let given: Vec<_> = filter
            .of(&recorded)
            .map(|event| event.version.as_u64())
            .collect();
        assert_eq!(given, [2]);
    }
}

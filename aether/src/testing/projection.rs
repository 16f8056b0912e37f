use std::{
    collections::BTreeMap,
    fmt::{self, Debug},
};

use super::{
    failure::{expect_equal, fail_because},
    history,
};
use crate::{
    ActorId, Position, Timestamp, Version,
    domain::{EventSet, Handlers, Origin, Projection, Stored},
};

/// Begins a test of a projection, to which nothing has happened yet.
///
/// ```
/// use aether::{prelude::*, testing::projection};
/// # use std::collections::BTreeMap;
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPlaced { pub total: u64 }
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderShipped { pub tracking: String }
/// # #[derive(Projection, Debug, Default, PartialEq)]
/// # pub struct OrderTracking { open: u32, tracking: BTreeMap<String, String> }
/// # #[handlers]
/// # impl OrderTracking {
/// #     #[apply]
/// #     fn placed(&mut self, _event: &OrderPlaced) { self.open += 1; }
/// #     #[apply]
/// #     fn shipped(&mut self, event: &OrderShipped, origin: &Origin<'_>) {
/// #         self.open -= 1;
/// #         self.tracking.insert(origin.actor_id.to_string(), event.tracking.clone());
/// #     }
/// # }
///
/// projection::<OrderTracking>()
///     .given("Order.7", OrderPlaced { total: 30 })
///     .given("Order.8", OrderPlaced { total: 20 })
///     .given("Order.7", OrderShipped { tracking: "X1".to_owned() })
///     .then_state(|orders| {
///         assert_eq!(orders.open, 1);
///         assert_eq!(orders.tracking["Order.7"], "X1");
///     });
/// ```
#[must_use = "nothing has been asserted"]
pub fn projection<P: Projection + Handlers>() -> ProjectionTest<P> {
    ProjectionTest {
        state: P::default(),
        versions: BTreeMap::new(),
        position: Position::START,
        now: Timestamp::UNIX_EPOCH,
    }
}

/// A projection to which something has happened.
pub struct ProjectionTest<P> {
    state: P,
    versions: BTreeMap<ActorId, Version>,
    position: Position,
    now: Timestamp,
}

impl<P: Projection + Handlers> ProjectionTest<P> {
    /// Moves the time: what follows happens at this moment. A test begins at the beginning of
    /// 1970.
    #[must_use = "nothing has been asserted"]
    pub const fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// This has happened to this actor, `Order.7` say: any event, also one that the projection
    /// does not apply.
    ///
    /// Each event is the next one of its actor, and the next one in the log.
    ///
    /// # Panics
    /// If the text is not an actor id, or the event cannot be stored or not be read back.
    #[track_caller]
    #[must_use = "nothing has been asserted"]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an event of a test is written in place"
    )]
    pub fn given<E: EventSet>(mut self, actor_id: impl AsRef<str>, event: E) -> Self {
        let actor_id = history::actor_id(actor_id.as_ref());
        let version = self.versions.entry(actor_id.clone()).or_default();
        *version = version.next();
        let event = history::store(&event, &actor_id, *version, self.now);
        self.position = Position::new(self.position.as_u64() + 1);
        let origin = Origin::of(&event, self.position);
        if let Err(err) = self.state.apply_stored(Stored::from(&event), &origin) {
            let (name, event) = (P::META.name, &event.event_type);
            fail_because(&format!("`{name}` cannot apply `{event}`"), &err);
        }
        self
    }

    /// Looks at the state with assertions of the test's own.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the assertion has been made"
    )]
    pub fn then_state(self, assert: impl FnOnce(&P)) -> Self {
        assert(&self.state);
        self
    }

    /// The state.
    pub const fn state(&self) -> &P {
        &self.state
    }
}

impl<P: Projection + Handlers + PartialEq + Debug> ProjectionTest<P> {
    /// Asserts that the state is this one.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the assertion has been made"
    )]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an expected value is written in place"
    )]
    pub fn then_state_is(self, expected: P) -> Self {
        expect_equal("the state is another one", &expected, &self.state);
        self
    }
}

impl<P: Debug> Debug for ProjectionTest<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProjectionTest")
            .field("state", &self.state)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "macros"))]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn test() -> ProjectionTest<Tracking> {
        let later = Timestamp::UNIX_EPOCH.after(std::time::Duration::from_mins(1));
        projection::<Tracking>()
            .given("Order.7", placed(30))
            .given("Order.8", shipped())
            .at(later)
            .given("Order.7", OrderEvent::from(shipped()))
    }

    #[test]
    fn each_event_is_the_next_of_its_actor_and_of_the_log() {
        let seen = test().state().shipped.clone();
        assert_eq!((seen["Order.8"].0, seen["Order.8"].1), (1, 2));
        assert_eq!((seen["Order.7"].0, seen["Order.7"].1), (2, 3));
        assert!(seen["Order.8"].2 < seen["Order.7"].2);
    }

    #[test]
    fn the_state_can_be_looked_at_or_compared() {
        let mut looked = false;
        let shipped = test().state().shipped.clone();
        test()
            .then_state_is(Tracking { shipped })
            .then_state(|tracking| {
                looked = tracking.shipped.len() == 2;
            });
        assert!(looked);
        let message = message_of(|| {
            test().then_state_is(Tracking::default());
        });
        assert!(
            message.starts_with("the state is another one\n"),
            "{message}"
        );
        assert!(message.contains("\n-     shipped: {},\n"), "{message}");
    }

    #[test]
    fn an_actor_without_a_name_fails_the_test() {
        let message = message_of(|| drop(test().given("", shipped())));
        assert_eq!(
            message,
            "the actor cannot be named\n  because: an actor id is empty"
        );
    }
}

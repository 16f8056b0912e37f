use std::fmt::{self, Debug};

use super::{
    Given, IntoEvents,
    failure::{expect_equal, fail},
};
use crate::{
    Event,
    domain::{Aggregate, Command, Handle},
};

/// What came of a command: events or a refusal.
///
/// The assertions hand back the aggregate as it is then, so that a test can go on from there. The
/// plain values are there too, for assertions of the test's own.
pub struct Then<A: Aggregate, R> {
    given: Given<A>,
    outcome: Result<Vec<A::Event>, R>,
    /// The events of the outcome after they were stored and read.
    stored: Vec<A::Event>,
}

impl<A: Aggregate, R> Then<A, R> {
    pub(super) const fn new(
        given: Given<A>,
        outcome: Result<Vec<A::Event>, R>,
        stored: Vec<A::Event>,
    ) -> Self {
        Self {
            given,
            outcome,
            stored,
        }
    }

    /// The events, or the refusal.
    ///
    /// # Errors
    /// The refusal, if the command was refused.
    pub fn result(&self) -> Result<&[A::Event], &R> {
        self.outcome.as_deref()
    }

    /// The state after the command.
    pub const fn state(&self) -> &A {
        self.given.state()
    }

    /// The whole history in its stored form, the new events included.
    pub fn stored(&self) -> &[Event] {
        self.given.stored()
    }
}

impl<A: Aggregate, R: Debug> Then<A, R> {
    /// The events.
    ///
    /// # Panics
    /// If the command was refused.
    #[track_caller]
    pub fn events(&self) -> &[A::Event] {
        match &self.outcome {
            Ok(events) => events,
            Err(refusal) => refused(refusal),
        }
    }

    /// Sends another command after this one.
    ///
    /// # Panics
    /// If this one was refused, and as [`Given::when`] does.
    #[track_caller]
    #[must_use = "nothing has been asserted"]
    pub fn and_when<C: Command>(self, command: C) -> Then<A, <A as Handle<C>>::Error>
    where
        A: Handle<C>,
    {
        self.accepted().when(command)
    }

    /// Asserts that the command is accepted, and looks at the state with assertions of the test's
    /// own.
    ///
    /// # Panics
    /// If the command was refused.
    #[track_caller]
    pub fn then_state(self, assert: impl FnOnce(&A)) -> Given<A> {
        self.accepted().then_state(assert)
    }

    #[track_caller]
    fn accepted(self) -> Given<A> {
        match &self.outcome {
            Ok(_) => self.given,
            Err(refusal) => refused(refusal),
        }
    }
}

impl<A: Aggregate<Event: PartialEq + Debug>, R: Debug> Then<A, R> {
    /// Asserts that the command gives exactly these events, in this order, and that each is the
    /// same after it is stored and read.
    ///
    /// # Panics
    /// If the command was refused or gave other events, or an event is not the same after it is
    /// stored and read.
    #[track_caller]
    pub fn then(self, expected: impl IntoEvents<A::Event>) -> Given<A> {
        let expected = expected.into_events();
        expect_equal(
            "the command gives other events",
            expected.as_slice(),
            self.events(),
        );
        expect_equal(
            "an event is not the same after it is stored and read",
            &expected,
            &self.stored,
        );
        self.given
    }

    /// Asserts that the command is accepted and changes nothing.
    ///
    /// # Panics
    /// If the command was refused or gave an event.
    #[track_caller]
    pub fn then_nothing(self) -> Given<A> {
        self.then(())
    }
}

impl<A: Aggregate<Event: Debug>, R: PartialEq + Debug> Then<A, R> {
    /// Asserts that the command is refused, for this reason.
    ///
    /// # Panics
    /// If the command was accepted, or refused for another reason.
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an expected value is written in place"
    )]
    pub fn then_refused(self, expected: R) -> Given<A> {
        match &self.outcome {
            Ok(events) => fail(&format!(
                "the command is accepted, not refused with {expected:?}; it gives {events:#?}"
            )),
            Err(refusal) => {
                expect_equal(
                    "the command is refused for another reason",
                    &expected,
                    refusal,
                );
            }
        }
        self.given
    }
}

#[track_caller]
fn refused(refusal: &impl Debug) -> ! {
    fail(&format!("the command is refused: {refusal:?}"))
}

impl<A: Aggregate<Event: Debug> + Debug, R: Debug> Debug for Then<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Then")
            .field("outcome", &self.outcome)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "macros"))]
mod tests {
    use std::{
        panic,
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering},
        },
        thread,
    };

    use super::super::{fixture::*, given};
    use super::*;

    fn place() -> Then<Order, OrderRefusal> {
        given::<Order>([]).when(PlaceOrder {
            order: id(7),
            total: 30,
        })
    }

    #[test]
    fn the_plain_values_are_there() {
        assert_eq!(place().result(), Ok(&[placed(30).into()][..]));
        assert_eq!(place().events(), [placed(30).into()]);
        assert_eq!(place().state().total, 30);
        assert_eq!(place().stored()[0].event_type, "OrderPlaced");
        let refused = given::<Order>([]).when(ship(""));
        assert_eq!(refused.result(), Err(&OrderRefusal::Missing));
        assert!(refused.stored().is_empty());
    }

    #[test]
    fn other_events_fail_the_test_and_say_where_they_differ() {
        let message = message_of(|| {
            place().then([placed(20).into()]);
        });
        assert!(
            message.starts_with("the command gives other events\n(- expected, + actual)\n"),
            "{message}"
        );
        assert!(
            message.contains("-             total: 20,\n+             total: 30,"),
            "{message}"
        );
        let message = message_of(|| {
            place().then_nothing();
        });
        assert!(message.contains("- []\n+ [\n+     Placed("), "{message}");
        let message = message_of(|| {
            place().then((placed(30), shipped()));
        });
        assert!(message.contains("-     Shipped("), "{message}");
    }

    #[test]
    fn an_unexpected_refusal_fails_the_test() {
        let refused = || given::<Order>([]).when(ship(""));
        for message in [
            message_of(move || drop(refused().then_nothing())),
            message_of(move || drop(refused().and_when(ship("")))),
            message_of(move || drop(refused().then_state(|_| ()))),
            message_of(move || assert!(refused().events().is_empty())),
        ] {
            assert_eq!(message, "the command is refused: Missing");
        }
    }

    #[test]
    fn a_missing_or_other_refusal_fails_the_test() {
        let message = message_of(|| {
            place().then_refused(OrderRefusal::Placed);
        });
        assert!(
            message.starts_with("the command is accepted, not refused with Placed; it gives [\n"),
            "{message}"
        );
        let message = message_of(|| {
            given::<Order>([])
                .when(ship(""))
                .then_refused(OrderRefusal::Placed);
        });
        assert_eq!(
            message,
            "the command is refused for another reason\n(- expected, + actual)\n\n\
             - Placed\n+ Missing\n"
        );
    }

    #[test]
    fn an_event_that_loses_something_when_it_is_stored_fails_the_test() {
        let message = message_of(|| {
            let shipped = given::<Order>(placed(1)).when(ship("fragile"));
            let events = shipped.events().to_vec();
            shipped.then(events);
        });
        assert!(
            message.starts_with("an event is not the same after it is stored and read\n"),
            "{message}"
        );
        assert!(
            message.contains("note: \"fragile\",\n+             note: \"\","),
            "{message}"
        );
    }

    #[test]
    fn a_failure_points_at_the_line_of_the_test() {
        let hook = panic::take_hook();
        let (test, seen) = (thread::current().id(), Arc::new(AtomicU32::new(0)));
        let line = Arc::clone(&seen);
        panic::set_hook(Box::new(move |info| {
            if let Some(location) = info.location().filter(|_| thread::current().id() == test) {
                line.store(location.line(), Ordering::Relaxed);
            }
        }));
        let (line, outcome) = (line!(), panic::catch_unwind(|| place().then_nothing()));
        panic::set_hook(hook);
        assert!(outcome.is_err());
        assert_eq!(seen.load(Ordering::Relaxed), line);
    }
}

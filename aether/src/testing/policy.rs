use std::fmt::{self, Write as _};

use super::{
    failure::{fail_because, fail_with_diff},
    history, outline,
};
use crate::{
    ActorId, Event, Position, Timestamp, Version,
    domain::{EventSet, Handlers, Issues, Origin, Outgoing, Policy, Stored, Timing},
};

/// Begins a test of a policy.
///
/// ```
/// use aether::{prelude::*, testing::policy};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPlaced { pub order: String, pub total: u64 }
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderShipped { pub order: String }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct RequestPayment { #[command(id)] pub order: String, pub cents: u64 }
/// # #[derive(Policy, Default)]
/// # pub struct RequestPaymentWhenPlaced;
/// # #[handlers]
/// # impl RequestPaymentWhenPlaced {
/// #     #[react]
/// #     fn placed(&self, event: &OrderPlaced) -> Option<RequestPayment> {
/// #         let order = event.order.clone();
/// #         (event.total > 0).then_some(RequestPayment { order, cents: event.total })
/// #     }
/// # }
/// let placed = |total| OrderPlaced { order: "7".to_owned(), total };
///
/// policy::<RequestPaymentWhenPlaced>()
///     .when(placed(30))
///     .then_issues(RequestPayment { order: "7".to_owned(), cents: 30 })
///     .when(placed(0))
///     .then_nothing()
///     .when(OrderShipped { order: "7".to_owned() })
///     .then_nothing();
/// ```
#[must_use = "nothing has been asserted"]
pub fn policy<P: Policy + Handlers>() -> PolicyTest<P> {
    PolicyTest {
        policy: P::default(),
        actor_id: history::actor_id("given"),
        version: Version::NONE,
        now: Timestamp::UNIX_EPOCH,
    }
}

/// A policy, waiting for something to happen.
pub struct PolicyTest<P> {
    policy: P,
    actor_id: ActorId,
    version: Version,
    now: Timestamp,
}

impl<P: Policy + Handlers> PolicyTest<P> {
    /// Moves the time: what follows happens at this moment. A test begins at the beginning of
    /// 1970.
    #[must_use = "nothing has been asserted"]
    pub const fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Says whose events follow, `Order.7` say, for a policy that asks its `&Origin` for it.
    ///
    /// # Panics
    /// If the text is not an actor id.
    #[track_caller]
    #[must_use = "nothing has been asserted"]
    pub fn of_actor(mut self, actor_id: impl AsRef<str>) -> Self {
        self.actor_id = history::actor_id(actor_id.as_ref());
        self.version = Version::NONE;
        self
    }

    /// Lets an event happen: any event, also one that the policy does not react to.
    ///
    /// # Panics
    /// If the event cannot be stored, or not be read back, or a command cannot be written.
    #[track_caller]
    #[must_use = "nothing has been asserted"]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an event of a test is written in place"
    )]
    pub fn when<E: EventSet>(mut self, event: E) -> Issued<P> {
        self.version = self.version.next();
        let event = history::store(&event, &self.actor_id, self.version, self.now);
        let origin = Origin::of(&event, Position::START);
        match self.policy.react_stored(Stored::from(&event), &origin) {
            Ok(commands) => Issued {
                test: self,
                event,
                commands,
            },
            Err(err) => fail_because(
                &format!("`{}` cannot react to `{}`", P::META.name, event.event_type),
                &err,
            ),
        }
    }
}

/// What came of an event: commands.
///
/// The assertions hand back the policy, so that a test can go on from there.
pub struct Issued<P> {
    test: PolicyTest<P>,
    event: Event,
    commands: Vec<Outgoing>,
}

impl<P: Policy + Handlers> Issued<P> {
    /// The commands, with their types forgotten.
    pub fn commands(&self) -> &[Outgoing] {
        &self.commands
    }

    /// Asserts that exactly these commands are issued, in this order: one, or an array, `Vec` or
    /// tuple of them. They are compared in the form in which they are sent.
    ///
    /// # Panics
    /// If others are issued, or none.
    #[track_caller]
    pub fn then_issues(self, expected: impl Issues) -> PolicyTest<P> {
        let mut commands = Vec::new();
        if let Err(err) = expected.issue(&mut commands) {
            fail_because("an expected command cannot be sent", &err);
        }
        if commands != self.commands {
            fail_with_diff(&self.complaint(), &text(&commands), &text(&self.commands));
        }
        self.test
    }

    /// Asserts that nothing is issued.
    ///
    /// # Panics
    /// If a command is issued.
    #[track_caller]
    pub fn then_nothing(self) -> PolicyTest<P> {
        self.then_issues(())
    }

    fn complaint(&self) -> String {
        let (name, event) = (P::META.name, &self.event.event_type);
        let mut events = P::META.reactions.iter().flat_map(|reaction| reaction.on);
        if events.any(|known| known.name.as_str() == event || known.aliases.contains(&&**event)) {
            format!("`{name}` issues other commands when `{event}` happens")
        } else {
            format!("`{name}` does not react to `{event}`")
        }
    }
}

/// Commands as text, for people.
pub(super) fn text(commands: &[Outgoing]) -> String {
    let mut text = String::new();
    for it in commands {
        let Outgoing {
            command, key, data, ..
        } = it;
        let when = timing(&it.timing);
        // Writing to a `String` does not fail.
        _ = writeln!(text, "{command} to {key:?}{when}");
        for line in outline::of_payload(data) {
            _ = writeln!(text, "    {line}");
        }
    }
    text
}

fn timing(timing: &Timing) -> String {
    match timing {
        Timing::Now => String::new(),
        Timing::After { delay, key } => format!(", after {delay:?} (timer {key:?})"),
        Timing::At { moment, key } => format!(", at {moment} (timer {key:?})"),
        Timing::Cancel { key } => format!(", cancelled (timer {key:?})"),
    }
}

impl<P> fmt::Debug for PolicyTest<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyTest")
            .field("actor_id", &self.actor_id)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl<P> fmt::Debug for Issued<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("event", &self.event)
            .field("commands", &self.commands)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "macros"))]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn payment(cents: u64) -> RequestPayment {
        RequestPayment {
            order: id(7),
            cents,
        }
    }

    fn test() -> PolicyTest<RequestPaymentWhenPlaced> {
        policy()
    }

    #[test]
    fn what_is_issued_is_compared_as_it_is_sent() {
        test()
            .when(placed(30))
            .then_issues(payment(30))
            .when(OrderEvent::from(placed(20)))
            .then_issues([payment(20)])
            .when(placed(0))
            .then_nothing()
            .when(shipped())
            .then_nothing();
        let issued = test()
            .of_actor("Order.7")
            .at(Timestamp::UNIX_EPOCH)
            .when(placed(1));
        assert_eq!(issued.commands()[0].command, "RequestPayment");
        assert_eq!(issued.event.actor_id.as_str(), "Order.7");
    }

    #[test]
    fn other_commands_fail_the_test_and_say_where_they_differ() {
        let message = message_of(|| {
            test().when(placed(30)).then_issues(payment(20));
        });
        assert_eq!(
            message,
            format!(
                "`RequestPaymentWhenPlaced` issues other commands when `OrderPlaced` happens\n\
                 (- expected, + actual)\n\n  \
                   RequestPayment to \"{0}\"\n\
                 -     cents: 20\n\
                 +     cents: 30\n      \
                       order: \"{0}\"\n",
                id(7)
            )
        );
        let message = message_of(|| {
            test().when(placed(30)).then_nothing();
        });
        assert!(message.contains("\n+ RequestPayment to"), "{message}");
        let message = message_of(|| {
            test()
                .when(placed(30))
                .then_issues((payment(30), payment(30)));
        });
        assert!(message.contains("\n- RequestPayment to"), "{message}");
    }

    #[test]
    fn an_event_that_it_does_not_react_to_is_named() {
        let message = message_of(|| {
            test().when(shipped()).then_issues(payment(20));
        });
        assert!(
            message.starts_with("`RequestPaymentWhenPlaced` does not react to `OrderShipped`\n"),
            "{message}"
        );
    }
}

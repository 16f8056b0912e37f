use std::fmt;

use uuid::Uuid;

use super::{
    IntoEvents, Then,
    failure::{expect_equal, fail, fail_because},
    history::{self, fold, fold_one},
};
use crate::{
    ActorId, CommandId, Event, Payload, Timestamp, Version,
    domain::{Aggregate, Command, Context, Emits as _, Handle, Replayed},
};

/// Begins a test of an aggregate: these events have happened to it.
///
/// ```
/// use aether::{prelude::*, testing::given};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Deposited { pub cents: u64 }
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Withdrawn { pub cents: u64 }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct Withdraw { #[command(id)] pub account: String, pub cents: u64 }
/// # #[derive(Debug, PartialEq)]
/// # pub enum Refusal { Overdrawn { missing: u64 } }
/// # impl std::fmt::Display for Refusal {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("overdrawn") }
/// # }
/// # impl std::error::Error for Refusal {}
/// # #[derive(Aggregate, Debug, Default, PartialEq)]
/// # #[aggregate(events(Deposited, Withdrawn))]
/// # pub struct Account { cents: u64 }
/// # #[handlers]
/// # impl Account {
/// #     #[handle]
/// #     fn withdraw(&self, command: Withdraw) -> Result<Withdrawn, Refusal> {
/// #         if self.cents < command.cents {
/// #             return Err(Refusal::Overdrawn { missing: command.cents - self.cents });
/// #         }
/// #         Ok(Withdrawn { cents: command.cents })
/// #     }
/// #     #[apply]
/// #     fn deposited(&mut self, event: &Deposited) { self.cents += event.cents; }
/// #     #[apply]
/// #     fn withdrawn(&mut self, event: &Withdrawn) { self.cents -= event.cents; }
/// # }
/// let withdraw = |cents| Withdraw { account: "ada".to_owned(), cents };
///
/// given::<Account>(Deposited { cents: 30 })
///     .when(withdraw(20))
///     .then(Withdrawn { cents: 20 })
///     .then_state(|account| assert_eq!(account.cents, 10))
///     .when(withdraw(20))
///     .then_refused(Refusal::Overdrawn { missing: 10 });
/// ```
///
/// A history of several kinds of events is an array of the aggregate's own event type,
/// `given::<Order>([placed.into(), shipped.into()])`, or a tuple,
/// `given::<Order>((placed, shipped))`; `given::<Order>([])` begins with nothing.
///
/// # Panics
/// If an event cannot be stored, or not be read back.
#[track_caller]
#[must_use = "nothing has been asserted"]
pub fn given<A: Aggregate>(events: impl IntoEvents<A::Event>) -> Given<A> {
    let actor_id = history::actor_id(&format!("{}.given", A::META.name));
    let given = Given {
        addressed: false,
        events: Vec::new(),
        replayed: Replayed::new(actor_id),
        now: Timestamp::UNIX_EPOCH,
        commands: 0,
    };
    given.and(events)
}

/// An aggregate to which something has happened.
pub struct Given<A> {
    addressed: bool,
    events: Vec<Event>,
    replayed: Replayed<A>,
    now: Timestamp,
    commands: u128,
}

impl<A: Aggregate> Given<A> {
    /// Moves the time: what follows happens at this moment. A test begins at the beginning of
    /// 1970.
    #[must_use = "nothing has been asserted"]
    pub const fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// These events have happened as well.
    ///
    /// # Panics
    /// If an event cannot be stored, or not be read back.
    #[track_caller]
    #[must_use = "nothing has been asserted"]
    pub fn and(mut self, events: impl IntoEvents<A::Event>) -> Self {
        for event in events.into_events() {
            self.happened(&event);
        }
        self
    }

    /// Handles a command, and folds the events that it gives.
    ///
    /// The command's key names the actor, and all commands of one test go to the same actor.
    ///
    /// # Panics
    /// If the command or an event cannot be stored, or not be read back, or the command is
    /// addressed to another actor than the one before it.
    #[track_caller]
    #[must_use = "nothing has been asserted"]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a command is given away: it is sent once"
    )]
    pub fn when<C: Command>(mut self, command: C) -> Then<A, A::Error>
    where
        A: Handle<C>,
    {
        self.address(&command);
        let context = self.next_context();
        let outcome = self.state().handle(through_json(&command), &context);
        let outcome = outcome.map(|emitted| {
            let mut events = Vec::new();
            emitted.emit(&mut events);
            events
        });
        let mut stored = Vec::new();
        for event in outcome.iter().flatten() {
            stored.push(self.happened(event));
        }
        Then::new(self, outcome, stored)
    }

    /// Looks at the state with assertions of the test's own.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the assertion has been made"
    )]
    pub fn then_state(self, assert: impl FnOnce(&A)) -> Self {
        assert(self.state());
        self
    }

    /// The state.
    pub const fn state(&self) -> &A {
        self.replayed.state()
    }

    /// The number of events.
    pub const fn version(&self) -> Version {
        self.replayed.version()
    }

    /// The whole history in its stored form, for `assert_replay_snapshot!` say.
    pub fn stored(&self) -> &[Event] {
        &self.events
    }

    /// Stores an event, folds it, and gives back what was read.
    #[track_caller]
    fn happened(&mut self, event: &A::Event) -> A::Event {
        let version = self.version().next();
        let stored = history::store(event, self.replayed.actor_id(), version, self.now);
        let read = history::read(&stored);
        fold_one(&mut self.replayed, &stored);
        self.events.push(stored);
        read
    }

    /// Lets the history be that of the actor that the command is addressed to.
    #[track_caller]
    fn address<C: Command>(&mut self, command: &C) {
        let actor_id = match ActorId::of(A::META.name.as_str(), &command.key()) {
            Ok(actor_id) => actor_id,
            Err(err) => fail_because("the command is addressed to no actor", &err),
        };
        let before = self.replayed.actor_id();
        if actor_id == *before {
            return;
        }
        if self.addressed {
            fail(&format!(
                "`{}` is addressed to `{actor_id}`, the command before it to `{before}`: \
                 a test is about one actor",
                C::META.name
            ));
        }
        self.addressed = true;
        for event in &mut self.events {
            event.actor_id = actor_id.clone();
        }
        self.replayed = fold(actor_id, &self.events);
    }

    fn next_context(&mut self) -> Context {
        self.commands += 1;
        let command_id = CommandId::from(Uuid::from_u128(self.commands));
        Context::new(self.replayed.actor_id().clone(), command_id)
            .at(self.now)
            .at_version(self.version())
    }
}

/// What arrives when a command is sent.
#[track_caller]
fn through_json<C: Command>(command: &C) -> C {
    match Payload::of(command).and_then(|payload| payload.decode()) {
        Ok(command) => command,
        Err(err) => fail_because(
            &format!("`{}` cannot be sent and read back", C::META.name),
            &err,
        ),
    }
}

impl<A: PartialEq + fmt::Debug + Aggregate> Given<A> {
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
    pub fn then_state_is(self, expected: A) -> Self {
        expect_equal("the state is another one", &expected, self.state());
        self
    }
}

impl<A: fmt::Debug> fmt::Debug for Given<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given")
            .field("replayed", &self.replayed)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "macros"))]
mod tests {
    use super::super::fixture::*;
    use super::*;

    fn later() -> Timestamp {
        Timestamp::UNIX_EPOCH.after(std::time::Duration::from_mins(1))
    }

    fn place() -> PlaceOrder {
        PlaceOrder {
            order: id(7),
            total: 30,
        }
    }

    /// The parcel that the first command of a test ships in.
    fn first_parcel() -> Uuid {
        Uuid::new_v5(&Uuid::from_u128(1), &0_u32.to_be_bytes())
    }

    #[test]
    fn a_history_is_one_event_or_several_or_none() {
        assert_eq!(given::<Order>([]).version(), Version::NONE);
        assert_eq!(given::<Order>(()).state(), &Order::default());
        assert_eq!(given::<Order>(placed(1)).version(), Version::new(1));
        assert_eq!(
            given::<Order>((placed(1), shipped())).version(),
            Version::new(2)
        );
        let both = given::<Order>([placed(30).into(), shipped().into()]);
        assert_eq!((both.state().total, both.state().parcel), (30, Some(id(9))));
        assert_eq!(both.and(vec![]).version(), Version::new(2));
    }

    #[test]
    fn time_stands_still_until_it_is_moved() {
        let order = given::<Order>([])
            .at(later())
            .when(place())
            .then(OrderPlaced {
                at: later(),
                ..placed(30)
            });
        assert_eq!(order.stored()[0].timestamp, later());
        let order = given::<Order>(placed(1)).at(later()).and(shipped());
        let times: Vec<_> = order.stored().iter().map(|event| event.timestamp).collect();
        assert_eq!(times, [Timestamp::UNIX_EPOCH, later()]);
    }

    #[test]
    fn a_test_goes_on_after_each_assertion() {
        given::<Order>([])
            .when(ship(""))
            .then_refused(OrderRefusal::Missing)
            .when(place())
            .then([placed(30).into()])
            .then_state(|order| assert_eq!(order.total, 30))
            .when(place())
            .then_refused(OrderRefusal::Placed);
        given::<Order>(placed(1))
            .when(ship(""))
            .and_when(ship(""))
            .then_nothing()
            .then_state_is(Order {
                id: Some(id(7)),
                total: 1,
                parcel: Some(first_parcel()),
                notes: vec![String::new()],
            });
    }

    #[test]
    fn a_handler_sees_what_arrives_when_the_command_is_sent() {
        let silently = ShipOrder {
            silently: true,
            ..ship("")
        };
        let parcel = first_parcel();
        given::<Order>(placed(1)).when(silently).then(OrderShipped {
            parcel,
            ..shipped()
        });
    }

    #[test]
    fn the_history_is_that_of_the_actor_the_command_is_addressed_to() {
        let order = given::<Order>(placed(1)).when(ship("")).then_state(|_| ());
        let actor = format!("Order.{}", id(7));
        assert!(
            order
                .stored()
                .iter()
                .all(|event| event.actor_id.as_str() == actor)
        );
        let other = PlaceOrder {
            order: id(8),
            total: 1,
        };
        let message = message_of(move || drop(order.when(other)));
        assert_eq!(
            message,
            format!(
                "`PlaceOrder` is addressed to `Order.{}`, the command before it to `{actor}`: \
                 a test is about one actor",
                id(8)
            )
        );
    }

    #[test]
    fn the_state_is_what_a_replay_gives() {
        let event = OrderPlaced {
            order: id(7),
            total: 5,
            at: later(),
        };
        let order = given::<Order>(event.clone());
        assert_eq!(order.stored(), given::<Order>(event).stored());
        let replayed = fold::<Order>(order.replayed.actor_id().clone(), order.stored());
        assert_eq!(order.replayed, replayed);
    }

    #[test]
    fn another_state_fails_the_test_and_says_where_it_differs() {
        let message = message_of(|| {
            given::<Order>(placed(1)).then_state_is(Order::default());
        });
        assert!(message.starts_with("the state is another one\n(- expected, + actual)\n"));
        assert!(
            message.contains("\n-     total: 0,\n") && message.contains("\n+     total: 1,\n"),
            "{message}"
        );
    }
}

use std::{
    collections::BTreeMap,
    fmt::{self, Debug, Display},
    time::Duration,
};

use super::{
    failure::{expect_equal, fail, fail_because, fail_with_diff},
    history,
    policy::text,
};
use crate::{
    ActorId, Event, Position, Timestamp, Version,
    domain::{EventSet, Instances, Issues, Origin, Outgoing, ProcessManager, Stored, Timing},
};

/// Begins a test of a process manager, of which no instance is there yet.
///
/// Time stands still until the test lets it pass; then the deadlines that are over by then give
/// their commands, in the order in which they are over.
///
/// ```
/// use std::time::Duration;
///
/// use aether::{prelude::*, testing::process};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPlaced { pub order: u64 }
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPaid { pub order: u64 }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct CancelOrder { #[command(id)] pub order: u64 }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct ShipOrder { #[command(id)] pub order: u64 }
/// # #[derive(ProcessManager, Default)]
/// # #[process_manager(key = u64)]
/// # pub struct Fulfilment { paid: bool }
/// # #[handlers]
/// # impl Fulfilment {
/// #     #[react(key = order)]
/// #     fn placed(&self, event: &OrderPlaced) -> After<CancelOrder> {
/// #         After::hours(24, CancelOrder { order: event.order })
/// #     }
/// #     #[apply(key = order)]
/// #     fn paid(&mut self, _: &OrderPaid) { self.paid = true; }
/// #     #[react]
/// #     fn ship(&self, event: &OrderPaid) -> (ShipOrder, Cancel<CancelOrder>) {
/// #         (ShipOrder { order: event.order }, Cancel::of(event.order))
/// #     }
/// # }
/// let cancel = |order| CancelOrder { order };
/// let a_day = Duration::from_secs(24 * 60 * 60);
///
/// process::<Fulfilment>()
///     .when(OrderPlaced { order: 7 })
///     .then_issues(After::hours(24, cancel(7)))
///     .given(OrderPlaced { order: 8 })
///     .when(OrderPaid { order: 8 })
///     .then_issues((ShipOrder { order: 8 }, Cancel::<CancelOrder>::of(8)))
///     .then_state(8, |fulfilment| assert!(fulfilment.paid))
///     .after(a_day)
///     .then_issues(cancel(7))
///     .after(a_day)
///     .then_nothing();
/// ```
#[must_use = "nothing has been asserted"]
pub fn process<P: ProcessManager + Instances>() -> ProcessTest<P> {
    ProcessTest {
        instances: BTreeMap::new(),
        actor_id: history::actor_id("given"),
        versions: BTreeMap::new(),
        now: Timestamp::UNIX_EPOCH,
        deadlines: 0,
    }
}

/// A process manager, waiting for something to happen, or for time to pass.
pub struct ProcessTest<P> {
    instances: BTreeMap<String, Instance<P>>,
    actor_id: ActorId,
    versions: BTreeMap<ActorId, Version>,
    now: Timestamp,
    /// How many were set so far.
    deadlines: u64,
}

#[derive(Default)]
struct Instance<P> {
    state: P,
    pending: BTreeMap<String, Deadline>,
}

/// A command that is still to come.
struct Deadline {
    due: Timestamp,
    /// How many were set before it: of two that are due at one time the first comes first.
    number: u64,
    command: Outgoing,
}

impl<P: ProcessManager + Instances> ProcessTest<P> {
    /// Moves the time, without looking at what is due by then: what follows happens at this
    /// moment. A test begins at the beginning of 1970.
    #[must_use = "nothing has been asserted"]
    pub const fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Says whose events follow, `Order.7` say, for a process manager that asks its `&Origin` for
    /// it.
    ///
    /// # Panics
    /// If the text is not an actor id.
    #[track_caller]
    #[must_use = "nothing has been asserted"]
    pub fn of_actor(mut self, actor_id: impl AsRef<str>) -> Self {
        self.actor_id = history::actor_id(actor_id.as_ref());
        self
    }

    /// An event has happened; what was issued then is not looked at, what was set then is set.
    ///
    /// # Panics
    /// As [`when`](Self::when) does.
    #[track_caller]
    #[must_use = "nothing has been asserted"]
    pub fn given<E: EventSet>(self, event: E) -> Self {
        self.when(event).test
    }

    /// Lets an event happen: any event, also one that the process manager does not take.
    ///
    /// # Panics
    /// If the event cannot be stored, or not be read back, or a command cannot be written.
    #[track_caller]
    #[must_use = "nothing has been asserted"]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an event of a test is written in place"
    )]
    pub fn when<E: EventSet>(mut self, event: E) -> Asked<P> {
        let version = self.versions.entry(self.actor_id.clone()).or_default();
        *version = version.next();
        let event = history::store(&event, &self.actor_id, *version, self.now);
        let asked = self.take(&event);
        let complaint = complaint::<P>(&event);
        Asked {
            test: self,
            issued: asked,
            complaint,
        }
    }

    /// Lets time pass: the deadlines that are over by then give their commands, the earliest
    /// first.
    #[must_use = "nothing has been asserted"]
    pub fn after(mut self, duration: Duration) -> Asked<P> {
        self.now = self.now.after(duration);
        let mut due = Vec::new();
        for instance in self.instances.values_mut() {
            let over = |_: &String, deadline: &mut Deadline| deadline.due <= self.now;
            due.extend(instance.pending.extract_if(.., over));
        }
        due.sort_by_key(|(_, deadline)| (deadline.due, deadline.number));
        let complaint = format!("`{}` issues other commands by {}", P::META.name, self.now);
        Asked {
            test: self,
            issued: due
                .into_iter()
                .map(|(_, deadline)| deadline.command)
                .collect(),
            complaint,
        }
    }

    /// Looks at the state of an instance with assertions of the test's own.
    ///
    /// # Panics
    /// If there is no such instance: no event has concerned it.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the assertion has been made"
    )]
    pub fn then_state(self, key: impl Display, assert: impl FnOnce(&P)) -> Self {
        assert(self.state(key));
        self
    }

    /// The state of an instance.
    ///
    /// # Panics
    /// If there is no such instance: no event has concerned it.
    #[track_caller]
    pub fn state(&self, key: impl Display) -> &P {
        let key = key.to_string();
        match self.instances.get(&key) {
            Some(instance) => &instance.state,
            None => fail(&format!(
                "no event has concerned an instance \"{key}\" of `{}`",
                P::META.name
            )),
        }
    }

    /// Hands a stored event to the instance that it concerns, if it concerns one.
    #[track_caller]
    fn take(&mut self, event: &Event) -> Vec<Outgoing> {
        let cannot = |err: &dyn std::error::Error| -> ! {
            let (name, event) = (P::META.name, &event.event_type);
            fail_because(&format!("`{name}` cannot take `{event}`"), err)
        };
        let stored = Stored::from(event);
        let key = match P::concerned(stored) {
            Ok(Some(key)) => key,
            Ok(None) => return Vec::new(),
            Err(err) => cannot(&err),
        };
        let origin = Origin::of(event, Position::START);
        let instance = self.instances.entry(key).or_default();
        let asked = match instance.state.take_stored(stored, &origin) {
            Ok(asked) => asked,
            Err(err) => cannot(&err),
        };
        for outgoing in &asked {
            self.deadlines += 1;
            instance.keep(outgoing, event.timestamp, self.deadlines);
        }
        asked
    }
}

impl<P> Instance<P> {
    /// Sets or calls off a deadline, if that is what is asked for.
    fn keep(&mut self, outgoing: &Outgoing, happened: Timestamp, number: u64) {
        let (key, due) = match &outgoing.timing {
            Timing::Now => return,
            Timing::After { delay, key } => (key, happened.after(*delay)),
            Timing::At { moment, key } => (key, *moment),
            Timing::Cancel { key } => {
                self.pending.remove(key);
                return;
            }
        };
        let command = Outgoing {
            timing: Timing::Now,
            ..outgoing.clone()
        };
        let deadline = Deadline {
            due,
            number,
            command,
        };
        self.pending.insert(key.clone(), deadline);
    }
}

fn complaint<P: ProcessManager + Instances>(event: &Event) -> String {
    let (name, event) = (P::META.name, &event.event_type);
    let reactions = P::META.reactions.iter().map(|reaction| reaction.on);
    let mut known = reactions.chain(P::META.applies.iter().copied()).flatten();
    if known.any(|known| known.name.as_str() == event || known.aliases.contains(&&**event)) {
        format!("`{name}` issues other commands when `{event}` happens")
    } else {
        format!("`{name}` does not take `{event}`")
    }
}

/// What came of an event, or of time that passed: commands, deadlines set and called off.
///
/// The assertions hand back the process manager, so that a test can go on from there.
pub struct Asked<P> {
    test: ProcessTest<P>,
    issued: Vec<Outgoing>,
    complaint: String,
}

impl<P: ProcessManager + Instances> Asked<P> {
    /// What is asked for, with the types forgotten.
    pub fn asked(&self) -> &[Outgoing] {
        &self.issued
    }

    /// Asserts that exactly this is asked for, in this order: commands, [`After`] and [`Cancel`],
    /// one, or an array, `Vec` or tuple of them. They are compared in the form in which they are
    /// sent.
    ///
    /// # Panics
    /// If something else is asked for, or nothing.
    ///
    /// [`After`]: crate::domain::After
    /// [`Cancel`]: crate::domain::Cancel
    #[track_caller]
    pub fn then_issues(self, expected: impl Issues) -> ProcessTest<P> {
        let mut commands = Vec::new();
        if let Err(err) = expected.issue(&mut commands) {
            fail_because("an expected command cannot be sent", &err);
        }
        if commands != self.issued {
            fail_with_diff(&self.complaint, &text(&commands), &text(&self.issued));
        }
        self.test
    }

    /// Asserts that nothing is asked for.
    ///
    /// # Panics
    /// If something is.
    #[track_caller]
    pub fn then_nothing(self) -> ProcessTest<P> {
        self.then_issues(())
    }
}

impl<P: ProcessManager + Instances + PartialEq + Debug> ProcessTest<P> {
    /// Asserts that the state of an instance is this one.
    ///
    /// # Panics
    /// If it is not, or there is no such instance.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the assertion has been made"
    )]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an expected value is written in place"
    )]
    pub fn then_state_is(self, key: impl Display, expected: P) -> Self {
        expect_equal("the state is another one", &expected, self.state(key));
        self
    }
}

impl<P> Debug for ProcessTest<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessTest")
            .field("instances", &self.instances.keys())
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl<P> Debug for Asked<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked")
            .field("issued", &self.issued)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "macros"))]
mod tests {
    use super::super::fixture::*;
    use super::*;
    use crate::domain::{After, Cancel};

    fn hours(hours: u64) -> Duration {
        Duration::from_hours(hours)
    }

    fn test() -> ProcessTest<Fulfilment> {
        process()
    }

    #[test]
    fn a_deadline_gives_its_command_when_its_time_has_come_and_once() {
        test()
            .when(placed(30))
            .then_issues(After::hours(24, ship("late")))
            .after(hours(23))
            .then_nothing()
            .after(hours(1))
            .then_issues(ship("late"))
            .after(hours(24))
            .then_nothing();
    }

    #[test]
    fn a_deadline_that_is_called_off_gives_nothing() {
        test()
            .given(placed(30))
            .when(placed(0))
            .then_issues(Cancel::<ShipOrder>::of(id(7)))
            .after(hours(48))
            .then_nothing();
    }

    #[test]
    fn a_deadline_that_is_set_again_is_moved() {
        test()
            .given(placed(30))
            .after(hours(12))
            .then_nothing()
            .given(placed(30))
            .after(hours(12))
            .then_nothing()
            .after(hours(12))
            .then_issues(ship("late"));
    }

    #[test]
    fn time_counts_from_the_event_and_the_earliest_comes_first() {
        let (early, late) = (placed_as(1), placed_as(2));
        let noon = Timestamp::UNIX_EPOCH.after(hours(12));
        let issued = test().given(early).at(noon).given(late).after(hours(24));
        let to: Vec<_> = issued.asked().iter().map(|command| &command.key).collect();
        assert_eq!(to, [&id(1).to_string(), &id(2).to_string()]);
    }

    #[test]
    fn each_key_has_a_state_of_its_own_and_a_reaction_sees_its_event_applied() {
        test()
            .given(placed_as(1))
            .given(placed_as(2))
            .given(placed_as(2))
            .then_state(id(1), |process| assert_eq!(process.placed, 1))
            .then_state_is(id(2), Fulfilment { placed: 2 })
            .when(placed_as(2))
            .then_issues((After::hours(24, ship_as(2)), payment_of(2, 3)));
    }

    #[test]
    fn an_event_that_concerns_no_instance_changes_nothing() {
        let issued = test().when(shipped());
        assert!(issued.asked().is_empty());
        let message = message_of(|| {
            test().when(shipped()).then_issues(ship(""));
        });
        assert!(
            message.starts_with("`Fulfilment` does not take `OrderShipped`\n"),
            "{message}"
        );
        let message = message_of(|| drop(test().given(shipped()).then_state(id(7), |_| ())));
        assert_eq!(
            message,
            format!(
                "no event has concerned an instance \"{}\" of `Fulfilment`",
                id(7)
            )
        );
    }

    #[test]
    fn another_delay_fails_the_test() {
        let message = message_of(|| {
            test()
                .when(placed(30))
                .then_issues(After::hours(23, ship("late")));
        });
        assert!(
            message.contains("after 82800s") && message.contains("after 86400s"),
            "{message}"
        );
    }
}

use std::fmt::Debug;

use uuid::Uuid;

use super::{Story, story::Asked};
use crate::{
    CommandId, Event, Payload, Timestamp,
    domain::{
        Aggregate, Context, EventSet as _, HandleError, Handlers, NewEvent, Replayed, Stored,
    },
    testing::{
        assert_replays_equal,
        failure::{fail, fail_because},
        history::{event_id, fold_one},
    },
};

/// What came of a [`Story`]: a history that the aggregate really could have.
#[derive(Debug)]
pub struct History<A> {
    steps: Vec<Step>,
    stored: Vec<Event>,
    replayed: Replayed<A>,
}

/// A command that was sent, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The name of the command.
    pub command: &'static str,
    /// The command.
    pub data: Payload,
    /// When it was sent.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It gave so many events, or none.
    Done(usize),
    /// It was refused, for this reason.
    Refused(String),
}

impl<A: Aggregate + Handlers> History<A> {
    #[track_caller]
    pub(super) fn of(story: &Story<A>) -> Self {
        let mut history = Self {
            steps: Vec::with_capacity(story.asked.len()),
            stored: Vec::new(),
            replayed: Replayed::new(story.actor_id.clone()),
        };
        let mut now = Timestamp::UNIX_EPOCH;
        for asked in &story.asked {
            now = now.after(asked.after);
            let outcome = history.send(asked, now);
            history.steps.push(Step {
                command: asked.command,
                data: asked.data.clone(),
                at: now,
                outcome,
            });
        }
        history
    }

    #[track_caller]
    fn send(&mut self, asked: &Asked, now: Timestamp) -> Outcome {
        let number = self.steps.len() as u128 + 1;
        let context = Context::new(
            self.replayed.actor_id().clone(),
            CommandId::from(Uuid::from_u128(number)),
        )
        .at(now)
        .at_version(self.replayed.version());
        let named =
            |row: &&crate::domain::OnCommand<A>| row.command().name.as_str() == asked.command;
        let Some(row) = A::ON_COMMAND.iter().find(named) else {
            fail(&format!(
                "`{}` does not handle `{}`",
                A::META.name,
                asked.command
            ));
        };
        match row.run(self.replayed.state(), &asked.data, &context) {
            Ok(events) => {
                let count = events.len();
                for event in events {
                    self.happened(event, now);
                }
                Outcome::Done(count)
            }
            Err(HandleError::Refused(reason)) => Outcome::Refused(reason.to_string()),
            Err(err) => fail_because(&format!("{asked:?} cannot be carried out"), &err),
        }
    }

    /// Stores an event and folds it.
    #[track_caller]
    fn happened(&mut self, event: NewEvent, now: Timestamp) {
        let (actor_id, version) = (self.replayed.actor_id(), self.replayed.version().next());
        let id = event_id(actor_id, version);
        let event = Event::recorded(actor_id.clone(), version, event.event_type, event.data)
            .with_schema_version(event.schema_version)
            .with_id(id)
            .at(now);
        fold_one(&mut self.replayed, &event);
        self.stored.push(event);
    }

    /// The events, in the order in which they happened.
    ///
    /// # Panics
    /// If one cannot be read.
    #[track_caller]
    pub fn events(&self) -> Vec<A::Event> {
        let stored = self.stored.iter();
        let read = stored.map(|event| A::Event::decode(Stored::from(event)));
        match read.collect() {
            Ok(events) => events,
            Err(err) => fail_because("an event cannot be read from what is stored", &err),
        }
    }

    /// The events in their stored form.
    pub fn stored(&self) -> &[Event] {
        &self.stored
    }

    /// The commands, with what came of each.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The state in the end.
    pub const fn state(&self) -> &A {
        self.replayed.state()
    }
}

impl<A: Aggregate + Handlers + PartialEq + Debug> History<A> {
    /// Asserts that however the history is read, the state is the same, and the one that the
    /// commands were decided on: see [`assert_replays_equal`].
    ///
    /// # Panics
    /// If a state differs.
    #[track_caller]
    pub fn verify(&self) {
        if !self.stored.is_empty() {
            assert_replays_equal::<A>(&self.stored);
        }
    }
}

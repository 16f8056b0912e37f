use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    Event, Position, Recorded,
    domain::{Handlers, Origin, Projection, Stored},
    personal::forgotten_by,
    runtime::{follower::chain, process::is_received},
};

/// What a projection has made of the log so far.
#[derive(Debug)]
pub(super) struct Fold<P> {
    pub(super) state: P,
    /// The place up to which everything is applied.
    pub(super) position: Position,
    /// Which of the states of this projection it is: each rebuild begins the next.
    pub(super) generation: u64,
    /// How many events of the log it was shown.
    pub(super) events: u64,
    /// Where the log ended when it began. Who was forgotten before is not in it.
    begun: Position,
    /// Why it cannot go on: a commit is applied in part, or may be.
    broken: Option<String>,
}

/// Why a commit was not applied.
#[derive(Debug)]
pub(super) enum Stuck {
    /// It says that someone was forgotten, who may be in the state.
    Forgotten,
    /// It cannot be applied at all.
    Broken(String),
}

impl<P: Projection + Handlers> Fold<P> {
    /// Nothing yet, of a log that ends at `head`.
    pub(super) fn beginning(generation: u64, head: Position) -> Self {
        Self {
            state: P::default(),
            position: Position::START,
            generation,
            events: 0,
            begun: head,
            broken: None,
        }
    }

    /// What was kept.
    pub(super) const fn kept(state: P, position: Position, generation: u64) -> Self {
        Self {
            state,
            position,
            generation,
            events: 0,
            begun: position,
            broken: None,
        }
    }

    /// What is to be changed, after a position, in what lies elsewhere.
    pub(super) fn changing(position: Position, begun: Position) -> Self {
        Self {
            begun,
            ..Self::kept(P::default(), position, 0)
        }
    }

    /// Applies commits in order, except those that were applied before.
    pub(super) fn apply_all(&mut self, commits: &[Recorded]) -> Result<(), Stuck> {
        commits.iter().try_for_each(|recorded| self.apply(recorded))
    }

    /// Applies a commit, unless that was done before.
    fn apply(&mut self, recorded: &Recorded) -> Result<(), Stuck> {
        let position = recorded.position;
        let is_new = position > self.position;
        if is_new && position > self.begun && forgotten_by(&recorded.commit).is_some() {
            return Err(Stuck::Forgotten);
        }
        self.apply_events(position, recorded.commit.events())
    }

    /// Applies the events of the commit at a position, unless that was done before.
    pub(super) fn apply_events(
        &mut self,
        position: Position,
        events: &[Event],
    ) -> Result<(), Stuck> {
        if let Some(reason) = &self.broken {
            return Err(Stuck::Broken(reason.clone()));
        }
        if position <= self.position {
            return Ok(());
        }
        // A state that a panic has left behind is not used: see `broken`.
        let applied = catch_unwind(AssertUnwindSafe(|| {
            apply(&mut self.state, position, events)
        }));
        let applied = applied.unwrap_or_else(|panic| Err(panicked(position, &*panic)));
        if let Err(reason) = applied {
            self.broken = Some(reason.clone());
            return Err(Stuck::Broken(reason));
        }
        self.position = position;
        self.events += events.len() as u64;
        Ok(())
    }
}

impl<P> Fold<P> {
    /// Why its state is not that of its position, if it is not.
    pub(super) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }
}

fn apply<P: Projection + Handlers>(
    state: &mut P,
    position: Position,
    events: &[Event],
) -> Result<(), String> {
    for event in events.iter().filter(|event| !is_received(event)) {
        let origin = Origin::of(event, position);
        let applied = state.apply_stored(Stored::from(event), &origin);
        applied.map_err(|err| {
            let (version, actor, reason) = (event.version, &event.actor_id, chain(&err));
            format!("event {version} of `{actor}` at position {position}: {reason}")
        })?;
    }
    Ok(())
}

fn panicked(position: Position, panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("no reason given");
    format!("the commit at position {position}: applying it panicked: {text}")
}

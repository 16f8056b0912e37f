use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::{
    run,
    verdict::Verdict,
    world::{Acknowledged, World},
};
use crate::{ActorId, CommandId, Event, Position, Recorded, Version};

/// Something that must hold.
pub(super) struct Invariant {
    name: String,
    when: When,
    holds: Holds,
}

type Holds = Box<dyn Fn(&World<'_>) -> Option<String> + Send + Sync>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// After every commit.
    Always,
    /// At the end.
    Eventually,
}

/// What does not hold, why, and after which commit if not at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) what: String,
    pub(super) why: String,
    pub(super) after: Option<Position>,
}

impl Broken {
    pub(super) fn of(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
            after: None,
        }
    }

    const fn after(mut self, position: Position) -> Self {
        self.after = Some(position);
        self
    }
}

impl Invariant {
    pub(super) fn always<V: Verdict>(
        name: String,
        holds: impl Fn(&World<'_>) -> V + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, When::Always, holds)
    }

    pub(super) fn eventually<V: Verdict>(
        name: String,
        holds: impl Fn(&World<'_>) -> V + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, When::Eventually, holds)
    }

    fn new<V: Verdict>(
        name: String,
        when: When,
        holds: impl Fn(&World<'_>) -> V + Send + Sync + 'static,
    ) -> Self {
        let holds = Box::new(move |world: &World<'_>| holds(world).reason());
        Self { name, when, holds }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn ask(&self, world: &World<'_>) -> Result<(), Broken> {
        let asked = catch_unwind(AssertUnwindSafe(|| (self.holds)(world)));
        let reason = asked.unwrap_or_else(|panic| Some(run::message(&*panic)));
        let broken = |reason: String| Broken::of(format!("`{}`", self.name), reason);
        reason.map_or(Ok(()), |reason| Err(broken(reason)))
    }
}

/// Asks the invariants of a domain: of each beginning of the log, and of the whole.
pub(super) fn ask(
    invariants: &[Invariant],
    log: &[Recorded],
    acknowledged: &[Acknowledged],
) -> Result<(), Broken> {
    let of = |when| {
        invariants
            .iter()
            .filter(move |it: &&Invariant| it.when == when)
    };
    for (index, recorded) in log.iter().enumerate() {
        let part = log.get(..=index).unwrap_or_default();
        let world = World::new(part, acknowledged);
        let mut always = of(When::Always);
        let asked = always.try_for_each(|invariant| invariant.ask(&world));
        asked.map_err(|broken| broken.after(recorded.position))?;
    }
    let world = World::new(log, acknowledged);
    of(When::Eventually).try_for_each(|invariant| invariant.ask(&world))
}

/// What Aether itself promises of a log.
pub(super) fn check(
    log: &[Recorded],
    commands: &[Option<CommandId>],
    acknowledged: &[Acknowledged],
) -> Result<(), Broken> {
    versions_have_no_gaps(log)?;
    no_command_has_its_effect_twice(log, commands)?;
    nothing_acknowledged_is_lost(log, commands, acknowledged)?;
    answers_are_what_replay_gives(log, acknowledged)?;
    nothing_takes_effect_before_it_is_sent(acknowledged)
}

fn versions_have_no_gaps(log: &[Recorded]) -> Result<(), Broken> {
    let mut versions: BTreeMap<&ActorId, Version> = BTreeMap::new();
    for Recorded { position, commit } in log {
        let at = versions.entry(commit.actor_id()).or_default();
        if commit.expected() != *at {
            let (actor, first) = (commit.actor_id(), commit.expected().next());
            let why = format!("`{actor}` is at version {at}, and event {first} follows");
            return Err(Broken::of("versions have no gaps", why).after(*position));
        }
        *at = commit.version();
    }
    Ok(())
}

fn no_command_has_its_effect_twice(
    log: &[Recorded],
    commands: &[Option<CommandId>],
) -> Result<(), Broken> {
    let mut effects: HashMap<(&ActorId, CommandId), Position> = HashMap::new();
    for (recorded, command) in log.iter().zip(commands) {
        let Some(command) = command else { continue };
        let (actor, position) = (recorded.commit.actor_id(), recorded.position);
        if let Some(first) = effects.insert((actor, *command), position) {
            let why = format!("that of {command} on `{actor}` at {first} is there again");
            return Err(Broken::of("no command has its effect twice", why).after(position));
        }
    }
    Ok(())
}

fn nothing_acknowledged_is_lost(
    log: &[Recorded],
    commands: &[Option<CommandId>],
    acknowledged: &[Acknowledged],
) -> Result<(), Broken> {
    for done in acknowledged {
        let Some(position) = done.position else {
            continue;
        };
        let index = index(position);
        let is_there = log.get(index).is_some_and(|recorded| {
            let commit = &recorded.commit;
            (commit.actor_id(), commit.version()) == (&done.actor_id, done.version)
        });
        if !is_there || commands.get(index) != Some(&Some(done.id)) {
            let Acknowledged {
                command,
                actor_id,
                version,
                ..
            } = done;
            let why =
                format!("`{command}` is not at {position}, as version {version} of `{actor_id}`");
            return Err(Broken::of("nothing acknowledged is lost", why));
        }
    }
    Ok(())
}

/// The place of a position among the commits of the log.
fn index(position: Position) -> usize {
    usize::try_from(position.as_u64().saturating_sub(1)).unwrap_or(usize::MAX)
}

/// The events that were answered are those that are stored: of this kind, with these data.
fn answers_are_what_replay_gives(
    log: &[Recorded],
    acknowledged: &[Acknowledged],
) -> Result<(), Broken> {
    for done in acknowledged {
        let stored = done.position.and_then(|it| log.get(index(it)));
        let Some(Recorded { position, commit }) = stored else {
            continue;
        };
        let content = |it: &Event| (it.version, it.event_type.clone(), it.data.clone());
        let stored = commit.events().iter().map(content);
        if !done.events.is_empty() && !stored.eq(done.events.iter().map(content)) {
            let why = format!("`{}` was answered {:?}", done.command, done.events);
            let broken = Broken::of("answers are what replay gives", why);
            return Err(broken.after(*position));
        }
    }
    Ok(())
}

/// What takes effect does so after it was sent, and so after all that was answered before.
fn nothing_takes_effect_before_it_is_sent(acknowledged: &[Acknowledged]) -> Result<(), Broken> {
    let early = acknowledged
        .iter()
        .find(|done| done.position.is_some_and(|it| it <= done.since));
    let Some(Acknowledged { command, since, .. }) = early else {
        return Ok(());
    };
    let why = format!("`{command}` was sent when the log was at {since} already");
    let broken = Broken::of("nothing takes effect before it is sent", why);
    Err(broken)
}

#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt::Debug, time::Duration};

use aether::{CommandId, Commit, Event, Recorded, Timer, TimerChange, Timestamp};

/// What was found to have taken effect, each of it once and at its time.
#[derive(Debug, Default, Clone, Copy)]
pub struct Effects {
    /// Commands that were asked for at once.
    pub outgoing: u64,
    /// Timers that fired.
    pub timers: u64,
    /// Timers that were set and taken back, or not due yet.
    pub unfired: u64,
    /// Commands that the policy asked for later.
    pub of_policy: u64,
}

/// Reads a whole log, in which all that was asked for has been carried out. Panics if a command
/// took effect never, twice, too early, or though it was taken back.
pub(super) fn judge(log: &[Recorded]) -> Effects {
    let mut judge = Judge::of(log);
    for recorded in log {
        judge.outgoing(&recorded.commit);
        judge.timers(&recorded.commit);
        judge.policy(&recorded.commit);
    }
    let in_vain: Vec<_> = judge.by_command.values().flatten().collect();
    assert!(in_vain.is_empty(), "rung though nobody asked: {in_vain:?}");
    judge.effects
}

/// What was rung and has not been judged yet.
struct Judge<'a> {
    /// By the id of the command.
    by_command: HashMap<CommandId, Vec<&'a Event>>,
    /// The id of the last event of each asker: the policy asks anew for each.
    last: HashMap<&'a str, &'a Event>,
    effects: Effects,
}

impl<'a> Judge<'a> {
    fn of(log: &'a [Recorded]) -> Self {
        let events = log.iter().flat_map(|it| it.commit.events());
        let (rung, asked): (Vec<_>, Vec<_>) = events.partition(|it| it.event_type == "Rung");
        let mut by_command: HashMap<_, Vec<_>> = HashMap::new();
        for event in rung {
            let id = event.metadata.command_id.unwrap();
            by_command.entry(id).or_default().push(event);
        }
        let last = asked.into_iter().map(|it| (it.actor_id.as_str(), it));
        Self {
            by_command,
            last: last.collect(),
            effects: Effects::default(),
        }
    }

    fn outgoing(&mut self, commit: &Commit) {
        for asked in commit.outgoing() {
            self.once(asked.id, Timestamp::UNIX_EPOCH, asked);
            self.effects.outgoing += 1;
        }
    }

    /// What is due in an hour is cancelled or moved, or its time has not come.
    fn timers(&mut self, commit: &Commit) {
        let set = commit.timers().iter().filter_map(|change| match change {
            TimerChange::Set(timer) => Some(timer),
            TimerChange::Cancel(_) => None,
        });
        let is_soon = |timer: &Timer| {
            let happened = commit.events().first().map(|it| it.timestamp);
            happened.is_some_and(|at| timer.due < at.after(Duration::from_mins(30)))
        };
        for timer in set {
            if is_soon(timer) {
                self.once(timer.command.id, timer.due, timer);
                self.effects.timers += 1;
            } else {
                let heard = self.by_command.remove(&timer.command.id);
                assert!(heard.is_none(), "rung, though taken back: {timer:?}");
                self.effects.unfired += 1;
            }
        }
    }

    /// What the policy asked for at an earlier event of an asker is replaced at a later one, if
    /// it had not been done by then.
    fn policy(&mut self, commit: &Commit) {
        for event in commit.events().iter().filter(|it| it.event_type == "Asked") {
            let id = CommandId::derived(event.id.as_uuid(), "RingAfterASecond/0");
            let is_last = self.last.get(event.actor_id.as_str()) == Some(&event);
            if is_last || self.by_command.contains_key(&id) {
                self.once(id, event.timestamp.after(Duration::from_secs(1)), event);
                self.effects.of_policy += 1;
            }
        }
    }

    fn once(&mut self, id: CommandId, due: Timestamp, what: &impl Debug) {
        let heard = self.by_command.remove(&id).unwrap_or_default();
        assert_eq!(heard.len(), 1, "so often was it rung: {what:?}");
        let early = heard.iter().find(|it| it.timestamp < due);
        assert!(early.is_none(), "rung too early: {early:?}, for {what:?}");
    }
}

use std::{collections::HashMap, time::Duration};

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

use super::{
    actors::ActorsStatus,
    command_error::CommandError,
    send::Sent,
    status::{FollowerKind, FollowerStatus},
};
use crate::Position;

/// What the runtime measures, for whatever recorder there was when it started.
///
/// All of it is registered at the start. The names and what they mean are listed in
/// `docs/metrics.md`.
pub(super) struct Meters {
    pub(super) hits: Counter,
    pub(super) misses: Counter,
    pub(super) stale: Counter,
    pub(super) evicted_for_room: Counter,
    pub(super) evicted_for_age: Counter,
    pub(super) too_large: Counter,
    pub(super) load_duration: Histogram,
    pub(super) mailbox_wait: Histogram,
    pub(super) conflicts: Counter,
    pub(super) carried_through: Counter,
    searches_found: Counter,
    searches_in_vain: Counter,
    cells: Gauge,
    bytes: Gauge,
    commands: HashMap<&'static str, CommandMeters>,
}

/// What is measured of the commands of one name.
struct CommandMeters {
    duration: Histogram,
    ended: [Counter; Outcome::ALL.len()],
}

/// What came of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Stored,
    Nothing,
    Repeated,
    Refused,
    Conflict,
    Busy,
    Expired,
    Overdue,
    Failed,
}

impl Outcome {
    const ALL: [Self; 9] = [
        Self::Stored,
        Self::Nothing,
        Self::Repeated,
        Self::Refused,
        Self::Conflict,
        Self::Busy,
        Self::Expired,
        Self::Overdue,
        Self::Failed,
    ];

    const fn of(answer: &Result<Sent, CommandError>) -> Self {
        match answer {
            Ok(Sent { repeated: true, .. }) => Self::Repeated,
            Ok(Sent { position: None, .. }) => Self::Nothing,
            Ok(_) | Err(CommandError::Unprojected { .. }) => Self::Stored,
            Err(CommandError::Refused(_)) => Self::Refused,
            Err(CommandError::Conflict { .. }) => Self::Conflict,
            Err(CommandError::Busy { .. }) => Self::Busy,
            Err(CommandError::Expired) => Self::Expired,
            Err(CommandError::Overdue { .. }) => Self::Overdue,
            Err(
                CommandError::Unhandled { .. }
                | CommandError::Address { .. }
                | CommandError::Shape { .. }
                | CommandError::Unreadable(_)
                | CommandError::Store(_)
                | CommandError::Stopped,
            ) => Self::Failed,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Nothing => "nothing",
            Self::Repeated => "repeated",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
            Self::Busy => "busy",
            Self::Expired => "expired",
            Self::Overdue => "overdue",
            Self::Failed => "failed",
        }
    }
}

impl Meters {
    /// Registers all of them, for the commands that there are.
    pub(super) fn new(commands: impl Iterator<Item = &'static str>) -> Self {
        describe();
        let lookups = |result| counter!("aether_actor_cache_lookups_total", "result" => result);
        let evictions = |reason| counter!("aether_actor_cache_evictions_total", "reason" => reason);
        let searches = |result| counter!("aether_command_searches_total", "result" => result);
        Self {
            hits: lookups("hit"),
            misses: lookups("miss"),
            stale: lookups("stale"),
            evicted_for_room: evictions("room"),
            evicted_for_age: evictions("age"),
            too_large: evictions("size"),
            load_duration: histogram!("aether_actor_load_seconds"),
            mailbox_wait: histogram!("aether_mailbox_wait_seconds"),
            conflicts: counter!("aether_command_conflicts_total"),
            carried_through: counter!("aether_commands_carried_through_total"),
            searches_found: searches("found"),
            searches_in_vain: searches("absent"),
            cells: gauge!("aether_actors"),
            bytes: gauge!("aether_actors_bytes"),
            commands: commands
                .map(|name| (name, CommandMeters::new(name)))
                .collect(),
        }
    }

    /// The history of an actor was searched for a command.
    pub(super) fn searched(&self, is_found: bool) {
        let found = if is_found {
            &self.searches_found
        } else {
            &self.searches_in_vain
        };
        found.increment(1);
    }

    /// A command has ended.
    pub(super) fn ended(&self, command: &str, took: Duration, answer: &Result<Sent, CommandError>) {
        let Some(meters) = self.commands.get(command) else {
            return;
        };
        meters.duration.record(took);
        let outcome = Outcome::of(answer);
        if let Some(ended) = meters.ended.get(outcome as usize) {
            ended.increment(1);
        }
    }

    /// So many actors are in memory.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    pub(super) fn tell(&self, status: ActorsStatus) {
        self.cells.set(status.cells as f64);
        self.bytes.set(status.bytes as f64);
    }
}

impl CommandMeters {
    fn new(command: &'static str) -> Self {
        let ended = |outcome: Outcome| {
            let outcome = outcome.name();
            counter!("aether_commands_total", "command" => command, "outcome" => outcome)
        };
        Self {
            duration: histogram!("aether_command_duration_seconds", "command" => command),
            ended: Outcome::ALL.map(ended),
        }
    }
}

/// What is measured of a follower of the log.
pub(super) struct FollowerMeters {
    pub(super) retries: Counter,
    pub(super) refused: Counter,
    halted: Gauge,
    position: Gauge,
}

impl FollowerMeters {
    pub(super) fn of(status: &FollowerStatus) -> Self {
        let (kind, name) = (kind(status.kind), status.name);
        let meters = Self {
            retries: counter!(
                "aether_follower_retries_total", "kind" => kind, "follower" => name
            ),
            refused: counter!(
                "aether_follower_refused_total", "kind" => kind, "follower" => name
            ),
            halted: gauge!("aether_follower_halted", "kind" => kind, "follower" => name),
            position: gauge!("aether_follower_position", "kind" => kind, "follower" => name),
        };
        meters.halted.set(0.0);
        meters.reached(status.position);
        meters
    }

    pub(super) fn halted(&self) {
        self.halted.set(1.0);
    }

    /// What it stood still before is gone.
    pub(super) fn going(&self) {
        self.halted.set(0.0);
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    pub(super) fn reached(&self, position: Position) {
        self.position.set(position.as_u64() as f64);
    }
}

const fn kind(kind: FollowerKind) -> &'static str {
    match kind {
        FollowerKind::Policy => "policy",
        FollowerKind::Process => "process",
        FollowerKind::Projection => "projection",
        FollowerKind::Adapter => "adapter",
        FollowerKind::Outbox => "outbox",
        FollowerKind::Timers => "timers",
    }
}

fn describe() {
    describe_counter!(
        "aether_follower_retries_total",
        "How often it had to try again"
    );
    describe_counter!(
        "aether_follower_refused_total",
        "Its commands that the domain refused"
    );
    describe_gauge!(
        "aether_follower_halted",
        "1 while it stands still before something"
    );
    describe_gauge!("aether_follower_position", "How far it has come in the log");
    describe_counter!("aether_commands_total", "Commands, by what came of them");
    describe_histogram!(
        "aether_command_duration_seconds",
        Unit::Seconds,
        "How long commands took, from being sent to being answered"
    );
    describe_counter!(
        "aether_command_conflicts_total",
        "Commits that were refused since someone else had stored events of the actor"
    );
    describe_counter!(
        "aether_commands_carried_through_total",
        "Commands that were stored though nobody waited for them any more"
    );
    describe_counter!(
        "aether_command_searches_total",
        "Searches of an actor's history for the id of a command"
    );
    describe_histogram!(
        "aether_mailbox_wait_seconds",
        Unit::Seconds,
        "How long commands waited for their turn, of those that had to"
    );
    describe_counter!(
        "aether_actor_cache_lookups_total",
        "How often the state of an actor was in memory"
    );
    describe_counter!(
        "aether_actor_cache_evictions_total",
        "Actors whose state was let go of, by why"
    );
    describe_histogram!(
        "aether_actor_load_seconds",
        Unit::Seconds,
        "How long it took to load an actor, or what others had stored since"
    );
    describe_gauge!("aether_actors", "Actors in memory");
    describe_gauge!(
        "aether_actors_bytes",
        Unit::Bytes,
        "What the actors in memory are taken to weigh"
    );
}

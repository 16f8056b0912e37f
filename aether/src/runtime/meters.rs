use std::time::Duration;

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

use super::{
    actors::ActorsStatus, command_error::CommandError, health::FollowerHealth, send::Sent,
    status::FollowerStatus,
};
use crate::{Position, Receipt, StoreError, StoreErrorKind};

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
    appends: AppendMeters,
}

/// What is measured of the commands of one name.
pub(super) struct CommandMeters {
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
                | CommandError::Remote { .. }
                | CommandError::Moved
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
    /// Registers all of them.
    pub(super) fn new() -> Self {
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
            appends: AppendMeters::new(),
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

    /// The store has answered, after so long.
    pub(super) fn appended(&self, took: Duration, answer: &Result<Receipt, StoreError>) {
        self.appends.duration.record(took);
        if let Some(ended) = self.appends.ended.get(Appended::of(answer) as usize) {
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
    pub(super) fn new(command: &'static str) -> Self {
        let ended = |outcome: Outcome| {
            let outcome = outcome.name();
            counter!("aether_commands_total", "command" => command, "outcome" => outcome)
        };
        Self {
            duration: histogram!("aether_command_duration_seconds", "command" => command),
            ended: Outcome::ALL.map(ended),
        }
    }

    /// A command has ended.
    pub(super) fn ended(&self, took: Duration, answer: &Result<Sent, CommandError>) {
        self.duration.record(took);
        let outcome = Outcome::of(answer);
        if let Some(ended) = self.ended.get(outcome as usize) {
            ended.increment(1);
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
        let (kind, name) = (status.kind.as_str(), status.name);
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

/// What is measured of a follower twice a second, by whoever looks.
pub(super) struct LagMeters {
    commits: Gauge,
    seconds: Gauge,
    retried: Gauge,
    waiting: Gauge,
    timers: Option<TimerMeters>,
}

/// What is measured of timers.
struct TimerMeters {
    pending: Gauge,
    overdue: Gauge,
}

impl LagMeters {
    pub(super) fn of(status: &FollowerStatus) -> Self {
        let (kind, name) = (status.kind.as_str(), status.name);
        let parked = |state| {
            gauge!(
                "aether_follower_parked", "kind" => kind, "follower" => name, "state" => state
            )
        };
        let meters = Self {
            commits: gauge!("aether_follower_lag_commits", "kind" => kind, "follower" => name),
            seconds: gauge!("aether_follower_lag_seconds", "kind" => kind, "follower" => name),
            retried: parked("retried"),
            waiting: parked("waiting"),
            timers: status.timers.map(|_| TimerMeters {
                pending: gauge!("aether_timers_pending", "follower" => name),
                overdue: gauge!("aether_timers_overdue_seconds", "follower" => name),
            }),
        };
        meters.commits.set(0.0);
        meters.seconds.set(0.0);
        meters
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    pub(super) fn tell(&self, health: &FollowerHealth) {
        let status = &health.status;
        self.commits.set(health.lag.commits as f64);
        self.seconds.set(health.lag.time);
        self.retried.set(status.parked.retried as f64);
        self.waiting.set(status.parked.waiting() as f64);
        if let (Some(meters), Some(timers)) = (&self.timers, status.timers) {
            meters.pending.set(timers.pending as f64);
            meters.overdue.set(health.overdue);
        }
    }
}

/// What is measured of the store twice a second.
pub(super) struct StoreMeters {
    up: Gauge,
}

impl StoreMeters {
    pub(super) fn new() -> Self {
        Self {
            up: gauge!("aether_store_up"),
        }
    }

    /// Whether it answers.
    pub(super) fn answers(&self, answers: bool) {
        self.up.set(f64::from(u8::from(answers)));
    }
}

/// What is measured of appending commits.
struct AppendMeters {
    duration: Histogram,
    ended: [Counter; Appended::ALL.len()],
}

/// What came of appending a commit.
#[derive(Debug, Clone, Copy)]
enum Appended {
    Stored,
    Conflict,
    InDoubt,
    Unavailable,
    Failed,
}

impl Appended {
    const ALL: [Self; 5] = [
        Self::Stored,
        Self::Conflict,
        Self::InDoubt,
        Self::Unavailable,
        Self::Failed,
    ];

    fn of(answer: &Result<Receipt, StoreError>) -> Self {
        use StoreErrorKind::{
            Conflict, Corrupt, InDoubt, Invalid, Misconfigured, TooLarge, Unavailable,
        };
        match answer.as_ref().map_err(StoreError::kind) {
            Ok(_) => Self::Stored,
            Err(Conflict) => Self::Conflict,
            Err(InDoubt) => Self::InDoubt,
            Err(Unavailable) => Self::Unavailable,
            Err(Corrupt | Invalid | Misconfigured | TooLarge) => Self::Failed,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Conflict => "conflict",
            Self::InDoubt => "in_doubt",
            Self::Unavailable => "unavailable",
            Self::Failed => "failed",
        }
    }
}

impl AppendMeters {
    fn new() -> Self {
        let ended = |it: Appended| counter!("aether_appends_total", "outcome" => it.name());
        Self {
            duration: histogram!("aether_append_seconds"),
            ended: Appended::ALL.map(ended),
        }
    }
}

fn describe() {
    describe_of_followers();
    describe_of_store();
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

fn describe_of_followers() {
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
    describe_gauge!(
        "aether_follower_lag_commits",
        "How many places in the log lie before it"
    );
    describe_gauge!(
        "aether_follower_lag_seconds",
        Unit::Seconds,
        "For how long there has been something before it"
    );
    describe_gauge!(
        "aether_follower_parked",
        "Actors of which it has parked something, by what is to become of that"
    );
    describe_gauge!("aether_timers_pending", "Timers that are set");
    describe_gauge!(
        "aether_timers_overdue_seconds",
        Unit::Seconds,
        "For how long the next timer has been due, if it is"
    );
}

fn describe_of_store() {
    describe_gauge!("aether_store_up", "1 while the store answers");
    describe_counter!(
        "aether_appends_total",
        "Commits that the store was given, by what it answered"
    );
    describe_histogram!(
        "aether_append_seconds",
        Unit::Seconds,
        "How long the store took to answer to a commit"
    );
}

use std::{fmt, time::Duration};

use super::status::{FollowerKind, FollowerState, FollowerStatus};
use crate::Position;

/// How a runtime is doing, as it was seen within the last second: see
/// [`Aether::health`](super::Aether::health).
///
/// ```
/// # use aether::{InMemoryEventStore, runtime::Aether};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let aether = Aether::builder().store(InMemoryEventStore::new()).start().await?;
/// let health = aether.health();
/// let (live, ready) = (health.is_live(), health.is_ready());
/// for problem in health.problems() {
///     eprintln!("{problem}");
/// }
/// # assert!(live);
/// # let _ = ready;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Whether it is shut down, or is being shut down.
    pub is_stopped: bool,
    /// How the store answered when it was asked last where its log ends.
    pub store: StoreHealth,
    /// Its followers.
    pub followers: Vec<FollowerHealth>,
    /// Where the log ended when it was first seen.
    pub(super) began_at: Position,
}

/// Whether a store answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum StoreHealth {
    /// It was not asked yet.
    #[default]
    Unknown,
    /// It answers.
    Answers,
    /// It does not answer, or not soon.
    Silent {
        /// What happened.
        reason: String,
    },
}

/// How a follower of the log is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FollowerHealth {
    /// How far it has come, and what is the matter with it.
    pub status: FollowerStatus,
    /// What it has still to do.
    pub lag: Lag,
    /// For how long its next timer has been due, if one is.
    pub overdue: Duration,
}

/// What a follower has still to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Lag {
    /// How many places in the log lie before it. Each is a commit, of one event or more.
    pub commits: u64,
    /// For how long there has been something before it, since the runtime has started.
    pub time: Duration,
}

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The runtime is shut down.
    Stopped,
    /// The store does not answer.
    StoreSilent {
        /// What happened.
        reason: String,
    },
    /// A follower stands still before something that it cannot get past.
    Halted {
        /// What it is.
        kind: FollowerKind,
        /// The follower.
        follower: &'static str,
        /// What it stands before.
        reason: String,
    },
    /// A follower tries something again and again.
    Retrying {
        /// What it is.
        kind: FollowerKind,
        /// The follower.
        follower: &'static str,
        /// How often it has tried.
        attempts: u32,
        /// What happened last.
        reason: String,
    },
    /// A follower has [parked](super::parking) something, which waits for an order.
    Parked {
        /// What it is.
        kind: FollowerKind,
        /// The follower.
        follower: &'static str,
        /// Of how many actors.
        actors: usize,
    },
    /// A timer should have fired.
    Overdue {
        /// Whose timer it is.
        follower: &'static str,
        /// For how long it has been due.
        by: Duration,
    },
}

impl Health {
    /// For how long a timer may be due before that is a problem.
    const TIMERS_PATIENCE: Duration = Duration::from_secs(10);

    /// Whether the process does any good: if it does not, start another one.
    ///
    /// It does as long as it is not shut down. A store out of reach or a follower that has halted
    /// are no better after a restart.
    pub const fn is_live(&self) -> bool {
        !self.is_stopped
    }

    /// Whether it can be given work: it is live, the store answers, and every projection has
    /// applied what was in the log when the runtime started.
    pub fn is_ready(&self) -> bool {
        let is_built = |it: &FollowerHealth| {
            it.status.kind != FollowerKind::Projection || it.status.position >= self.began_at
        };
        self.is_live() && self.store == StoreHealth::Answers && self.followers.iter().all(is_built)
    }

    /// What a person should look at; nothing if all is well.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(self.is_stopped.then_some(Problem::Stopped));
        if let StoreHealth::Silent { reason } = &self.store {
            let reason = reason.clone();
            problems.push(Problem::StoreSilent { reason });
        }
        for follower in &self.followers {
            problems.extend(follower.trouble());
            problems.extend(follower.parked());
            if follower.overdue > Self::TIMERS_PATIENCE {
                problems.push(Problem::Overdue {
                    follower: follower.status.name,
                    by: follower.overdue,
                });
            }
        }
        problems
    }
}

impl FollowerHealth {
    fn trouble(&self) -> Option<Problem> {
        let FollowerStatus { name, kind, .. } = self.status;
        match &self.status.state {
            FollowerState::Running | FollowerState::Elsewhere => None,
            FollowerState::Retrying { attempts, reason } => Some(Problem::Retrying {
                kind,
                follower: name,
                attempts: *attempts,
                reason: reason.clone(),
            }),
            FollowerState::Halted { reason } => Some(Problem::Halted {
                kind,
                follower: name,
                reason: reason.clone(),
            }),
        }
    }

    fn parked(&self) -> Option<Problem> {
        let FollowerStatus { name, kind, .. } = self.status;
        let actors = self.status.parked.waiting();
        (actors > 0).then_some(Problem::Parked {
            kind,
            follower: name,
            actors,
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => write!(f, "the runtime is shut down"),
            Self::StoreSilent { reason } => write!(f, "the store does not answer: {reason}"),
            Self::Halted {
                kind,
                follower,
                reason,
            } => write!(f, "the {kind} `{follower}` stands still: {reason}"),
            Self::Retrying {
                kind,
                follower,
                attempts,
                reason,
            } => write!(
                f,
                "the {kind} `{follower}` has tried {attempts} times: {reason}"
            ),
            Self::Parked {
                kind,
                follower,
                actors,
            } => write!(
                f,
                "the {kind} `{follower}` has parked something of {actors} actors, which waits \
                 for an order"
            ),
            Self::Overdue { follower, by } => write!(
                f,
                "a timer of `{follower}` has been due for {} seconds",
                by.as_secs()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::ParkedStatus;

    fn follower(kind: FollowerKind, position: u64) -> FollowerHealth {
        FollowerHealth {
            status: FollowerStatus {
                name: "It",
                kind,
                position: Position::new(position),
                refused: 0,
                state: FollowerState::Running,
                timers: None,
                parked: ParkedStatus::default(),
            },
            lag: Lag::default(),
            overdue: Duration::ZERO,
        }
    }

    fn health(followers: impl Into<Vec<FollowerHealth>>) -> Health {
        Health {
            is_stopped: false,
            store: StoreHealth::Answers,
            followers: followers.into(),
            began_at: Position::new(9),
        }
    }

    #[test]
    fn it_is_ready_when_the_store_answers_and_projections_are_built() {
        let built = follower(FollowerKind::Projection, 9);
        let behind = follower(FollowerKind::Policy, 2);
        let mut well = health([built, behind]);
        assert!(well.is_ready() && well.problems().is_empty());
        assert!(!health([follower(FollowerKind::Projection, 8)]).is_ready());
        well.store = StoreHealth::Unknown;
        assert!(!well.is_ready() && well.is_live());
        well.store = StoreHealth::Answers;
        well.is_stopped = true;
        assert!(!well.is_ready() && !well.is_live());
        assert_eq!(well.problems(), [Problem::Stopped]);
    }

    #[test]
    fn what_is_the_matter_is_said_in_words() {
        let mut halted = follower(FollowerKind::Policy, 9);
        let reason = "it cannot be read".to_owned();
        halted.status.state = FollowerState::Halted { reason };
        halted.status.parked = ParkedStatus {
            actors: 3,
            retried: 1,
        };
        let mut timers = follower(FollowerKind::Timers, 9);
        timers.overdue = Duration::from_secs(11);
        let mut ill = health([halted, timers]);
        ill.store = StoreHealth::Silent {
            reason: "no answer came".to_owned(),
        };
        assert!(ill.is_live() && !ill.is_ready());
        let said: Vec<_> = ill.problems().iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "the store does not answer: no answer came",
                "the policy `It` stands still: it cannot be read",
                "the policy `It` has parked something of 2 actors, which waits for an order",
                "a timer of `It` has been due for 11 seconds",
            ]
        );
    }
}

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    engine::Engine,
    follower::chain,
    heads::Heads,
    health::{FollowerHealth, Lag, StoreHealth},
    meters::{LagMeters, StoreMeters},
    status::{FollowerState, FollowerStatus},
};
use crate::{EventStore as _, Position, Timestamp};

/// Looks twice a second at where the log ends and how far each follower is, and tells whoever
/// measures or asks.
pub(super) struct Monitor {
    engine: Arc<Engine>,
    followers: Vec<(watch::Receiver<FollowerStatus>, LagMeters)>,
    store: StoreMeters,
    heads: Heads,
    seen: watch::Sender<Seen>,
}

/// What was seen last.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) store: StoreHealth,
    /// Where the log ended when it was first seen.
    pub(super) began_at: Option<Position>,
    /// The followers, in their order.
    pub(super) followers: Vec<FollowerHealth>,
}

impl Monitor {
    const EVERY: Duration = Duration::from_millis(500);
    /// How long the store has to say where its log ends.
    const PATIENCE: Duration = Duration::from_secs(2);

    pub(super) fn new(
        engine: Arc<Engine>,
        followers: &[watch::Receiver<FollowerStatus>],
    ) -> (Self, watch::Receiver<Seen>) {
        let followers = followers.iter().map(|follower| {
            let meters = LagMeters::of(&follower.borrow());
            (follower.clone(), meters)
        });
        let (seen, receiver) = watch::channel(Seen::default());
        let monitor = Self {
            engine,
            followers: followers.collect(),
            store: StoreMeters::new(),
            heads: Heads::default(),
            seen,
        };
        (monitor, receiver)
    }

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut ticks = interval(Self::EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                _ = ticks.tick() => {}
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = self.look() => {}
            }
        }
    }

    async fn look(&mut self) {
        let asked = timeout(Self::PATIENCE, self.engine.store.head()).await;
        let (now, clock) = (Instant::now(), self.engine.clock.now());
        let store = match asked {
            Ok(Ok(head)) => {
                let here = self.followers.iter().map(|(it, _)| it.borrow());
                let here = here.filter(|it| it.state != FollowerState::Elsewhere);
                let positions = here.map(|it| it.position);
                let slowest = positions.min().unwrap_or(head);
                self.heads.see(now, head, slowest);
                StoreHealth::Answers
            }
            Ok(Err(err)) => StoreHealth::Silent {
                reason: chain(&err),
            },
            Err(_elapsed) => StoreHealth::Silent {
                reason: format!("no answer within {} seconds", Self::PATIENCE.as_secs()),
            },
        };
        self.store.answers(store == StoreHealth::Answers);
        let followers = self.followers.iter().map(|(status, meters)| {
            let health = self.health(&status.borrow(), now, clock);
            meters.tell(&health);
            health
        });
        let followers = followers.collect();
        let head = (store == StoreHealth::Answers).then(|| self.heads.head());
        self.seen.send_modify(|seen| {
            seen.store = store;
            seen.began_at = seen.began_at.or(head);
            seen.followers = followers;
        });
    }

    fn health(&self, status: &FollowerStatus, now: Instant, clock: Timestamp) -> FollowerHealth {
        if status.state == FollowerState::Elsewhere {
            return FollowerHealth {
                status: status.clone(),
                lag: Lag::default(),
                overdue: Duration::ZERO,
            };
        }
        let due = status.timers.and_then(|timers| timers.next_due);
        FollowerHealth {
            status: status.clone(),
            lag: Lag {
                commits: self.heads.places_after(status.position),
                time: self.heads.behind(status.position, now),
            },
            overdue: due.and_then(|due| due.until(clock)).unwrap_or_default(),
        }
    }
}

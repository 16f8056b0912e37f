use metrics::{Gauge, Unit, describe_gauge, gauge};
use tokio::time::Instant;

use crate::{Position, runtime::heads::Heads};

/// What is measured of the part of a subscription that a worker has.
#[derive(Debug)]
pub(super) struct Meters {
    heads: Heads,
    commits: Gauge,
    seconds: Gauge,
}

impl Meters {
    pub(super) fn of(subscription: &str, worker: &str) -> Self {
        describe_gauge!(
            "aether_subscription_lag_commits",
            "How many places in the log lie before a worker of a subscription"
        );
        describe_gauge!(
            "aether_subscription_lag_seconds",
            Unit::Seconds,
            "For how long there has been something before a worker of a subscription"
        );
        let labels = [
            ("subscription", subscription.to_owned()),
            ("worker", worker.to_owned()),
        ];
        Self {
            heads: Heads::default(),
            commits: gauge!("aether_subscription_lag_commits", &labels),
            seconds: gauge!("aether_subscription_lag_seconds", &labels),
        }
    }

    /// The worker is here, and the log ends there.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    pub(super) fn tell(&mut self, now: Instant, position: Position, head: Position) {
        self.heads.see(now, head, position);
        self.commits.set(self.heads.places_after(position) as f64);
        self.seconds.set(self.heads.behind(position, now));
    }

    /// The worker has nothing to do.
    pub(super) fn idle(&self) {
        self.commits.set(0.0);
        self.seconds.set(0.0);
    }
}

use std::time::Duration;

use tokio::{
    sync::{Semaphore, watch},
    time::{MissedTickBehavior, interval},
};

/// How often writers are let go.
const BEAT: Duration = Duration::from_millis(20);
/// How many at once, so that they race.
const AT_ONCE: usize = 12;

/// Lets writers go together, a few at a time, and counts what comes of it: so there is traffic all
/// the time and never too much of it.
#[derive(Debug)]
pub(crate) struct Pace {
    starts: Semaphore,
    tally: watch::Sender<Tally>,
}

/// What has been acknowledged.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) commits: usize,
    pub(crate) events: usize,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self {
            starts: Semaphore::new(0),
            tally: watch::Sender::default(),
        }
    }

    /// Lets writers go, for ever.
    pub(crate) async fn beat(&self) {
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            beats.tick().await;
            // While writers are held up, no starts pile up.
            if self.starts.available_permits() < AT_ONCE {
                self.starts.add_permits(AT_ONCE);
            }
        }
    }

    /// Tells the writers that it is enough.
    pub(crate) fn stop(&self) {
        self.starts.close();
    }

    /// Waits for a start. False if there are no more.
    pub(crate) async fn may_start(&self) -> bool {
        let start = self.starts.acquire().await;
        start.map(tokio::sync::SemaphorePermit::forget).is_ok()
    }

    pub(crate) fn acknowledged(&self, events: usize) {
        self.tally.send_modify(|tally| {
            tally.commits += 1;
            tally.events += events;
        });
    }

    /// Waits until this many more commits are acknowledged, and so many events in all.
    pub(crate) async fn reaches(&self, more_commits: usize, events: usize) {
        let mut tally = self.tally.subscribe();
        let commits = tally.borrow().commits + more_commits;
        let enough = |tally: &Tally| tally.commits >= commits && tally.events >= events;
        tally.wait_for(enough).await.unwrap();
    }
}

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{RebuildProgress, status::Keeping};

/// Through which a projection is told to be built anew, and tells what became of that.
///
/// States of a projection are numbered: a rebuild makes one with a higher number.
#[derive(Debug)]
pub(in crate::runtime) struct Control {
    pub(super) name: &'static str,
    pub(super) order: watch::Sender<Order>,
    /// The number of the state that is read; none before it is known what is kept.
    pub(super) current: watch::Sender<Option<u64>>,
    pub(super) report: watch::Sender<Report>,
    keeping: Mutex<Keeping>,
}

/// What was ordered last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// The number of the order.
    pub(super) number: u64,
    /// The number that the state is to have at the least; zero if that was taken back.
    pub(super) wanted: u64,
}

/// What is known of the last rebuild.
#[derive(Debug, Clone, Default)]
pub(super) struct Report {
    /// The number of the state that it makes.
    pub(super) target: u64,
    pub(super) progress: RebuildProgress,
    pub(super) phase: Phase,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// There has been none.
    #[default]
    Idle,
    Running,
    Done,
    Cancelled,
    Failed(String),
    /// The runtime is shut down.
    Stopped,
}

impl Control {
    pub(in crate::runtime) fn new(name: &'static str, keeping: Keeping) -> Self {
        Self {
            name,
            order: watch::Sender::default(),
            current: watch::Sender::default(),
            report: watch::Sender::default(),
            keeping: Mutex::new(keeping),
        }
    }

    /// Hears of an order, unless a later one is known.
    pub(super) fn hear(&self, order: Order) {
        self.order.send_if_modified(|known| {
            let is_new = order.number > known.number;
            if is_new {
                *known = order;
            }
            is_new
        });
    }

    /// Wants the state with a number at the least, whatever else is known: nobody else has ordered
    /// it, and nobody hears of it.
    pub(super) fn want(&self, generation: u64) {
        self.order.send_modify(|known| {
            known.number = known.number.max(generation);
            known.wanted = known.wanted.max(generation);
        });
    }

    /// The order after the last one, which nobody else hears of: to build it anew, or not to.
    pub(super) fn order(&self, wants: bool) -> u64 {
        let mut number = 0;
        let current = self.current.borrow().unwrap_or_default();
        self.order.send_modify(|known| {
            number = known.number.max(current) + 1;
            known.number = number;
            known.wanted = if wants { number } else { 0 };
        });
        number
    }

    /// What a rebuild is at, if one is under way.
    pub(super) fn rebuilding(&self) -> Option<RebuildProgress> {
        let report = self.report.borrow();
        (report.phase == Phase::Running).then_some(report.progress)
    }

    pub(super) fn tell(&self, progress: RebuildProgress) {
        self.report.send_modify(|report| report.progress = progress);
    }

    pub(super) fn begin(&self, target: u64) {
        self.report.send_replace(Report {
            target,
            progress: RebuildProgress::default(),
            phase: Phase::Running,
        });
    }

    pub(super) fn end(&self, phase: Phase) {
        self.report.send_modify(|report| report.phase = phase);
    }

    pub(super) fn keeping(&self) -> MutexGuard<'_, Keeping> {
        self.keeping.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

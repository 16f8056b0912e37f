use std::time::Duration;

use super::dice::Dice;

/// What befalls nodes, server and clock in a run, how often, and how much of each.
///
/// ```
/// use aether::simulation::Mishaps;
///
/// let crashes_alone = Mishaps::none().crashes(1);
/// # drop(crashes_alone);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "give it to a simulation"]
pub struct Mishaps {
    every: Duration,
    crashes: u32,
    pauses: u32,
    cuts: u32,
    outages: u32,
    jumps: u32,
}

/// One thing that befalls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    Crash,
    Pause,
    Cut,
    Outage,
    Jump,
}

impl Mishaps {
    /// None at all.
    pub const fn none() -> Self {
        Self {
            every: Duration::from_millis(400),
            crashes: 0,
            pauses: 0,
            cuts: 0,
            outages: 0,
            jumps: 0,
        }
    }

    /// A little of everything, mostly crashes, about every 400 milliseconds.
    pub const fn usual() -> Self {
        Self::none()
            .crashes(5)
            .pauses(2)
            .cuts(2)
            .outages(1)
            .jumps(1)
    }

    /// One comes about every so often.
    pub const fn every(mut self, interval: Duration) -> Self {
        self.every = interval;
        self
    }

    /// A node ends between two steps, and comes back after up to three seconds; so many in all.
    pub const fn crashes(mut self, share: u32) -> Self {
        self.crashes = share;
        self
    }

    /// A node is held up for up to ten seconds, while time goes on; so many in all.
    pub const fn pauses(mut self, share: u32) -> Self {
        self.pauses = share;
        self
    }

    /// Nothing passes between a node and the server for up to eight seconds; so many in all.
    pub const fn cuts(mut self, share: u32) -> Self {
        self.cuts = share;
        self
    }

    /// There is nobody to answer for up to nine seconds; so many in all.
    pub const fn outages(mut self, share: u32) -> Self {
        self.outages = share;
        self
    }

    /// The clock is set forwards by up to a minute; so many in all.
    pub const fn jumps(mut self, share: u32) -> Self {
        self.jumps = share;
        self
    }

    /// How long it is until the next one, and what it is; none if there are none at all.
    pub(super) fn next(&self, dice: &mut Dice) -> Option<(Duration, Mishap)> {
        let shares = [
            (self.crashes, Mishap::Crash),
            (self.pauses, Mishap::Pause),
            (self.cuts, Mishap::Cut),
            (self.outages, Mishap::Outage),
            (self.jumps, Mishap::Jump),
        ];
        let mishaps = shares
            .iter()
            .flat_map(|(share, mishap)| (0..*share).map(|_| *mishap));
        let mishaps: Vec<Mishap> = mishaps.collect();
        let after = dice.time(Duration::ZERO, self.every * 2);
        let chosen = dice.index(mishaps.len());
        mishaps.get(chosen).map(|mishap| (after, *mishap))
    }
}

impl Default for Mishaps {
    fn default() -> Self {
        Self::usual()
    }
}

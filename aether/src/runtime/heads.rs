use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use crate::Position;

/// Where the log ended, and when that was seen: from this follows since when someone is behind.
///
/// It knows what it was told, and nothing of stores.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    seen: VecDeque<(Instant, Position)>,
    head: Position,
}

impl Heads {
    /// How many are remembered. When there are more, those are forgotten that say little: the older
    /// they are, the further apart they may lie.
    const MOST: usize = 1_024;
    /// By which part of its age what is told may be wrong then.
    const PRECISION: u32 = 32;

    /// Where the log ended when it was looked at last.
    pub(crate) const fn head(&self) -> Position {
        self.head
    }

    /// The log ends here now, and everyone has come at least as far as `slowest`.
    pub(crate) fn see(&mut self, now: Instant, head: Position, slowest: Position) {
        if head > self.head {
            self.head = head;
            self.seen.push_back((now, head));
        }
        while self.seen.front().is_some_and(|(_, at)| *at <= slowest) {
            self.seen.pop_front();
        }
        if self.seen.len() > Self::MOST {
            self.thin(now);
        }
    }

    /// The first stays: since then the slowest one is behind.
    fn thin(&mut self, now: Instant) {
        let mut last = None;
        self.seen.retain(|(at, _)| {
            let apart = now.duration_since(*at) / Self::PRECISION;
            let stays = last.is_none_or(|last| at.duration_since(last) >= apart);
            if stays {
                last = Some(*at);
            }
            stays
        });
    }

    /// How many places in the log lie between a position and its end.
    pub(crate) const fn places_after(&self, position: Position) -> u64 {
        self.head.as_u64().saturating_sub(position.as_u64())
    }

    /// How long there has been something after a position; zero if there is nothing.
    ///
    /// It is an answer in retrospect: what was there before anyone looked is as old as that look.
    pub(crate) fn behind(&self, position: Position, now: Instant) -> Duration {
        let first = self.seen.iter().find(|(_, head)| *head > position);
        first.map_or(Duration::ZERO, |(since, _)| now.duration_since(*since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    const fn at(position: u64) -> Position {
        Position::new(position)
    }

    #[test]
    fn who_stands_still_is_behind_since_the_log_went_past() {
        let (mut heads, begun) = (Heads::default(), Instant::now());
        heads.see(begun, at(10), at(10));
        assert_eq!(heads.behind(at(10), begun + SECOND), Duration::ZERO);
        heads.see(begun + SECOND, at(12), at(10));
        heads.see(begun + SECOND * 3, at(20), at(10));
        let now = begun + SECOND * 5;
        assert_eq!(heads.behind(at(10), now), SECOND * 4);
        assert_eq!(heads.behind(at(11), now), SECOND * 4);
        assert_eq!(heads.behind(at(12), now), SECOND * 2);
        assert_eq!(heads.behind(at(20), now), Duration::ZERO);
        assert_eq!(
            (heads.places_after(at(12)), heads.places_after(at(21))),
            (8, 0)
        );
    }

    #[test]
    fn what_all_have_passed_is_forgotten() {
        let (mut heads, begun) = (Heads::default(), Instant::now());
        for head in 1..=100 {
            heads.see(begun, at(head), at(head - 1));
        }
        assert_eq!(heads.seen.len(), 1);
        heads.see(begun, at(100), at(100));
        assert!(heads.seen.is_empty());
        assert_eq!(heads.behind(at(100), begun + SECOND), Duration::ZERO);
    }

    #[test]
    fn whoever_stands_still_for_ever_costs_no_more_memory() {
        let (mut heads, begun) = (Heads::default(), Instant::now());
        for head in 1..=100_000_u32 {
            heads.see(begun + SECOND * head, at(head.into()), at(0));
        }
        assert!(heads.seen.len() <= Heads::MOST);
        let now = begun + SECOND * 100_001;
        assert_eq!(
            heads.behind(at(0), now),
            SECOND * 100_000,
            "it is not forgotten since when"
        );
        let (exact, told) = (SECOND * 50_001, heads.behind(at(49_999), now));
        assert!(
            told <= exact && told > exact * 9 / 10,
            "{told:?} of {exact:?}"
        );
    }
}

use std::time::Duration;

use crate::Position;

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RebuildProgress {
    /// The place in the log up to which everything is applied.
    pub position: Position,
    /// Where the log ends, as far as that is known.
    pub head: Position,
    /// How many events it has read since it began.
    pub events: u64,
    /// For how long it has been reading.
    pub elapsed: Duration,
}

impl RebuildProgress {
    /// The part that is done, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a part of a whole")]
    pub fn fraction(&self) -> f64 {
        let (done, all) = (self.position.as_u64(), self.head.as_u64());
        if done >= all {
            return 1.0;
        }
        done as f64 / all as f64
    }

    /// How many events there are to read in all: an estimate, since a log says where it ends and
    /// not how many events lie in it.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate"
    )]
    pub fn total_events(&self) -> u64 {
        match self.fraction() {
            part if part > 0.0 => (self.events as f64 / part).round() as u64,
            _ => self.events,
        }
    }

    /// Events a second.
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    pub fn rate(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 {
            self.events as f64 / seconds
        } else {
            0.0
        }
    }

    /// How long it will take from now on, if the rest is like what is done; none before anything
    /// is.
    pub fn eta(&self) -> Option<Duration> {
        let part = self.fraction();
        if part <= 0.0 {
            return None;
        }
        Some(self.elapsed.mul_f64((1.0 - part) / part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_log_in_two_seconds_leaves_six() {
        let progress = RebuildProgress {
            position: Position::new(250),
            head: Position::new(1_000),
            events: 500,
            elapsed: Duration::from_secs(2),
        };
        assert_eq!(progress.total_events(), 2_000);
        assert!((progress.rate() - 250.0).abs() < f64::EPSILON);
        assert_eq!(progress.eta(), Some(Duration::from_secs(6)));
    }

    #[test]
    fn nothing_is_known_before_anything_is_done_and_nothing_is_left_at_the_end() {
        let begun = RebuildProgress {
            head: Position::new(10),
            ..RebuildProgress::default()
        };
        assert_eq!((begun.eta(), begun.total_events()), (None, 0));
        let empty = RebuildProgress::default();
        assert_eq!(empty.eta(), Some(Duration::ZERO));
    }
}

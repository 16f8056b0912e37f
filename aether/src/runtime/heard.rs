use std::sync::atomic::{AtomicU64, Ordering};

use crate::Position;

/// How far the log had come when others last said so.
///
/// What is asked of them from then on, and has not been asked before, is stored behind that place:
/// so much of a history need not be searched for it.
#[derive(Debug, Default)]
pub(super) struct Heard(AtomicU64);

impl Heard {
    /// Something is stored there.
    pub(super) fn note(&self, place: Position) {
        self.0.fetch_max(place.as_u64(), Ordering::Relaxed);
    }

    /// The last place that was heard of.
    pub(super) fn place(&self) -> Position {
        Position::new(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_late_takes_nothing_back() {
        let heard = Heard::default();
        assert_eq!(heard.place(), Position::START);
        for (noted, place) in [(7, 7), (3, 7), (9, 9)] {
            heard.note(Position::new(noted));
            assert_eq!(heard.place(), Position::new(place));
        }
    }
}

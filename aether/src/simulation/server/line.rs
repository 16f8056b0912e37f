use std::{
    fmt,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use crate::Position;

/// What connects a store with the server.
pub(super) struct Line {
    name: String,
    /// Whether nothing passes.
    is_cut: AtomicBool,
    /// The furthest place in the log that the store knows of, behind which it reads no actor.
    seen: AtomicU64,
}

impl Line {
    pub(super) const fn new(name: String) -> Self {
        Self {
            name,
            is_cut: AtomicBool::new(false),
            seen: AtomicU64::new(0),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::SeqCst)
    }

    pub(super) fn set_cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
    }

    pub(super) fn seen(&self) -> Position {
        Position::new(self.seen.load(Ordering::SeqCst))
    }

    pub(super) fn see(&self, position: Position) {
        self.seen.fetch_max(position.as_u64(), Ordering::SeqCst);
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Line").field(&self.name).finish()
    }
}

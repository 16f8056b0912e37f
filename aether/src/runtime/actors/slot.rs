use super::live::Live;

/// The place of an actor in memory.
#[derive(Debug)]
pub(super) struct Slot {
    /// Its state, while it is nobody's turn; none while it is someone's.
    pub(super) live: Option<Box<Live>>,
    /// What the cache takes it to weigh.
    pub(super) weight: u32,
}

impl Slot {
    /// Whether it is someone's turn.
    pub(super) const fn is_in_use(&self) -> bool {
        self.live.is_none()
    }
}

use crate::Position;

/// How far a subscription has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Whether it is paused.
    pub paused: bool,
    /// The workers that were there last, those that have died since included.
    pub workers: Vec<String>,
    /// Its partitions.
    pub partitions: Vec<PartitionProgress>,
}

/// How far a partition has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartitionProgress {
    /// The worker that has it, as far as it has said.
    pub worker: Option<String>,
    /// How often it has changed hands.
    pub token: u64,
    /// The position up to which its work is done and kept.
    pub position: Position,
}

impl Progress {
    /// The position up to which the work of all partitions is done and kept.
    pub fn position(&self) -> Position {
        let positions = self.partitions.iter().map(|it| it.position);
        positions.min().unwrap_or_default()
    }
}

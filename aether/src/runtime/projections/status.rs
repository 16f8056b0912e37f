use super::{Control, RebuildProgress};
use crate::{Position, runtime::FollowerStatus};

/// How a projection is doing: see [`Aether::projections`](crate::runtime::Aether::projections).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProjectionStatus {
    /// Its name.
    pub name: &'static str,
    /// The place in the log up to which it has applied events.
    pub position: Position,
    /// Which of its states is read: each rebuild makes one with a higher number.
    pub generation: u64,
    /// Whether a command is answered only when its events are in it.
    pub is_inline: bool,
    /// What is kept of it.
    pub keeping: Keeping,
    /// How far a rebuild has come, if one is under way.
    pub rebuild: Option<RebuildProgress>,
}

/// What is kept of a projection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keeping {
    /// Nothing: it is made of the whole log whenever the runtime starts.
    Nothing,
    /// Nothing, for its state cannot be looked into at these places, so that it would not be known
    /// what a build can read. `snapshot(trusted)` has it kept.
    Unseen(Vec<String>),
    /// Its state, beside the log.
    State {
        /// Up to where the log is in what is kept.
        position: Position,
        /// How many bytes that takes.
        bytes: usize,
        /// Why it could not be kept the last time; nothing is lost by that but time.
        failure: Option<String>,
    },
    /// All of it lies elsewhere: a [`ProjectionStore`](super::ProjectionStore) keeps it.
    Elsewhere,
}

impl Keeping {
    /// A state of which nothing is kept yet.
    pub(super) const NEW: Self = Self::State {
        position: Position::START,
        bytes: 0,
        failure: None,
    };
}

impl ProjectionStatus {
    pub(in crate::runtime) fn of(
        control: &Control,
        follower: &FollowerStatus,
        is_inline: bool,
    ) -> Self {
        Self {
            name: control.name,
            position: follower.position,
            generation: control.current.borrow().unwrap_or_default(),
            is_inline,
            keeping: control.keeping().clone(),
            rebuild: control.rebuilding(),
        }
    }
}

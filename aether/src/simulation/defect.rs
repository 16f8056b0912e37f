/// A promise that a server does not keep, or a node: to see that a simulation finds it.
///
/// A check that never fails proves nothing; with these a test shows that its own invariants would
/// have told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// It stores what it is given, whatever version the actor is at.
    NoVersionCheck,
    /// It keeps neither the ids of commands nor their places in sessions, so that an actor does not
    /// know a command that it has handled before.
    ForgetsCommands,
    /// A checkpoint that it keeps is at the end of the log, as if it had been saved before the work
    /// that it stands for was done.
    CheckpointsAhead,
    /// It stores a commit again that it has stored before.
    StoresAgain,
    /// It loses some of what it has acknowledged.
    LosesAcknowledged,
    /// A node of a cluster that takes an actor over stores nothing that would stop one that decided
    /// for it before.
    NoFence,
}

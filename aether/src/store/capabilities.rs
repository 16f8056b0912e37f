/// What a store can do beyond what every store promises, and where its limits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Capabilities {
    /// The most commits and guards that a transaction may have together; none if the store has
    /// no transactions.
    pub transaction: Option<usize>,
    /// The most bytes that a commit may take as it is stored; none if there is no limit but
    /// memory.
    pub commit_bytes: Option<usize>,
    /// The most bytes that a snapshot or a projection's state may take; none if there is no
    /// limit but memory.
    pub state_bytes: Option<usize>,
    /// What an acknowledgement means.
    pub durability: Durability,
    /// Whether fields marked `#[personal]` are stored encrypted.
    pub seals_personal_data: bool,
}

/// What it means that a store has answered an append.
///
/// In rising order; but of `Disk` and `Majority` each survives what the other does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Durability {
    /// The commit is in the memory of one process, and gone with it.
    #[default]
    Process,
    /// The commit survives the end of the process, but a power cut may lose the last ones.
    Machine,
    /// The commit is on disk, and survives a power cut.
    Disk,
    /// The commit is on a majority of several machines, and survives the loss of any one of
    /// them; a power cut of all at once may lose the last ones.
    Majority,
    /// The commit is on the disks of a majority of several machines, and survives both the loss
    /// of any one of them and a power cut of all at once.
    MajorityOnDisk,
}

impl Capabilities {
    /// Of a store that survives this much: no transactions, and no limits.
    pub const fn lasting(durability: Durability) -> Self {
        Self {
            transaction: None,
            commit_bytes: None,
            state_bytes: None,
            durability,
            seals_personal_data: false,
        }
    }

    /// The same, with transactions of so many commits and guards.
    #[must_use]
    pub const fn with_transactions(mut self, limit: usize) -> Self {
        self.transaction = Some(limit);
        self
    }

    /// The same, with a limit on the bytes of a commit and of a state.
    #[must_use]
    pub const fn with_limits(mut self, commit_bytes: usize, state_bytes: usize) -> Self {
        self.commit_bytes = Some(commit_bytes);
        self.state_bytes = Some(state_bytes);
        self
    }
}

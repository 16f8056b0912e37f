/// How followers treat what they cannot handle.
///
/// ```
/// use aether::runtime::Parking;
///
/// let parking = Parking::new().attempts(5).at_most(200);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parking {
    pub(super) attempts: u32,
    pub(super) at_most: usize,
}

impl Default for Parking {
    fn default() -> Self {
        Self::new()
    }
}

impl Parking {
    /// 16 attempts, which takes about a minute; at most 4,096 commits.
    pub const fn new() -> Self {
        Self {
            attempts: 16,
            at_most: 4_096,
        }
    }

    /// Tries what an adapter could not tell its system so often before it waits for an order; at
    /// least once.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// Parks so many commits of each follower at most, those that wait behind others included.
    ///
    /// Where there is no room the follower stands still and tries again, until something was
    /// retried or discarded: nothing is skipped.
    #[must_use]
    pub const fn at_most(mut self, commits: usize) -> Self {
        self.at_most = commits;
        self
    }
}

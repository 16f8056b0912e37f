use std::fmt;

/// A setting of a stream that is not as the store would have made it, and that it can work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    setting: &'static str,
    found: String,
    wanted: String,
}

impl Drift {
    pub(super) const fn new(setting: &'static str, found: String, wanted: String) -> Self {
        Self {
            setting,
            found,
            wanted,
        }
    }

    /// The setting, as the server calls it.
    pub const fn setting(&self) -> &'static str {
        self.setting
    }

    /// What it is.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What it would be if the store made the stream now.
    pub fn wanted(&self) -> &str {
        &self.wanted
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            found,
            wanted,
        } = self;
        write!(f, "`{setting}` is {found}, and would be {wanted}")
    }
}

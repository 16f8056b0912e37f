use std::fmt;

/// The version of a NATS server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ServerVersion {
    major: u32,
    minor: u32,
    patch: u32,
}

impl ServerVersion {
    /// The first that reads many messages in one direct get, and honours every guard.
    pub(super) const OLDEST: Self = Self {
        major: 2,
        minor: 11,
        patch: 0,
    };

    /// The first of its line in which a batch may guard several subjects.
    pub(super) const FIRST_WITH_TRANSACTIONS: Self = Self {
        major: 2,
        minor: 12,
        patch: 14,
    };

    /// From here on every version has it.
    pub(super) const ALL_WITH_TRANSACTIONS: Self = Self {
        major: 2,
        minor: 14,
        patch: 4,
    };

    /// Whether several commits can be stored together.
    pub(super) fn has_transactions(self) -> bool {
        let first = Self::FIRST_WITH_TRANSACTIONS;
        let backported = (self.major, self.minor) == (first.major, first.minor);
        self >= Self::ALL_WITH_TRANSACTIONS || (backported && self >= first)
    }

    /// Reads `2.12.1`, with or without what follows a `-` or a `+`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let release = text.split(['-', '+']).next()?;
        let mut numbers = release.strip_prefix('v').unwrap_or(release).split('.');
        let mut number = || numbers.next()?.parse().ok();
        let version = Self {
            major: number()?,
            minor: number()?,
            patch: number()?,
        };
        numbers.next().is_none().then_some(version)
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_old(text: &str) -> bool {
        ServerVersion::parse(text).unwrap() < ServerVersion::OLDEST
    }

    #[test]
    fn versions_are_compared_by_number() {
        for old in ["2.10.26", "2.9.99", "1.99.0", "v2.10.0-RC.1", "0.0.0"] {
            assert!(is_old(old), "{old}");
        }
        for new in ["2.11.0", "2.11.0-beta.2", "2.12.8", "2.100.0", "v3.0.0"] {
            assert!(!is_old(new), "{new}");
        }
    }

    #[test]
    fn transactions_came_to_two_lines_at_different_times() {
        let has = |text| ServerVersion::parse(text).unwrap().has_transactions();
        for without in ["2.11.99", "2.12.13", "2.13.0", "2.14.0", "2.14.3"] {
            assert!(!has(without), "{without}");
        }
        for with in ["2.12.14", "2.12.15", "2.14.4", "2.15.0", "3.0.0"] {
            assert!(has(with), "{with}");
        }
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in ["", "2", "2.11", "2.11.x", "2.11.0.1", "latest", "-"] {
            assert_eq!(ServerVersion::parse(text), None, "{text}");
        }
    }
}

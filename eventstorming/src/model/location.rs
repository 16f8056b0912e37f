use std::fmt;

use serde::{Deserialize, Serialize};

/// Where in the source an element is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// The file, relative to the workspace.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl From<crate::meta::Location> for Location {
    fn from(location: crate::meta::Location) -> Self {
        Self {
            file: location.file.to_owned(),
            line: location.line,
        }
    }
}

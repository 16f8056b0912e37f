use std::{fmt, num::ParseIntError, str::FromStr};

use crate::Position;

/// How far a projection that lies elsewhere has come, and what it is made of.
///
/// As text it is short and can be kept in a column: two are equal if their texts are.
///
/// ```
/// use aether::{Position, runtime::projections::Bookmark};
///
/// let bookmark = Bookmark { schema: 255, generation: 3, position: Position::new(70) };
/// assert_eq!(bookmark.to_string(), "00000000000000ff/3/70");
/// assert_eq!("00000000000000ff/3/70".parse(), Ok(bookmark));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bookmark {
    /// Tells what it is made of: the events, and
    /// [`ProjectionStore::VERSION`](super::ProjectionStore::VERSION).
    pub schema: u64,
    /// Which rebuild has made it.
    pub generation: u64,
    /// The place in the log up to which everything is applied.
    pub position: Position,
}

/// Says that a text is no bookmark.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no bookmark: a schema, a generation and a position, separated by slashes")]
pub struct InvalidBookmark(#[source] Option<ParseIntError>);

/// One of the two places of a projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// What is read.
    Live,
    /// What is built anew beside it.
    Beside,
}

/// What a bookmark becomes when changes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The bookmark that must be there, or nothing is written.
    pub from: Bookmark,
    /// The bookmark that is to be there.
    pub to: Bookmark,
}

impl Bookmark {
    pub(super) const fn at(self, position: Position) -> Self {
        Self { position, ..self }
    }
}

impl fmt::Display for Bookmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            schema,
            generation,
            position,
        } = self;
        write!(f, "{schema:016x}/{generation}/{position}")
    }
}

impl FromStr for Bookmark {
    type Err = InvalidBookmark;

    fn from_str(text: &str) -> Result<Self, InvalidBookmark> {
        let mut parts = text.split('/');
        let mut part = || parts.next().ok_or(InvalidBookmark(None));
        let (schema, generation, position) = (part()?, part()?, part()?);
        if parts.next().is_some() {
            return Err(InvalidBookmark(None));
        }
        let number = |text: &str, radix| {
            u64::from_str_radix(text, radix).map_err(|err| InvalidBookmark(Some(err)))
        };
        Ok(Self {
            schema: number(schema, 16)?,
            generation: number(generation, 10)?,
            position: Position::new(number(position, 10)?),
        })
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Live => "live",
            Self::Beside => "beside",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_bookmark_is_refused() {
        for bad in ["", "1/2", "1/2/3/4", "x/2/3", "1/2/-3", "1//3"] {
            assert!(bad.parse::<Bookmark>().is_err(), "{bad}");
        }
    }
}

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

#[cfg(all(feature = "cluster", feature = "nats", feature = "runtime"))]
use super::{CLIENT, NODE};
use crate::Position;

/// The place of a command among those of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sequence {
    /// The place of the commit in the log whose event caused the command.
    pub position: Position,
    /// Which of the commit's events it was, counted from 0.
    pub event: u32,
    /// Which of the commands it is that the event caused, counted from 0.
    pub number: u32,
}

/// The session of a command, and its place in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionMark {
    /// Who sends it: `policy/CountRings`, for instance.
    pub session: Arc<str>,
    /// Its place among the commands of that sender.
    pub sequence: Sequence,
}

/// The name of a client's session.
#[cfg(all(feature = "cluster", feature = "nats", feature = "runtime"))]
pub(crate) fn of_client(client: &uuid::Uuid) -> Arc<str> {
    Arc::from(format!("{CLIENT}{}", client.simple()))
}

/// The name of a node's session.
#[cfg(all(feature = "cluster", feature = "nats", feature = "runtime"))]
pub(crate) fn of_node(node: &crate::cluster::NodeId) -> Arc<str> {
    Arc::from(format!("{NODE}{node}"))
}

/// Says that a text is no mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mark is a position, two numbers and a name: `12.0.1 policy/Name`")]
pub struct InvalidMark;

impl fmt::Display for SessionMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sequence {
            position,
            event,
            number,
        } = self.sequence;
        write!(f, "{position}.{event}.{number} {}", self.session)
    }
}

impl FromStr for SessionMark {
    type Err = InvalidMark;

    fn from_str(text: &str) -> Result<Self, InvalidMark> {
        let (sequence, session) = text.split_once(' ').ok_or(InvalidMark)?;
        let mut numbers = sequence.split('.');
        let mut next = || numbers.next().ok_or(InvalidMark);
        let (position, event, number) = (next()?, next()?, next()?);
        if session.is_empty() || numbers.next().is_some() {
            return Err(InvalidMark);
        }
        let no_number = |_says_no_more| InvalidMark;
        Ok(Self {
            session: session.into(),
            sequence: Sequence {
                position: Position::new(position.parse().map_err(no_number)?),
                event: event.parse().map_err(no_number)?,
                number: number.parse().map_err(no_number)?,
            },
        })
    }
}

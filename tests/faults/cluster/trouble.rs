use std::{fmt, time::Duration};

use crate::dice::Dice;

/// What is done to nodes, connections and servers while clients are at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// A node is killed (-9), and another process takes its place later.
    Kill { whom: Whom, down: Duration },
    /// A node is told to go (SIGTERM), gives its shards away, and another process takes its place.
    Drain { whom: Whom },
    /// A node is stopped where it is (SIGSTOP), past all limits, and goes on later.
    Freeze { whom: Whom, lasting: Duration },
    /// A node gets little time: it is stopped and goes on, again and again.
    Slow { whom: Whom, lasting: Duration },
    /// Nothing passes between a node and the servers; then all of it goes on, in order.
    Hold { lasting: Duration },
    /// The server that leads a stream is killed (-9), and started again later.
    KillServer { of: Stream, down: Duration },
}

/// Which node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whom {
    /// The one that leads the cluster.
    Leader,
    /// The one in this place.
    Place(usize),
}

/// Which stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// That of the events.
    Events,
    /// That of what the cluster writes down.
    Cluster,
}

/// Draws so many decks of troubles for a number of nodes. Each kind comes before one comes again.
pub(crate) fn troubles(dice: &mut Dice, decks: usize, nodes: usize) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    for _ in 0..decks {
        let mut deck = deck(dice, nodes);
        dice.shuffle(&mut deck);
        troubles.extend(deck);
    }
    troubles
}

fn deck(dice: &mut Dice, nodes: usize) -> [Trouble; 9] {
    let mut any = || Whom::Place(dice.below(nodes));
    let (killed, drained, frozen, slow) = (any(), any(), any(), any());
    let leader = Whom::Leader;
    let mut millis = |from, to| dice.millis(from, to);
    [
        Trouble::Kill {
            whom: killed,
            down: millis(0, 1_000),
        },
        Trouble::Kill {
            whom: leader,
            down: millis(0, 1_000),
        },
        Trouble::Drain { whom: drained },
        Trouble::Freeze {
            whom: frozen,
            lasting: millis(1_000, 4_000),
        },
        Trouble::Freeze {
            whom: leader,
            lasting: millis(1_000, 4_000),
        },
        Trouble::Slow {
            whom: slow,
            lasting: millis(2_000, 4_000),
        },
        Trouble::Hold {
            lasting: millis(800, 4_000),
        },
        Trouble::KillServer {
            of: Stream::Events,
            down: millis(0, 2_000),
        },
        Trouble::KillServer {
            of: Stream::Cluster,
            down: millis(0, 2_000),
        },
    ]
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leader => f.write_str("the leading node"),
            Self::Place(place) => write!(f, "node {place}"),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill { whom, down } => write!(f, "{whom} killed, for {down:?}"),
            Self::Drain { whom } => write!(f, "{whom} told to go"),
            Self::Freeze { whom, lasting } => write!(f, "{whom} stopped, for {lasting:?}"),
            Self::Slow { whom, lasting } => write!(f, "{whom} slow, for {lasting:?}"),
            Self::Hold { lasting } => write!(f, "a connection frozen, for {lasting:?}"),
            Self::KillServer { of, down } => {
                write!(f, "the server that leads {of:?} killed, for {down:?}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, mem};

    use super::*;

    #[test]
    fn troubles_follow_from_their_seed_and_every_kind_comes_in_each_deck() {
        let drawn = |seed| troubles(&mut Dice::new(seed), 2, 3);
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
        for deck in drawn(7).chunks(9) {
            let kinds: HashSet<_> = deck.iter().map(mem::discriminant).collect();
            assert_eq!(kinds.len(), 6);
        }
    }
}

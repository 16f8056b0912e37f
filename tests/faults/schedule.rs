use std::{fmt, time::Duration};

use crate::dice::Dice;

/// What is done to servers and connections while writers write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A server is killed (-9), and started again later.
    Kill { whom: Whom, down: Duration },
    /// A server is stopped where it is, and goes on later.
    Freeze { whom: Whom, lasting: Duration },
    /// All servers are killed (-9) at once, and started again later.
    KillAll { down: Duration },
    /// One server after the other is killed (-9) and started again at once.
    KillInTurn,
    /// All connections are cut, a number of times.
    Cut { times: usize, apart: Duration },
    /// What clients and servers say to each other is held up.
    Delay { by: Duration, lasting: Duration },
    /// Servers hear the clients and are not heard; then all connections are cut.
    Mute { lasting: Duration },
}

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whom {
    /// The one that leads the stream.
    Leader,
    /// The one with this number.
    Node(usize),
}

/// Draws a schedule for a number of servers. Each kind of fault comes before one comes again.
pub(crate) fn schedule(dice: &mut Dice, rounds: usize, servers: usize) -> Vec<Fault> {
    let mut faults = Vec::new();
    while faults.len() < rounds {
        let mut deck = deck(dice, servers);
        dice.shuffle(&mut deck);
        faults.extend(deck);
    }
    faults.truncate(rounds);
    faults
}

fn deck(dice: &mut Dice, servers: usize) -> Vec<Fault> {
    let leader = Whom::Leader;
    let mut any = || Whom::Node(dice.below(servers));
    let (killed, frozen) = (any(), any());
    let mut millis = |from, to| dice.millis(from, to);
    let mut deck = vec![
        Fault::Kill {
            whom: leader,
            down: millis(0, 1_500),
        },
        Fault::Freeze {
            whom: leader,
            lasting: millis(1_500, 6_000),
        },
        Fault::Cut {
            times: 12,
            apart: millis(50, 250),
        },
        Fault::Delay {
            by: millis(5, 40),
            lasting: millis(1_000, 3_000),
        },
        Fault::Mute {
            lasting: millis(1_000, 2_500),
        },
    ];
    if servers > 1 {
        deck.extend([
            Fault::Kill {
                whom: killed,
                down: millis(0, 4_000),
            },
            Fault::Freeze {
                whom: frozen,
                lasting: millis(1_500, 6_000),
            },
            Fault::KillAll {
                down: millis(0, 1_000),
            },
            Fault::KillInTurn,
        ]);
    }
    deck
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leader => f.write_str("the leader"),
            Self::Node(index) => write!(f, "server {index}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill { whom, down } => write!(f, "{whom} killed, for {down:?}"),
            Self::Freeze { whom, lasting } => write!(f, "{whom} stopped, for {lasting:?}"),
            Self::KillAll { down } => write!(f, "all killed, for {down:?}"),
            Self::KillInTurn => f.write_str("all killed, in turn"),
            Self::Cut { times, apart } => {
                write!(f, "connections cut {times} times, {apart:?} apart")
            }
            Self::Delay { by, lasting } => write!(f, "all said {by:?} late, for {lasting:?}"),
            Self::Mute { lasting } => write!(f, "servers not heard, for {lasting:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, mem};

    use super::*;

    #[test]
    fn a_schedule_follows_from_its_seed() {
        let drawn = |seed| schedule(&mut Dice::new(seed), 20, 3);
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
    }

    #[test]
    fn every_kind_of_fault_comes_before_one_comes_again() {
        for (servers, length, kinds) in [(1, 5, 5), (3, 9, 7)] {
            let drawn = schedule(&mut Dice::new(7), length, servers);
            let drawn: HashSet<_> = drawn.iter().map(mem::discriminant).collect();
            assert_eq!(drawn.len(), kinds, "{servers} servers");
        }
    }
}

//! Whether the aggregates of a context have nothing in common, asked of all at once: pair by pair
//! it would take rustc a time that grows with the square of their events.

use super::super::{Aggregate, Context, Event, Handler, Name, Set};

/// Whether no two aggregates share a name, an event or a command, for certain. If not, or if there
/// are too many names to tell, each is to be compared with those before it.
pub(in super::super) const fn are_apart(context: &Context) -> bool {
    let mut names = Table::new();
    let (mut events, mut commands) = (Table::new(), Table::new());
    let mut rest = context.aggregates;
    while let [first, tail @ ..] = rest {
        let Aggregate {
            name,
            events: stored,
            handlers,
            ..
        } = first;
        if !(names.add(name) && add_events(&mut events, stored) && add_all(&mut commands, handlers))
        {
            return false;
        }
        rest = tail;
    }
    true
}

const fn add_events(table: &mut Table, events: Set<Event>) -> bool {
    let mut rest = events;
    while let [first, tail @ ..] = rest {
        if !table.add(&first.name) {
            return false;
        }
        let mut aliases = first.aliases;
        while let [alias, more @ ..] = aliases {
            if !table.add(&Name::new(alias)) {
                return false;
            }
            aliases = more;
        }
        rest = tail;
    }
    true
}

const fn add_all(table: &mut Table, handlers: &[Handler]) -> bool {
    let mut rest = handlers;
    while let [first, tail @ ..] = rest {
        if !table.add(&first.command.name) {
            return false;
        }
        rest = tail;
    }
    true
}

/// Hashes of names, in open addressing.
struct Table {
    slots: [u64; Self::SLOTS],
    taken: usize,
}

impl Table {
    const SLOTS: usize = 8192;

    #[expect(
        clippy::large_stack_arrays,
        reason = "it is made while a user's crate compiles, and on no stack"
    )]
    const fn new() -> Self {
        Self {
            slots: [0; Self::SLOTS],
            taken: 0,
        }
    }

    /// Whether the name was added: it was certainly not there, and there was room.
    const fn add(&mut self, name: &Name) -> bool {
        let hash = name.hash();
        let mut at = hash ^ (hash >> 32);
        loop {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it is below the number of slots"
            )]
            let index = (at % Self::SLOTS as u64) as usize;
            let (_, from) = self.slots.split_at_mut(index);
            match from {
                [slot, ..] if *slot == 0 => {
                    *slot = hash;
                    self.taken += 1;
                    return hash != 0 && self.taken <= Self::SLOTS / 2;
                }
                [slot, ..] if *slot == hash => return false,
                _ => at = at.wrapping_add(1),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_added_once() {
        let mut table = Table::new();
        for name in ["Placed", "Shipped", ""] {
            assert!(table.add(&Name::new(name)), "{name}");
            assert!(!table.add(&Name::new(name)), "{name}");
        }
    }

    #[test]
    fn a_table_that_is_half_full_takes_no_more() {
        let mut table = Table::new();
        let names = (0..Table::SLOTS).map(|number| Name::new(format!("Placed{number}").leak()));
        let added = names.filter(|name| table.add(name)).count();
        assert_eq!(added, Table::SLOTS / 2);
    }
}

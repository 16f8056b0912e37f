use std::collections::VecDeque;

use crate::{Position, Recorded};

/// The commits that were read last, and who has come how far.
///
/// What somebody has not taken yet is held, and a few more for whoever begins a little later. It
/// holds a bounded number of them, whoever has not taken them, and knows nothing of where they come
/// from.
#[derive(Debug)]
pub(super) struct Window {
    /// How many are held at most.
    most: usize,
    held: VecDeque<Held>,
    /// The number of the first that is held, of all that were put in.
    first: u64,
    /// The place after which everything is held that was read.
    start: Position,
    /// The place of the last one that was put in.
    last: Position,
    bytes: usize,
    seats: Vec<Option<Seat>>,
}

#[derive(Debug)]
struct Held {
    recorded: Recorded,
    /// How many have not taken it.
    wanted: usize,
    bytes: usize,
}

/// Someone who takes all commits in order.
#[derive(Debug, Clone, Copy)]
struct Seat {
    /// The number of the one to take next.
    next: u64,
    /// What lies up to here it does not need.
    after: Position,
}

/// What there is for someone.
#[derive(Debug)]
pub(super) enum Next {
    Commit(Recorded),
    /// All that was read is taken.
    End,
    /// It has taken too long: what comes next is not held any more.
    Gone,
}

impl Default for Window {
    fn default() -> Self {
        Self::holding(Self::MOST)
    }
}

impl Window {
    /// How many commits are held at most.
    const MOST: usize = 4_096;
    /// How many bytes their events take at most, unless it is one commit.
    const MOST_BYTES: usize = 8 << 20;
    /// How far someone may be ahead of what was read.
    const AHEAD: u64 = 256;

    const fn holding(most: usize) -> Self {
        Self {
            most,
            held: VecDeque::new(),
            first: 0,
            start: Position::START,
            last: Position::START,
            bytes: 0,
            seats: Vec::new(),
        }
    }

    /// A seat for someone who has come so far; none if that is not near enough.
    ///
    /// Whoever is the first decides where to read. Half of what can be held must be left, so that
    /// whoever was left behind does not come back to be left behind at once.
    pub(super) fn join(&mut self, after: Position) -> Option<usize> {
        if self.is_empty() {
            (self.start, self.last) = (after, after);
        }
        let is_near = after >= self.start && after.as_u64() <= self.last.as_u64() + Self::AHEAD;
        let taken = self
            .held
            .partition_point(|it| it.recorded.position <= after);
        if !is_near || self.held.len() - taken > self.most / 2 {
            return None;
        }
        for held in self.held.iter_mut().skip(taken) {
            held.wanted += 1;
        }
        let next = self.first + taken as u64;
        Some(self.sit(Seat { next, after }))
    }

    fn sit(&mut self, seat: Seat) -> usize {
        let free = self.seats.iter_mut().position(|it| it.is_none());
        if let Some(free) = free
            && let Some(place) = self.seats.get_mut(free)
        {
            *place = Some(seat);
            return free;
        }
        self.seats.push(Some(seat));
        self.seats.len() - 1
    }

    /// What is next for this seat.
    pub(super) fn next(&mut self, seat: usize) -> Next {
        loop {
            let Some(Some(Seat { next, after })) = self.seats.get_mut(seat) else {
                return Next::Gone;
            };
            let Some(index) = next.checked_sub(self.first) else {
                return Next::Gone;
            };
            let held = usize::try_from(index).ok();
            let Some(held) = held.and_then(|index| self.held.get_mut(index)) else {
                return Next::End;
            };
            let position = held.recorded.position;
            let is_new = position > *after;
            (*next, *after) = (*next + 1, position.max(*after));
            held.wanted -= 1;
            let recorded = is_new.then(|| held.recorded.clone());
            self.let_go();
            if let Some(recorded) = recorded {
                return Next::Commit(recorded);
            }
        }
    }

    /// Takes in the commit that follows the last one.
    pub(super) fn put(&mut self, recorded: Recorded) {
        let events = recorded.commit.events().iter();
        let bytes = events.map(|event| event.data.as_bytes().len()).sum();
        self.last = recorded.position;
        self.bytes += bytes;
        self.held.push_back(Held {
            recorded,
            wanted: self.seats.iter().flatten().count(),
            bytes,
        });
        while self.held.len() > self.most || (self.bytes > Self::MOST_BYTES && self.held.len() > 1)
        {
            self.pop();
        }
    }

    /// Whoever had this seat takes no more.
    pub(super) fn leave(&mut self, seat: usize) {
        let Some(Seat { next, .. }) = self.seats.get_mut(seat).and_then(Option::take) else {
            return;
        };
        let taken = usize::try_from(next.saturating_sub(self.first)).unwrap_or(usize::MAX);
        for held in self.held.iter_mut().skip(taken) {
            held.wanted -= 1;
        }
        if self.is_empty() {
            (self.bytes, self.first) = (0, self.first + self.held.len() as u64);
            self.held = VecDeque::new();
        }
        self.let_go();
    }

    /// Whether nobody has a seat.
    pub(super) fn is_empty(&self) -> bool {
        self.seats.iter().all(Option::is_none)
    }

    /// The place of the last commit that was put in.
    pub(super) const fn last(&self) -> Position {
        self.last
    }

    /// Holds no longer what everyone has taken and few will want.
    fn let_go(&mut self) {
        let kept = self.most / 16;
        while self.held.len() > kept && self.held.front().is_some_and(|it| it.wanted == 0) {
            self.pop();
        }
    }

    fn pop(&mut self) {
        if let Some(held) = self.held.pop_front() {
            self.first += 1;
            self.start = held.recorded.position;
            self.bytes -= held.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Commit, Event};

    const MOST: usize = 8;

    fn recorded(position: u64) -> Recorded {
        let event = Event::new("a", 1, "Done", &()).unwrap();
        Recorded {
            position: Position::new(position),
            commit: Commit::new([event]).unwrap(),
        }
    }

    fn put(window: &mut Window, positions: impl IntoIterator<Item = u64>) {
        for position in positions {
            window.put(recorded(position));
        }
    }

    fn at(position: u64) -> Position {
        Position::new(position)
    }

    /// The positions that are there for a seat, and whether it has fallen behind.
    fn rest(window: &mut Window, seat: usize) -> (Vec<u64>, bool) {
        let mut taken = Vec::new();
        loop {
            match window.next(seat) {
                Next::Commit(recorded) => taken.push(recorded.position.as_u64()),
                Next::End => return (taken, false),
                Next::Gone => return (taken, true),
            }
        }
    }

    #[test]
    fn what_everyone_has_taken_is_held_no_longer() {
        let mut window = Window::holding(MOST);
        let seats = [at(0), at(0)].map(|after| window.join(after).unwrap());
        put(&mut window, [1, 2]);
        assert_eq!(rest(&mut window, seats[0]), (vec![1, 2], false));
        assert_eq!(window.held.len(), 2);
        assert_eq!(rest(&mut window, seats[1]), (vec![1, 2], false));
        assert_eq!((window.held.len(), window.bytes), (0, 0));
        put(&mut window, [3]);
        assert_eq!(rest(&mut window, seats[0]), (vec![3], false));
        window.leave(seats[1]);
        assert_eq!(window.held.len(), 0, "whoever has gone wants nothing");
    }

    #[test]
    fn whoever_takes_nothing_holds_up_nobody_and_falls_behind() {
        let mut window = Window::holding(MOST);
        let (slow, fast) = (window.join(at(0)).unwrap(), window.join(at(0)).unwrap());
        for position in 1..=MOST as u64 + 1 {
            put(&mut window, [position]);
            assert_eq!(rest(&mut window, fast), (vec![position], false));
        }
        assert_eq!(window.held.len(), MOST);
        assert_eq!(rest(&mut window, slow), (vec![], true));
        window.leave(slow);
        assert_eq!(window.held.len(), 0);
    }

    #[test]
    fn large_commits_are_held_as_far_as_their_bytes_go() {
        let mut window = Window::holding(MOST);
        let slow = window.join(at(0)).unwrap();
        let text = "x".repeat(Window::MOST_BYTES / 2);
        for position in 1..=3 {
            let event = Event::new("a", 1, "Done", &text).unwrap();
            let commit = Commit::new([event]).unwrap();
            let position = at(position);
            window.put(Recorded { position, commit });
        }
        assert_eq!(window.held.len(), 1);
        assert_eq!(rest(&mut window, slow), (vec![], true));
    }

    #[test]
    fn only_who_is_near_gets_a_seat() {
        let mut window = Window::holding(MOST);
        let slow = window.join(at(10)).unwrap();
        assert!(window.join(at(9)).is_none(), "that was not read");
        put(&mut window, 11..=16);
        let near = window.join(at(12)).unwrap();
        assert_eq!(rest(&mut window, near), (vec![13, 14, 15, 16], false));
        assert!(
            window.join(at(11)).is_none(),
            "it would fall behind at once"
        );
        let ahead = window.join(at(18)).unwrap();
        assert!(window.join(at(17 + Window::AHEAD)).is_none());
        put(&mut window, 17..=19);
        assert_eq!(rest(&mut window, ahead), (vec![19], false));
        assert_eq!(rest(&mut window, slow), (vec![], true));
    }

    #[test]
    fn whoever_begins_a_little_later_finds_what_was_read() {
        let mut window = Window::holding(16 * 2);
        let first = window.join(at(0)).unwrap();
        put(&mut window, 1..=3);
        assert_eq!(rest(&mut window, first), (vec![1, 2, 3], false));
        assert!(window.join(at(0)).is_none());
        let later = window.join(at(1)).unwrap();
        assert_eq!(rest(&mut window, later), (vec![2, 3], false));
        window.leave(first);
        window.leave(later);
        assert_eq!((window.held.len(), window.bytes), (0, 0));
    }

    #[derive(Debug, Clone)]
    enum Act {
        Put(u64),
        Take(usize),
        Leave(usize),
        Join(u64),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            4 => (1..4_u64).prop_map(Act::Put),
            4 => (0..4_usize).prop_map(Act::Take),
            1 => (0..4_usize).prop_map(Act::Leave),
            2 => (0..12_u64).prop_map(Act::Join),
        ]
    }

    proptest! {
        /// Positions may have gaps, as guards leave them.
        #[test]
        fn whoever_has_a_seat_misses_nothing_and_gets_nothing_twice(
            acts in proptest::collection::vec(act(), 1..200)
        ) {
            let mut window = Window::holding(MOST);
            let (mut log, mut seats) = (vec![], Vec::<(usize, u64)>::new());
            for act in acts {
                let last = window.last().as_u64();
                match act {
                    Act::Put(step) if !seats.is_empty() => {
                        log.push(last + step);
                        put(&mut window, [last + step]);
                    }
                    Act::Join(back) => {
                        let after = (last + 3).saturating_sub(back);
                        if seats.is_empty() {
                            log.retain(|position| *position <= after);
                        }
                        if let Some(seat) = window.join(at(after)) {
                            prop_assert!(seats.iter().all(|(taken, _)| *taken != seat));
                            seats.push((seat, after));
                        }
                    }
                    Act::Leave(index) if index < seats.len() => {
                        window.leave(seats.swap_remove(index).0);
                    }
                    Act::Take(index) if index < seats.len() => {
                        let (seat, after) = &mut seats[index];
                        let seat = *seat;
                        let unread = log.iter().filter(|it| **it > *after);
                        match window.next(seat) {
                            Next::Commit(recorded) => {
                                let found = recorded.position.as_u64();
                                prop_assert_eq!(unread.min().copied(), Some(found));
                                *after = found;
                            }
                            Next::End => prop_assert_eq!(unread.count(), 0),
                            Next::Gone => {
                                prop_assert!(log.len() > MOST);
                                window.leave(seat);
                                seats.swap_remove(index);
                            }
                        }
                    }
                    Act::Put(_) | Act::Leave(_) | Act::Take(_) => {}
                }
                prop_assert!(window.held.len() <= MOST);
                prop_assert_eq!(window.is_empty(), seats.is_empty());
                if seats.is_empty() {
                    prop_assert_eq!(window.held.len(), 0);
                }
            }
        }
    }
}

//! Tracks: which edge takes which line of a gutter or corridor.

use super::order::best_order;

/// What one wire does in a gutter.
#[derive(Debug, Clone)]
pub(super) struct Passage {
    pub(super) wire: usize,
    /// The stretch of the gutter that it takes.
    pub(super) top: i32,
    pub(super) bottom: i32,
    /// Where it comes in from the left or goes out to the left.
    pub(super) left: Vec<i32>,
    /// Where it comes in from the right or goes out to the right.
    pub(super) right: Vec<i32>,
}

impl Passage {
    pub(super) const fn new(wire: usize) -> Self {
        Self {
            wire,
            top: i32::MAX,
            bottom: i32::MIN,
            left: Vec::new(),
            right: Vec::new(),
        }
    }

    pub(super) fn meet_left(&mut self, y: i32) {
        self.left.push(y);
        self.reach(y);
    }

    pub(super) fn meet_right(&mut self, y: i32) {
        self.right.push(y);
        self.reach(y);
    }

    fn reach(&mut self, y: i32) {
        self.top = self.top.min(y);
        self.bottom = self.bottom.max(y);
    }

    fn crossed_by(&self, runs: &[i32]) -> usize {
        runs.iter()
            .filter(|y| (self.top..=self.bottom).contains(*y))
            .count()
    }
}

/// The passages of a gutter from left to right: fewest crossings, and no two wires on one line.
pub(super) fn track_order(passages: &[Passage]) -> Vec<usize> {
    let costs: Vec<Vec<u64>> = passages
        .iter()
        .map(|left| passages.iter().map(|right| cost(left, right)).collect())
        .collect();
    let pair = |left: usize, right: usize| costs.get(left).and_then(|row| row.get(right)).copied();
    let order = best_order(passages.len(), |placed, next| {
        let before = placed.iter().enumerate().filter(|(_, placed)| **placed);
        let after = placed
            .iter()
            .enumerate()
            .filter(|(other, placed)| !**placed && *other != next);
        let behind: u64 = before
            .map(|(other, _)| pair(other, next).unwrap_or(0))
            .sum();
        let ahead: u64 = after.map(|(other, _)| pair(next, other).unwrap_or(0)).sum();
        behind + ahead
    });
    order
        .into_iter()
        .filter_map(|at| passages.get(at))
        .map(|passage| passage.wire)
        .collect()
}

/// What it costs to have one wire left of another.
fn cost(left: &Passage, right: &Passage) -> u64 {
    const SHARED_RUN: usize = 50;
    let crossings = right.crossed_by(&left.right) + left.crossed_by(&right.left);
    let near = |a: i32, b: i32| (a - b).abs() < 6;
    let shared = left
        .right
        .iter()
        .filter(|a| right.left.iter().any(|b| near(**a, *b)))
        .count();
    u64::try_from(crossings + SHARED_RUN * shared).unwrap_or(u64::MAX)
}

/// Lines for stretches `(from, to)` such that no two on one line meet.
pub(super) fn lines(stretches: &[(usize, usize)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..stretches.len()).collect();
    order.sort_by_key(|at| stretches.get(*at));
    let mut ends: Vec<usize> = Vec::new();
    let mut lines = vec![0; stretches.len()];
    for at in order {
        let Some((from, to)) = stretches.get(at) else {
            continue;
        };
        let free = ends.iter().position(|end| end < from).unwrap_or(ends.len());
        match ends.get_mut(free) {
            Some(end) => *end = *to,
            None => ends.push(*to),
        }
        if let Some(line) = lines.get_mut(at) {
            *line = free;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_meet_take_different_lines() {
        assert_eq!(lines(&[(0, 3), (3, 5), (4, 6), (1, 2)]), [0, 1, 0, 1]);
    }

    #[test]
    fn an_edge_that_goes_down_first_stays_left_of_what_it_would_cross() {
        let mut high = Passage::new(0);
        high.meet_left(10);
        high.meet_right(100);
        let mut low = Passage::new(1);
        low.meet_left(40);
        low.meet_right(200);
        assert_eq!(track_order(&[high, low]), [1, 0]);
    }

    #[test]
    fn rather_many_crossings_than_two_wires_on_one_line() {
        let mut one = Passage::new(0);
        one.meet_left(10);
        one.meet_right(50);
        let mut other = Passage::new(1);
        other.meet_left(50);
        for y in [20, 30, 40] {
            other.meet_right(y);
        }
        assert_eq!(track_order(&[one, other]), [1, 0]);
    }
}

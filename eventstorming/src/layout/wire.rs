//! The course of every edge: from an event through gutters and corridors, where no note is, to
//! the note that it leads to.

use std::collections::BTreeMap;

use super::{
    frame::{Frame, Ways, is_adjacent},
    geometry::{Point, Rect, times},
    grid::{Grid, Source, Stave, Wire},
    occurrence::Role,
    track::{Passage, track_order},
};

/// From where to where a source of a wire leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Course {
    pub(super) wire: usize,
    pub(super) source: usize,
    pub(super) points: Vec<Point>,
}

/// The courses of all edges of a band.
pub(super) fn courses(grid: &Grid, stave: &Stave, ways: &Ways, frame: &Frame) -> Vec<Course> {
    let mut wiring = Wiring {
        grid,
        stave,
        ways,
        frame,
        ports: BTreeMap::new(),
        tracks: BTreeMap::new(),
    };
    wiring.assign_ports();
    wiring.assign_tracks();
    wiring.courses()
}

struct Wiring<'a> {
    grid: &'a Grid,
    stave: &'a Stave,
    ways: &'a Ways,
    frame: &'a Frame,
    /// The height at which a wire leaves an event.
    ports: BTreeMap<(usize, usize), i32>,
    /// The place of a wire in a gutter.
    tracks: BTreeMap<(usize, usize), i32>,
}

/// How far from the middle of a note a wire may leave it at most, in pixels.
const fn reach(rect: Rect) -> i32 {
    rect.height / 2 - 5
}

/// A wire that leaves an event, and the height it makes for.
struct Departure {
    wire: usize,
    source: usize,
    towards: i32,
}

impl Wiring<'_> {
    fn source_rect(&self, source: &Source) -> Option<Rect> {
        let unit = &self.grid.units[source.unit];
        let rect = unit.slice.rect_of(&source.event, Role::Event)?;
        Some(rect.moved(self.frame.origin(unit)))
    }

    /// The place at which a wire ends.
    fn target(&self, wire: &Wire) -> Option<Point> {
        let unit = &self.grid.units[wire.target];
        let rect = unit.slice.rect_of(&wire.consumer, Role::Trigger)?;
        let rect = rect.moved(self.frame.origin(unit));
        Some(Point {
            x: rect.x,
            y: rect.centre().y,
        })
    }

    fn corridor(&self, index: usize, wire: &Wire) -> i32 {
        let line = self.ways.lines.get(&index).copied().unwrap_or(0);
        self.frame.corridor(&self.grid.units[wire.target], line)
    }

    fn towards(&self, index: usize, wire: &Wire, source: &Source) -> i32 {
        if is_adjacent(self.grid, wire, source) {
            return self.target(wire).map_or(0, |target| target.y);
        }
        self.corridor(index, wire)
    }

    fn assign_ports(&mut self) {
        let mut events: BTreeMap<Rect, Vec<Departure>> = BTreeMap::new();
        for (index, wire) in self.stave.wires.iter().enumerate() {
            for (at, source) in wire.sources.iter().enumerate() {
                if let Some(rect) = self.source_rect(source) {
                    let towards = self.towards(index, wire, source);
                    let departures = events.entry(rect).or_default();
                    departures.push(Departure {
                        wire: index,
                        source: at,
                        towards,
                    });
                }
            }
        }
        for (rect, mut departures) in events {
            departures.sort_by_key(|departure| departure.towards);
            self.fan(rect, &departures);
        }
    }

    /// A straight edge keeps the middle, the others leave above or below it by where they go; no
    /// two share a height, and none goes along where another wire enters the next column.
    fn fan(&mut self, rect: Rect, departures: &[Departure]) {
        const NUDGES: [i32; 11] = [0, -8, 8, -16, 16, -24, 24, -32, 32, -40, 40];
        let (middle, reach) = (rect.centre().y, reach(rect));
        let mut used: Vec<i32> = Vec::new();
        for (departure, offset) in departures.iter().zip(offsets(departures, rect)) {
            let nudged = NUDGES.map(|nudge| (offset + nudge).clamp(-reach, reach) + middle);
            let apart = |y: &&i32| used.iter().all(|other| (**y - other).abs() >= 6);
            let free = nudged
                .iter()
                .filter(apart)
                .find(|y| !self.is_entered(rect, departure, **y));
            let y = free
                .or_else(|| nudged.iter().find(apart))
                .copied()
                .unwrap_or(middle + offset);
            used.push(y);
            self.ports.insert((departure.wire, departure.source), y);
        }
    }

    /// Whether another wire enters the next column at this height.
    fn is_entered(&self, rect: Rect, departure: &Departure, y: i32) -> bool {
        let wires = self.stave.wires.iter().enumerate();
        let mut others = wires.filter(|(index, _)| *index != departure.wire);
        others.any(|(_, wire)| {
            let column = self.grid.units[wire.target].column;
            let gutter = self.frame.gutters.get(column).copied().unwrap_or(0);
            let next = self
                .frame
                .gutters
                .iter()
                .find(|gutter| **gutter >= rect.right());
            next == Some(&gutter) && self.target(wire).is_some_and(|at| (at.y - y).abs() < 7)
        })
    }

    fn assign_tracks(&mut self) {
        for (gutter, wires) in self.ways.gutters.iter().enumerate() {
            let mut passages: Vec<Passage> = wires
                .iter()
                .map(|wire| self.passage(gutter, *wire))
                .collect();
            passages.sort_by_key(|passage| passage.right.last().copied());
            for (track, wire) in track_order(&passages).into_iter().enumerate() {
                self.tracks
                    .insert((gutter, wire), self.frame.track(gutter, track));
            }
        }
    }

    fn passage(&self, gutter: usize, index: usize) -> Passage {
        let mut passage = Passage::new(index);
        let Some(wire) = self.stave.wires.get(index) else {
            return passage;
        };
        let target = self.grid.units[wire.target].column;
        let corridor = self.corridor(index, wire);
        for (at, source) in wire.sources.iter().enumerate() {
            let leaves = self.grid.units[source.unit].column + 1;
            let port = self.ports.get(&(index, at)).copied().unwrap_or(0);
            if leaves == gutter {
                passage.meet_left(port);
            }
            if is_adjacent(self.grid, wire, source) {
                continue;
            }
            // Forwards a wire goes through the corridor from left to right, backwards the other
            // way about.
            if (leaves == gutter) == (leaves < target) {
                passage.meet_right(corridor);
            } else {
                passage.meet_left(corridor);
            }
        }
        if let Some(end) = self.target(wire).filter(|_| target == gutter) {
            passage.meet_right(end.y);
        }
        passage
    }

    fn courses(&self) -> Vec<Course> {
        let mut courses = Vec::new();
        for (index, wire) in self.stave.wires.iter().enumerate() {
            for (at, source) in wire.sources.iter().enumerate() {
                let points = self.points(index, wire, at, source);
                courses.extend(points.map(|points| Course {
                    wire: index,
                    source: at,
                    points,
                }));
            }
        }
        courses
    }

    fn points(&self, index: usize, wire: &Wire, at: usize, source: &Source) -> Option<Vec<Point>> {
        let start = Point {
            x: self.source_rect(source)?.right(),
            y: self.ports.get(&(index, at)).copied()?,
        };
        let end = self.target(wire)?;
        let from = &self.grid.units[source.unit];
        let to = &self.grid.units[wire.target];
        let track = |gutter: usize| self.tracks.get(&(gutter, index)).copied();
        let mut points = vec![start];
        let last = track(to.column).unwrap_or(start.x);
        if is_adjacent(self.grid, wire, source) {
            points.push(Point {
                x: last,
                y: start.y,
            });
        } else {
            let (first, y) = (track(from.column + 1)?, self.corridor(index, wire));
            points.extend([
                Point {
                    x: first,
                    y: start.y,
                },
                Point { x: first, y },
                Point { x: last, y },
            ]);
        }
        points.extend([Point { x: last, y: end.y }, end]);
        Some(without_idle(&points))
    }
}

/// The corners among points: without those that a straight line passes anyway.
fn without_idle(points: &[Point]) -> Vec<Point> {
    let mut corners: Vec<Point> = Vec::new();
    for point in points {
        if corners.last() == Some(point) {
            continue;
        }
        if let [.., a, b] = corners.as_slice()
            && ((a.x == b.x && b.x == point.x) || (a.y == b.y && b.y == point.y))
        {
            corners.pop();
        }
        corners.push(*point);
    }
    corners
}

/// How far from the middle of a note its wires leave, when sorted by where they go: nearer to the
/// middle what goes less far, so that they do not cross.
fn offsets(departures: &[Departure], rect: Rect) -> Vec<i32> {
    const STEP: i32 = 16;
    let (middle, reach) = (rect.centre().y, reach(rect));
    let count = times(departures.len(), 1);
    let straight = departures
        .iter()
        .position(|departure| departure.towards == middle);
    let (first, step) = if let Some(above) = straight.map(|rank| times(rank, 1)) {
        let step = STEP.min(reach / above.max(count - 1 - above).max(1));
        (-above * step, step)
    } else {
        let step = STEP.min(2 * reach / (count - 1).max(1));
        (-(count - 1) * step / 2, step)
    };
    (0..count).map(|rank| first + rank * step).collect()
}

//! The sizes of one band: where its gutters, columns, lanes, rows and corridors are.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    geometry::{Point, Rect, times},
    grid::{Grid, Source, Stave, Unit, Wire},
    measure::{CORRIDOR, FIRST_TRACK, GUTTER, LANE_FOOT, LANE_GAP, LANE_HEAD, LANE_LEAST, TRACK},
    occurrence::Role,
    track::lines,
};

/// A wire, and the first and the last gutter that it meets in a corridor.
type Stretch = (usize, (usize, usize));

/// How wires go, before anything has a size.
#[derive(Debug)]
pub(super) struct Ways {
    /// The wires that need a track of each gutter.
    pub(super) gutters: Vec<BTreeSet<usize>>,
    /// The line that a wire takes in the corridor above its target, if it takes one.
    pub(super) lines: BTreeMap<usize, usize>,
    /// How many lines the corridor above a row of a lane has.
    corridors: BTreeMap<(usize, usize), usize>,
}

/// Whether an event leads straight into the next column, rather than by a corridor.
pub(super) fn is_adjacent(grid: &Grid, wire: &Wire, source: &Source) -> bool {
    grid.units[source.unit].column + 1 == grid.units[wire.target].column
}

fn is_straight(grid: &Grid, wire: &Wire, source: &Source) -> bool {
    let (from, to) = (&grid.units[source.unit], &grid.units[wire.target]);
    let middle =
        |unit: &Unit, rect: Option<Rect>| rect.map(|rect| (unit.lane, unit.row, rect.centre().y));
    is_adjacent(grid, wire, source)
        && middle(from, from.slice.rect_of(&source.event, Role::Event))
            == middle(to, to.slice.rect_of(&wire.consumer, Role::Trigger))
}

impl Ways {
    pub(super) fn new(grid: &Grid, stave: &Stave) -> Self {
        let mut gutters = vec![BTreeSet::new(); stave.columns + 1];
        let mut needs = |gutter: usize, wire: usize| {
            if let Some(wires) = gutters.get_mut(gutter) {
                wires.insert(wire);
            }
        };
        let mut stretches: BTreeMap<(usize, usize), Vec<Stretch>> = BTreeMap::new();
        for (index, wire) in stave.wires.iter().enumerate() {
            let target = &grid.units[wire.target];
            if wire
                .sources
                .iter()
                .any(|source| !is_straight(grid, wire, source))
            {
                needs(target.column, index);
            }
            let remote = wire
                .sources
                .iter()
                .filter(|source| !is_adjacent(grid, wire, source));
            let from: Vec<usize> = remote
                .map(|source| grid.units[source.unit].column + 1)
                .collect();
            for gutter in &from {
                needs(*gutter, index);
            }
            let ends = from.iter().copied().chain([target.column]);
            if let (false, Some(first), Some(last)) =
                (from.is_empty(), ends.clone().min(), ends.max())
            {
                let corridor = stretches.entry((target.lane, target.row)).or_default();
                corridor.push((index, (first, last)));
            }
        }
        let mut ways = Self {
            gutters,
            lines: BTreeMap::new(),
            corridors: BTreeMap::new(),
        };
        for (corridor, wires) in stretches {
            ways.assign_lines(corridor, &wires);
        }
        ways
    }

    fn assign_lines(&mut self, corridor: (usize, usize), wires: &[Stretch]) {
        let stretches: Vec<(usize, usize)> = wires.iter().map(|(_, stretch)| *stretch).collect();
        for ((wire, _), line) in wires.iter().zip(lines(&stretches)) {
            self.lines.insert(*wire, line);
            let count = self.corridors.entry(corridor).or_default();
            *count = (*count).max(line + 1);
        }
    }
}

/// Where everything in one band is.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) gutters: Vec<i32>,
    columns: Vec<i32>,
    /// The lanes shown, with their heights, from top to bottom.
    pub(super) lanes: Vec<(usize, i32, i32)>,
    rows: BTreeMap<(usize, usize), i32>,
    corridors: BTreeMap<(usize, usize), i32>,
    pub(super) right: i32,
    pub(super) bottom: i32,
}

impl Frame {
    /// The frame of a band at the upper end of the board. `heads` are the least heights of the
    /// lanes.
    pub(super) fn new(grid: &Grid, band: usize, ways: &Ways, heads: &[i32]) -> Self {
        let units: Vec<&Unit> = grid.units.iter().filter(|unit| unit.band == band).collect();
        let mut frame = Self {
            gutters: Vec::new(),
            columns: Vec::new(),
            lanes: Vec::new(),
            rows: BTreeMap::new(),
            corridors: BTreeMap::new(),
            right: 0,
            bottom: 0,
        };
        frame.lay_columns(&units, ways);
        if let Some(stave) = grid.staves.get(band) {
            frame.lay_lanes(&units, ways, &stave.lanes, heads);
        }
        frame
    }

    fn lay_columns(&mut self, units: &[&Unit], ways: &Ways) {
        let mut x = LANE_HEAD;
        for (column, wires) in ways.gutters.iter().enumerate() {
            self.gutters.push(x);
            x += GUTTER + times(wires.len().max(usize::from(column > 0)), TRACK);
            self.columns.push(x);
            let within = units.iter().filter(|unit| unit.column == column);
            x += within.map(|unit| unit.slice.width).max().unwrap_or(0);
        }
        self.right = x;
    }

    fn lay_lanes(&mut self, units: &[&Unit], ways: &Ways, lanes: &[usize], heads: &[i32]) {
        let mut y = self.bottom;
        for lane in lanes {
            let top = y;
            let within: Vec<&&Unit> = units.iter().filter(|unit| unit.lane == *lane).collect();
            let rows = within.iter().map(|unit| unit.row + 1).max().unwrap_or(0);
            for row in 0..rows {
                let tracks = ways.corridors.get(&(*lane, row)).copied().unwrap_or(1);
                self.corridors.insert((*lane, row), y);
                y += CORRIDOR + times(tracks - 1, TRACK);
                self.rows.insert((*lane, row), y);
                let heights = within.iter().filter(|unit| unit.row == row);
                y += heights.map(|unit| unit.slice.height).max().unwrap_or(0);
            }
            let least = heads.get(*lane).copied().unwrap_or(0).max(LANE_LEAST);
            y = (y + LANE_FOOT).max(top + least);
            self.lanes.push((*lane, top, y - top));
            y += LANE_GAP;
        }
        self.bottom = y - LANE_GAP;
    }

    /// Moves the band down.
    pub(super) fn sink(&mut self, by: i32) {
        self.bottom += by;
        let lanes = self.lanes.iter_mut().map(|(_, top, _)| top);
        let inner = self.rows.values_mut().chain(self.corridors.values_mut());
        for y in lanes.chain(inner) {
            *y += by;
        }
    }

    /// The upper left corner of a slice.
    pub(super) fn origin(&self, unit: &Unit) -> Point {
        Point {
            x: self.columns.get(unit.column).copied().unwrap_or(0),
            y: self.rows.get(&(unit.lane, unit.row)).copied().unwrap_or(0),
        }
    }

    /// The height of a line of the corridor above a slice.
    pub(super) fn corridor(&self, unit: &Unit, line: usize) -> i32 {
        let top = self
            .corridors
            .get(&(unit.lane, unit.row))
            .copied()
            .unwrap_or(0);
        top + FIRST_TRACK + 2 + times(line, TRACK)
    }

    /// The place of a track of a gutter.
    pub(super) fn track(&self, gutter: usize, track: usize) -> i32 {
        let left = self.gutters.get(gutter).copied().unwrap_or(0);
        left + FIRST_TRACK + times(track, TRACK)
    }
}

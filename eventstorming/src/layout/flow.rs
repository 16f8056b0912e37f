//! When a slice happens: its column in time.

use std::collections::BTreeSet;

use super::{draft::Drafts, table::Table};

/// The columns of all slices, and what leads back in time.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) columns: Table<usize>,
    /// From a slice, by a net.
    loops: BTreeSet<(usize, usize)>,
}

impl Flow {
    /// Whether what leads from this slice by this net leads back in time.
    pub(super) fn is_loop(&self, slice: usize, net: usize) -> bool {
        self.loops.contains(&(slice, net))
    }

    /// The flow of some of the slices and nets: columns that hold nothing any more are closed.
    pub(super) fn keeping(&self, slices: &[usize], nets: &[usize]) -> Self {
        let used: BTreeSet<usize> = slices.iter().map(|slice| self.columns[*slice]).collect();
        let column = |slice: &usize| used.range(..self.columns[*slice]).count();
        let pair = |(slice, net): &(usize, usize)| {
            Some((
                slices.binary_search(slice).ok()?,
                nets.binary_search(net).ok()?,
            ))
        };
        Self {
            columns: slices.iter().map(column).collect(),
            loops: self.loops.iter().filter_map(pair).collect(),
        }
    }

    pub(super) fn length(&self) -> usize {
        self.columns.iter().max().map_or(0, |last| last + 1)
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Visit {
    Not,
    Open,
    Done,
}

/// Ranks by the longest path. What leads to a slice that is still open in a depth-first walk
/// from the slices that nothing leads to is a loop, and does not count.
pub(super) fn flow(drafts: &Drafts) -> Flow {
    let arcs = arcs(drafts);
    let mut walk = Walk {
        visits: arcs.iter().map(|_| Visit::Not).collect(),
        loops: BTreeSet::new(),
        arcs: &arcs,
    };
    let led_to: BTreeSet<usize> = drafts.nets.iter().map(|net| net.slice).collect();
    let all = 0..arcs.len();
    let (inner, roots): (Vec<usize>, Vec<usize>) = all.partition(|slice| led_to.contains(slice));
    for slice in roots.into_iter().chain(inner) {
        walk.from(slice);
    }
    let onward = onward(drafts, &arcs, &walk.loops);
    let mut columns: Table<usize> = arcs.iter().map(|_| 0).collect();
    while advance(&mut columns, &onward) {}
    join_late(&mut columns, &onward);
    Flow {
        columns,
        loops: walk.loops,
    }
}

/// Puts each slice behind those that lead to it; says whether one has moved.
fn advance(columns: &mut Table<usize>, onward: &Table<Vec<usize>>) -> bool {
    let mut moved = false;
    for (slice, targets) in onward.iter().enumerate() {
        let next = columns[slice] + 1;
        for target in targets {
            if columns[*target] < next {
                columns[*target] = next;
                moved = true;
            }
        }
    }
    moved
}

/// What nothing leads to stands right before the first slice that it leads to itself.
fn join_late(columns: &mut Table<usize>, onward: &Table<Vec<usize>>) {
    let led_to: BTreeSet<usize> = onward.iter().flatten().copied().collect();
    for slice in (0..columns.len()).filter(|slice| !led_to.contains(slice)) {
        let first = onward[slice].iter().map(|target| columns[*target]).min();
        if let Some(first) = first {
            columns[slice] = first - 1;
        }
    }
}

/// From each slice, the slices that come after it: those that its events lead to, and those that
/// begin with what its events feed, wherever else that is fed, unless that would go in a circle.
fn onward(
    drafts: &Drafts,
    arcs: &Table<Vec<(usize, usize)>>,
    loops: &BTreeSet<(usize, usize)>,
) -> Table<Vec<usize>> {
    let forward = arcs.iter().enumerate().map(|(slice, targets)| {
        let targets = targets.iter();
        let targets = targets.filter(|(_, net)| !loops.contains(&(slice, *net)));
        targets.map(|(target, _)| *target).collect()
    });
    let mut onward: Table<Vec<usize>> = forward.collect();
    for net in &drafts.nets {
        let readers =
            drafts.slices.iter().enumerate().filter(|(slice, draft)| {
                *slice != net.slice && draft.readers.contains(&net.consumer)
            });
        let readers: Vec<usize> = readers.map(|(slice, _)| slice).collect();
        let sources = net.events.iter();
        for source in sources
            .filter_map(|event| drafts.sources.get(event))
            .flatten()
        {
            for reader in &readers {
                if !onward[*source].contains(reader) && !reaches(&onward, *reader, *source) {
                    onward[*source].push(*reader);
                }
            }
        }
    }
    onward
}

/// Whether a slice is another, or leads to it.
fn reaches(onward: &Table<Vec<usize>>, from: usize, to: usize) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(slice) = open.pop() {
        if slice == to {
            return true;
        }
        open.extend(onward[slice].iter().filter(|next| seen.insert(**next)));
    }
    false
}

/// From each slice, the slices that its events lead to, and by which net.
fn arcs(drafts: &Drafts) -> Table<Vec<(usize, usize)>> {
    let mut arcs: Table<Vec<(usize, usize)>> = drafts.slices.iter().map(|_| Vec::new()).collect();
    for (index, net) in drafts.nets.iter().enumerate() {
        let sources = net
            .events
            .iter()
            .filter_map(|event| drafts.sources.get(event))
            .flatten();
        for source in sources.collect::<BTreeSet<_>>() {
            arcs[*source].push((net.slice, index));
        }
    }
    arcs
}

struct Walk<'a> {
    arcs: &'a Table<Vec<(usize, usize)>>,
    visits: Table<Visit>,
    loops: BTreeSet<(usize, usize)>,
}

impl Walk<'_> {
    fn from(&mut self, root: usize) {
        if self.visits[root] != Visit::Not {
            return;
        }
        self.visits[root] = Visit::Open;
        let mut path = vec![(root, 0)];
        while let Some((slice, next)) = path.last_mut() {
            let slice = *slice;
            let Some((target, net)) = self.arcs[slice].get(*next).copied() else {
                self.visits[slice] = Visit::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match self.visits[target] {
                Visit::Not => {
                    self.visits[target] = Visit::Open;
                    path.push((target, 0));
                }
                Visit::Open => {
                    self.loops.insert((slice, net));
                }
                Visit::Done => {}
            }
        }
    }
}

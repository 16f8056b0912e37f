//! When a slice happens: its column in time.

use std::collections::{BTreeMap, BTreeSet};

use super::{draft::Drafts, table::Table};
use crate::model::{ElementId, Model, Verb};

/// The columns of all slices.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) columns: Table<usize>,
}

impl Flow {
    /// Whether what leads from one slice to another leads back in time.
    pub(super) fn is_loop(&self, from: usize, to: usize) -> bool {
        self.columns[from] >= self.columns[to]
    }

    /// The flow of some of the slices: columns that hold nothing any more are closed.
    pub(super) fn keeping(&self, slices: &[usize]) -> Self {
        let used: BTreeSet<usize> = slices.iter().map(|slice| self.columns[*slice]).collect();
        let column = |slice: &usize| used.range(..self.columns[*slice]).count();
        Self {
            columns: slices.iter().map(column).collect(),
        }
    }

    pub(super) fn length(&self) -> usize {
        self.columns.iter().max().map_or(0, |last| last + 1)
    }
}

/// From each slice, the slices that its events lead to.
type Arcs = Table<BTreeSet<usize>>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Visit {
    Not,
    Open,
    Done,
}

/// Ranks by the longest path. What leads to a slice that is still open in a depth-first walk
/// from the slices that nothing leads to is a loop, and does not count.
pub(super) fn flow(model: &Model, drafts: &Drafts) -> Flow {
    let mut arcs = arcs(drafts);
    let mut walk = Walk {
        visits: arcs.iter().map(|_| Visit::Not).collect(),
        loops: Vec::new(),
        arcs: &arcs,
    };
    let led_to: BTreeSet<usize> = arcs.iter().flatten().copied().collect();
    let all = 0..arcs.len();
    let (inner, roots): (Vec<usize>, Vec<usize>) = all.partition(|slice| led_to.contains(slice));
    for slice in roots.into_iter().chain(inner) {
        walk.from(slice);
    }
    for (slice, target) in walk.loops {
        arcs[slice].remove(&target);
    }
    let mut columns: Table<usize> = arcs.iter().map(|_| 0).collect();
    while advance(&mut columns, &arcs) {}
    join_late(&mut columns, &arcs);
    begin_late(&mut columns, drafts, &arcs);
    let mut flow = Flow { columns };
    put_last(model, drafts, &mut flow);
    flow
}

/// What feeds a read model leads to the next note of it, or else to the last one before.
pub(super) fn lead_to_next(drafts: &mut Drafts, flow: &Flow) {
    let mut nearest: BTreeMap<(ElementId, usize), (Way, usize)> = BTreeMap::new();
    for net in drafts.nets.iter().filter(|net| net.verb == Verb::Feeds) {
        for lead in &net.leads {
            let found = (way(drafts, flow, lead.slice, net.slice), net.slice);
            let best = nearest.entry((net.consumer.clone(), lead.slice));
            let best = best.or_insert(found);
            *best = found.min(*best);
        }
    }
    for net in drafts.nets.iter_mut().filter(|net| net.verb == Verb::Feeds) {
        let (consumer, slice) = (net.consumer.clone(), net.slice);
        net.leads.retain(|lead| {
            let best = nearest.get(&(consumer.clone(), lead.slice));
            best.is_some_and(|(_, best)| *best == slice)
        });
    }
    drafts.nets.retain(|net| !net.leads.is_empty());
}

/// Whether it leads back, how far, and whether into another lane.
type Way = (bool, usize, bool);

fn way(drafts: &Drafts, flow: &Flow, from: usize, to: usize) -> Way {
    let distance = flow.columns[from].abs_diff(flow.columns[to]);
    let abroad = drafts.slices[from].context != drafts.slices[to].context;
    (flow.is_loop(from, to), distance, abroad)
}

/// Puts each slice behind those that lead to it; says whether one has moved.
fn advance(columns: &mut Table<usize>, arcs: &Arcs) -> bool {
    let mut moved = false;
    for (slice, targets) in arcs.iter().enumerate() {
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
fn join_late(columns: &mut Table<usize>, arcs: &Arcs) {
    let led_to: BTreeSet<usize> = arcs.iter().flatten().copied().collect();
    for slice in (0..columns.len()).filter(|slice| !led_to.contains(slice)) {
        let first = arcs[slice].iter().map(|target| columns[*target]).min();
        if let Some(first) = first {
            columns[slice] = first - 1;
        }
    }
}

/// What hangs together by itself, and not with what most hangs together with, begins where its
/// context begins.
fn begin_late(columns: &mut Table<usize>, drafts: &Drafts, arcs: &Arcs) {
    let islands = islands(arcs);
    let Some(main) = islands.iter().rev().max_by_key(|island| island.len()) else {
        return;
    };
    for island in islands.iter().filter(|island| *island != main) {
        let contexts = island.iter().map(|slice| &drafts.slices[*slice].context);
        let contexts: BTreeSet<&Option<String>> = contexts.collect();
        let here = main
            .iter()
            .filter(|slice| contexts.contains(&drafts.slices[**slice].context));
        let begins = here.map(|slice| columns[*slice]).min().unwrap_or(0);
        for slice in island {
            columns[*slice] += begins;
        }
    }
}

/// The slices that hang together, in order of the first of each.
fn islands(arcs: &Arcs) -> Vec<BTreeSet<usize>> {
    let mut beside: Table<Vec<usize>> = arcs.iter().map(|_| Vec::new()).collect();
    for (slice, targets) in arcs.iter().enumerate() {
        for target in targets {
            beside[slice].push(*target);
            beside[*target].push(slice);
        }
    }
    let mut islands: Vec<BTreeSet<usize>> = Vec::new();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    for slice in 0..beside.len() {
        let mut island = BTreeSet::new();
        let mut open = vec![slice];
        while let Some(slice) = open.pop() {
            if seen.insert(slice) {
                island.insert(slice);
                open.extend(&beside[slice]);
            }
        }
        if !island.is_empty() {
            islands.push(island);
        }
    }
    islands
}

/// Events that are no longer emitted, and lead to nothing, stand at the end.
fn put_last(model: &Model, drafts: &Drafts, flow: &mut Flow) {
    let leading: BTreeSet<usize> = drafts
        .nets
        .iter()
        .flat_map(|net| net.leads.iter().map(|lead| lead.slice))
        .collect();
    let last = flow.length().saturating_sub(1);
    for (slice, draft) in drafts.slices.iter().enumerate() {
        if draft.is_retired(model) && !leading.contains(&slice) {
            flow.columns[slice] = last;
        }
    }
}

fn arcs(drafts: &Drafts) -> Arcs {
    let mut arcs: Arcs = drafts.slices.iter().map(|_| BTreeSet::new()).collect();
    for net in &drafts.nets {
        for lead in &net.leads {
            arcs[lead.slice].insert(net.slice);
        }
    }
    arcs
}

struct Walk<'a> {
    arcs: &'a Arcs,
    visits: Table<Visit>,
    loops: Vec<(usize, usize)>,
}

impl Walk<'_> {
    fn from(&mut self, root: usize) {
        if self.visits[root] != Visit::Not {
            return;
        }
        self.visits[root] = Visit::Open;
        let mut path = vec![(root, self.arcs[root].iter())];
        while let Some((slice, targets)) = path.last_mut() {
            let slice = *slice;
            let Some(target) = targets.next().copied() else {
                self.visits[slice] = Visit::Done;
                path.pop();
                continue;
            };
            match self.visits[target] {
                Visit::Not => {
                    self.visits[target] = Visit::Open;
                    path.push((target, self.arcs[target].iter()));
                }
                Visit::Open => self.loops.push((slice, target)),
                Visit::Done => {}
            }
        }
    }
}

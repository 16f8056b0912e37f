//! The cell of every slice: its band, lane, row and column. Nothing has a size yet.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{
    band::fold,
    draft::{Draft, Drafts, drafts},
    fit::{Space, fit},
    flow::{Flow, flow, lead_to_next},
    lane::{LaneUse, lane_order},
    level::{Level, reduce},
    measure::{NARROW, REMARK_LEADING, REMARK_SIZE, SEAM},
    occurrence::{Net, Role},
    scene::Look,
    slice::{Slice, Stacking, arrange},
    table::Table,
    width::Weight,
};
use crate::model::{ElementId, Kind, Model, Verb};

/// A slice, or the events repeated at the beginning of a band, in its cell.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) look: Look,
    pub(super) band: usize,
    pub(super) lane: usize,
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) slice: Slice,
    /// Of repeated events: those that come from a band further down.
    pub(super) from_below: Vec<ElementId>,
    /// Whether nothing of it happens any more.
    pub(super) retired: bool,
    /// The note that says what the slice is about.
    pub(super) head: Option<ElementId>,
}

/// What leads to one note within a band.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    pub(super) consumer: ElementId,
    pub(super) verb: Verb,
    pub(super) target: usize,
    pub(super) sources: Vec<Source>,
}

/// One event that leads there.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) unit: usize,
    pub(super) event: ElementId,
    pub(super) looped: bool,
}

/// A band with what is in it.
#[derive(Debug)]
pub(super) struct Stave {
    pub(super) name: String,
    pub(super) columns: usize,
    /// The phases that begin within the band, each before a column.
    pub(super) phases: Vec<(usize, String)>,
    pub(super) wires: Vec<Wire>,
    /// Its lanes, from top to bottom.
    pub(super) lanes: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Grid {
    pub(super) units: Table<Unit>,
    pub(super) staves: Vec<Stave>,
    /// The context of each lane; none for what is shared.
    pub(super) lanes: Table<Option<ElementId>>,
    pub(super) on_contexts: BTreeMap<String, Vec<ElementId>>,
}

/// What the reader of a board may choose.
#[derive(Debug, Clone)]
pub(crate) struct Folding {
    /// Most columns of a band, where that was said.
    pub(crate) columns: Option<usize>,
    /// The name of the first phase.
    pub(crate) opening: String,
    /// How much is shown.
    pub(crate) level: Level,
}

/// More wires than these cannot leave a low note apart from each other.
const LOW_WIRES: usize = 6;

pub(super) fn grid(model: &Model, folding: &Folding) -> Grid {
    let mut drafts = drafts(model);
    let flow = flow(model, &drafts);
    lead_to_next(&mut drafts, &flow);
    let (drafts, flow) = reduce(folding.level, drafts, flow);
    let phases = phases(model, &drafts, &flow);
    let pivotal: Vec<bool> = phases.iter().map(Option::is_some).collect();
    let columns = folding
        .columns
        .unwrap_or_else(|| usual(folding.level, &drafts));
    let mut bands = fold(&pivotal, columns);
    if bands.is_empty() {
        bands.push(0..0);
    }
    let lanes = lanes(model, &drafts);
    let gridding = Gridding {
        model,
        drafts: &drafts,
        flow: &flow,
        bands: &bands,
        lanes: &lanes,
    };
    gridding.grid(&Names::new(&phases, &bands, &folding.opening))
}

/// A large board is rather higher than wide, so that it can be read in a page; the columns of the
/// big picture are narrow.
fn usual(level: Level, drafts: &Drafts) -> usize {
    const LARGE: usize = 20;
    match level {
        Level::BigPicture => 8,
        Level::Process | Level::Design if drafts.slices.len() > LARGE => 4,
        Level::Process | Level::Design => 5,
    }
}

/// The phase that each column opens after itself.
fn phases(model: &Model, drafts: &Drafts, flow: &Flow) -> Vec<Option<String>> {
    let mut phases: Vec<Vec<String>> = vec![Vec::new(); flow.length()];
    for (draft, column) in drafts.slices.iter().zip(flow.columns.iter()) {
        let events = draft.events.iter().filter_map(|id| model.element(id));
        for event in events.filter(|event| event.is_pivotal()) {
            let name = event
                .phase()
                .map_or_else(|| format!("After {}", event.label), str::to_owned);
            if let Some(names) = phases
                .get_mut(*column)
                .filter(|names| !names.contains(&name))
            {
                names.push(name);
            }
        }
    }
    let joined = |names: Vec<String>| (!names.is_empty()).then(|| names.join(" / "));
    phases.into_iter().map(joined).collect()
}

/// The contexts, and a lane for what is shared if anything stands alone.
fn lanes(model: &Model, drafts: &Drafts) -> Table<Option<ElementId>> {
    let contexts = model
        .of_kind(Kind::Context)
        .map(|context| Some(context.id.clone()));
    let stray = drafts.slices.iter().any(|draft| draft.context.is_none());
    contexts.chain(stray.then_some(None)).collect()
}

/// What the bands and the phases in them are called.
struct Names {
    bands: Vec<String>,
    within: Vec<Vec<(usize, String)>>,
}

impl Names {
    fn new(phases: &[Option<String>], bands: &[Range<usize>], opening: &str) -> Self {
        let mut names = Self {
            bands: Vec::new(),
            within: Vec::new(),
        };
        let mut phase = opening.to_owned();
        // The bands that the phase has had.
        let mut part = 1;
        for band in bands {
            names.bands.push(match part {
                1 => phase.clone(),
                part => format!("{phase} ({part})"),
            });
            part += 1;
            let mut within = Vec::new();
            for column in band.clone() {
                let Some(next) = phases.get(column).cloned().flatten() else {
                    continue;
                };
                (phase, part) = (next, 1);
                if column + 1 < band.end {
                    within.push((column + 1 - band.start, phase.clone()));
                    part = 2;
                }
            }
            names.within.push(within);
        }
        names
    }
}

struct Gridding<'a> {
    model: &'a Model,
    drafts: &'a Drafts,
    flow: &'a Flow,
    bands: &'a [Range<usize>],
    lanes: &'a Table<Option<ElementId>>,
}

/// The events that have to be repeated, by band and lane, each with whether it comes from below.
type Ghosts = BTreeMap<(usize, usize), Vec<(ElementId, bool)>>;

impl Gridding<'_> {
    fn grid(&self, names: &Names) -> Grid {
        let ghosts = self.ghosts();
        let mut units = self.units(&ghosts, names);
        let wires = self.wires(&units);
        let uses = self.uses(&units, &wires);
        let order = lane_order(self.lanes.len(), &uses);
        assign_rows(&mut units, &wires);
        let headings = names.bands.iter().zip(&names.within);
        let staves = wires.into_iter().zip(uses).zip(headings).enumerate();
        let staves = staves.map(|(band, ((wires, used), (name, phases)))| {
            let shift = usize::from(has_ghosts(&ghosts, band));
            let columns = self.bands.get(band).map_or(0, ExactSizeIterator::len);
            Stave {
                name: name.clone(),
                columns: columns + shift,
                phases: phases
                    .iter()
                    .map(|(at, name)| (at + shift, name.clone()))
                    .collect(),
                wires,
                lanes: order
                    .iter()
                    .copied()
                    .filter(|lane| used.visible.contains(lane))
                    .collect(),
            }
        });
        Grid {
            staves: staves.collect(),
            units: units.into_iter().collect(),
            lanes: self.lanes.clone(),
            on_contexts: self.drafts.on_contexts.clone(),
        }
    }

    fn band_of(&self, slice: usize) -> usize {
        let column = self.flow.columns[slice];
        self.bands
            .iter()
            .position(|band| band.contains(&column))
            .unwrap_or(0)
    }

    fn lane_of(&self, slice: usize) -> usize {
        let context = self.drafts.slices[slice].context.as_deref();
        let lane = |id: &Option<ElementId>| id.as_ref().map(ElementId::name) == context;
        self.lanes.iter().position(lane).unwrap_or(0)
    }

    /// Every use of an event in a band that it does not come from.
    fn ghosts(&self) -> Ghosts {
        let mut ghosts = Ghosts::new();
        for net in &self.drafts.nets {
            let band = self.band_of(net.slice);
            for event in net.events() {
                let bands: Vec<usize> = net.sources(event).map(|from| self.band_of(from)).collect();
                if bands.contains(&band) {
                    continue;
                }
                let from_below = bands.iter().all(|from| *from > band);
                let repeated = ghosts.entry((band, self.lane_of(net.slice)));
                let repeated = repeated.or_default();
                if !repeated.iter().any(|(known, _)| known == event) {
                    repeated.push((event.clone(), from_below));
                }
            }
        }
        ghosts
    }

    /// What is written under the events of a slice that lead to other bands.
    fn remarks(&self, slice: usize, names: &Names) -> BTreeMap<ElementId, Vec<String>> {
        let events = &self.drafts.slices[slice].events;
        let elsewhere: Vec<Vec<&str>> = events
            .iter()
            .map(|event| self.elsewhere(slice, event, names))
            .collect();
        let alike =
            events.len() > 1 && elsewhere.windows(2).all(|pair| pair.first() == pair.last());
        let shown = if alike { events.len() - 1 } else { 0 };
        let said = events.iter().zip(&elsewhere).skip(shown);
        let said = said.filter(|(_, elsewhere)| !elsewhere.is_empty());
        said.map(|(event, elsewhere)| {
            let verb = if alike { "all continue" } else { "continues" };
            let first = elsewhere.first().copied().unwrap_or_default();
            let after = if elsewhere.len() > 1 {
                " and after"
            } else {
                ""
            };
            let text = format!("{verb} in {first}{after}");
            (event.clone(), remark(&text))
        })
        .collect()
    }

    /// The other bands to which an event of a slice leads.
    fn elsewhere<'n>(&self, slice: usize, event: &ElementId, names: &'n Names) -> Vec<&'n str> {
        let here = self.band_of(slice);
        let nets = self.drafts.nets.iter();
        let nets = nets.filter(|net| net.sources(event).any(|source| source == slice));
        let bands: BTreeSet<usize> = nets.map(|net| self.band_of(net.slice)).collect();
        let elsewhere = bands.into_iter().filter(|band| *band != here);
        elsewhere
            .filter_map(|band| names.bands.get(band).map(String::as_str))
            .collect()
    }

    /// Whether the events of a slice are drawn low: because they stand elsewhere as well, and no
    /// more wires leave any of them than there is room for.
    fn stacking(&self, slice: usize) -> Stacking {
        let draft = &self.drafts.slices[slice];
        let wires = |event: &ElementId| {
            let nets = self.drafts.nets.iter();
            nets.filter(|net| net.sources(event).any(|source| source == slice))
                .count()
        };
        if draft.repeats && draft.events.iter().all(|event| wires(event) <= LOW_WIRES) {
            Stacking::Low
        } else {
            Stacking::Full
        }
    }

    fn ghost_stacking(&self, band: usize, lane: usize, events: &[ElementId]) -> Stacking {
        let here = |net: &&Net| self.band_of(net.slice) == band && self.lane_of(net.slice) == lane;
        let wires = |event: &ElementId| {
            let nets = self.drafts.nets.iter().filter(here);
            nets.filter(|net| net.sources(event).next().is_some())
                .count()
        };
        if events.iter().all(|event| wires(event) <= LOW_WIRES) {
            Stacking::Low
        } else {
            Stacking::Full
        }
    }

    fn units(&self, ghosts: &Ghosts, names: &Names) -> Vec<Unit> {
        let drafts = self.drafts.slices.iter().enumerate();
        let mut units: Vec<Unit> = drafts
            .map(|(slice, draft)| {
                let band = self.band_of(slice);
                let start = self.bands.get(band).map_or(0, |columns| columns.start);
                Unit {
                    look: Look::Plain,
                    band,
                    lane: self.lane_of(slice),
                    row: 0,
                    column: self.flow.columns[slice] - start
                        + usize::from(has_ghosts(ghosts, band)),
                    slice: arrange(
                        self.model,
                        draft,
                        (Look::Plain, self.stacking(slice)),
                        &self.remarks(slice, names),
                    ),
                    from_below: Vec::new(),
                    retired: draft.is_retired(self.model),
                    head: head(draft),
                }
            })
            .collect();
        for ((band, lane), events) in ghosts {
            let below = events.iter().filter(|(_, from_below)| *from_below);
            let from_below = below.map(|(event, _)| event.clone()).collect();
            let events: Vec<ElementId> = events.iter().map(|(event, _)| event.clone()).collect();
            let draft = Draft {
                events: events.clone(),
                ..Draft::default()
            };
            units.push(Unit {
                look: Look::Ghost,
                band: *band,
                lane: *lane,
                row: 0,
                column: 0,
                slice: arrange(
                    self.model,
                    &draft,
                    (Look::Ghost, self.ghost_stacking(*band, *lane, &events)),
                    &BTreeMap::new(),
                ),
                from_below,
                retired: false,
                head: head(&draft),
            });
        }
        units
    }

    fn wires(&self, units: &[Unit]) -> Vec<Vec<Wire>> {
        let mut wires: Vec<Vec<Wire>> = self.bands.iter().map(|_| Vec::new()).collect();
        for net in &self.drafts.nets {
            let band = self.band_of(net.slice);
            let events = net.events().into_iter();
            let sources = events.flat_map(|event| self.wire_sources(units, net, event));
            let wire = Wire {
                consumer: net.consumer.clone(),
                verb: net.verb,
                target: net.slice,
                sources: sources.collect(),
            };
            if let Some(wires) = wires.get_mut(band) {
                wires.push(wire);
            }
        }
        wires
    }

    /// The notes of an event from which a net is fed: those in its band, or else its repetition.
    fn wire_sources(&self, units: &[Unit], net: &Net, event: &ElementId) -> Vec<Source> {
        let (band, lane) = (self.band_of(net.slice), self.lane_of(net.slice));
        let source = |unit: usize, looped: bool| Source {
            unit,
            event: event.clone(),
            looped,
        };
        let looped = |slice: usize| self.flow.is_loop(slice, net.slice);
        let near = net
            .sources(event)
            .filter(|slice| self.band_of(*slice) == band);
        let near: Vec<Source> = near.map(|slice| source(slice, looped(slice))).collect();
        if !near.is_empty() {
            return near;
        }
        let ghost = units.iter().position(|unit| {
            unit.look == Look::Ghost
                && (unit.band, unit.lane) == (band, lane)
                && unit.slice.rect_of(event, Role::Event).is_some()
        });
        let looped = net.sources(event).any(looped);
        ghost.map(|unit| source(unit, looped)).into_iter().collect()
    }

    fn uses(&self, units: &[Unit], wires: &[Vec<Wire>]) -> Vec<LaneUse> {
        let mut uses: Vec<LaneUse> = self.bands.iter().map(|_| LaneUse::default()).collect();
        for unit in units {
            if let Some(used) = uses.get_mut(unit.band) {
                used.visible.insert(unit.lane);
            }
        }
        let shown: BTreeSet<usize> = units.iter().map(|unit| unit.lane).collect();
        if let Some(first) = uses.first_mut() {
            first
                .visible
                .extend((0..self.lanes.len()).filter(|lane| !shown.contains(lane)));
        }
        let lane = |unit: usize| units.get(unit).map_or(0, |unit| unit.lane);
        for (used, wires) in uses.iter_mut().zip(wires) {
            for wire in wires {
                let from = wire.sources.iter().map(|source| lane(source.unit));
                used.links
                    .extend(from.map(|from| (from, lane(wire.target))));
            }
        }
        uses
    }
}

/// A remark under an event, in as many lines as it may take.
fn remark(text: &str) -> Vec<String> {
    let space = Space {
        width: NARROW + SEAM,
        height: 3 * REMARK_LEADING,
        sizes: (REMARK_SIZE, REMARK_SIZE),
        weight: Weight::Regular,
    };
    fit(text, space).lines
}

fn has_ghosts(ghosts: &Ghosts, band: usize) -> bool {
    ghosts.keys().any(|(known, _)| *known == band)
}

/// The note after which a slice is called.
fn head(draft: &Draft) -> Option<ElementId> {
    let candidates = [
        &draft.readers,
        &draft.triggers,
        &draft.handlers,
        &draft.events,
        &draft.issuers,
    ];
    let first = candidates.into_iter().find_map(|ids| ids.first());
    let spots = draft.hotspots.first().map(|(_, id)| id);
    draft.command.as_ref().or(first).or(spots).cloned()
}

/// A slice goes on in the row of what leads to it, if that cell is free.
fn assign_rows(units: &mut [Unit], wires: &[Vec<Wire>]) {
    let mut taken: BTreeSet<(usize, usize, usize, usize)> = BTreeSet::new();
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|unit| units.get(*unit).map(|unit| (unit.band, unit.column)));
    for index in order {
        let wanted = activator_row(units, wires, index);
        let Some(unit) = units.get_mut(index) else {
            continue;
        };
        let cell = |row: usize| (unit.band, unit.lane, row, unit.column);
        let mut row = wanted
            .filter(|row| !taken.contains(&cell(*row)))
            .unwrap_or(0);
        while taken.contains(&cell(row)) {
            row += 1;
        }
        taken.insert(cell(row));
        unit.row = row;
    }
}

fn activator_row(units: &[Unit], wires: &[Vec<Wire>], index: usize) -> Option<usize> {
    let unit = units.get(index)?;
    let mut wires = wires
        .get(unit.band)?
        .iter()
        .filter(|wire| wire.target == index);
    wires.find_map(|wire| {
        let sources = wire.sources.iter().filter(|source| !source.looped);
        let mut before = sources.filter_map(|source| units.get(source.unit));
        before
            .find(|source| source.lane == unit.lane)
            .map(|source| source.row)
    })
}

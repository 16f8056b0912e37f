//! Putting the scene together.

use std::collections::BTreeMap;

use super::{
    fit::{Lettering, Space, fit, one_line},
    frame::{Frame, Ways},
    geometry::{Point, Rect, times},
    grid::{Folding, Grid, Stave, Unit, grid},
    joint::{crossing, joints, passes, segments},
    legend::legend,
    level::Level,
    measure::{
        AXIS, BAND_GAP, LANE_HEAD, LANE_MARGIN, LEAST_WIDTH, MARGIN, REMARK_LEADING, REMARK_SIZE,
        TILT,
    },
    note::{badge, caption, delay, lettering},
    occurrence::Role,
    prose::{self, Finding},
    scene::{
        Anchor, Badge, Band, Dot, Edge, Halo, Ink, Lane, Look, Mark, Note, Phase, Scene, Shade,
        SliceGroup, Text,
    },
    seen::Seen,
    slice::{Placed, hotspot_size},
    width::{Weight, text_width},
    wire::{Course, courses},
};
use crate::{
    model::{Element, ElementId, Kind, Model, Verb},
    reality::grouped,
};

/// What is to be seen on a board beside the model.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) findings: Vec<Finding>,
    /// What became of each element and each relation, where two models are compared.
    pub(crate) marks: Option<Marks>,
    /// What was seen in a log.
    pub(crate) seen: Option<Seen>,
}

/// What became of elements and relations; those that are not here are as they were.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    pub(crate) elements: BTreeMap<ElementId, Mark>,
    pub(crate) relations: BTreeMap<(ElementId, Verb, ElementId), Mark>,
}

/// Draws a model.
pub(crate) fn paint(model: &Model, title: &str, folding: &Folding, asked: &Asked) -> Scene {
    let grid = grid(model, folding);
    let mut painting = Painting {
        model,
        grid: &grid,
        level: folding.level,
        asked,
        scene: empty(title),
    };
    painting.all(title);
    painting.scene
}

fn empty(title: &str) -> Scene {
    Scene {
        width: LEAST_WIDTH,
        height: 0,
        title: title.to_owned(),
        description: String::new(),
        texts: Vec::new(),
        bands: Vec::new(),
        lanes: Vec::new(),
        phases: Vec::new(),
        edges: Vec::new(),
        halos: Vec::new(),
        dots: Vec::new(),
        slices: Vec::new(),
        legend: Vec::new(),
    }
}

struct Painting<'a> {
    model: &'a Model,
    grid: &'a Grid,
    level: Level,
    asked: &'a Asked,
    scene: Scene,
}

/// The paper of a note.
struct Sheet<'a> {
    look: Look,
    rect: Rect,
    /// How much of its foot is covered.
    covered: i32,
    /// What a slice is about, of a note that stands before it.
    command: Option<&'a ElementId>,
}

/// From one line of an owner to the next.
const OWNER: i32 = 14;

/// The name of a lane, and how high the head of the lane is.
struct Head {
    name: Lettering,
    owner: Vec<String>,
    height: i32,
}

impl Painting<'_> {
    fn all(&mut self, title: &str) {
        let heads: Vec<Head> = self
            .grid
            .lanes
            .iter()
            .map(|lane| self.head(lane.as_ref()))
            .collect();
        let heights: Vec<i32> = heads.iter().map(|head| head.height).collect();
        let staves = self.grid.staves.iter().enumerate();
        let mut frames: Vec<(&Stave, Ways, Frame)> = staves
            .map(|(band, stave)| {
                let ways = Ways::new(self.grid, stave);
                let frame = Frame::new(self.grid, band, &ways, &heights);
                (stave, ways, frame)
            })
            .collect();
        let right = frames
            .iter()
            .map(|(.., frame)| frame.right)
            .max()
            .unwrap_or(0);
        self.scene.width = LEAST_WIDTH.max(right + LANE_MARGIN);
        let mut axis = self.heading(title) + 54;
        for (band, (stave, ways, frame)) in frames.iter_mut().enumerate() {
            frame.sink(axis + AXIS);
            self.axis(stave, frame, axis);
            self.lanes(band, frame, &heads);
            self.edges(stave, &courses(self.grid, stave, ways, frame));
            self.notes(band, frame);
            axis = frame.bottom + BAND_GAP;
        }
        let legend = legend(&self.scene, axis - 30);
        self.scene.height = legend.bottom + 26;
        self.scene.legend = legend.items;
        self.scene.texts.extend(legend.texts);
        let lanes: Vec<&str> = self
            .model
            .of_kind(Kind::Context)
            .map(|context| context.label.as_str())
            .collect();
        let seen = self.asked.seen.as_ref();
        let seen = seen.map_or_else(String::new, |seen| format!(" {}.", seen.summary()));
        self.scene.description = prose::description(self.model, title, &lanes) + &seen;
    }

    fn text(&mut self, at: (i32, i32), text: &str, size: i32, ink: Ink) {
        let (x, y) = at;
        self.scene.texts.push(Text {
            at: Point { x, y },
            text: text.to_owned(),
            size,
            weight: if ink == Ink::Heading {
                Weight::Bold
            } else {
                Weight::Regular
            },
            ink,
            anchor: Anchor::Start,
        });
    }

    /// The title and what there is, down to the base line of the last line.
    fn heading(&mut self, title: &str) -> i32 {
        let width = self.scene.width - 2 * MARGIN;
        self.text(
            (MARGIN, 40),
            &one_line(title, 250, Weight::Bold, width),
            250,
            Ink::Heading,
        );
        let summary = format!(
            "{} EventStorming board, generated from the code: {}.",
            match self.level {
                Level::BigPicture => "Big-picture",
                Level::Process => "Process-level",
                Level::Design => "Design-level",
            },
            prose::counts(self.model, self.level)
        );
        let space = Space {
            width,
            height: 100,
            sizes: (130, 130),
            weight: Weight::Regular,
        };
        let seen = self.asked.seen.as_ref();
        let seen = seen.map(|seen| format!("{}.", seen.summary()));
        let mut y = 62 - 18;
        for text in std::iter::once(summary).chain(seen) {
            for line in &fit(&text, space).lines {
                y += 18;
                self.text((MARGIN, y), line, 130, Ink::Quiet);
            }
        }
        y.max(62)
    }

    fn axis(&mut self, stave: &Stave, frame: &Frame, y: i32) {
        let end = self.scene.width - MARGIN;
        self.scene.bands.push(Band {
            name: stave.name.clone(),
            axis: Point { x: MARGIN, y },
            end,
        });
        let dividers: Vec<(i32, &str)> = stave
            .phases
            .iter()
            .filter_map(|(column, name)| Some((frame.gutters.get(*column)? + 6, name.as_str())))
            .collect();
        let starts: Vec<i32> = dividers.iter().map(|(x, _)| *x).chain([end - 40]).collect();
        let names = [(MARGIN - 10, stave.name.as_str())]
            .into_iter()
            .chain(dividers.iter().copied());
        for ((x, name), next) in names.zip(starts) {
            let name = one_line(name, 150, Weight::Bold, next - x - 20);
            self.text((x + 10, y - 8), &name, 150, Ink::Heading);
        }
        for (x, name) in dividers {
            self.scene.phases.push(Phase {
                name: name.to_owned(),
                top: Point { x, y: y - 22 },
                bottom: frame.bottom,
            });
        }
        self.scene.texts.push(Text {
            at: Point {
                x: end - 4,
                y: y - 11,
            },
            text: "time".to_owned(),
            size: 120,
            weight: Weight::Regular,
            ink: Ink::Quiet,
            anchor: Anchor::End,
        });
    }

    fn head(&self, lane: Option<&ElementId>) -> Head {
        let context = lane.and_then(|id| self.model.element(id));
        let name = context.map_or("Shared", |context| context.label.as_str());
        let width = LANE_HEAD - 22;
        let name = fit(
            name,
            Space {
                width,
                height: 64,
                sizes: (170, 110),
                weight: Weight::Bold,
            },
        );
        let owner = context.and_then(Element::owner);
        let space = Space {
            width,
            height: 2 * OWNER,
            sizes: (115, 105),
            weight: Weight::Regular,
        };
        let owner = owner.map_or_else(Vec::new, |owner| fit(owner, space).lines);
        let spots = lane
            .and_then(|id| self.grid.on_contexts.get(id.name()))
            .into_iter()
            .flatten();
        let spots: i32 = spots
            .map(|id| hotspot_size(self.model, id).1 + 2 * TILT)
            .sum();
        let height = 22 + name.height() + 6 + times(owner.len().max(1), OWNER) + spots;
        Head {
            name,
            owner,
            height,
        }
    }

    fn lanes(&mut self, band: usize, frame: &Frame, heads: &[Head]) {
        let width = self.scene.width - 2 * LANE_MARGIN;
        for (position, (lane, top, height)) in frame.lanes.iter().enumerate() {
            let Some(head) = heads.get(*lane) else {
                continue;
            };
            let id = self.grid.lanes[*lane].as_ref();
            let context = id.and_then(|id| self.model.element(id));
            self.scene.lanes.push(Lane {
                context: id.cloned(),
                name: self.lane_name(id),
                tooltip: context
                    .map_or_else(String::new, |context| prose::tooltip(self.model, context)),
                rect: Rect::new(LANE_MARGIN, *top, width, *height),
                shade: if position % 2 == 0 {
                    Shade::Even
                } else {
                    Shade::Odd
                },
            });
            let mut y = top + 14;
            for line in &head.name.lines {
                y += head.name.leading();
                self.text((22, y), line, head.name.size, Ink::Heading);
            }
            y += 4;
            for line in &head.owner {
                y += OWNER;
                self.text((22, y), line, 115, Ink::Quiet);
            }
            self.context_hotspots(band, id, y + 10);
        }
    }

    fn lane_name(&self, context: Option<&ElementId>) -> String {
        let context = context.and_then(|id| self.model.element(id));
        context.map_or_else(|| "Shared".to_owned(), |context| context.label.clone())
    }

    /// Hot spots on a context hang under its name where that stands first.
    fn context_hotspots(&mut self, band: usize, context: Option<&ElementId>, top: i32) {
        let Some(context) = context else { return };
        let first = self
            .scene
            .lanes
            .iter()
            .filter(|lane| lane.context.as_ref() == Some(context))
            .count()
            == 1;
        let spots = self.grid.on_contexts.get(context.name()).filter(|_| first);
        let mut y = top;
        let mut notes = Vec::new();
        for id in spots.into_iter().flatten() {
            let (width, height) = hotspot_size(self.model, id);
            let sheet = Sheet {
                look: Look::Tilted,
                rect: Rect::new(MARGIN, y, width, height),
                covered: 0,
                command: None,
            };
            notes.extend(self.note(id, &sheet));
            y += height + 2 * TILT;
        }
        if !notes.is_empty() {
            self.scene.slices.push(SliceGroup {
                name: "Open questions".to_owned(),
                band,
                lane: self.lane_name(Some(context)),
                notes,
            });
        }
    }

    /// What leads back lies below everything else.
    fn edges(&mut self, stave: &Stave, courses: &[Course]) {
        let first = self.scene.edges.len();
        for looped in [true, false] {
            for course in courses {
                let Some(wire) = stave.wires.get(course.wire) else {
                    continue;
                };
                let source = wire
                    .sources
                    .get(course.source)
                    .filter(|source| source.looped == looped);
                let Some(source) = source else { continue };
                self.halos(first, &course.points, &wire.consumer);
                let times = self.times(&source.event, wire.verb, &wire.consumer);
                let seen = times.map_or_else(String::new, |times| match times {
                    0 => "\nnever seen in the log".to_owned(),
                    times => format!("\nseen in the log: {}", grouped(times)),
                });
                let told = prose::edge(self.model, &source.event, wire.verb, &wire.consumer);
                self.scene.edges.push(Edge {
                    from: source.event.clone(),
                    verb: wire.verb,
                    to: wire.consumer.clone(),
                    looped,
                    points: course.points.clone(),
                    tooltip: told + &seen,
                    idle: times == Some(0),
                    mark: self.edge_mark(&source.event, wire.verb, &wire.consumer),
                });
            }
        }
        for (index, wire) in stave.wires.iter().enumerate() {
            let mine: Vec<&Course> = courses
                .iter()
                .filter(|course| course.wire == index)
                .collect();
            for at in joints(&mine) {
                let mut through = self.scene.edges.iter().skip(first).filter(|edge| {
                    edge.verb == wire.verb && edge.to == wire.consumer && passes(&edge.points, at)
                });
                self.scene.dots.push(Dot {
                    at,
                    verb: wire.verb,
                    kept: through.all(|edge| edge.mark == Some(Mark::Kept)),
                });
            }
        }
    }

    /// The gaps that an edge needs in those that are painted before it.
    fn halos(&mut self, first: usize, points: &[Point], consumer: &ElementId) {
        const REACH: i32 = 7;
        let before = self.scene.edges.len();
        let mut halos = Vec::new();
        for edge in self
            .scene
            .edges
            .iter()
            .skip(first)
            .filter(|edge| edge.to != *consumer)
        {
            for mine in segments(points) {
                for at in segments(&edge.points).filter_map(|other| crossing(mine, other)) {
                    let clip = |value: i32, a: i32, b: i32| value.clamp(a.min(b), a.max(b));
                    let (a, b) = mine;
                    let end = |reach: i32| Point {
                        x: clip(at.x + reach, a.x, b.x),
                        y: clip(at.y + reach, a.y, b.y),
                    };
                    let shade = self.shade(at);
                    halos.push(Halo {
                        before,
                        from: end(-REACH),
                        to: end(REACH),
                        shade,
                    });
                }
            }
        }
        halos.sort_by_key(|halo| (halo.from, halo.to));
        halos.dedup();
        self.scene.halos.extend(halos);
    }

    fn shade(&self, at: Point) -> Shade {
        let inside = |lane: &&Lane| (lane.rect.y..lane.rect.bottom()).contains(&at.y);
        self.scene
            .lanes
            .iter()
            .find(inside)
            .map_or(Shade::Paper, |lane| lane.shade)
    }

    fn notes(&mut self, band: usize, frame: &Frame) {
        let mut units: Vec<&Unit> = self
            .grid
            .units
            .iter()
            .filter(|unit| unit.band == band)
            .collect();
        units.sort_by_key(|unit| (unit.column, frame.origin(unit).y));
        for unit in units {
            let origin = frame.origin(unit);
            let mut placed: Vec<&Placed> = unit.slice.notes.iter().collect();
            placed.sort_by_key(|note| note.look);
            let mut notes = Vec::new();
            for placed in placed {
                let triggers = placed.role == Role::Trigger;
                let sheet = Sheet {
                    look: placed.look,
                    rect: placed.rect.moved(origin),
                    covered: placed.covered,
                    command: unit.head.as_ref().filter(|_| triggers),
                };
                let note = self.note(&placed.id, &sheet);
                notes.extend(note.map(|note| self.captioned(unit, placed, note)));
            }
            let head = unit.head.as_ref().and_then(|id| self.model.element(id));
            let name = head.map_or_else(String::new, |head| head.label.clone());
            let lane = self.lane_name(self.grid.lanes[unit.lane].as_ref());
            self.scene.slices.push(SliceGroup {
                name,
                band,
                lane,
                notes,
            });
        }
    }

    /// Adds what depends on where the note is.
    fn captioned(&mut self, unit: &Unit, placed: &Placed, mut note: Note) -> Note {
        let lane = self.grid.lanes[unit.lane].as_ref().map(ElementId::name);
        let home = placed.id.context();
        let element = self.model.element(&placed.id);
        let caption = element.map_or(note.kind.title(), prose::title);
        if placed.role == Role::Trigger && placed.look != Look::Ghost {
            let waits = unit
                .head
                .as_ref()
                .and_then(|head| delay(self.model, &placed.id, head));
            note.badge = waits.map(|text| Badge { text }).or(note.badge);
        }
        let below = unit.from_below.contains(&placed.id);
        let from = if below { "below" } else { "above" };
        note.caption = match (placed.look, home) {
            (Look::Ghost, _) => format!("{caption}, from {from}"),
            (_, Some(home)) if lane != Some(home) => format!("{caption} of {home}"),
            _ => note.caption,
        };
        let badge = note
            .badge
            .as_ref()
            .map_or(0, |badge| text_width(&badge.text, 85, Weight::Bold) + 6);
        note.caption = one_line(
            &note.caption,
            85,
            Weight::Regular,
            note.rect.width - 12 - badge,
        );
        if placed.look == Look::Ghost {
            note.tooltip.push_str("\nrepeated here, it comes from ");
            note.tooltip.push_str(from);
        }
        if !placed.remark.is_empty() {
            note.tooltip.push('\n');
            note.tooltip.push_str(&placed.remark.join(" "));
        }
        note.faded |= unit.retired;
        self.remark(placed, &note);
        note
    }

    /// What is written under a note.
    fn remark(&mut self, placed: &Placed, note: &Note) {
        for (line, text) in placed.remark.iter().enumerate() {
            self.scene.texts.push(Text {
                at: Point {
                    x: note.rect.right(),
                    y: note.rect.bottom() + times(line + 1, REMARK_LEADING),
                },
                text: text.clone(),
                size: REMARK_SIZE,
                weight: Weight::Regular,
                ink: Ink::Remark,
                anchor: Anchor::End,
            });
        }
    }

    fn note(&self, id: &ElementId, sheet: &Sheet<'_>) -> Option<Note> {
        let Sheet {
            look,
            rect,
            covered,
            command,
        } = *sheet;
        let element = self.model.element(id)?;
        let seen = self.asked.seen.as_ref();
        let strip = seen.map_or(0, |seen| seen.height(id, look));
        let tally = seen
            .filter(|_| strip > 0)
            .and_then(|seen| seen.strip(id, rect, covered));
        let covered = covered + strip;
        let label = command.and_then(|command| prose::reaction(self.model, element, command));
        let label = label.as_deref().unwrap_or(&element.label);
        let lettering = lettering(element.kind(), label, rect, covered);
        let (head, foot) = if element.kind() == Kind::Actor {
            (11, 2)
        } else {
            (14, 4)
        };
        let middle = (rect.y + head + rect.bottom() - foot - covered) / 2;
        let rise = (lettering.leading() * 10 + lettering.size * 7 / 10) / 20;
        Some(Note {
            element: id.clone(),
            kind: id.kind(),
            look,
            rect,
            caption: caption(element),
            badge: badge(element)
                .filter(|_| look != Look::Ghost)
                .map(|text| Badge { text }),
            baseline: middle - lettering.height() / 2 + rise,
            lettering,
            pivotal: element.is_pivotal() && look == Look::Plain,
            faded: element.is_retired(),
            finding: self.finding(id).filter(|_| look != Look::Ghost),
            tooltip: [
                Some(prose::tooltip(self.model, element)),
                seen.and_then(|seen| seen.tooltip(id)),
            ]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n"),
            tally,
            location: element.location.clone(),
            mark: self.mark(id),
        })
    }

    /// How often a relation was seen, on a board that shows that.
    fn times(&self, from: &ElementId, verb: Verb, to: &ElementId) -> Option<u64> {
        self.asked.seen.as_ref()?.times(from, verb, to)
    }

    fn mark(&self, id: &ElementId) -> Option<Mark> {
        let marks = self.asked.marks.as_ref()?;
        Some(marks.elements.get(id).copied().unwrap_or(Mark::Kept))
    }

    fn edge_mark(&self, from: &ElementId, verb: Verb, to: &ElementId) -> Option<Mark> {
        let marks = self.asked.marks.as_ref()?;
        let relation = (from.clone(), verb, to.clone());
        Some(
            marks
                .relations
                .get(&relation)
                .copied()
                .unwrap_or(Mark::Kept),
        )
    }

    fn finding(&self, id: &ElementId) -> Option<String> {
        let found = self
            .asked
            .findings
            .iter()
            .filter(|finding| finding.on == *id);
        let texts: Vec<&str> = found.map(|finding| finding.text.as_str()).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }
}

//! What is on a board and where: the last step before it is written down.

use super::{
    fit::Lettering,
    geometry::{Point, Rect},
    width::Weight,
};
use crate::model::{ElementId, Kind, Location, Verb};

/// A whole board. Whatever is later in a list is painted over what is earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scene {
    /// Its width in pixels.
    pub width: i32,
    /// Its height in pixels.
    pub height: i32,
    /// Its name.
    pub title: String,
    /// The flow told as sentences, for those who cannot see it.
    pub description: String,
    /// Headings, names of lanes and whatever else is written beside the notes.
    pub texts: Vec<Text>,
    /// The stretches of the time line.
    pub bands: Vec<Band>,
    /// The lanes of all bands.
    pub lanes: Vec<Lane>,
    /// The lines that divide phases.
    pub phases: Vec<Phase>,
    /// The edges, in the order in which they are painted.
    pub edges: Vec<Edge>,
    /// The gaps in the edges below, where a later edge crosses them.
    pub halos: Vec<Halo>,
    /// Where edges that lead to one note join.
    pub dots: Vec<Dot>,
    /// The notes, slice by slice.
    pub slices: Vec<SliceGroup>,
    /// How to read the board.
    pub legend: Vec<LegendItem>,
}

impl Scene {
    /// All notes, in the order in which they are painted.
    pub fn notes(&self) -> impl Iterator<Item = &Note> {
        self.slices.iter().flat_map(|slice| &slice.notes)
    }
}

/// A stretch of the time line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// The phase with which it begins.
    pub name: String,
    /// Where its axis begins.
    pub axis: Point,
    /// Where its axis ends.
    pub end: i32,
}

/// The lane of a context in one band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// The context; none for the lane of what is shared.
    pub context: Option<ElementId>,
    /// Its name.
    pub name: String,
    /// What is told of it on hovering.
    pub tooltip: String,
    /// Its place.
    pub rect: Rect,
    /// Its ground.
    pub shade: Shade,
}

/// What lies under an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shade {
    /// A lane with an even number.
    Even,
    /// A lane with an odd number.
    Odd,
    /// The board itself.
    Paper,
}

/// A line between two phases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// The phase that it opens.
    pub name: String,
    /// Its upper end.
    pub top: Point,
    /// Where it ends.
    pub bottom: i32,
}

/// A line that says what an event leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The event.
    pub from: ElementId,
    /// What it does.
    pub verb: Verb,
    /// The policy, read model or system.
    pub to: ElementId,
    /// Whether it leads back in time.
    pub looped: bool,
    /// Its corners, from the note of the event to that of the other.
    pub points: Vec<Point>,
    /// What is told of it on hovering.
    pub tooltip: String,
    /// What became of it from one model to another, on a board that shows that.
    pub mark: Option<Mark>,
    /// Whether it was never seen in a log, on a board that shows that.
    pub idle: bool,
}

/// A gap in whatever was painted before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halo {
    /// It is painted before this edge.
    pub before: usize,
    /// One end of it.
    pub from: Point,
    /// The other end.
    pub to: Point,
    /// The ground it shows.
    pub shade: Shade,
}

/// A place where edges join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dot {
    /// Where.
    pub at: Point,
    /// What the edges say.
    pub verb: Verb,
    /// Whether all of them are as they were, on a board that shows what became of them.
    pub kept: bool,
}

/// The notes of one slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceGroup {
    /// What it is about.
    pub name: String,
    /// The band that it stands in.
    pub band: usize,
    /// The name of the lane that it stands in.
    pub lane: String,
    /// Its notes, those that lie over others last.
    pub notes: Vec<Note>,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// The element it stands for.
    pub element: ElementId,
    /// Its colour.
    pub kind: Kind,
    /// How it is stuck on.
    pub look: Look,
    /// Its place; of a tilted note, before it is tilted.
    pub rect: Rect,
    /// The kind as printed in its upper left corner.
    pub caption: String,
    /// What is printed in its upper right corner.
    pub badge: Option<Badge>,
    /// What is written on it.
    pub lettering: Lettering,
    /// The base line of the first line.
    pub baseline: i32,
    /// Whether it has the border of an event that opens a phase.
    pub pivotal: bool,
    /// Whether it fades, because it stands for what no longer happens.
    pub faded: bool,
    /// What a check has found about it.
    pub finding: Option<String>,
    /// What is told of it on hovering, and by screen readers.
    pub tooltip: String,
    /// Where it is written.
    pub location: Option<Location>,
    /// What became of it from one model to another, on a board that shows that.
    pub mark: Option<Mark>,
    /// How often it was seen in a log, and when last, on a board that shows that.
    pub tally: Option<Strip>,
}

/// The lower edge of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// What it says.
    pub text: String,
    /// Its place.
    pub rect: Rect,
    /// Whether what the note stands for was never seen.
    pub idle: bool,
}

/// What became of an element or a relation from one model to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is there, and not as it was.
    Changed,
    /// It is as it was.
    Kept,
}

impl Note {
    /// The area it covers, tilted or not.
    pub const fn extent(&self) -> Rect {
        match self.look {
            Look::Tilted => self.rect.grown(super::measure::TILT),
            Look::Plain | Look::Ghost | Look::Pinned => self.rect,
        }
    }
}

/// The upper right corner of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// What it says: a version or a delay.
    pub text: String,
}

/// How a note is stuck on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Upright, in its column.
    Plain,
    /// As the repetition of an event from another band.
    Ghost,
    /// Over the seam of two others, as actors are.
    Pinned,
    /// Tilted by three degrees, as hot spots are.
    Tilted,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Where its base line begins or, by its anchor, ends.
    pub at: Point,
    /// What it says.
    pub text: String,
    /// The font size in tenths of a pixel.
    pub size: i32,
    /// How heavy it is.
    pub weight: Weight,
    /// Its colour.
    pub ink: Ink,
    /// Which of its ends `at` is.
    pub anchor: Anchor,
}

/// The colour of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Of headings.
    Heading,
    /// Of what is said beside.
    Quiet,
    /// Of remarks on where a flow goes on.
    Remark,
}

/// Which end of a text is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its end.
    End,
}

/// One sample with its explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegendItem {
    /// What is shown.
    pub sample: Sample,
    /// Where it is shown.
    pub rect: Rect,
}

/// What a legend shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// A note of a kind.
    Note(Kind),
    /// An edge.
    Edge(Verb),
    /// An edge that leads back.
    Loop,
    /// A pivotal event.
    Pivotal,
    /// A repeated event.
    Ghost,
    /// A finding.
    Finding,
    /// What became of a note from one model to another.
    Mark(Mark),
    /// How often something was seen in a log.
    Tally,
    /// What was never seen in a log.
    Idle,
}

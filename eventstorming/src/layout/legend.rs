//! How to read the board.

use super::{
    geometry::{Point, Rect, times},
    measure::MARGIN,
    scene::{Anchor, Ink, LegendItem, Look, Mark, Note, Sample, Scene, Text},
    width::{Weight, text_width},
};
use crate::model::{Kind, Verb};

/// The samples with their texts, and how high they all are.
pub(super) struct Legend {
    pub(super) items: Vec<LegendItem>,
    pub(super) texts: Vec<Text>,
    pub(super) bottom: i32,
}

const SAMPLES: [(Sample, &str, &str); 22] = [
    (
        Sample::Note(Kind::ReadModel),
        "read model",
        "what an actor knows",
    ),
    (Sample::Note(Kind::Query), "query", "what is looked up"),
    (Sample::Note(Kind::Actor), "actor", "who decides"),
    (Sample::Note(Kind::Policy), "policy", "or what reacts"),
    (Sample::Note(Kind::Command), "command", "what is asked"),
    (
        Sample::Note(Kind::Aggregate),
        "aggregate",
        "where the rules are",
    ),
    (Sample::Note(Kind::ExternalSystem), "system", "not ours"),
    (Sample::Note(Kind::Event), "event", "what happened"),
    (Sample::Note(Kind::Hotspot), "hot spot", "open question"),
    (Sample::Edge(Verb::Activates), "event activates policy", ""),
    (Sample::Edge(Verb::Feeds), "event feeds read model", ""),
    (Sample::Edge(Verb::Notifies), "event notifies system", ""),
    (Sample::Loop, "loop", ""),
    (Sample::Pivotal, "opens a phase", ""),
    (Sample::Ghost, "repeated", ""),
    (Sample::Finding, "model check finding", ""),
    (Sample::Mark(Mark::Added), "added", ""),
    (Sample::Mark(Mark::Removed), "removed", ""),
    (Sample::Mark(Mark::Changed), "changed", ""),
    (Sample::Mark(Mark::Kept), "as it was", ""),
    (Sample::Tally, "in the log", "how often, and when last"),
    (Sample::Idle, "never seen", "not in this log"),
];

const LINE: i32 = 40;
/// Between two items.
const GAP: i32 = 22;

/// Explains what is on a board, and no more.
pub(super) fn legend(scene: &Scene, top: i32) -> Legend {
    let mut legend = Legend {
        items: Vec::new(),
        texts: Vec::new(),
        bottom: top,
    };
    let used: Vec<_> = SAMPLES
        .into_iter()
        .filter(|(sample, ..)| is_on(scene, *sample))
        .collect();
    if used.is_empty() {
        return legend;
    }
    let heading = "How to read it: notes that touch belong together, left to right";
    legend.text((MARGIN, top + 10), heading, 130, Weight::Bold);
    let widths: Vec<i32> = used
        .iter()
        .map(|(sample, name, meaning)| item_width(*sample, name, meaning))
        .collect();
    let y = top + 22;
    let places = places(&widths, scene.width - 2 * MARGIN);
    for ((sample, name, meaning), (x, line)) in used.into_iter().zip(&places) {
        let at = (MARGIN + x, y + times(*line, LINE));
        legend.item(at, sample, name, meaning);
    }
    let lines = places.last().map_or(0, |(_, line)| *line);
    legend.bottom = y + times(lines, LINE) + 24;
    legend
}

/// Where each item begins, and on which line: as few lines as can be, and those of even length.
fn places(widths: &[i32], room: i32) -> Vec<(i32, usize)> {
    let lines = |places: &[(i32, usize)]| places.last().map(|(_, line)| *line);
    let mut best = filled(widths, room);
    let mut narrower = room;
    loop {
        narrower -= GAP;
        let tried = filled(widths, narrower);
        let fits = widths.iter().all(|width| *width <= narrower);
        if !fits || lines(&tried) != lines(&best) {
            return best;
        }
        best = tried;
    }
}

fn filled(widths: &[i32], room: i32) -> Vec<(i32, usize)> {
    let (mut x, mut line) = (0, 0);
    let mut places = Vec::new();
    for width in widths {
        if x > 0 && x + width > room {
            (x, line) = (0, line + 1);
        }
        places.push((x, line));
        x += width + GAP;
    }
    places
}

fn is_on(scene: &Scene, sample: Sample) -> bool {
    let note = |is: &dyn Fn(&Note) -> bool| scene.notes().any(is);
    match sample {
        Sample::Note(kind) => note(&|note| note.kind == kind),
        Sample::Edge(verb) => scene.edges.iter().any(|edge| edge.verb == verb),
        Sample::Loop => scene.edges.iter().any(|edge| edge.looped),
        Sample::Pivotal => note(&|note| note.pivotal),
        Sample::Ghost => note(&|note| note.look == Look::Ghost),
        Sample::Finding => note(&|note| note.finding.is_some()),
        Sample::Mark(mark) => note(&|note| note.mark == Some(mark)),
        Sample::Tally => note(&|note| note.tally.as_ref().is_some_and(|tally| !tally.idle)),
        Sample::Idle => note(&|note| note.tally.as_ref().is_some_and(|tally| tally.idle)),
    }
}

const fn sample_width(sample: Sample) -> i32 {
    match sample {
        Sample::Edge(_) | Sample::Loop => 38,
        Sample::Note(_)
        | Sample::Pivotal
        | Sample::Ghost
        | Sample::Finding
        | Sample::Mark(_)
        | Sample::Tally
        | Sample::Idle => 26,
    }
}

fn item_width(sample: Sample, name: &str, meaning: &str) -> i32 {
    let weight = if meaning.is_empty() {
        Weight::Regular
    } else {
        Weight::Bold
    };
    let text = text_width(name, 120, weight).max(text_width(meaning, 105, Weight::Regular));
    sample_width(sample) + 8 + text
}

impl Legend {
    fn item(&mut self, at: (i32, i32), sample: Sample, name: &str, meaning: &str) {
        let (x, y) = at;
        let rect = Rect::new(x, y, sample_width(sample), 24);
        self.items.push(LegendItem { sample, rect });
        let x = rect.right() + 8;
        if meaning.is_empty() {
            self.text((x, y + 16), name, 120, Weight::Regular);
        } else {
            self.text((x, y + 10), name, 120, Weight::Bold);
            self.text((x, y + 23), meaning, 105, Weight::Regular);
        }
    }

    fn text(&mut self, at: (i32, i32), text: &str, size: i32, weight: Weight) {
        let (x, y) = at;
        self.texts.push(Text {
            at: Point { x, y },
            text: text.to_owned(),
            size,
            weight,
            ink: if weight == Weight::Bold {
                Ink::Heading
            } else {
                Ink::Quiet
            },
            anchor: Anchor::Start,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_item_is_left_alone_on_the_last_line() {
        assert_eq!(places(&[100; 4], 400), [(0, 0), (122, 0), (0, 1), (122, 1)]);
        assert_eq!(places(&[100; 3], 400), [(0, 0), (122, 0), (244, 0)]);
        assert_eq!(places(&[900, 10], 400), [(0, 0), (0, 1)]);
    }
}

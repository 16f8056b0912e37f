//! How to read the board.

use super::{
    geometry::{Point, Rect},
    measure::MARGIN,
    scene::{Anchor, Ink, LegendItem, Sample, Text},
    width::{Weight, text_width},
};
use crate::model::{Kind, Verb};

/// The samples with their texts, and how high they all are.
pub(super) struct Legend {
    pub(super) items: Vec<LegendItem>,
    pub(super) texts: Vec<Text>,
    pub(super) bottom: i32,
}

const SAMPLES: [(Sample, &str, &str); 14] = [
    (
        Sample::Note(Kind::ReadModel),
        "read model",
        "what an actor knows",
    ),
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
    (Sample::Loop, "loop", ""),
    (Sample::Pivotal, "opens a phase", ""),
    (Sample::Ghost, "repeated", ""),
    (Sample::Finding, "model check finding", ""),
];

const LINE: i32 = 40;

pub(super) fn legend(top: i32, width: i32) -> Legend {
    let mut legend = Legend {
        items: Vec::new(),
        texts: Vec::new(),
        bottom: 0,
    };
    let heading = "How to read it: notes that touch belong together, left to right";
    legend.text(
        Point {
            x: MARGIN,
            y: top + 10,
        },
        heading,
        130,
        true,
    );
    let (mut x, mut y) = (MARGIN, top + 22);
    for (sample, name, meaning) in SAMPLES {
        let wide = matches!(sample, Sample::Edge(_) | Sample::Loop);
        let rect_width = if wide { 38 } else { 26 };
        let size = if meaning.is_empty() { 120 } else { 105 };
        let text_width = text_width(
            name,
            120,
            if meaning.is_empty() {
                Weight::Regular
            } else {
                Weight::Bold
            },
        )
        .max(text_width(meaning, size, Weight::Regular));
        let item = rect_width + 8 + text_width;
        if x > MARGIN && x + item > width - MARGIN {
            (x, y) = (MARGIN, y + LINE);
        }
        legend.items.push(LegendItem {
            sample,
            rect: Rect::new(x, y, rect_width, 24),
        });
        let at = x + rect_width + 8;
        if meaning.is_empty() {
            legend.text(Point { x: at, y: y + 16 }, name, 120, false);
        } else {
            legend.text(Point { x: at, y: y + 10 }, name, 120, true);
            legend.text(Point { x: at, y: y + 23 }, meaning, 105, false);
        }
        x += item + 22;
    }
    legend.bottom = y + 24;
    legend
}

impl Legend {
    fn text(&mut self, at: Point, text: &str, size: i32, heading: bool) {
        self.texts.push(Text {
            at,
            text: text.to_owned(),
            size,
            weight: if heading {
                Weight::Bold
            } else {
                Weight::Regular
            },
            ink: if heading { Ink::Heading } else { Ink::Quiet },
            anchor: Anchor::Start,
        });
    }
}

//! What was seen in a log, as a board shows it.

use super::{
    geometry::Rect,
    measure::STRIP,
    scene::{Look, Strip},
};
use crate::{
    model::{ElementId, Kind, Verb},
    reality::{Reality, Sighting, day, grouped},
};

/// What was seen of each element and each relation.
#[derive(Debug, Clone)]
pub(crate) struct Seen(Reality);

impl Seen {
    pub(crate) const fn new(reality: Reality) -> Self {
        Self(reality)
    }

    /// The line under the heading.
    pub(super) fn summary(&self) -> String {
        self.0.summary()
    }

    /// How high the strip of a note is; nothing if it has none.
    pub(super) fn height(&self, id: &ElementId, look: Look) -> i32 {
        if look == Look::Ghost || !self.0.sightings.contains_key(id) {
            return 0;
        }
        STRIP
    }

    /// The strip of a note, of which the lowest part is covered.
    pub(super) fn strip(&self, id: &ElementId, rect: Rect, covered: i32) -> Option<Strip> {
        let seen = self.0.sightings.get(id)?;
        Some(Strip {
            text: told(seen, id.kind()),
            rect: Rect::new(rect.x, rect.bottom() - covered - STRIP, rect.width, STRIP),
            idle: seen.count == 0,
        })
    }

    /// What is told of an element on hovering.
    pub(crate) fn tooltip(&self, id: &ElementId) -> Option<String> {
        let seen = self.0.sightings.get(id)?;
        let last = seen.last.as_ref();
        let last = last.map_or_else(String::new, |last| format!(", last at {last}"));
        Some(match seen.count {
            0 => "never seen in the log".to_owned(),
            1 => format!("seen in the log once{last}"),
            count => format!("seen in the log {} times{last}", grouped(count)),
        })
    }

    /// How often a relation was seen, where that can be known.
    pub(super) fn times(&self, from: &ElementId, verb: Verb, to: &ElementId) -> Option<u64> {
        let key = (from.clone(), verb, to.clone());
        self.0.relations.get(&key).copied()
    }
}

/// `1,204 x, 2026-01-31`
fn told(seen: &Sighting, kind: Kind) -> String {
    let last = seen.last.as_deref().filter(|_| kind == Kind::Event);
    match (seen.count, last) {
        (0, _) => "never".to_owned(),
        (count, Some(last)) => format!("{}x, {}", grouped(count), day(last)),
        (count, None) => format!("{}x", grouped(count)),
    }
}

//! What holds of every board. Each check names what it found wrong.

use std::collections::BTreeSet;

use eventstorming::{
    Model,
    layout::{Edge, Look, Note, Point, Rect, Scene, Weight, text_width},
    model::{ElementId, Kind, Verb},
};

pub(crate) fn everything(model: &Model, scene: &Scene) {
    every_element_is_shown(model, scene);
    every_relation_is_shown(model, scene);
    geometry(scene);
}

/// What holds of a board whatever it leaves out.
pub(crate) fn geometry(scene: &Scene) {
    notes_do_not_overlap(scene);
    notes_stand_in_lanes(scene);
    edges_touch_only_their_ends(scene);
    edges_keep_apart(scene);
    edges_lead_on_unless_they_loop(scene);
    texts_fit(scene);
}

fn every_element_is_shown(model: &Model, scene: &Scene) {
    let notes = scene.notes().map(|note| &note.element);
    let lanes = scene.lanes.iter().filter_map(|lane| lane.context.as_ref());
    let shown: BTreeSet<&ElementId> = notes.chain(lanes).collect();
    let known: BTreeSet<&ElementId> = model.elements().iter().map(|element| &element.id).collect();
    assert_eq!(shown, known);
}

fn every_relation_is_shown(model: &Model, scene: &Scene) {
    for relation in model.relations() {
        let shown = match relation.verb {
            Verb::Activates | Verb::Feeds | Verb::Notifies => scene.edges.iter().any(|edge| {
                (&edge.from, edge.verb, &edge.to) == (&relation.from, relation.verb, &relation.to)
            }),
            Verb::On if relation.to.kind() == Kind::Context => true,
            Verb::Observes
            | Verb::Informs
            | Verb::Issues
            | Verb::HandledBy
            | Verb::Emits
            | Verb::AppliedBy
            | Verb::Asks
            | Verb::AnsweredBy
            | Verb::On => scene.slices.iter().any(|slice| {
                let has = |id: &ElementId| slice.notes.iter().any(|note| note.element == *id);
                has(&relation.from) && has(&relation.to)
            }),
        };
        assert!(shown, "not to be seen: {relation}");
    }
}

fn notes_do_not_overlap(scene: &Scene) {
    let mut notes: Vec<(usize, &Note)> = Vec::new();
    for (at, slice) in scene.slices.iter().enumerate() {
        notes.extend(slice.notes.iter().map(|note| (at, note)));
    }
    for (at, (slice, note)) in notes.iter().enumerate() {
        for (other_slice, other) in &notes[at + 1..] {
            let hangs = slice == other_slice && hangs_on(note, other);
            assert!(
                hangs || !note.extent().overlaps(&other.extent()),
                "{} {:?} lies over {} {:?}",
                note.element,
                note.rect,
                other.element,
                other.rect
            );
        }
    }
}

/// Whether one of two notes is an actor that covers just the foot of what it hangs on.
fn hangs_on(one: &Note, other: &Note) -> bool {
    let (actor, note) = if one.look == Look::Pinned {
        (one, other)
    } else {
        (other, one)
    };
    actor.look == Look::Pinned
        && note.look == Look::Plain
        && matches!(note.kind, Kind::ReadModel | Kind::Command)
        && note.rect.bottom() - actor.rect.y <= 16
}

fn notes_stand_in_lanes(scene: &Scene) {
    let board = Rect::new(0, 0, scene.width, scene.height);
    for note in scene.notes() {
        let lanes = scene
            .lanes
            .iter()
            .filter(|lane| encloses(lane.rect, note.extent()));
        assert_eq!(lanes.count(), 1, "{} {:?}", note.element, note.rect);
    }
    for lane in &scene.lanes {
        assert!(encloses(board, lane.rect), "{}", lane.name);
        let others = scene
            .lanes
            .iter()
            .filter(|other| other.rect.overlaps(&lane.rect));
        assert_eq!(others.count(), 1, "{}", lane.name);
    }
}

fn encloses(outer: Rect, inner: Rect) -> bool {
    outer.x <= inner.x
        && outer.y <= inner.y
        && inner.right() <= outer.right()
        && inner.bottom() <= outer.bottom()
}

pub(crate) fn segments(edge: &Edge) -> Vec<(Point, Point)> {
    edge.points
        .windows(2)
        .map(|ends| (ends[0], ends[1]))
        .collect()
}

/// Whether a stretch runs through the inside of a rectangle.
fn pierces((a, b): (Point, Point), rect: Rect) -> bool {
    a.x.min(b.x) < rect.right()
        && a.x.max(b.x) > rect.x
        && a.y.min(b.y) < rect.bottom()
        && a.y.max(b.y) > rect.y
}

fn edges_touch_only_their_ends(scene: &Scene) {
    for edge in &scene.edges {
        let (first, last) = (edge.points[0], edge.points[edge.points.len() - 1]);
        let stands = |id: &ElementId, x: fn(&Rect) -> i32, at: Point| {
            scene.notes().any(|note| {
                note.element == *id
                    && x(&note.rect) == at.x
                    && note.rect.y < at.y
                    && at.y < note.rect.bottom()
            })
        };
        assert!(
            stands(&edge.from, Rect::right, first),
            "{} begins nowhere",
            edge.tooltip
        );
        assert!(
            stands(&edge.to, |rect| rect.x, last),
            "{} ends nowhere",
            edge.tooltip
        );
        for segment in segments(edge) {
            assert!(segment.0.x == segment.1.x || segment.0.y == segment.1.y);
            let pierced = scene.notes().find(|note| pierces(segment, note.extent()));
            assert_eq!(
                pierced.map(|note| &note.element),
                None,
                "{} goes through it",
                edge.tooltip
            );
        }
    }
}

/// Edges that lead to different notes never run along one another.
fn edges_keep_apart(scene: &Scene) {
    for (at, edge) in scene.edges.iter().enumerate() {
        for other in &scene.edges[at + 1..] {
            if edge.points.last() == other.points.last() {
                continue;
            }
            for one in segments(edge) {
                for two in segments(other) {
                    assert!(
                        !run_together(one, two),
                        "{} along {}: {one:?} {two:?}",
                        edge.tooltip,
                        other.tooltip
                    );
                }
            }
        }
    }
}

fn run_together(one: (Point, Point), two: (Point, Point)) -> bool {
    let overlap = |a: (i32, i32), b: (i32, i32)| {
        a.0.min(a.1).max(b.0.min(b.1)) < a.0.max(a.1).min(b.0.max(b.1))
    };
    let level = |s: (Point, Point)| s.0.y == s.1.y;
    let along = |s: (Point, Point)| {
        if level(s) {
            (s.0.x, s.1.x)
        } else {
            (s.0.y, s.1.y)
        }
    };
    let line = |s: (Point, Point)| if level(s) { s.0.y } else { s.0.x };
    level(one) == level(two) && line(one) == line(two) && overlap(along(one), along(two))
}

fn edges_lead_on_unless_they_loop(scene: &Scene) {
    for edge in scene.edges.iter().filter(|edge| !edge.looped) {
        let (first, last) = (edge.points[0], edge.points[edge.points.len() - 1]);
        assert!(first.x < last.x, "{} leads back", edge.tooltip);
    }
}

fn texts_fit(scene: &Scene) {
    for note in scene.notes() {
        let lettering = &note.lettering;
        for line in &lettering.lines {
            let width = text_width(line, lettering.size, Weight::Bold);
            assert!(width <= lettering.room, "{line} on {}", note.element);
        }
        assert!(lettering.room <= note.rect.width - 8, "{}", note.element);
        let top = note.baseline - lettering.size / 10;
        assert!(top >= note.rect.y + 8, "{} is set too high", note.element);
        let last = note.baseline + lettering.height() - lettering.leading();
        assert!(
            last + lettering.size / 50 <= note.rect.bottom(),
            "{} is set too low",
            note.element
        );
        let badge = note
            .badge
            .as_ref()
            .map_or(0, |badge| text_width(&badge.text, 85, Weight::Bold));
        let caption = text_width(&note.caption, 85, Weight::Regular);
        assert!(
            caption + badge <= note.rect.width - 11,
            "{} {}",
            note.element,
            note.caption
        );
    }
    for text in &scene.texts {
        let width = text_width(&text.text, text.size, text.weight);
        assert!(width <= scene.width - 16, "{}", text.text);
        let right = if text.anchor == eventstorming::layout::Anchor::End {
            text.at.x
        } else {
            text.at.x + width
        };
        assert!(right <= scene.width && right >= width, "{}", text.text);
        let height = text.size / 10;
        let area = Rect::new(right - width, text.at.y - height, width, height);
        let covering = scene.notes().find(|note| note.extent().overlaps(&area));
        assert_eq!(
            covering.map(|note| &note.element),
            None,
            "over \"{}\"",
            text.text
        );
    }
}

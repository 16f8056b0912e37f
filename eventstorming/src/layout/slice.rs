//! How the notes of one slice stand: in columns that touch, from cause to effect.

use std::collections::BTreeMap;

use super::{
    draft::Draft,
    fit::{Lettering, Space, fit},
    geometry::{Point, Rect, times},
    measure::{
        ACTOR, ACTOR_OVERLAP, HOTSPOT, LOW, MEDIUM, NARROW, NOTE, REMARK_LEADING, SEAM, STACK,
        TILT, WIDE,
    },
    occurrence::Role,
    scene::Look,
    width::Weight,
};
use crate::model::{ElementId, Model};

/// A note with its place in the slice.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) id: ElementId,
    pub(super) role: Role,
    pub(super) look: Look,
    pub(super) rect: Rect,
    /// How much of its foot an actor covers.
    pub(super) covered: i32,
    /// Where its flow goes on, if that is not in this band.
    pub(super) remark: Vec<String>,
}

/// How high the events of a slice are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stacking {
    /// As high as all notes.
    Full,
    /// Low: they stand elsewhere as well.
    Low,
}

/// A slice with its notes in place, seen from its upper left corner.
#[derive(Debug, Clone)]
pub(super) struct Slice {
    pub(super) notes: Vec<Placed>,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Slice {
    pub(super) fn rect_of(&self, id: &ElementId, role: Role) -> Option<Rect> {
        self.notes
            .iter()
            .find(|note| note.role == role && note.id == *id)
            .map(|note| note.rect)
    }
}

/// The lettering of a hot spot, which decides how high it is.
pub(super) fn question(text: &str) -> Lettering {
    fit(
        text,
        Space {
            width: HOTSPOT.0 - 14,
            height: 170,
            sizes: (115, 100),
            weight: Weight::Bold,
        },
    )
}

/// The size of a hot spot with this text.
pub(super) fn hotspot_size(model: &Model, id: &ElementId) -> (i32, i32) {
    let text = model
        .element(id)
        .map_or("", |element| element.label.as_str());
    (HOTSPOT.0, HOTSPOT.1.max(question(text).height() + 28))
}

pub(super) fn arrange(
    model: &Model,
    draft: &Draft,
    (look, stacking): (Look, Stacking),
    remarks: &BTreeMap<ElementId, Vec<String>>,
) -> Slice {
    let mut shelf = Shelf {
        model,
        draft,
        look,
        x: 0,
        notes: Vec::new(),
    };
    shelf.triggers();
    shelf.command();
    shelf.handlers();
    shelf.events(stacking, remarks);
    shelf.close()
}

/// The height of what is written under a note, with the space around it.
fn remark_height(lines: &[String]) -> i32 {
    if lines.is_empty() {
        0
    } else {
        5 + times(lines.len(), REMARK_LEADING)
    }
}

struct Shelf<'a> {
    model: &'a Model,
    draft: &'a Draft,
    look: Look,
    /// Where the next column begins.
    x: i32,
    notes: Vec<Placed>,
}

impl Shelf<'_> {
    fn place(&mut self, role: Role, id: &ElementId, look: Look, rect: Rect) {
        self.notes.push(Placed {
            id: id.clone(),
            role,
            look,
            rect,
            covered: 0,
            remark: Vec::new(),
        });
    }

    /// Read models with their actors, or else the actors themselves; then policies and systems.
    fn triggers(&mut self) {
        let draft = self.draft;
        let width = self.trigger_width();
        if width == 0 {
            return;
        }
        let right = self.x + width;
        let mut y = 0;
        for id in &draft.readers {
            let rect = Rect::new(right - NARROW, y, NARROW, NOTE);
            self.place(Role::Trigger, id, Look::Plain, rect);
            y += NOTE + STACK;
        }
        if draft.readers.is_empty() {
            y = self.lone_actors(right);
        } else {
            y = self.hang_actors(right - NARROW, y - STACK) + STACK;
        }
        for id in &draft.triggers {
            self.place(
                Role::Trigger,
                id,
                Look::Plain,
                Rect::new(right - WIDE, y, WIDE, NOTE),
            );
            y += NOTE + STACK;
        }
        self.hotspots(Role::Trigger, right - HOTSPOT.0 - TILT, y - STACK);
        self.x = right + SEAM;
    }

    fn trigger_width(&self) -> i32 {
        let draft = self.draft;
        let widths = [
            (!draft.readers.is_empty(), NARROW),
            (self.observers_abreast() == 2, 2 * ACTOR.0 + 4),
            (self.observer_beside_issuer(), NARROW + 11),
            (
                !draft.issuers.is_empty() && draft.readers.is_empty(),
                ACTOR.0,
            ),
            (!draft.triggers.is_empty(), WIDE),
            (self.has_hotspots(Role::Trigger), HOTSPOT.0 + 2 * TILT),
        ];
        widths
            .iter()
            .filter(|(needed, _)| *needed)
            .map(|(_, width)| *width)
            .max()
            .unwrap_or(0)
    }

    fn has_hotspots(&self, role: Role) -> bool {
        self.draft
            .hotspots
            .iter()
            .any(|(column, _)| *column == role)
    }

    fn observer_beside_issuer(&self) -> bool {
        self.draft.issuers.len() == 1 && !self.draft.observers.is_empty()
    }

    /// Where nothing follows the read model there is room for two readers side by side.
    fn observers_abreast(&self) -> usize {
        if self.draft.command.is_none() {
            self.draft.observers.len().min(2)
        } else {
            1
        }
    }

    /// Actors who decide without a read model touch the command.
    fn lone_actors(&mut self, right: i32) -> i32 {
        let draft = self.draft;
        let lone = draft.issuers.len() == 1 && draft.triggers.is_empty();
        let mut y = if lone { (NOTE - ACTOR.1) / 2 } else { 0 };
        for id in &draft.issuers {
            let rect = Rect::new(right - ACTOR.0, y, ACTOR.0, ACTOR.1);
            self.place(Role::Trigger, id, Look::Plain, rect);
            y += ACTOR.1 + 4;
        }
        if draft.issuers.is_empty() {
            0
        } else {
            y - 4 + STACK
        }
    }

    /// Actors hang over the foot of the last read model, those who decide over its seam with the
    /// command. Says where the last of them ends.
    fn hang_actors(&mut self, left: i32, foot: i32) -> i32 {
        let draft = self.draft;
        if draft.issuers.is_empty() && draft.observers.is_empty() {
            return foot;
        }
        let seam = left + NARROW + SEAM / 2;
        let top = foot - ACTOR_OVERLAP;
        let mut row = 0;
        for pair in draft.issuers.chunks(2) {
            self.hang_row(pair, seam, top, row);
            row += 1;
        }
        let (beside, rest) = draft
            .observers
            .split_at(usize::from(self.observer_beside_issuer()));
        self.hang_row(beside, left - 11 + ACTOR.0 / 2, top, 0);
        for some in rest.chunks(self.observers_abreast().max(1)) {
            self.hang_row(some, left + NARROW / 2, top, row);
            row += 1;
        }
        if let Some(read_model) = self
            .notes
            .iter_mut()
            .rfind(|note| note.rect.bottom() == foot)
        {
            read_model.covered = ACTOR_OVERLAP;
        }
        top + times(row, ACTOR.1 + 4) - 4
    }

    fn hang_row(&mut self, actors: &[ElementId], middle: i32, top: i32, row: usize) {
        let width = times(actors.len(), ACTOR.0 + 4) - 4;
        for (at, id) in actors.iter().enumerate() {
            let x = middle - width / 2 + times(at, ACTOR.0 + 4);
            let rect = Rect::new(x, top + times(row, ACTOR.1 + 4), ACTOR.0, ACTOR.1);
            self.place(Role::Trigger, id, Look::Pinned, rect);
        }
    }

    fn command(&mut self) {
        let Some(id) = &self.draft.command else {
            return;
        };
        let rect = Rect::new(self.x, 0, NARROW, NOTE);
        let actors = self.notes.iter().filter(|note| note.look == Look::Pinned);
        let over = actors
            .filter(|actor| actor.rect.right() > rect.x)
            .map(|actor| actor.rect);
        let (covering, foot) = over.fold((false, NOTE), |(covering, foot), actor| {
            (covering || actor.overlaps(&rect), foot.max(actor.bottom()))
        });
        self.place(Role::Command, id, self.look, rect);
        if let Some(command) = self.notes.last_mut().filter(|_| covering) {
            command.covered = ACTOR_OVERLAP;
        }
        self.hotspots(Role::Command, self.x + TILT, foot);
        let spread = if self.has_hotspots(Role::Command) {
            HOTSPOT.0 + 2 * TILT
        } else {
            0
        };
        self.x += NARROW.max(spread) + SEAM;
    }

    fn handlers(&mut self) {
        let draft = self.draft;
        let mut y = 0;
        for id in &draft.handlers {
            let rect = Rect::new(self.x, y, MEDIUM, NOTE);
            self.place(Role::Handler, id, self.look, rect);
            y += NOTE + STACK;
        }
        if !draft.handlers.is_empty() {
            self.hotspots(Role::Handler, self.x + TILT, y - STACK);
            self.x += MEDIUM + SEAM;
        }
    }

    /// Low notes begin where the first of them has its middle beside that of the others.
    fn events(&mut self, stacking: Stacking, remarks: &BTreeMap<ElementId, Vec<String>>) {
        let draft = self.draft;
        let (height, mut y) = match stacking {
            Stacking::Full => (NOTE, 0),
            Stacking::Low => (LOW, (NOTE - LOW) / 2),
        };
        let mut foot = y;
        for id in &draft.events {
            self.place(
                Role::Event,
                id,
                self.look,
                Rect::new(self.x, y, NARROW, height),
            );
            let remark = remarks.get(id).cloned().unwrap_or_default();
            foot = y + height + remark_height(&remark);
            y = foot.max(y + height + STACK);
            if let Some(note) = self.notes.last_mut() {
                note.remark = remark;
            }
        }
        if !draft.events.is_empty() {
            self.hotspots(Role::Event, self.x + TILT, foot);
            self.x += NARROW + SEAM;
        }
    }

    fn hotspots(&mut self, role: Role, x: i32, foot: i32) {
        let mut y = foot;
        for (_, id) in self
            .draft
            .hotspots
            .iter()
            .filter(|(column, _)| *column == role)
        {
            let (width, height) = hotspot_size(self.model, id);
            y += TILT + 2;
            self.place(role, id, Look::Tilted, Rect::new(x, y, width, height));
            y += height + TILT;
        }
    }

    /// Moves everything to the right of and below the origin, and measures it.
    fn close(mut self) -> Slice {
        let left = self
            .notes
            .iter()
            .map(|note| note.rect.x)
            .min()
            .unwrap_or(0)
            .min(0);
        for note in &mut self.notes {
            note.rect = note.rect.moved(Point { x: -left, y: 0 });
        }
        let slack = |note: &Placed| if note.look == Look::Tilted { TILT } else { 0 };
        let rights = self
            .notes
            .iter()
            .map(|note| note.rect.right() + slack(note));
        let foot = |note: &Placed| slack(note).max(remark_height(&note.remark));
        let bottoms = self
            .notes
            .iter()
            .map(|note| note.rect.bottom() + foot(note));
        Slice {
            width: rights.max().unwrap_or(0),
            height: bottoms.max().unwrap_or(0).max(NOTE),
            notes: self.notes,
        }
    }
}

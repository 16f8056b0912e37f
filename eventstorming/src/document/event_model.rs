//! A model as an event model, in Mermaid's language for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use crate::model::{Element, ElementId, Kind, Model, Verb};

impl Model {
    /// The model as Mermaid text of the diagram `eventmodeling`: who or what triggers a command,
    /// the command, the events, the views.
    ///
    /// A command comes after an event that leads to it, or else as it is declared. An aggregate has no place in an event model, and a
    /// hot spot has none either.
    pub fn event_model(&self) -> String {
        let mut frames = Frames {
            model: self,
            names: names(self),
            text: String::new(),
            count: 0,
            events: BTreeMap::new(),
        };
        frames.text.push_str("eventmodeling\n\n");
        for command in in_time(self) {
            frames.slice(command);
        }
        for system in self.of_kind(Kind::ExternalSystem) {
            frames.emitted(system);
        }
        for view in self.of_kind(Kind::ReadModel) {
            frames.view(view);
        }
        frames.text
    }
}

struct Frames<'a> {
    model: &'a Model,
    names: BTreeMap<&'a ElementId, String>,
    text: String,
    count: usize,
    /// The frames of each event.
    events: BTreeMap<&'a ElementId, Vec<usize>>,
}

/// An identifier for each element: its name, with a number where another has it already.
fn names(model: &Model) -> BTreeMap<&ElementId, String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = BTreeMap::new();
    for element in model.elements() {
        let plain = element
            .id
            .name()
            .chars()
            .filter(char::is_ascii_alphanumeric);
        let plain: String = plain.collect();
        let begins = plain
            .chars()
            .next()
            .is_some_and(|letter| letter.is_ascii_alphabetic());
        let base = if begins {
            plain
        } else {
            format!("{}{plain}", element.kind().as_str().replace('_', ""))
        };
        let numbered = (2..).map(|number| format!("{base}{number}"));
        let mut free = std::iter::once(base.clone())
            .chain(numbered)
            .filter(|name| !taken.contains(name));
        let name = free.next().unwrap_or_default();
        taken.insert(name.clone());
        names.insert(&element.id, name);
    }
    names
}

/// The commands, each after an event that leads to it, if that can be.
fn in_time(model: &Model) -> Vec<&Element> {
    let mut pending: Vec<&Element> = model.of_kind(Kind::Command).collect();
    let mut happened: BTreeSet<&ElementId> = BTreeSet::new();
    let mut ordered = Vec::new();
    while !pending.is_empty() {
        let ready = pending
            .iter()
            .position(|command| is_ready(model, command, &happened));
        let command = pending.remove(ready.unwrap_or(0));
        happened.extend(
            model
                .objects(&command.id, Verb::Emits)
                .map(|event| &event.id),
        );
        ordered.push(command);
    }
    ordered
}

/// Whether a person may issue a command, or an event that leads to it has happened.
fn is_ready(model: &Model, command: &Element, happened: &BTreeSet<&ElementId>) -> bool {
    let mut issuers = model.subjects(&command.id, Verb::Issues);
    issuers.any(|issuer| {
        let mut causes = model
            .relations_to(&issuer.id)
            .filter(|cause| matches!(cause.verb, Verb::Activates | Verb::Notifies));
        issuer.kind() == Kind::Actor || causes.any(|cause| happened.contains(&cause.from))
    })
}

impl<'a> Frames<'a> {
    /// Writes a frame that follows from others, and says its number. One that follows from none
    /// begins a line of its own.
    fn frame(&mut self, kind: &str, element: &'a Element, from: &[usize]) -> usize {
        self.count += 1;
        let name = self.names.get(&element.id).map_or("", String::as_str);
        let word = if from.is_empty() { "rf" } else { "tf" };
        write!(self.text, "{word} {:03} {kind} {name}", self.count).ok();
        for source in from {
            write!(self.text, " ->> {source:03}").ok();
        }
        self.text.push('\n');
        self.count
    }

    fn slice(&mut self, command: &'a Element) {
        let model = self.model;
        let issuers: Vec<&Element> = model.subjects(&command.id, Verb::Issues).collect();
        let triggers: Vec<usize> = issuers
            .into_iter()
            .map(|issuer| self.trigger(issuer))
            .collect();
        let asked = self.frame("cmd", command, &triggers);
        for event in model.objects(&command.id, Verb::Emits) {
            let frame = self.frame("evt", event, &[asked]);
            self.events.entry(&event.id).or_default().push(frame);
        }
    }

    /// A person at a screen, or a processor that answers events.
    fn trigger(&mut self, issuer: &'a Element) -> usize {
        let (kind, verb) = match issuer.kind() {
            Kind::Policy => ("pcr", Verb::Activates),
            Kind::ExternalSystem => ("pcr", Verb::Notifies),
            Kind::Context
            | Kind::Aggregate
            | Kind::Command
            | Kind::Event
            | Kind::ReadModel
            | Kind::Query
            | Kind::Actor
            | Kind::Hotspot => ("ui", Verb::Observes),
        };
        let events = self.model.subjects(&issuer.id, verb);
        let from: Vec<usize> = events
            .filter_map(|event| self.events.get(&event.id)?.first().copied())
            .collect();
        self.frame(kind, issuer, &from)
    }

    fn emitted(&mut self, system: &'a Element) {
        let model = self.model;
        let events: Vec<&Element> = model
            .objects(&system.id, Verb::Emits)
            .filter(|event| !self.events.contains_key(&event.id))
            .collect();
        if events.is_empty() {
            return;
        }
        let by = self.frame("pcr", system, &[]);
        for event in events {
            let frame = self.frame("evt", event, &[by]);
            self.events.entry(&event.id).or_default().push(frame);
        }
    }

    fn view(&mut self, view: &'a Element) {
        let events = self.model.subjects(&view.id, Verb::Feeds);
        let from: Vec<usize> = events
            .filter_map(|event| self.events.get(&event.id)?.first().copied())
            .collect();
        let shown = self.frame("rmo", view, &from);
        let readers: Vec<&Element> = self.model.subjects(&view.id, Verb::Observes).collect();
        for reader in readers {
            self.frame("ui", reader, &[shown]);
        }
    }
}

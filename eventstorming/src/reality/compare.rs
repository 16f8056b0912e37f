use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Observations, Step, Stray, Tally};
use crate::model::{Element, ElementId, Facts, Kind, Model, Relation, Verb};

/// The model and the log, side by side.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reality {
    /// How often each element was seen, where a log can say so.
    pub sightings: BTreeMap<ElementId, Sighting>,
    /// How often each relation was seen, where a log can say so.
    pub relations: BTreeMap<(ElementId, Verb, ElementId), u64>,
    /// Events in the log that the model does not know, or not in this version.
    pub unknown: Vec<Unknown>,
    /// What led to something in another way than the model says.
    pub strays: Vec<Stray>,
    pub(super) model: Model,
    pub(super) observations: Observations,
}

/// How often an element was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sighting {
    /// How often: of an event, how often it was stored; of an aggregate or a process manager, how
    /// many events its histories hold; of others, to how many events they led.
    pub count: u64,
    /// When last, as RFC 3339 writes it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

/// Stored events that this model cannot have written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unknown {
    /// The name they are stored under.
    pub event: String,
    /// The version of their schema, where the name is known and the version is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// How often.
    pub count: u64,
    /// When last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

impl Model {
    /// Compares the model with what a log holds.
    pub fn observed(&self, observations: &Observations) -> Reality {
        Comparison::new(self, observations).done()
    }

    /// The names of whatever turns events into commands, for those who look for their traces.
    pub fn agents(&self) -> Vec<&str> {
        let agents = self
            .elements()
            .iter()
            .filter(|element| matches!(element.kind(), Kind::Policy | Kind::ExternalSystem));
        agents.map(|element| element.id.name()).collect()
    }
}

/// A way from an event, or from outside, to another event.
struct Way<'a> {
    taken: Option<&'a Relation>,
    issued: Option<&'a Relation>,
    emitted: &'a Relation,
}

/// What the model does not say, and the element it is shown on.
type Doubt<'a> = (Option<&'a Element>, String);

/// A relation by what it says.
type Said = (ElementId, Verb, ElementId);

/// One of the relations on a way, if it has that.
type Part = fn(&Way<'_>) -> Option<Said>;

struct Comparison<'a> {
    model: &'a Model,
    seen: &'a Observations,
    readers: BTreeMap<&'a str, &'a Element>,
    reality: Reality,
    /// Relations of which one of several was seen, and it is not known which.
    possible: BTreeSet<Said>,
}

fn key(relation: &Relation) -> Said {
    (relation.from.clone(), relation.verb, relation.to.clone())
}

impl<'a> Comparison<'a> {
    fn new(model: &'a Model, seen: &'a Observations) -> Self {
        let mut readers = BTreeMap::new();
        for event in model.of_kind(Kind::Event) {
            readers.insert(event.id.name(), event);
            if let Facts::Event { aliases, .. } = &event.facts {
                readers.extend(aliases.iter().map(|alias| (alias.as_str(), event)));
            }
        }
        let reality = Reality {
            sightings: BTreeMap::new(),
            relations: BTreeMap::new(),
            unknown: Vec::new(),
            strays: Vec::new(),
            model: model.clone(),
            observations: seen.clone(),
        };
        Self {
            model,
            seen,
            readers,
            reality,
            possible: BTreeSet::new(),
        }
    }

    fn done(mut self) -> Reality {
        self.count_events();
        self.count_actors();
        for (step, count) in self.seen.steps() {
            if let Err((on, lacks)) = self.explain(step, count) {
                let (step, on) = (step.clone(), on.map(|on| on.id.clone()));
                self.reality.strays.push(Stray {
                    step,
                    count,
                    lacks,
                    on,
                });
            }
        }
        self.count_relations_of_events();
        self.count_the_rest();
        self.reality
    }

    fn count_events(&mut self) {
        let mut of: BTreeMap<ElementId, Tally> = BTreeMap::new();
        for event in self.model.of_kind(Kind::Event) {
            of.insert(event.id.clone(), Tally::default());
        }
        for (stored, tally) in self.seen.events() {
            let Some(event) = self.readers.get(stored) else {
                self.reality.unknown.push(unknown(stored, None, tally));
                continue;
            };
            of.entry(event.id.clone()).or_default().merge(tally);
            for (version, count) in &tally.versions {
                if Some(*version) > event.version() {
                    let tally = Tally {
                        count: *count,
                        ..tally.clone()
                    };
                    let unknown = unknown(stored, Some(*version), &tally);
                    self.reality.unknown.push(unknown);
                }
            }
        }
        for (id, tally) in of {
            self.sight(id, tally.count, tally.last);
        }
    }

    /// The histories of aggregates and process managers, by the first token of their actors' ids.
    fn count_actors(&mut self) {
        let actors = self
            .model
            .elements()
            .iter()
            .filter(|element| element.kind() == Kind::Aggregate || element.is_stateful());
        for actor in actors {
            let tally = self.seen.actors.get(actor.id.name());
            let (count, last) = tally.map_or((0, None), |tally| (tally.count, tally.last.clone()));
            self.sight(actor.id.clone(), count, last);
        }
    }

    fn sight(&mut self, id: ElementId, count: u64, last: Option<String>) {
        self.reality.sightings.insert(id, Sighting { count, last });
    }

    fn times(&self, id: &ElementId) -> u64 {
        self.reality.sightings.get(id).map_or(0, |seen| seen.count)
    }

    /// Finds the way that a step has gone, and counts what lies on it.
    fn explain(&mut self, step: &Step, count: u64) -> Result<(), Doubt<'a>> {
        let event = |stored: &Option<String>| stored.as_deref().map(|name| self.readers.get(name));
        // What the model does not know at all is told as such, once.
        let (cause, effect) = match (event(&step.cause), event(&step.effect)) {
            (Some(None), _) | (_, Some(None)) => return Ok(()),
            (cause, effect) => (cause.flatten().copied(), effect.flatten().copied()),
        };
        let agents = self.agents(step)?;
        // What an aggregate asks of others is no sentence of the grammar.
        if !agents.is_empty() && agents.iter().all(|by| by.kind() == Kind::Aggregate) {
            return Ok(());
        }
        let taken = self.taken(cause, step, &agents)?;
        let Some(effect) = effect else {
            return self.asked(&taken, step, count);
        };
        let ways = self.ways(cause, &taken, step, effect);
        if ways.is_empty() {
            return Err(Self::no_way(cause, step, effect));
        }
        self.count_ways(&ways, count);
        Ok(())
    }

    /// The elements that a step may have been the work of; none if it does not say whose.
    fn agents(&self, step: &Step) -> Result<Vec<&'a Element>, Doubt<'a>> {
        let Some(by) = &step.by else {
            return Ok(Vec::new());
        };
        let agents: Vec<&Element> = self
            .model
            .elements()
            .iter()
            .filter(|element| element.id.name() == by)
            .filter(|element| {
                matches!(
                    element.kind(),
                    Kind::Policy | Kind::ExternalSystem | Kind::Aggregate
                )
            })
            .collect();
        if agents.is_empty() {
            return Err((None, format!("the model has no `{by}`")));
        }
        Ok(agents)
    }

    /// The relations by which the cause may have come to whoever acted on it.
    fn taken(
        &self,
        cause: Option<&'a Element>,
        step: &Step,
        agents: &[&'a Element],
    ) -> Result<Vec<&'a Relation>, Doubt<'a>> {
        let Some(cause) = cause else {
            return Ok(Vec::new());
        };
        let takes = |said: &&Relation| {
            let verb = matches!(
                said.verb,
                Verb::Activates | Verb::Notifies | Verb::Feeds | Verb::AppliedBy
            );
            verb && (step.by.is_none() || agents.iter().any(|agent| agent.id == said.to))
        };
        let relations = self.model.relations().iter();
        let taken: Vec<&Relation> = relations
            .filter(|said| said.from == cause.id)
            .filter(takes)
            .collect();
        match (taken.is_empty(), agents.first()) {
            (true, Some(agent)) => Err((
                Some(agent),
                format!("`{}` does not take `{}`", agent.id.name(), cause.id.name()),
            )),
            _ => Ok(taken),
        }
    }

    /// A step of which nothing came yet: somebody took an event, and perhaps asked for something.
    fn asked(&mut self, taken: &[&Relation], step: &Step, count: u64) -> Result<(), Doubt<'a>> {
        for said in taken {
            *self.reality.relations.entry(key(said)).or_default() += count;
        }
        let Some(command) = &step.command else {
            return Ok(());
        };
        let agents: Vec<&ElementId> = taken.iter().map(|said| &said.to).collect();
        let issued = self.model.relations().iter().find(|said| {
            said.verb == Verb::Issues
                && said.to.name() == command
                && agents.iter().any(|agent| **agent == said.from)
        });
        match (issued, agents.first()) {
            (Some(said), _) => {
                *self.reality.relations.entry(key(said)).or_default() += count;
                Ok(())
            }
            (None, None) => Ok(()),
            (None, Some(agent)) => Err((
                self.model.element(agent),
                format!("`{}` does not issue `{command}`", agent.name()),
            )),
        }
    }

    /// The ways on which the effect may have come about.
    fn ways(
        &self,
        cause: Option<&Element>,
        taken: &[&'a Relation],
        step: &Step,
        effect: &'a Element,
    ) -> Vec<Way<'a>> {
        let mut ways = Vec::new();
        let emitted = self
            .model
            .relations()
            .iter()
            .filter(|said| said.verb == Verb::Emits && said.to == effect.id);
        for emitted in emitted {
            let command = &emitted.from;
            if command.kind() == Kind::ExternalSystem {
                ways.extend(by_itself(taken, step, emitted));
                continue;
            }
            if step
                .command
                .as_ref()
                .is_some_and(|name| name != command.name())
            {
                continue;
            }
            let issuers = self
                .model
                .relations()
                .iter()
                .filter(|said| said.verb == Verb::Issues && said.to == *command);
            for issued in issuers {
                ways.extend(through(cause, taken, issued, emitted));
            }
        }
        ways
    }

    fn no_way(cause: Option<&'a Element>, step: &Step, effect: &'a Element) -> Doubt<'a> {
        let name = effect.id.name();
        let lacks = match (&step.by, &step.command, cause) {
            (Some(by), _, _) => format!("`{by}` issues nothing that emits `{name}`"),
            (None, Some(command), _) => format!("`{command}` does not emit `{name}`"),
            (None, None, Some(cause)) => {
                format!("nothing leads from `{}` to `{name}`", cause.id.name())
            }
            (None, None, None) => format!("nobody outside asks for what emits `{name}`"),
        };
        (Some(cause.unwrap_or(effect)), lacks)
    }

    /// What all of the possible ways have in common was seen for sure.
    fn count_ways(&mut self, ways: &[Way<'_>], count: u64) {
        let parts: [Part; 3] = [
            |way| way.taken.map(key),
            |way| way.issued.map(key),
            |way| Some(key(way.emitted)),
        ];
        for part in parts {
            let said: BTreeSet<_> = ways.iter().filter_map(part).collect();
            if let (1, Some(only)) = (said.len(), said.first()) {
                *self.reality.relations.entry(only.clone()).or_default() += count;
            } else {
                self.possible.extend(said);
            }
        }
    }

    /// Whoever applies an event sees each one that is stored.
    fn count_relations_of_events(&mut self) {
        for said in self.model.relations() {
            let to_table = said.verb == Verb::Feeds && said.to.kind() == Kind::ReadModel;
            let follows = to_table || said.verb == Verb::AppliedBy;
            let counted = matches!(
                said.verb,
                Verb::Activates | Verb::Notifies | Verb::Feeds | Verb::Issues | Verb::Emits
            );
            let key = key(said);
            if follows {
                let count = self.times(&said.from);
                self.reality.relations.insert(key, count);
            } else if counted && !self.possible.contains(&key) {
                self.reality.relations.entry(key).or_insert(0);
            }
        }
    }

    /// Commands by what they emit, agents by what they issue, read models by what feeds them.
    fn count_the_rest(&mut self) {
        for element in self.model.elements() {
            let Some((verb, outwards)) = counted_by(element) else {
                continue;
            };
            let mine = self.model.relations().iter().filter(|said| {
                said.verb == verb && element.id == *if outwards { &said.from } else { &said.to }
            });
            let mine: Vec<_> = mine.map(key).collect();
            // Where it is not known which of several was seen, no count would be right.
            if mine.iter().any(|said| self.possible.contains(said)) {
                continue;
            }
            let counts = mine
                .iter()
                .filter_map(|said| self.reality.relations.get(said));
            let count: u64 = counts.sum();
            let notified = self
                .reality
                .relations
                .iter()
                .filter(|((_, verb, to), _)| *verb == Verb::Notifies && *to == element.id);
            let notified: u64 = notified.map(|(_, count)| count).sum();
            self.sight(element.id.clone(), count.max(notified), None);
        }
    }
}

/// The relations that say how often an element was seen, and whether it is their subject.
const fn counted_by(element: &Element) -> Option<(Verb, bool)> {
    match element.kind() {
        Kind::Command => Some((Verb::Emits, true)),
        Kind::ExternalSystem => Some((Verb::Issues, true)),
        Kind::Policy if !element.is_stateful() => Some((Verb::Issues, true)),
        Kind::ReadModel => Some((Verb::Feeds, false)),
        Kind::Policy
        | Kind::Context
        | Kind::Aggregate
        | Kind::Event
        | Kind::Query
        | Kind::Actor
        | Kind::Hotspot => None,
    }
}

/// A system emits an event of which it was told, or by itself.
fn by_itself<'a>(taken: &[&'a Relation], step: &Step, emitted: &'a Relation) -> Option<Way<'a>> {
    let mine = taken.iter().find(|said| said.to == emitted.from).copied();
    (mine.is_some() || step.cause.is_none()).then_some(Way {
        taken: mine,
        issued: None,
        emitted,
    })
}

/// The way through one issuer of a command.
fn through<'a>(
    cause: Option<&Element>,
    taken: &[&'a Relation],
    issued: &'a Relation,
    emitted: &'a Relation,
) -> Option<Way<'a>> {
    let way = |taken| {
        Some(Way {
            taken,
            issued: Some(issued),
            emitted,
        })
    };
    let Some(cause) = cause else {
        let outside = matches!(issued.from.kind(), Kind::Actor | Kind::ExternalSystem);
        return outside.then(|| way(None)).flatten();
    };
    let upon = issued.upon.is_empty() || issued.upon.contains(&cause.id);
    let mine = taken.iter().find(|said| said.to == issued.from && upon)?;
    way(Some(*mine))
}

fn unknown(stored: &str, version: Option<u32>, tally: &Tally) -> Unknown {
    Unknown {
        event: stored.to_owned(),
        version,
        count: tally.count,
        last: tally.last.clone(),
    }
}

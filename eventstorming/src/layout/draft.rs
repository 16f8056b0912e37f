//! What stands together: the slices of a model, before anything has a place.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    occurrence::{Lead, Net, Role},
    table::Table,
};
use crate::model::{Element, ElementId, Kind, Model, Verb};

/// The notes of one slice.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// The context in whose lane it is drawn; none for what is shared.
    pub(super) context: Option<String>,
    /// Read models, with the actors over their seam with the command.
    pub(super) readers: Vec<ElementId>,
    /// Actors who issue the command.
    pub(super) issuers: Vec<ElementId>,
    /// Actors who only read.
    pub(super) observers: Vec<ElementId>,
    /// Policies and systems.
    pub(super) triggers: Vec<ElementId>,
    pub(super) command: Option<ElementId>,
    pub(super) handlers: Vec<ElementId>,
    pub(super) events: Vec<ElementId>,
    /// Hot spots, each in the column of the note that it is about.
    pub(super) hotspots: Vec<(Role, ElementId)>,
    /// Whether a slice before has the same outcomes.
    pub(super) repeats: bool,
}

impl Draft {
    fn in_lane_of(id: &ElementId) -> Self {
        Self {
            context: id.context().map(str::to_owned),
            ..Self::default()
        }
    }

    pub(super) fn role_of(&self, id: &ElementId) -> Option<Role> {
        if self.command.as_ref() == Some(id) {
            return Some(Role::Command);
        }
        if self.handlers.contains(id) {
            return Some(Role::Handler);
        }
        if self.events.contains(id) {
            return Some(Role::Event);
        }
        let triggers = [
            &self.readers,
            &self.issuers,
            &self.observers,
            &self.triggers,
        ];
        triggers
            .into_iter()
            .any(|ids| ids.contains(id))
            .then_some(Role::Trigger)
    }

    /// Whether it only shows events that are no longer emitted.
    pub(super) fn is_retired(&self, model: &Model) -> bool {
        let begins = [&self.readers, &self.issuers, &self.triggers];
        let retired = |id| model.element(id).is_some_and(Element::is_retired);
        self.command.is_none()
            && begins.into_iter().all(Vec::is_empty)
            && !self.events.is_empty()
            && self.events.iter().all(retired)
    }

    /// The notes that events may lead to.
    fn consumes_as(&self, id: &ElementId) -> bool {
        self.readers.contains(id) || self.triggers.contains(id)
    }
}

/// All slices of a model, and what leads from one to the next.
#[derive(Debug)]
pub(super) struct Drafts {
    pub(super) slices: Table<Draft>,
    pub(super) nets: Vec<Net>,
    /// Hot spots on contexts: they hang in the head of the lane.
    pub(super) on_contexts: BTreeMap<String, Vec<ElementId>>,
}

pub(super) fn drafts(model: &Model) -> Drafts {
    let mut drafting = Drafting {
        model,
        drafts: Vec::new(),
        on_contexts: BTreeMap::new(),
    };
    drafting.commands();
    drafting.read_models();
    drafting.systems();
    drafting.policies();
    drafting.aggregates();
    drafting.events();
    drafting.actors();
    drafting.hotspots();
    drafting.repetitions();
    let nets = drafting.nets();
    Drafts {
        slices: drafting.drafts.into_iter().collect(),
        nets,
        on_contexts: drafting.on_contexts,
    }
}

struct Drafting<'a> {
    model: &'a Model,
    drafts: Vec<Draft>,
    on_contexts: BTreeMap<String, Vec<ElementId>>,
}

fn ids<'a>(elements: impl Iterator<Item = &'a Element>) -> Vec<ElementId> {
    elements.map(|element| element.id.clone()).collect()
}

fn of_kind(elements: &[&Element], kinds: &[Kind]) -> Vec<ElementId> {
    ids(elements
        .iter()
        .copied()
        .filter(|element| kinds.contains(&element.kind())))
}

impl Drafting<'_> {
    /// A slice for each command.
    fn commands(&mut self) {
        for command in self.model.of_kind(Kind::Command) {
            let issuers: Vec<&Element> = self.model.subjects(&command.id, Verb::Issues).collect();
            self.drafts.push(Draft {
                readers: ids(self.model.subjects(&command.id, Verb::Informs)),
                issuers: of_kind(&issuers, &[Kind::Actor]),
                triggers: of_kind(&issuers, &[Kind::Policy, Kind::ExternalSystem]),
                command: Some(command.id.clone()),
                handlers: ids(self.model.objects(&command.id, Verb::HandledBy)),
                events: ids(self.model.objects(&command.id, Verb::Emits)),
                ..Draft::in_lane_of(&command.id)
            });
        }
    }

    /// A read model that no command needs stands alone; else its readers join its first slice.
    fn read_models(&mut self) {
        for read_model in self.model.of_kind(Kind::ReadModel) {
            let id = &read_model.id;
            let mut readers = ids(self.model.subjects(id, Verb::Observes));
            let within = |draft: &&Draft| draft.readers.contains(id);
            let acts = |actor: &ElementId| {
                self.drafts
                    .iter()
                    .filter(within)
                    .any(|draft| draft.issuers.contains(actor))
            };
            readers.retain(|actor| !acts(actor));
            let queries = ids(self.model.subjects(id, Verb::AnsweredBy));
            if !queries.is_empty() {
                self.queries(id, queries, readers);
                continue;
            }
            match self
                .drafts
                .iter_mut()
                .find(|draft| draft.readers.contains(id))
            {
                Some(draft) => draft.observers.extend(readers),
                None => self.drafts.push(Draft {
                    readers: vec![id.clone()],
                    observers: readers,
                    ..Draft::in_lane_of(id)
                }),
            }
        }
    }

    /// What a read model is asked stands beside it, in a slice of its own.
    fn queries(&mut self, id: &ElementId, queries: Vec<ElementId>, readers: Vec<ElementId>) {
        let mut observers = readers;
        for query in &queries {
            for actor in ids(self.model.subjects(query, Verb::Asks)) {
                if !observers.contains(&actor) {
                    observers.push(actor);
                }
            }
        }
        self.drafts.push(Draft {
            readers: vec![id.clone()],
            observers,
            handlers: queries,
            ..Draft::in_lane_of(id)
        });
    }

    /// What a system emits by itself joins the command it carries out, if there is one.
    fn systems(&mut self) {
        for system in self.model.of_kind(Kind::ExternalSystem) {
            let id = &system.id;
            let emitted = ids(self.model.objects(id, Verb::Emits));
            let told = self
                .model
                .relations_to(id)
                .any(|relation| relation.verb == Verb::Notifies);
            let triggers = self.drafts.iter().any(|draft| draft.triggers.contains(id));
            let handling = self
                .drafts
                .iter_mut()
                .find(|draft| draft.handlers.contains(id));
            let handles = handling.is_some();
            let mut left = emitted;
            if let Some(draft) = handling {
                left.retain(|event| !draft.events.contains(event));
                draft.events.append(&mut left);
            }
            let is_seen = handles || triggers;
            if !left.is_empty() || !is_seen || (told && !triggers) {
                self.drafts.push(Draft {
                    triggers: vec![id.clone()],
                    events: left,
                    ..Draft::in_lane_of(id)
                });
            }
        }
    }

    fn policies(&mut self) {
        for policy in self.model.of_kind(Kind::Policy) {
            if !self.is_drawn(&policy.id) {
                self.drafts.push(Draft {
                    triggers: vec![policy.id.clone()],
                    ..Draft::in_lane_of(&policy.id)
                });
            }
        }
    }

    /// What an aggregate applies but no command of it emits stands beside it.
    fn aggregates(&mut self) {
        for aggregate in self.model.of_kind(Kind::Aggregate) {
            let id = &aggregate.id;
            let applied = self
                .model
                .relations_to(id)
                .filter(|known| known.verb == Verb::AppliedBy);
            let mut events: Vec<ElementId> =
                applied.map(|relation| relation.from.clone()).collect();
            let beside = |draft: &Draft, event: &ElementId| {
                draft.handlers.contains(id) && draft.events.contains(event)
            };
            events.retain(|event| !self.drafts.iter().any(|draft| beside(draft, event)));
            if !events.is_empty() || !self.is_drawn(id) {
                self.drafts.push(Draft {
                    handlers: vec![id.clone()],
                    events,
                    ..Draft::in_lane_of(id)
                });
            }
        }
    }

    fn events(&mut self) {
        for event in self.model.of_kind(Kind::Event) {
            if !self.is_drawn(&event.id) {
                self.drafts.push(Draft {
                    events: vec![event.id.clone()],
                    ..Draft::in_lane_of(&event.id)
                });
            }
        }
    }

    fn actors(&mut self) {
        for actor in self.model.of_kind(Kind::Actor) {
            if !self.is_drawn(&actor.id) {
                self.drafts.push(Draft {
                    issuers: vec![actor.id.clone()],
                    ..Draft::in_lane_of(&actor.id)
                });
            }
        }
    }

    fn hotspots(&mut self) {
        for hotspot in self.model.of_kind(Kind::Hotspot) {
            let on = self.model.objects(&hotspot.id, Verb::On).next();
            match on {
                Some(context) if context.kind() == Kind::Context => {
                    let spots = self.on_contexts.entry(context.id.name().to_owned());
                    spots.or_default().push(hotspot.id.clone());
                }
                Some(element) => self.stick(&hotspot.id, &element.id),
                None => self.drafts.push(Draft {
                    hotspots: vec![(Role::Trigger, hotspot.id.clone())],
                    ..Draft::in_lane_of(&hotspot.id)
                }),
            }
        }
    }

    fn stick(&mut self, hotspot: &ElementId, on: &ElementId) {
        let stuck = self.drafts.iter_mut().find_map(|draft| {
            let role = draft.role_of(on)?;
            Some((role, draft))
        });
        if let Some((role, draft)) = stuck {
            let roomier = role == Role::Command && !draft.handlers.is_empty();
            let role = if roomier { Role::Handler } else { role };
            draft.hotspots.push((role, hotspot.clone()));
        }
    }

    /// Where the compiler only knows the events of an aggregate as one enum, each command has all of
    /// them.
    fn repetitions(&mut self) {
        let mut known: BTreeSet<(Vec<ElementId>, Vec<ElementId>)> = BTreeSet::new();
        for draft in self
            .drafts
            .iter_mut()
            .filter(|draft| draft.events.len() > 1)
        {
            draft.repeats = !known.insert((draft.handlers.clone(), draft.events.clone()));
        }
    }

    fn is_drawn(&self, id: &ElementId) -> bool {
        self.drafts.iter().any(|draft| draft.role_of(id).is_some())
    }

    /// An event comes from where it is emitted, or else from where it is drawn.
    fn sources(&self) -> BTreeMap<ElementId, Vec<usize>> {
        let places = |event: &ElementId, emitted: bool| -> Vec<usize> {
            let drafts = self.drafts.iter().enumerate();
            let found = drafts.filter(|(_, draft)| {
                draft.events.contains(event) && (!emitted || self.emits(draft, event))
            });
            found.map(|(slice, _)| slice).collect()
        };
        let mut sources = BTreeMap::new();
        for event in self.model.of_kind(Kind::Event) {
            let mut slices = places(&event.id, true);
            if slices.is_empty() {
                slices = places(&event.id, false);
            }
            sources.insert(event.id.clone(), slices);
        }
        sources
    }

    fn emits(&self, draft: &Draft, event: &ElementId) -> bool {
        let systems = draft.handlers.iter().chain(&draft.triggers);
        let mut emitters = draft.command.iter().chain(systems);
        emitters.any(|id| {
            self.model
                .objects(id, Verb::Emits)
                .any(|known| known.id == *event)
        })
    }

    fn nets(&self) -> Vec<Net> {
        let sources = self.sources();
        let mut nets: Vec<Net> = Vec::new();
        let mut known: BTreeMap<(usize, &ElementId), usize> = BTreeMap::new();
        for relation in self.model.relations() {
            if !matches!(
                relation.verb,
                Verb::Activates | Verb::Feeds | Verb::Notifies
            ) {
                continue;
            }
            let from = sources.get(&relation.from).into_iter().flatten();
            let leads = from.map(|slice| Lead {
                event: relation.from.clone(),
                slice: *slice,
            });
            let leads: Vec<Lead> = leads.collect();
            for slice in self.consumers(&relation.from, &relation.to) {
                let index = *known.entry((slice, &relation.to)).or_insert(nets.len());
                if let Some(net) = nets.get_mut(index) {
                    net.leads.extend(leads.iter().cloned());
                    continue;
                }
                nets.push(Net {
                    consumer: relation.to.clone(),
                    verb: relation.verb,
                    slice,
                    leads: leads.clone(),
                });
            }
        }
        nets
    }

    /// The slices to which an event leads because of one consumer.
    fn consumers(&self, event: &ElementId, consumer: &ElementId) -> Vec<usize> {
        let drafts = self.drafts.iter().enumerate();
        let drawn = drafts.filter(|(_, draft)| draft.consumes_as(consumer));
        let drawn: Vec<(usize, &Draft)> = drawn.collect();
        let chosen: Vec<usize> = match consumer.kind() {
            Kind::Policy => drawn
                .iter()
                .filter(|(_, draft)| self.issues_upon(consumer, draft, event))
                .map(|(slice, _)| *slice)
                .collect(),
            Kind::ExternalSystem => {
                let answering = drawn.iter().find(|(_, draft)| draft.command.is_none());
                answering.map(|(slice, _)| *slice).into_iter().collect()
            }
            Kind::ReadModel => drawn.iter().map(|(slice, _)| *slice).collect(),
            Kind::Context
            | Kind::Aggregate
            | Kind::Command
            | Kind::Event
            | Kind::Query
            | Kind::Actor
            | Kind::Hotspot => Vec::new(),
        };
        if chosen.is_empty() {
            return drawn.first().map(|(slice, _)| *slice).into_iter().collect();
        }
        chosen
    }

    fn issues_upon(&self, policy: &ElementId, draft: &Draft, event: &ElementId) -> bool {
        let Some(command) = &draft.command else {
            return true;
        };
        let mut relations = self.model.relations_from(policy);
        relations.any(|relation| {
            relation.verb == Verb::Issues
                && relation.to == *command
                && (relation.upon.is_empty() || relation.upon.contains(event))
        })
    }
}

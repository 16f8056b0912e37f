//! From constants to the graph.

use std::collections::BTreeMap;

use super::{
    Element, ElementId, Facts, Kind, Location, Model, ModelError, Relation, Verb, cardinality,
    delay, label,
    said::{Said, said},
};
use crate::{json::canonical, meta};

impl Model {
    /// The model of a bounded context, or of a tuple of them.
    ///
    /// Never fails: where two definitions claim one id, the first is kept, as is where a type is
    /// a member of two contexts. [`from_contexts`](Self::from_contexts) reports the former.
    pub fn of<C: meta::Contexts>() -> Self {
        Builder::build(C::CONTEXTS).model
    }

    /// The model of these contexts.
    ///
    /// # Errors
    /// [`ModelError::DefinedTwice`] if two contexts have one name, or two members of a context
    /// that are not the same definition have one kind and name.
    pub fn from_contexts(contexts: &[&'static meta::Context]) -> Result<Self, ModelError> {
        let Builder {
            model, conflict, ..
        } = Builder::build(contexts);
        conflict.map_or(Ok(model), Err)
    }
}

/// What makes two constants the same definition.
type Definition = (Kind, &'static str, &'static str, u32);

#[derive(Default)]
struct Builder {
    model: Model,
    known: BTreeMap<Definition, ElementId>,
    conflict: Option<ModelError>,
}

/// Contexts without the repetition of one that was given before.
fn distinct(contexts: &[&'static meta::Context]) -> Vec<&'static meta::Context> {
    let mut distinct: Vec<&'static meta::Context> = Vec::new();
    for context in contexts {
        let same = |known: &&meta::Context| {
            known.name == context.name && known.location == context.location
        };
        if !distinct.iter().any(same) {
            distinct.push(context);
        }
    }
    distinct
}

/// What all constants have in common.
struct Source {
    kind: Kind,
    name: &'static str,
    docs: &'static meta::Docs,
    location: meta::Location,
    owner: Option<&'static str>,
    schema: Option<meta::SchemaOf>,
    facts: Facts,
}

impl Source {
    const fn definition(&self) -> Definition {
        (self.kind, self.name, self.location.file, self.location.line)
    }

    fn label(&self) -> String {
        // A rule is a sentence, a process has a name.
        if matches!(self.facts, Facts::Policy { key: None, .. }) {
            label::sentence(self.name)
        } else {
            label::title(self.name)
        }
    }
}

macro_rules! plain_source {
    ($($constant:ident),+) => {$(
        impl From<&'static meta::$constant> for Source {
            fn from(constant: &'static meta::$constant) -> Self {
                Self {
                    kind: plain_source!(@kind $constant),
                    name: constant.name.as_str(),
                    docs: &constant.docs,
                    location: constant.location,
                    owner: None,
                    schema: plain_source!(@schema $constant, constant),
                    facts: plain_source!(@facts $constant),
                }
            }
        }
    )+};
    (@kind Projection) => { Kind::ReadModel };
    (@kind Persona) => { Kind::Actor };
    (@kind $constant:ident) => { Kind::$constant };
    (@schema Command, $it:ident) => { Some($it.schema) };
    (@schema Projection, $it:ident) => { Some($it.schema) };
    (@schema $constant:ident, $it:ident) => { None };
    (@facts Policy) => { Facts::Policy { after: None, key: None } };
    (@facts Command) => { Facts::Command { foreign: false, refusals: Vec::new() } };
    (@facts $constant:ident) => { Facts::None };
}

plain_source!(
    Aggregate,
    Command,
    Policy,
    Projection,
    ExternalSystem,
    Persona
);

impl From<&'static meta::ProcessManager> for Source {
    fn from(manager: &'static meta::ProcessManager) -> Self {
        Self {
            kind: Kind::Policy,
            name: manager.name.as_str(),
            docs: &manager.docs,
            location: manager.location,
            owner: None,
            schema: None,
            facts: Facts::Policy {
                after: None,
                key: Some(manager.key.to_owned()),
            },
        }
    }
}

impl From<&'static meta::Answer> for Source {
    fn from(answer: &'static meta::Answer) -> Self {
        let query = answer.query;
        Self {
            kind: Kind::Query,
            name: query.name.as_str(),
            docs: &query.docs,
            location: query.location,
            owner: None,
            schema: None,
            facts: Facts::Query {
                answer: Some(answer.answer.to_owned()),
            },
        }
    }
}

impl From<&'static meta::Event> for Source {
    fn from(event: &'static meta::Event) -> Self {
        Self {
            kind: Kind::Event,
            name: event.name.as_str(),
            docs: &event.docs,
            location: event.location,
            owner: None,
            schema: None,
            facts: Facts::Event {
                version: event.version,
                aliases: event
                    .aliases
                    .iter()
                    .map(|alias| (*alias).to_owned())
                    .collect(),
                rust_type: Some(event.rust_type.to_owned()),
                pivotal: event.pivotal,
                phase: event.phase.map(str::to_owned),
                visibility: match event.marks.visibility {
                    meta::Visibility::Unsaid => None,
                    meta::Visibility::Private => Some("private".to_owned()),
                    meta::Visibility::Public => Some("public".to_owned()),
                },
                deprecated: event.marks.deprecated.map(deprecation),
                retired: event.marks.retired,
                foreign: false,
            },
        }
    }
}

/// `since 2, instead OrderPlaced`, as far as that was said.
fn deprecation(deprecated: meta::Deprecated) -> String {
    let meta::Deprecated { since, instead } = deprecated;
    let parts = [("since", since), ("instead", instead)].into_iter();
    let parts = parts.filter(|(_, text)| !text.is_empty());
    let parts: Vec<String> = parts.map(|(word, text)| format!("{word} {text}")).collect();
    parts.join(", ")
}

/// The types or variants of a refusal; nothing if there is none.
fn refusals(rejection: meta::Rejection) -> Vec<String> {
    let meta::Rejection { name, variants } = rejection;
    let never = name.is_empty() || name.rsplit("::").next() == Some("Infallible");
    if never {
        return Vec::new();
    }
    if variants.is_empty() {
        return vec![name.to_owned()];
    }
    let variants = variants.iter();
    variants
        .map(|variant| format!("{name}::{variant}"))
        .collect()
}

impl From<&'static meta::Context> for Source {
    fn from(context: &'static meta::Context) -> Self {
        Self {
            kind: Kind::Context,
            name: context.name.as_str(),
            docs: &context.docs,
            location: context.location,
            owner: context.owner,
            schema: None,
            facts: Facts::Context {
                upstream: context.upstream.iter().map(ToString::to_string).collect(),
            },
        }
    }
}

impl Builder {
    /// Owners come first: an aggregate has its commands and events whoever else names them, then
    /// a system has what is left, and what nobody has is foreign to where it is first used.
    fn build(contexts: &[&'static meta::Context]) -> Self {
        let mut builder = Self::default();
        let contexts = distinct(contexts);
        for context in &contexts {
            builder.define(None, *context);
            builder.define_aggregates(context);
        }
        for context in &contexts {
            builder.define_systems(context);
        }
        for context in &contexts {
            builder.define_rules(context);
        }
        for context in &contexts {
            builder.define_guests(context);
        }
        for context in &contexts {
            builder.relate_aggregates(context);
            builder.relate_systems(context);
            builder.relate_projections(context);
            builder.relate_policies(context);
        }
        builder
    }

    fn define_aggregates(&mut self, context: &'static meta::Context) {
        let name = Some(context.name.as_str());
        for aggregate in context.aggregates {
            let id = self.define(name, *aggregate);
            self.stick_all(&id, aggregate.remarks);
            for handler in aggregate.handlers {
                let command = self.define(name, handler.command);
                self.stick(&command, handler.docs);
                self.refuse(&command, handler.rejects);
            }
            for event in aggregate.events {
                self.define(name, *event);
            }
        }
    }

    fn define_systems(&mut self, context: &'static meta::Context) {
        let name = Some(context.name.as_str());
        for system in context.external_systems {
            self.define(name, *system);
            for command in system.handles {
                self.define(name, *command);
            }
            for event in system.emits.iter().copied().flatten() {
                self.define(name, *event);
            }
        }
    }

    fn define_rules(&mut self, context: &'static meta::Context) {
        let name = Some(context.name.as_str());
        for projection in context.projections {
            let id = self.define(name, *projection);
            self.stick_all(&id, projection.remarks);
            for answer in projection.answers {
                let query = self.define(name, answer);
                self.stick(&query, answer.docs);
            }
        }
        for policy in context.policies {
            let id = self.define(name, *policy);
            self.stick_reactions(&id, policy.reactions);
        }
        for manager in context.process_managers {
            let id = self.define(name, *manager);
            self.stick_all(&id, manager.remarks);
            self.stick_reactions(&id, manager.reactions);
        }
    }

    fn stick_reactions(&mut self, policy: &ElementId, reactions: &[meta::Reaction]) {
        for reaction in reactions {
            self.stick(policy, reaction.docs);
        }
    }

    /// What members use that no context given has.
    fn define_guests(&mut self, context: &'static meta::Context) {
        let name = context.name.as_str();
        for projection in context.projections {
            self.define_foreign(name, projection.applies.iter().copied().flatten().copied());
        }
        for manager in context.process_managers {
            self.define_foreign(name, manager.applies.iter().copied().flatten().copied());
        }
        let policies = context.policies.iter().map(|policy| policy.reactions);
        let managers = context.process_managers.iter();
        let managers = managers.map(|manager| manager.reactions);
        for reaction in policies.chain(managers).flatten() {
            self.define_foreign(name, reaction.on.iter().copied());
            self.define_foreign(name, reaction.issues.members());
        }
        for handler in context
            .aggregates
            .iter()
            .flat_map(|aggregate| aggregate.handlers)
        {
            self.define_foreign(name, handler.emits.members());
        }
        for system in context.external_systems {
            self.define_foreign(name, system.notified_of.iter().copied().flatten().copied());
        }
    }

    fn relate_aggregates(&mut self, context: &'static meta::Context) {
        let name = context.name.as_str();
        for aggregate in context.aggregates {
            let id = self.id(name, *aggregate);
            for handler in aggregate.handlers {
                self.relate_handler(name, &id, handler);
            }
            for event in aggregate.events {
                let event = self.id(name, *event);
                self.relate(Relation::new(event, Verb::AppliedBy, id.clone()));
            }
        }
    }

    fn relate_handler(
        &mut self,
        name: &str,
        aggregate: &ElementId,
        handler: &'static meta::Handler,
    ) {
        let command = self.id(name, handler.command);
        for by in handler.by {
            let initiator = match by {
                meta::Initiator::Persona(persona) => self.define(None, *persona),
                meta::Initiator::ExternalSystem(system) => self.id(name, *system),
            };
            self.relate(Relation::new(initiator, Verb::Issues, command.clone()));
        }
        for projection in handler.informed_by {
            let projection = self.id(name, *projection);
            self.relate(Relation::new(projection, Verb::Informs, command.clone()));
        }
        let mut handled = Relation::new(command.clone(), Verb::HandledBy, aggregate.clone());
        handler.docs.text.clone_into(&mut handled.docs);
        self.relate(handled);
        for (event, often) in cardinality::members(handler.emits, |a, b| a.name == b.name) {
            // A set that a handler returns may still hold what is emitted no longer.
            if event.marks.retired {
                continue;
            }
            let mut emits = Relation::new(command.clone(), Verb::Emits, self.id(name, event));
            emits.cardinality = Some(often);
            self.relate(emits);
        }
    }

    fn relate_systems(&mut self, context: &'static meta::Context) {
        let name = context.name.as_str();
        for system in context.external_systems {
            let id = self.id(name, *system);
            for event in system.notified_of.iter().copied().flatten() {
                let event = self.id(name, *event);
                self.relate(Relation::new(event, Verb::Notifies, id.clone()));
            }
            for command in system.handles {
                let command = self.id(name, *command);
                self.relate(Relation::new(command, Verb::HandledBy, id.clone()));
            }
            for event in system.emits.iter().copied().flatten() {
                let event = self.id(name, *event);
                self.relate(Relation::new(id.clone(), Verb::Emits, event));
            }
        }
    }

    fn relate_projections(&mut self, context: &'static meta::Context) {
        let name = context.name.as_str();
        for projection in context.projections {
            let id = self.id(name, *projection);
            for event in projection.applies.iter().copied().flatten() {
                let event = self.id(name, *event);
                self.relate(Relation::new(event, Verb::Feeds, id.clone()));
            }
            for persona in projection.read_by {
                let actor = self.define(None, *persona);
                self.relate(Relation::new(actor, Verb::Observes, id.clone()));
            }
            for answer in projection.answers {
                self.relate_answer(name, &id, answer);
            }
        }
    }

    fn relate_answer(&mut self, name: &str, projection: &ElementId, answer: &'static meta::Answer) {
        let query = self.id(name, answer);
        for persona in answer.by {
            let actor = self.define(None, *persona);
            self.relate(Relation::new(actor, Verb::Asks, query.clone()));
        }
        let mut answered = Relation::new(query, Verb::AnsweredBy, projection.clone());
        answer.docs.text.clone_into(&mut answered.docs);
        self.relate(answered);
    }

    fn relate_policies(&mut self, context: &'static meta::Context) {
        let name = context.name.as_str();
        for policy in context.policies {
            let id = self.id(name, *policy);
            for reaction in policy.reactions {
                self.relate_reaction(name, &id, reaction);
            }
            self.say_delay(&id);
        }
        for manager in context.process_managers {
            let id = self.id(name, *manager);
            for reaction in manager.reactions {
                self.relate_reaction(name, &id, reaction);
            }
            self.relate_memory(name, &id, manager);
            self.say_delay(&id);
        }
    }

    /// What a process manager keeps in mind without doing anything about it at once.
    fn relate_memory(
        &mut self,
        name: &str,
        id: &ElementId,
        manager: &'static meta::ProcessManager,
    ) {
        for event in manager.applies.iter().copied().flatten() {
            let event = self.id(name, *event);
            let activates = |known: &Relation| known.is(&event, Verb::Activates, id);
            if !self.model.relations_to(id).any(activates) {
                self.relate(Relation::new(event, Verb::Feeds, id.clone()));
            }
        }
    }

    /// A policy that waits equally long before all that it issues waits itself.
    fn say_delay(&mut self, policy: &ElementId) {
        let issues = self.model.relations_from(policy);
        let delays: Vec<_> = issues.map(|relation| relation.after.clone()).collect();
        let Some((first, rest)) = delays.split_first() else {
            return;
        };
        if rest.iter().any(|delay| delay != first) {
            return;
        }
        let first = first.clone();
        if let Some(element) = self.model.element_mut(policy)
            && let Facts::Policy { after, .. } = &mut element.facts
        {
            *after = first;
        }
    }

    fn relate_reaction(
        &mut self,
        name: &str,
        policy: &ElementId,
        reaction: &'static meta::Reaction,
    ) {
        let upon: Vec<ElementId> = reaction
            .on
            .iter()
            .map(|event| self.id(name, *event))
            .collect();
        for event in &upon {
            self.relate(Relation::new(
                event.clone(),
                Verb::Activates,
                policy.clone(),
            ));
        }
        let same = |a: &meta::Command, b: &meta::Command| a.name == b.name;
        for (command, often) in cardinality::members(reaction.issues, same) {
            let mut issues = Relation::new(policy.clone(), Verb::Issues, self.id(name, command));
            issues.cardinality = Some(often);
            issues.after = delay::before(reaction.issues, command, same);
            issues.upon.clone_from(&upon);
            reaction.docs.text.clone_into(&mut issues.docs);
            self.relate(issues);
        }
    }

    /// The id of a constant, which is defined here if it is not yet.
    fn define(&mut self, context: Option<&str>, source: impl Into<Source>) -> ElementId {
        self.admit(context, source.into())
    }

    /// Defines what lies outside of the given contexts as a guest of the one that names it.
    fn define_foreign<T>(&mut self, context: &str, members: impl IntoIterator<Item = &'static T>)
    where
        T: 'static,
        &'static T: Into<Source>,
    {
        for member in members {
            let mut source: Source = member.into();
            if let Facts::Event { foreign, .. } | Facts::Command { foreign, .. } = &mut source.facts
            {
                *foreign = true;
            }
            self.admit(Some(context), source);
        }
    }

    fn admit(&mut self, context: Option<&str>, source: Source) -> ElementId {
        if let Some(id) = self.known.get(&source.definition()) {
            return id.clone();
        }
        let id = match context {
            Some(context) => ElementId::new(context, source.kind, source.name),
            None => ElementId::shared(source.kind, source.name),
        };
        self.known.insert(source.definition(), id.clone());
        let Said { docs, owner, tags } = said(source.docs.text);
        let element = Element {
            id: id.clone(),
            label: source.label(),
            docs,
            owner: source.owner.map(str::to_owned).or(owner),
            tags,
            invariants: source
                .docs
                .invariants
                .iter()
                .map(|text| (*text).to_owned())
                .collect(),
            notes: source
                .docs
                .notes
                .iter()
                .map(|note| (*note).to_owned())
                .collect(),
            location: Some(source.location.into()),
            facts: source.facts,
        };
        let (second, kind) = (element.location.clone(), element.kind());
        if self.model.insert(element) {
            self.keep_schema(&id, source.schema);
            self.stick_hotspots(&id, source.docs.hotspots);
        } else if kind != Kind::Actor {
            self.report(&id, second);
        }
        id
    }

    fn keep_schema(&mut self, id: &ElementId, schema: Option<meta::SchemaOf>) {
        if let Some(schema) = schema.and_then(meta::SchemaOf::get) {
            self.model.schemas.insert(id.clone(), canonical(schema));
        }
    }

    fn report(&mut self, id: &ElementId, second: Option<Location>) {
        let first = self
            .model
            .element(id)
            .and_then(|known| known.location.clone());
        let id = id.clone();
        self.conflict
            .get_or_insert(ModelError::DefinedTwice { id, first, second });
    }

    fn id<T: Into<Source>>(&mut self, context: &str, constant: T) -> ElementId {
        self.define(Some(context), constant)
    }

    /// Adds what the docs of a function say to the element that it serves.
    fn stick(&mut self, id: &ElementId, docs: meta::Docs) {
        if let Some(element) = self.model.element_mut(id) {
            let invariants = docs.invariants.iter();
            element
                .invariants
                .extend(invariants.map(|text| (*text).to_owned()));
            element
                .notes
                .extend(docs.notes.iter().map(|note| (*note).to_owned()));
        }
        self.stick_hotspots(id, docs.hotspots);
    }

    fn stick_all(&mut self, id: &ElementId, remarks: &[meta::Docs]) {
        for docs in remarks {
            self.stick(id, *docs);
        }
    }

    /// Says why a command may be refused.
    fn refuse(&mut self, command: &ElementId, rejection: meta::Rejection) {
        if let Some(element) = self.model.element_mut(command)
            && let Facts::Command {
                refusals: known, ..
            } = &mut element.facts
        {
            *known = refusals(rejection);
        }
    }

    fn stick_hotspots(&mut self, on: &ElementId, questions: &[&str]) {
        for question in questions {
            let taken = self.model.subjects(on, Verb::On).count();
            let name = format!("{}.{}.{}", on.kind().as_str(), on.name(), taken + 1);
            let id = match on.context() {
                Some(context) => ElementId::new(context, Kind::Hotspot, &name),
                None => ElementId::shared(Kind::Hotspot, &name),
            };
            let location = self
                .model
                .element(on)
                .and_then(|known| known.location.clone());
            self.model.insert(Element {
                id: id.clone(),
                label: (*question).to_owned(),
                docs: String::new(),
                invariants: Vec::new(),
                notes: Vec::new(),
                owner: None,
                tags: Vec::new(),
                location,
                facts: Facts::None,
            });
            self.relate(Relation::new(id, Verb::On, on.clone()));
        }
    }

    /// Says a sentence, or adds to it what a repetition says more.
    fn relate(&mut self, relation: Relation) {
        let Relation { from, verb, to, .. } = &relation;
        match self.model.relation_mut(from, *verb, to) {
            Some(known) => known.merge(relation),
            None => self.model.relate_typed(relation),
        }
    }
}

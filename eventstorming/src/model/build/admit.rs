//! Elements and relations as they are taken into the model, each once.

use super::{
    super::{
        Element, Facts, Kind, Location, ModelError, Relation, Verb,
        said::{Said, said},
    },
    Builder, ElementId, meta,
    source::{Source, refusals},
};
use crate::json::canonical;

impl Builder {
    /// The id of a constant, which is defined here if it is not yet.
    pub(super) fn define(&mut self, context: Option<&str>, source: impl Into<Source>) -> ElementId {
        self.admit(context, source.into())
    }

    /// Defines what lies outside of the given contexts as a guest of the one that names it.
    pub(super) fn define_foreign<T>(
        &mut self,
        context: &str,
        members: impl IntoIterator<Item = &'static T>,
    ) where
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

    pub(super) fn id<T: Into<Source>>(&mut self, context: &str, constant: T) -> ElementId {
        self.define(Some(context), constant)
    }

    /// Adds what the docs of a function say to the element that it serves.
    pub(super) fn stick(&mut self, id: &ElementId, docs: meta::Docs) {
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

    pub(super) fn stick_all(&mut self, id: &ElementId, remarks: &[meta::Docs]) {
        for docs in remarks {
            self.stick(id, *docs);
        }
    }

    /// Says why a command may be refused.
    pub(super) fn refuse(&mut self, command: &ElementId, rejection: meta::Rejection) {
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
    pub(super) fn relate(&mut self, relation: Relation) {
        let Relation { from, verb, to, .. } = &relation;
        match self.model.relation_mut(from, *verb, to) {
            Some(known) => known.merge(relation),
            None => self.model.relate_typed(relation),
        }
    }
}

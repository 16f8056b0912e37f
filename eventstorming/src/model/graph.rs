use std::collections::BTreeMap;

use serde_json::Value;

use super::{Element, ElementId, Ground, Kind, ModelError, Relation, Verb};
use crate::json::canonical;

/// The EventStorming model of a domain.
///
/// Elements and relations keep the order in which they were declared, because drawings follow
/// it. Every relation is a sentence of the grammar ([`Verb`]) between elements that are there.
///
/// ```
/// use eventstorming::Model;
///
/// # fn main() -> Result<(), eventstorming::model::ModelError> {
/// let json = r#"{
///   "format": "aether.eventstorming/1",
///   "elements": [{ "id": "context/Ordering", "label": "Ordering" }],
///   "relations": []
/// }"#;
/// let model = Model::from_json(json)?;
/// assert_eq!(Model::from_json(&model.to_json())?, model);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Model {
    elements: Vec<Element>,
    relations: Vec<Relation>,
    places: BTreeMap<ElementId, usize>,
    /// The JSON Schemas of events, commands and read models, where they are known.
    pub(super) schemas: BTreeMap<ElementId, Value>,
}

impl Model {
    /// The elements, in the order declared.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The relations, in the order declared.
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// The element of an id.
    pub fn element(&self, id: &ElementId) -> Option<&Element> {
        self.elements.get(*self.places.get(id)?)
    }

    /// The elements of a kind, in the order declared.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Element> {
        self.elements
            .iter()
            .filter(move |element| element.kind() == kind)
    }

    /// What an element does to others.
    pub fn relations_from<'a>(&'a self, id: &'a ElementId) -> impl Iterator<Item = &'a Relation> {
        self.relations
            .iter()
            .filter(move |relation| relation.from == *id)
    }

    /// What others do to an element.
    pub fn relations_to<'a>(&'a self, id: &'a ElementId) -> impl Iterator<Item = &'a Relation> {
        self.relations
            .iter()
            .filter(move |relation| relation.to == *id)
    }

    /// The objects of what an element does by this verb.
    pub fn objects<'a>(
        &'a self,
        id: &'a ElementId,
        verb: Verb,
    ) -> impl Iterator<Item = &'a Element> {
        let relations = self
            .relations_from(id)
            .filter(move |relation| relation.verb == verb);
        relations.filter_map(|relation| self.element(&relation.to))
    }

    /// The subjects that do this to an element.
    pub fn subjects<'a>(
        &'a self,
        id: &'a ElementId,
        verb: Verb,
    ) -> impl Iterator<Item = &'a Element> {
        let relations = self
            .relations_to(id)
            .filter(move |relation| relation.verb == verb);
        relations.filter_map(|relation| self.element(&relation.from))
    }

    /// The same model with the JSON Schemas of events, by stored name.
    ///
    /// A model as the macros make it has those of commands and read models whose types implement
    /// `JsonSchema`; that of an event is to be had from a visitor of its type: `Model::of::<Shop>().with_schemas(aether::domain::event_schemas::<Shop>())`. Names
    /// that no event of the model has are passed over.
    #[must_use]
    pub fn with_schemas<N: AsRef<str>, S: Into<Value>>(
        mut self,
        schemas: impl IntoIterator<Item = (N, S)>,
    ) -> Self {
        for (name, schema) in schemas {
            let schema = canonical(schema.into());
            let events = self.elements.iter().filter(|element| {
                element.kind() == Kind::Event && element.id.name() == name.as_ref()
            });
            let ids: Vec<ElementId> = events.map(|event| event.id.clone()).collect();
            self.schemas
                .extend(ids.into_iter().map(|id| (id, schema.clone())));
        }
        self
    }

    /// The JSON Schema of an event, of a command or of what a read model holds, where it is known.
    pub fn schema(&self, id: &ElementId) -> Option<&Value> {
        self.schemas.get(id)
    }

    /// The model without an element, the relations that name it, the hot spots on it and, if it
    /// is a context, its members.
    #[must_use]
    pub fn without(&self, id: &ElementId) -> Self {
        let stuck: Vec<ElementId> = self
            .subjects(id, Verb::On)
            .map(|spot| spot.id.clone())
            .collect();
        let gone = |other: &ElementId| {
            let member = id.kind() == Kind::Context && other.context() == Some(id.name());
            other == id || member || stuck.contains(other)
        };
        let mut rest = Self::default();
        for element in self.elements.iter().filter(|element| !gone(&element.id)) {
            rest.insert(element.clone());
        }
        let schemas = self.schemas.iter().filter(|(event, _)| !gone(event));
        rest.schemas = schemas
            .map(|(event, schema)| (event.clone(), schema.clone()))
            .collect();
        let kept = self
            .relations
            .iter()
            .filter(|relation| !gone(&relation.from) && !gone(&relation.to));
        rest.relations = kept
            .cloned()
            .map(|mut relation| {
                relation.upon.retain(|event| !gone(event));
                relation
            })
            .collect();
        rest
    }

    /// Adds an element unless its id is taken; says whether it did.
    pub(super) fn insert(&mut self, element: Element) -> bool {
        if self.places.contains_key(&element.id) {
            return false;
        }
        self.places.insert(element.id.clone(), self.elements.len());
        self.elements.push(element);
        true
    }

    pub(super) fn element_mut(&mut self, id: &ElementId) -> Option<&mut Element> {
        self.elements.get_mut(*self.places.get(id)?)
    }

    pub(super) fn relation_mut(
        &mut self,
        from: &ElementId,
        verb: Verb,
        to: &ElementId,
    ) -> Option<&mut Relation> {
        self.relations
            .iter_mut()
            .find(|relation| relation.is(from, verb, to))
    }

    /// Adds a relation that the grammar allows.
    pub(super) fn relate(&mut self, relation: Relation) -> Result<(), ModelError> {
        match self.ground_against(&relation) {
            None => {
                self.relations.push(relation);
                Ok(())
            }
            Some(ground) => Err(ModelError::Refused {
                relation: Box::new(relation),
                ground,
            }),
        }
    }

    /// Adds a relation of which the metadata's types guarantee that the grammar allows it.
    pub(super) fn relate_typed(&mut self, relation: Relation) {
        debug_assert_eq!(self.ground_against(&relation), None, "{relation}");
        self.relations.push(relation);
    }

    fn ground_against(&self, relation: &Relation) -> Option<Ground> {
        let Relation { from, verb, to, .. } = relation;
        if !verb.links(from.kind(), to.kind()) {
            return Some(Ground::Grammar(*verb));
        }
        let ends = [from, to].into_iter().chain(&relation.upon);
        if let Some(missing) = ends.into_iter().find(|end| self.element(end).is_none()) {
            return Some(Ground::Dangling(missing.clone()));
        }
        if self.relations.iter().any(|known| known.is(from, *verb, to)) {
            return Some(Ground::Repeated);
        }
        if relation.cardinality.is_some() && !verb.counts() {
            return Some(Ground::Cardinality);
        }
        let of_policy = *verb == Verb::Issues && from.kind() == Kind::Policy;
        if relation.after.is_some() && !of_policy {
            return Some(Ground::After);
        }
        None
    }

    /// What can only be judged once everything is there.
    pub(super) fn whole(self) -> Result<Self, ModelError> {
        if let Some(stray) = self
            .elements
            .iter()
            .find(|element| !self.has_context_of(element))
        {
            return Err(ModelError::UnknownContext(stray.id.clone()));
        }
        for relation in &self.relations {
            if let Some(stray) = relation
                .upon
                .iter()
                .find(|event| !self.awaits(relation, event))
            {
                return Err(ModelError::Refused {
                    relation: Box::new(relation.clone()),
                    ground: Ground::Upon(stray.clone()),
                });
            }
        }
        Ok(self)
    }

    fn has_context_of(&self, element: &Element) -> bool {
        let context = element.id.context();
        context.is_none_or(|name| {
            self.places
                .contains_key(&ElementId::shared(Kind::Context, name))
        })
    }

    fn awaits(&self, relation: &Relation, event: &ElementId) -> bool {
        relation.verb == Verb::Issues
            && relation.from.kind() == Kind::Policy
            && self
                .relations
                .iter()
                .any(|known| known.is(event, Verb::Activates, &relation.from))
    }
}

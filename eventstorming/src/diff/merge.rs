//! Two models in one.

use crate::model::{Element, ElementId, Model, Relation, Verb};

/// The newer model, with what only the older one has in its old place.
pub(super) fn merged(older: &Model, newer: &Model) -> Model {
    let mut elements: Vec<Element> = newer.elements().to_vec();
    let mut before: Option<&ElementId> = None;
    for element in older.elements() {
        if newer.element(&element.id).is_none() {
            let after = before.and_then(|id| elements.iter().position(|known| known.id == *id));
            let place = after.map_or(0, |at| at + 1);
            elements.insert(place, element.clone());
        }
        before = Some(&element.id);
    }
    let mut relations: Vec<Relation> = newer.relations().to_vec();
    let key = |relation: &Relation| (relation.from.clone(), relation.verb, relation.to.clone());
    let said: std::collections::BTreeSet<(ElementId, Verb, ElementId)> =
        relations.iter().map(key).collect();
    let gone = older
        .relations()
        .iter()
        .filter(|relation| !said.contains(&key(relation)));
    relations.extend(gone.cloned());
    Model::of_parts(elements, relations)
}

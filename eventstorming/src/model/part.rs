//! A part of a model, with what it touches.

use std::collections::BTreeSet;

use super::{Element, ElementId, Facts, Kind, Model, Relation, Verb};

impl Model {
    /// The model of some of the contexts: their members, who acts on them, and the events and
    /// commands of others that they use, which are foreign there.
    #[must_use]
    pub fn part(&self, contexts: &[&str]) -> Self {
        let chosen = |id: &ElementId| id.context().is_some_and(|name| contexts.contains(&name));
        let home = |id: &ElementId| id.kind() == Kind::Context && contexts.contains(&id.name());
        let own = self
            .elements()
            .iter()
            .filter(|element| chosen(&element.id) || home(&element.id));
        let mut kept: BTreeSet<ElementId> = own.map(|element| element.id.clone()).collect();
        let guests = self.guests(&kept);
        let hosts = guests
            .iter()
            .filter_map(|id| Some(ElementId::shared(Kind::Context, id.context()?)));
        let strange: BTreeSet<ElementId> = guests.iter().cloned().chain(hosts).collect();
        let strange: BTreeSet<ElementId> = strange.difference(&kept).cloned().collect();
        let spots = self.of_kind(Kind::Hotspot).filter(|spot| {
            let mut on = self.objects(&spot.id, Verb::On);
            on.any(|on| kept.contains(&on.id))
        });
        let spots: Vec<ElementId> = spots.map(|spot| spot.id.clone()).collect();
        kept.extend(spots.into_iter().chain(strange));
        self.only(&kept, &guests)
    }

    /// A model of elements and of relations that were checked before. What names an element that
    /// is not there is left out.
    pub(crate) fn of_parts(elements: Vec<Element>, relations: Vec<Relation>) -> Self {
        let mut model = Self::default();
        for element in elements {
            model.insert(element);
        }
        for relation in relations {
            model.relate(relation).ok();
        }
        model
    }

    /// What members of a part use of others: events that they consume, commands that they issue,
    /// and the actors on either side.
    fn guests(&self, own: &BTreeSet<ElementId>) -> BTreeSet<ElementId> {
        let mut guests = BTreeSet::new();
        for relation in self.relations() {
            let (from, to) = (&relation.from, &relation.to);
            let inwards = !matches!(relation.verb, Verb::On | Verb::Informs | Verb::AppliedBy);
            let outwards = matches!(relation.verb, Verb::Issues | Verb::Emits);
            let guest = match (own.contains(from), own.contains(to)) {
                (false, true) if inwards => from,
                (true, false) if outwards => to,
                _ => continue,
            };
            if matches!(guest.kind(), Kind::Event | Kind::Command | Kind::Actor) {
                guests.insert(guest.clone());
            }
        }
        guests
    }

    fn only(&self, kept: &BTreeSet<ElementId>, guests: &BTreeSet<ElementId>) -> Self {
        let mut part = Self::default();
        for element in self
            .elements()
            .iter()
            .filter(|element| kept.contains(&element.id))
        {
            part.insert(if guests.contains(&element.id) {
                foreign(element)
            } else {
                element.clone()
            });
        }
        let inside = |id: &ElementId| kept.contains(id);
        for relation in self.relations() {
            // Two guests have nothing to say to one another here.
            let strange = guests.contains(&relation.from) && guests.contains(&relation.to);
            if inside(&relation.from) && inside(&relation.to) && !strange {
                let mut relation = relation.clone();
                relation.upon.retain(inside);
                part.relate_typed(relation);
            }
        }
        part.schemas = self
            .schemas
            .iter()
            .filter(|(event, _)| inside(event))
            .map(|(event, schema)| (event.clone(), schema.clone()))
            .collect();
        part
    }
}

fn foreign(element: &Element) -> Element {
    let mut element = element.clone();
    if let Facts::Event { foreign, .. } | Facts::Command { foreign, .. } = &mut element.facts {
        *foreign = true;
    }
    element
}

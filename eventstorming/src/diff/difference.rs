use std::collections::BTreeSet;

use serde::Serialize;

use super::{merge::merged, told};
use crate::{
    Board,
    json::pretty,
    layout::{Mark, Marks},
    model::{Element, ElementId, Model, Relation, Verb},
};

/// What has become of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The elements that are new.
    pub added: Vec<ElementId>,
    /// The elements that are gone.
    pub removed: Vec<ElementId>,
    /// The elements that are there, and not as they were.
    pub changed: Vec<Changed>,
    /// The relations that are new.
    pub relations_added: Vec<Relation>,
    /// The relations that are gone.
    pub relations_removed: Vec<Relation>,
    both: Model,
}

/// An element that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// The element.
    pub element: ElementId,
    /// What is not as it was, a line for each.
    pub how: Vec<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    added: &'a [ElementId],
    changed: &'a [Changed],
    format: &'static str,
    relations_added: Vec<String>,
    relations_removed: Vec<String>,
    removed: &'a [ElementId],
}

impl Model {
    /// What has become of this model in a newer one. Where a source has moved to is no change.
    pub fn diff(&self, newer: &Self) -> Difference {
        let missing = |from: &Self, than: &Self| -> Vec<ElementId> {
            let ids = from.elements().iter().map(|element| &element.id);
            ids.filter(|id| than.element(id).is_none())
                .cloned()
                .collect()
        };
        let changed = newer.elements().iter().filter_map(|now| {
            let how = how(self, self.element(&now.id)?, newer, now);
            (!how.is_empty()).then(|| Changed {
                element: now.id.clone(),
                how,
            })
        });
        Difference {
            added: missing(newer, self),
            removed: missing(self, newer),
            changed: changed.collect(),
            relations_added: unsaid(newer, self),
            relations_removed: unsaid(self, newer),
            both: merged(self, newer),
        }
    }
}

/// The sentences of one model that another does not say.
fn unsaid(one: &Model, other: &Model) -> Vec<Relation> {
    let said: BTreeSet<(&ElementId, Verb, &ElementId)> = other
        .relations()
        .iter()
        .map(|relation| (&relation.from, relation.verb, &relation.to))
        .collect();
    let unsaid = one
        .relations()
        .iter()
        .filter(|relation| !said.contains(&(&relation.from, relation.verb, &relation.to)));
    unsaid.cloned().collect()
}

fn how(old: &Model, before: &Element, new: &Model, now: &Element) -> Vec<String> {
    let mut how = told::facts(before, now);
    if before.docs != now.docs || before.notes != now.notes {
        how.push("its docs".to_owned());
    }
    if let (Some(one), Some(other)) = (old.schema(&before.id), new.schema(&now.id)) {
        let changes = crate::contract::compare(one, other);
        how.extend(changes.iter().map(|change| format!("its schema: {change}")));
    }
    for relation in new.relations_from(&now.id) {
        let known = old
            .relations_from(&before.id)
            .find(|known| (known.verb, &known.to) == (relation.verb, &relation.to));
        let same = |known: &Relation| {
            known.cardinality == relation.cardinality && known.upon == relation.upon
        };
        if known.is_some_and(|known| !same(known)) {
            how.push(format!(
                "when it {} `{}`",
                relation.verb.phrase(),
                relation.to.name()
            ));
        }
    }
    how
}

impl Difference {
    /// Whether nothing has changed.
    pub const fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.relations_added.is_empty()
            && self.relations_removed.is_empty()
    }

    /// Both models on one board: what is gone is still there, and everything is marked with what
    /// became of it.
    pub fn board(&self) -> Board {
        let mut marks = Marks::default();
        let fates = [(&self.added, Mark::Added), (&self.removed, Mark::Removed)];
        for (ids, mark) in fates {
            marks
                .elements
                .extend(ids.iter().map(|id| (id.clone(), mark)));
        }
        let changed = self.changed.iter().map(|changed| changed.element.clone());
        marks.elements.extend(changed.map(|id| (id, Mark::Changed)));
        let fates = [
            (&self.relations_added, Mark::Added),
            (&self.relations_removed, Mark::Removed),
        ];
        for (relations, mark) in fates {
            let said = relations.iter();
            marks.relations.extend(said.map(|relation| {
                (
                    (relation.from.clone(), relation.verb, relation.to.clone()),
                    mark,
                )
            }));
        }
        self.both.board().marks(marks)
    }

    /// The difference as JSON, the same bytes for the same models.
    pub fn json(&self) -> String {
        let told = |relations: &[Relation]| relations.iter().map(ToString::to_string).collect();
        pretty(&Document {
            added: &self.added,
            changed: &self.changed,
            format: "aether.difference/1",
            relations_added: told(&self.relations_added),
            relations_removed: told(&self.relations_removed),
            removed: &self.removed,
        })
    }

    /// The difference as Markdown, as for a pull request.
    pub fn markdown(&self) -> String {
        if self.is_empty() {
            return "The model has not changed.\n".to_owned();
        }
        let ids = |ids: &[ElementId]| ids.iter().map(|id| told::element(&self.both, id)).collect();
        let changed = self.changed.iter().map(|changed| {
            format!(
                "{}: {}",
                told::element(&self.both, &changed.element),
                changed.how.join("; ")
            )
        });
        let relations = |relations: &[Relation]| {
            relations
                .iter()
                .map(|relation| told::relation(&self.both, relation))
                .collect()
        };
        let sections: [(&str, Vec<String>); 5] = [
            ("Added", ids(&self.added)),
            ("Removed", ids(&self.removed)),
            ("Changed", changed.collect()),
            ("New relations", relations(&self.relations_added)),
            (
                "Relations that are gone",
                relations(&self.relations_removed),
            ),
        ];
        let told = sections.into_iter().filter(|(_, lines)| !lines.is_empty());
        let told: Vec<String> = told
            .map(|(title, lines)| format!("## {title}\n\n- {}\n", lines.join("\n- ")))
            .collect();
        told.join("\n")
    }
}

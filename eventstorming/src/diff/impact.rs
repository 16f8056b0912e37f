use std::collections::{BTreeMap, VecDeque};

use crate::model::{ElementId, Model, Relation, Verb};

/// What a change of one element touches: what uses it, and what follows from that.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Impact {
    /// The element.
    pub element: ElementId,
    /// What uses it or is used by it at once.
    pub neighbours: Vec<Relation>,
    /// What follows by way of others, with the number of steps, the nearest first.
    pub follows: Vec<(usize, ElementId)>,
}

impl Model {
    /// What a change of an element touches; nothing if there is no such element.
    pub fn impact(&self, id: &ElementId) -> Option<Impact> {
        self.element(id)?;
        let touching = self
            .relations()
            .iter()
            .filter(|relation| relation.from == *id || relation.to == *id);
        let mut steps: BTreeMap<&ElementId, usize> = BTreeMap::from([(id, 0)]);
        let mut open = VecDeque::from([id]);
        let mut follows = Vec::new();
        while let Some(at) = open.pop_front() {
            let step = steps.get(at).copied().unwrap_or_default() + 1;
            for next in onward(self, at) {
                if !steps.contains_key(next) {
                    steps.insert(next, step);
                    follows.push((step, next.clone()));
                    open.push_back(next);
                }
            }
        }
        Some(Impact {
            element: id.clone(),
            neighbours: touching.cloned().collect(),
            follows,
        })
    }

    /// The elements of a name, or the one of an id.
    pub fn named(&self, text: &str) -> Vec<ElementId> {
        let ids = self.elements().iter().map(|element| &element.id);
        let same = |id: &&ElementId| id.name() == text || id.to_string() == text;
        ids.filter(same).cloned().collect()
    }
}

/// What an element leads to. A hot spot leads nowhere.
fn onward<'a>(model: &'a Model, id: &'a ElementId) -> impl Iterator<Item = &'a ElementId> {
    let relations = model
        .relations_from(id)
        .filter(|relation| relation.verb != Verb::On);
    relations.map(|relation| &relation.to)
}

impl Impact {
    /// The impact as text.
    pub fn text(&self, model: &Model) -> String {
        let mut text = format!("{}\n", super::told::element(model, &self.element));
        text.push_str("\nAt once:\n");
        for relation in &self.neighbours {
            text.push_str(&format_line(&super::told::relation(model, relation)));
        }
        text.push_str("\nAnd what follows, by the number of steps:\n");
        for (steps, id) in &self.follows {
            text.push_str(&format_line(&format!(
                "{steps}. {}",
                super::told::element(model, id)
            )));
        }
        text
    }
}

fn format_line(line: &str) -> String {
    format!("  {line}\n")
}

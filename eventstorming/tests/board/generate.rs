//! Models from seeds: any shape that the grammar allows, sensible or not.

use eventstorming::Model;
use serde_json::{Value, json};

/// A linear congruential generator, with Knuth's constants for MMIX.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn pick<'a>(&mut self, ids: &'a [String]) -> Option<&'a String> {
        ids.get(self.below(ids.len()))
    }
}

const WORDS: [&str; 16] = [
    "Order",
    "placed",
    "Reserve",
    "stock",
    "if",
    "Antidisestablishmentarianism",
    "pay",
    "HTTP",
    "WWWWWWWWWWWWWWWWWW",
    "a",
    "\u{6ce8}\u{6587}\u{3092}\u{53d6}\u{308a}\u{6d88}\u{3059}",
    "Gr\u{fc}\u{df}e",
    "l'\u{e9}v\u{e9}nement",
    "<b>&\"",
    "reconciliation",
    "I",
];

struct Draft {
    dice: Dice,
    elements: Vec<Value>,
    relations: Vec<Value>,
}

impl Draft {
    fn label(&mut self) -> String {
        let count = if self.dice.one_in(12) {
            14
        } else {
            1 + self.dice.below(4)
        };
        (0..count)
            .map(|_| WORDS[self.dice.below(WORDS.len())])
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn element(&mut self, id: &str) {
        let label = self.label();
        self.elements
            .push(json!({ "id": id, "label": label, "docs": "What it says." }));
    }

    fn say(&mut self, key: &str, value: Value) {
        self.elements.last_mut().unwrap()[key] = value;
    }

    fn members(&mut self, kind: &str, contexts: usize, most: usize) -> Vec<String> {
        let count = self.dice.below(most + 1);
        let mut ids = Vec::new();
        for at in 0..count {
            let id = format!("C{}/{kind}/{kind}{at}", self.dice.below(contexts));
            self.element(&id);
            ids.push(id);
        }
        ids
    }

    /// Relates members of two kinds at random, about `each` for each of the first.
    fn relate(&mut self, from: &[String], verb: &str, to: &[String], each: usize) {
        for subject in from {
            for _ in 0..self.dice.below(each + 1) {
                let Some(object) = self.dice.pick(to) else {
                    continue;
                };
                let relation = json!({ "from": subject, "verb": verb, "to": object });
                if !self.relations.contains(&relation) {
                    self.relations.push(relation);
                }
            }
        }
    }

    fn events(&mut self, contexts: usize, most: usize) -> Vec<String> {
        let count = self.dice.below(most + 1);
        let mut ids = Vec::new();
        for at in 0..count {
            let id = format!("C{}/event/event{at}", self.dice.below(contexts));
            self.element(&id);
            let version = 1 + self.dice.below(3);
            self.say("version", json!(version));
            if self.dice.one_in(6) {
                self.say("pivotal", json!(true));
            }
            if self.dice.one_in(9) {
                self.say("foreign", json!(true));
            }
            ids.push(id);
        }
        ids
    }

    fn hotspots(&mut self, on: &[String]) {
        for at in 0..self.dice.below(5) {
            let Some(target) = self.dice.pick(on).cloned() else {
                continue;
            };
            let id = format!("hotspot/question{at}");
            self.element(&id);
            self.relations
                .push(json!({ "from": id, "verb": "on", "to": target }));
        }
    }
}

/// A model of a seed, with about `commands` commands.
pub(crate) fn model(seed: u64, commands: usize) -> Model {
    let mut draft = Draft {
        dice: Dice(seed),
        elements: Vec::new(),
        relations: Vec::new(),
    };
    let contexts = 1 + draft.dice.below(5);
    for context in 0..contexts {
        draft.element(&format!("context/C{context}"));
        draft.say("owner", json!("Team of a rather long name"));
    }
    let aggregates = draft.members("aggregate", contexts, commands / 3 + 1);
    let commands_made = draft.members("command", contexts, commands);
    let events = draft.events(contexts, commands + commands / 2);
    let policies = draft.members("policy", contexts, commands / 2 + 1);
    let read_models = draft.members("read_model", contexts, commands / 3 + 1);
    let systems = draft.members("external_system", contexts, 3);
    let actors: Vec<String> = (0..draft.dice.below(4))
        .map(|at| format!("actor/actor{at}"))
        .collect();
    for actor in &actors {
        draft.element(actor);
    }
    draft.relate(
        &commands_made,
        "handled_by",
        &[aggregates.clone(), systems.clone()].concat(),
        1,
    );
    draft.relate(&commands_made, "emits", &events, 3);
    draft.relate(&systems, "emits", &events, 1);
    draft.relate(&events, "applied_by", &aggregates, 1);
    draft.relate(&events, "activates", &policies, 1);
    draft.relate(&events, "feeds", &read_models, 2);
    draft.relate(&events, "notifies", &systems, 1);
    draft.relate(&policies, "issues", &commands_made, 2);
    draft.relate(&systems, "issues", &commands_made, 1);
    draft.relate(&actors, "issues", &commands_made, 5);
    draft.relate(&actors, "observes", &read_models, 2);
    draft.relate(&read_models, "informs", &commands_made, 2);
    let all: Vec<String> = draft
        .elements
        .iter()
        .map(|element| element["id"].as_str().unwrap().to_owned())
        .collect();
    draft.hotspots(&all);
    let document = json!({
        "format": "aether.eventstorming/1",
        "elements": draft.elements,
        "relations": draft.relations,
    });
    Model::from_json(&document.to_string()).unwrap()
}

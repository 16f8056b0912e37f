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

/// A long business process: `commands` commands in six contexts, each asked for by a person or
/// by a rule upon an event of an earlier one.
pub(crate) fn process(seed: u64, commands: usize) -> Model {
    let mut dice = Dice(seed);
    let mut elements: Vec<Value> = Vec::new();
    let mut relations: Vec<Value> = Vec::new();
    for context in 0..6 {
        elements.push(
            json!({ "id": format!("context/C{context}"), "label": format!("Context {context}") }),
        );
        for kind in ["aggregate", "read_model"] {
            elements.push(json!({ "id": format!("C{context}/{kind}/It"), "label": "It" }));
        }
    }
    elements.push(json!({ "id": "actor/Clerk", "label": "Clerk" }));
    let mut events: Vec<String> = Vec::new();
    for at in 0..commands {
        let context = dice.below(6);
        let command = format!("C{context}/command/Do{at}");
        elements.push(json!({ "id": command, "label": format!("Do What {at} Says") }));
        let handled_by = format!("C{context}/aggregate/It");
        relations.push(json!({ "from": command, "verb": "handled_by", "to": handled_by }));
        match dice.pick(&events).filter(|_| at % 6 > 0) {
            Some(event) => {
                let policy = format!("C{context}/policy/Whenever{at}");
                elements.push(json!({ "id": policy, "label": format!("Whenever that, do {at}") }));
                relations.push(json!({ "from": event, "verb": "activates", "to": policy }));
                relations.push(json!({ "from": policy, "verb": "issues", "to": command }));
            }
            None => {
                relations.push(json!({ "from": "actor/Clerk", "verb": "issues", "to": command }));
            }
        }
        for outcome in 0..=dice.below(2) {
            let event = format!("C{context}/event/Done{at}or{outcome}");
            let pivotal = dice.one_in(9);
            elements.push(
                json!({ "id": event, "label": "It Was Done", "version": 1, "pivotal": pivotal }),
            );
            relations.push(json!({ "from": command, "verb": "emits", "to": event }));
            if dice.one_in(4) {
                let table = format!("C{}/read_model/It", dice.below(6));
                relations.push(json!({ "from": event, "verb": "feeds", "to": table }));
            }
            events.push(event);
        }
    }
    Model::from_json(
        &json!({
            "format": "aether.eventstorming/1", "elements": elements, "relations": relations,
        })
        .to_string(),
    )
    .unwrap()
}

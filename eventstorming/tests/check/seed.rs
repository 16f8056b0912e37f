//! Models written in a line, for faults to be put into.

use eventstorming::{
    Model,
    check::{Code, Finding, Report},
};
use serde_json::{Value, json};

/// A sound model: a person asks, an aggregate decides, a rule answers, a table shows it.
pub(crate) fn sound() -> Draft {
    Draft::default()
        .with("context/Sales")
        .with("actor/Clerk")
        .with("Sales/aggregate/Order")
        .with("Sales/aggregate/Invoice")
        .with("Sales/command/PlaceOrder")
        .with("Sales/command/SendInvoice")
        .with("Sales/event/OrderPlaced")
        .with("Sales/event/InvoiceSent")
        .with("Sales/policy/InvoiceWhenPlaced")
        .with("Sales/read_model/OpenOrders")
        .says("actor/Clerk issues Sales/command/PlaceOrder")
        .says("Sales/command/PlaceOrder handled_by Sales/aggregate/Order")
        .says("Sales/command/PlaceOrder emits Sales/event/OrderPlaced")
        .says("Sales/event/OrderPlaced applied_by Sales/aggregate/Order")
        .says("Sales/event/OrderPlaced activates Sales/policy/InvoiceWhenPlaced")
        .says("Sales/policy/InvoiceWhenPlaced issues Sales/command/SendInvoice")
        .says("Sales/command/SendInvoice handled_by Sales/aggregate/Invoice")
        .says("Sales/command/SendInvoice emits Sales/event/InvoiceSent")
        .says("Sales/event/InvoiceSent applied_by Sales/aggregate/Invoice")
        .says("Sales/event/InvoiceSent feeds Sales/read_model/OpenOrders")
        .says("actor/Clerk observes Sales/read_model/OpenOrders")
}

#[derive(Clone, Default)]
pub(crate) struct Draft {
    elements: Vec<Value>,
    relations: Vec<Value>,
    schemas: serde_json::Map<String, Value>,
}

impl Draft {
    /// Adds an element, with docs and a place of its own.
    pub(crate) fn with(mut self, id: &str) -> Self {
        let (_, name) = id.rsplit_once('/').unwrap();
        let label = name.chars().fold(String::new(), |label, letter| {
            let gap = if letter.is_uppercase() && !label.is_empty() {
                " "
            } else {
                ""
            };
            format!("{label}{gap}{letter}")
        });
        let mut element = json!({
            "id": id, "label": label, "docs": "What it is.",
            "location": { "file": "src/sales.rs", "line": self.elements.len() + 1 },
        });
        if id.contains("/event/") {
            element["version"] = json!(1);
        }
        self.elements.push(element);
        self
    }

    /// Says a sentence: `from verb to`.
    pub(crate) fn says(mut self, sentence: &str) -> Self {
        let words: Vec<&str> = sentence.split(' ').collect();
        self.relations
            .push(json!({ "from": words[0], "verb": words[1], "to": words[2] }));
        self
    }

    /// Takes a sentence back.
    pub(crate) fn not(mut self, sentence: &str) -> Self {
        let before = self.relations.len();
        self.relations.retain(|relation| {
            let word = |key: &str| relation[key].as_str().unwrap().to_owned();
            format!("{} {} {}", word("from"), word("verb"), word("to")) != sentence
        });
        assert_eq!(self.relations.len() + 1, before, "not said: {sentence}");
        self
    }

    /// Sets a field of a sentence or of an element.
    pub(crate) fn set(mut self, of: &str, key: &str, value: Value) -> Self {
        let relation = self.relations.iter_mut().find(|relation| {
            let word = |key: &str| relation[key].as_str().unwrap().to_owned();
            format!("{} {} {}", word("from"), word("verb"), word("to")) == of
        });
        let element = self.elements.iter_mut().find(|element| element["id"] == of);
        relation.or(element).unwrap()[key] = value;
        self
    }

    /// Gives an element a schema of these properties; what they refer to is among `defs`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is written where it is handed over"
    )]
    pub(crate) fn of(mut self, id: &str, properties: Value, defs: &Value) -> Self {
        let schema = json!({ "type": "object", "properties": properties, "$defs": defs });
        self.schemas.insert(id.to_owned(), schema);
        self
    }

    pub(crate) fn json(&self) -> String {
        json!({
            "format": "aether.eventstorming/1",
            "elements": self.elements,
            "relations": self.relations,
            "schemas": self.schemas,
        })
        .to_string()
    }

    pub(crate) fn model(&self) -> Model {
        Model::from_json(&self.json()).unwrap()
    }

    pub(crate) fn report(&self) -> Report {
        match Model::from_json(&self.json()) {
            Ok(model) => model.check(),
            Err(error) => Report::of_error(&error),
        }
    }

    pub(crate) fn found(&self) -> Vec<(Code, String)> {
        let found = |finding: &Finding| {
            let element = finding.element.as_ref().map(ToString::to_string);
            (finding.code, element.unwrap_or_default())
        };
        self.report().findings().map(found).collect()
    }
}

//! The model as JSON: fields in alphabetical order, no time stamp, the same bytes every time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Cardinality, Element, ElementId, Facts, Kind, Location, Model, ModelError, Relation, Verb,
};
use crate::json::canonical;

const FORMAT: &str = "aether.eventstorming/1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    elements: Vec<ElementEntry>,
    format: String,
    relations: Vec<RelationEntry>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    schemas: BTreeMap<ElementId, Value>,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the document"
)]
struct ElementEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deprecated: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    docs: String,
    #[serde(skip_serializing_if = "is_false")]
    foreign: bool,
    id: Option<ElementId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    invariants: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pivotal: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refusals: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    retired: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rust_type: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    upstream: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RelationEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cardinality: Option<Cardinality>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    docs: String,
    from: ElementId,
    to: ElementId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    upon: Vec<ElementId>,
    verb: Verb,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl Model {
    /// Writes the model as JSON, the same bytes for the same model.
    pub fn to_json(&self) -> String {
        pretty(&Document {
            elements: self.elements().iter().map(ElementEntry::of).collect(),
            format: FORMAT.to_owned(),
            relations: self.relations().iter().map(RelationEntry::of).collect(),
            schemas: self.schemas.clone(),
        })
    }

    /// The JSON Schema, of draft 2020-12, of what [`to_json`](Self::to_json) writes.
    pub const fn json_schema() -> &'static str {
        include_str!("model.schema.json")
    }

    /// Reads a model back from JSON.
    ///
    /// # Errors
    /// If the text is no model, or a model that does not hold together: see [`ModelError`].
    pub fn from_json(json: &str) -> Result<Self, ModelError> {
        check_format(json)?;
        let document: Document = serde_json::from_str(json).map_err(ModelError::Json)?;
        let mut model = Self::default();
        for entry in document.elements {
            let element = entry.into_element()?;
            let (id, second) = (element.id.clone(), element.location.clone());
            if !model.insert(element) {
                let first = model.element(&id).and_then(|known| known.location.clone());
                return Err(ModelError::DefinedTwice { id, first, second });
            }
        }
        for entry in document.relations {
            model.relate(entry.into_relation())?;
        }
        for (event, schema) in document.schemas {
            let has_data = matches!(event.kind(), Kind::Event | Kind::Command | Kind::ReadModel);
            if !has_data || model.element(&event).is_none() {
                let field = "a schema is that of an event, a command or a read model that is there";
                return Err(ModelError::Misfit { id: event, field });
            }
            model.schemas.insert(event, canonical(schema));
        }
        model.whole()
    }
}

#[expect(
    clippy::expect_used,
    reason = "texts, numbers and lists always have a JSON form"
)]
fn pretty(document: &Document) -> String {
    let text = serde_json::to_string_pretty(document).expect("a model has a JSON form");
    text + "\n"
}

/// Looks at the version before the shape, so that a later format is not called malformed.
fn check_format(json: &str) -> Result<(), ModelError> {
    #[derive(Deserialize)]
    struct Header {
        format: String,
    }
    let header: Header = serde_json::from_str(json).map_err(ModelError::Json)?;
    if header.format == FORMAT {
        return Ok(());
    }
    Err(ModelError::Format {
        found: header.format,
        expected: FORMAT,
    })
}

impl ElementEntry {
    fn of(element: &Element) -> Self {
        let mut entry = Self {
            id: Some(element.id.clone()),
            label: element.label.clone(),
            docs: element.docs.clone(),
            invariants: element.invariants.clone(),
            notes: element.notes.clone(),
            owner: element.owner.clone(),
            tags: element.tags.clone(),
            location: element.location.clone(),
            ..Self::default()
        };
        match element.facts.clone() {
            Facts::Context { upstream } => entry.upstream = upstream,
            Facts::Event {
                version,
                aliases,
                rust_type,
                pivotal,
                phase,
                visibility,
                deprecated,
                retired,
                foreign,
            } => {
                entry.visibility = visibility;
                entry.deprecated = deprecated;
                entry.retired = retired;
                entry.version = Some(version);
                entry.aliases = aliases;
                entry.rust_type = rust_type;
                entry.pivotal = pivotal;
                entry.phase = phase;
                entry.foreign = foreign;
            }
            Facts::Command { foreign, refusals } => {
                entry.foreign = foreign;
                entry.refusals = refusals;
            }
            Facts::Policy { after, key } => {
                entry.after = after;
                entry.key = key;
            }
            Facts::Query { answer } => entry.answer = answer,
            Facts::None => {}
        }
        entry
    }

    fn into_element(self) -> Result<Element, ModelError> {
        let missing = || ModelError::Json(serde::de::Error::missing_field("id"));
        let id = self.id.clone().ok_or_else(missing)?;
        let facts = match id.kind() {
            Kind::Context => Facts::Context {
                upstream: self.upstream.clone(),
            },
            Kind::Event => Facts::Event {
                version: self.version.ok_or_else(|| ModelError::Misfit {
                    id: id.clone(),
                    field: "an event has a `version`",
                })?,
                aliases: self.aliases.clone(),
                rust_type: self.rust_type.clone(),
                pivotal: self.pivotal,
                phase: self.phase.clone(),
                visibility: self.visibility.clone(),
                deprecated: self.deprecated.clone(),
                retired: self.retired,
                foreign: self.foreign,
            },
            Kind::Command => Facts::Command {
                foreign: self.foreign,
                refusals: self.refusals.clone(),
            },
            Kind::Policy => Facts::Policy {
                after: self.after.clone(),
                key: self.key.clone(),
            },
            Kind::Query => Facts::Query {
                answer: self.answer.clone(),
            },
            Kind::Aggregate
            | Kind::ReadModel
            | Kind::ExternalSystem
            | Kind::Actor
            | Kind::Hotspot => Facts::None,
        };
        let element = Element {
            id,
            label: self.label.clone(),
            docs: self.docs.clone(),
            invariants: self.invariants.clone(),
            notes: self.notes.clone(),
            owner: self.owner.clone(),
            tags: self.tags.clone(),
            location: self.location.clone(),
            facts,
        };
        match self.misplaced(&element) {
            Some(field) => Err(ModelError::Misfit {
                id: element.id,
                field,
            }),
            None => Ok(element),
        }
    }

    /// The first field that the element of this entry has no place for.
    fn misplaced(&self, element: &Element) -> Option<&'static str> {
        let kept = Self::of(element);
        let fields = [
            (self.after == kept.after, "only a policy has `after`"),
            (self.answer == kept.answer, "only a query has an `answer`"),
            (self.aliases == kept.aliases, "only an event has `aliases`"),
            (
                self.foreign == kept.foreign,
                "only an event or a command is `foreign`",
            ),
            (self.key == kept.key, "only a policy has a `key`"),
            (
                self.visibility == kept.visibility
                    && self.deprecated == kept.deprecated
                    && self.retired == kept.retired,
                "only an event has `visibility`, or is `deprecated` or `retired`",
            ),
            (
                self.refusals == kept.refusals,
                "only a command has `refusals`",
            ),
            (self.phase == kept.phase, "only an event has a `phase`"),
            (self.pivotal == kept.pivotal, "only an event is `pivotal`"),
            (
                self.rust_type == kept.rust_type,
                "only an event has a `rust_type`",
            ),
            (
                self.upstream == kept.upstream,
                "only a context has an `upstream`",
            ),
            (
                self.version == kept.version,
                "only an event has a `version`",
            ),
        ];
        fields
            .into_iter()
            .find(|(fits, _)| !fits)
            .map(|(_, field)| field)
    }
}

impl RelationEntry {
    fn of(relation: &Relation) -> Self {
        Self {
            after: relation.after.clone(),
            cardinality: relation.cardinality,
            docs: relation.docs.clone(),
            from: relation.from.clone(),
            to: relation.to.clone(),
            upon: relation.upon.clone(),
            verb: relation.verb,
        }
    }

    fn into_relation(self) -> Relation {
        Relation {
            from: self.from,
            verb: self.verb,
            to: self.to,
            cardinality: self.cardinality,
            upon: self.upon,
            after: self.after,
            docs: self.docs,
        }
    }
}

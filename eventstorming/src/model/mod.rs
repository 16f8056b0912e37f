//! The model: a graph of elements and relations with a closed grammar.
//!
//! It is built from metadata or read back from JSON, and it is the same graph either way. It
//! knows nothing of drawing: layouts, documents and checks are functions of it.

mod build;
mod cardinality;
mod delay;
mod element;
mod error;
mod facts;
mod graph;
mod id;
mod json;
mod kind;
mod label;
mod location;
mod part;
mod relation;
mod said;
mod verb;

pub use self::{
    cardinality::Cardinality,
    element::Element,
    error::{Ground, ModelError},
    facts::Facts,
    graph::Model,
    id::{ElementId, MalformedId},
    kind::Kind,
    location::Location,
    relation::Relation,
    verb::Verb,
};

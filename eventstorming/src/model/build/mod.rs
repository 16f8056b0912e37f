//! From constants to the graph.

mod admit;
mod members;
mod relations;
mod source;

use std::collections::BTreeMap;

use self::source::Definition;
use super::{ElementId, Model, ModelError};
use crate::meta;

impl Model {
    /// The model of a bounded context, or of a tuple of them.
    ///
    /// Never fails: where two definitions claim one id, the first is kept, as is where a type is
    /// a member of two contexts. [`from_contexts`](Self::from_contexts) reports the former.
    pub fn of<C: meta::Contexts>() -> Self {
        Builder::build(C::CONTEXTS).model
    }

    /// The model of these contexts.
    ///
    /// # Errors
    /// [`ModelError::DefinedTwice`] if two contexts have one name, or two members of a context
    /// that are not the same definition have one kind and name.
    pub fn from_contexts(contexts: &[&'static meta::Context]) -> Result<Self, ModelError> {
        let Builder {
            model, conflict, ..
        } = Builder::build(contexts);
        conflict.map_or(Ok(model), Err)
    }
}

#[derive(Default)]
struct Builder {
    model: Model,
    known: BTreeMap<Definition, ElementId>,
    conflict: Option<ModelError>,
}

/// Contexts without the repetition of one that was given before.
fn distinct(contexts: &[&'static meta::Context]) -> Vec<&'static meta::Context> {
    let mut distinct: Vec<&'static meta::Context> = Vec::new();
    for context in contexts {
        let same = |known: &&meta::Context| {
            known.name == context.name && known.location == context.location
        };
        if !distinct.iter().any(same) {
            distinct.push(context);
        }
    }
    distinct
}

impl Builder {
    /// Owners come first: an aggregate has its commands and events whoever else names them, then
    /// a system has what is left, and what nobody has is foreign to where it is first used.
    fn build(contexts: &[&'static meta::Context]) -> Self {
        let mut builder = Self::default();
        let contexts = distinct(contexts);
        for context in &contexts {
            builder.define(None, *context);
            builder.define_aggregates(context);
        }
        for context in &contexts {
            builder.define_systems(context);
        }
        for context in &contexts {
            builder.define_rules(context);
        }
        for context in &contexts {
            builder.define_guests(context);
        }
        for context in &contexts {
            builder.relate_aggregates(context);
            builder.relate_systems(context);
            builder.relate_projections(context);
            builder.relate_policies(context);
        }
        builder
    }
}

use std::marker::PhantomData;

use eventstorming::meta::SchemaOf;

/// Asks a type for its JSON Schema. Its own constant is taken where the type has one, that of
/// [`Schemaless`] otherwise.
#[derive(Debug)]
pub struct SchemaProbe<T>(PhantomData<fn() -> T>);

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> SchemaProbe<T> {
    /// The schema.
    pub const SCHEMA: SchemaOf = SchemaOf(|| Some(schemars::schema_for!(T).into()));
}

/// What a type without a JSON Schema answers.
pub trait Schemaless {
    /// No schema.
    const SCHEMA: SchemaOf = SchemaOf::UNKNOWN;
}

impl<T> Schemaless for SchemaProbe<T> {}

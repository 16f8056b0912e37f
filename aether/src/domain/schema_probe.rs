use std::marker::PhantomData;

use serde_json::Value;

/// Asks a type for its JSON Schema. Its own method is taken where the type has one, that of
/// [`Schemaless`] otherwise.
#[derive(Debug)]
pub struct SchemaProbe<T>(PhantomData<fn() -> T>);

impl<T> SchemaProbe<T> {
    /// Asks nothing yet.
    #[expect(clippy::new_without_default, reason = "only generated code makes one")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> SchemaProbe<T> {
    /// The schema.
    pub fn schema(&self) -> Option<Value> {
        Some(schemars::schema_for!(T).into())
    }
}

/// What a type without a JSON Schema answers.
pub trait Schemaless {
    /// No schema.
    fn schema(&self) -> Option<Value> {
        None
    }
}

impl<T> Schemaless for SchemaProbe<T> {}

/// Where the JSON Schema of a type comes from, where it has one.
#[doc(hidden)]
#[macro_export]
macro_rules! __schema_of {
    ($type:ty) => {
        $crate::__private::meta::SchemaOf(|| {
            use $crate::__private::{SchemaProbe, Schemaless};
            // Used by name, for a type may have a schema of its own.
            let _: fn(&SchemaProbe<()>) -> _ = Schemaless::schema;
            SchemaProbe::<$type>::new().schema()
        })
    };
}

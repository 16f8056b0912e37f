use serde_json::Value;

/// How the JSON Schema of a type is had, where it has one.
///
/// A schema is no constant, but where it comes from is.
#[derive(Debug, Clone, Copy)]
pub struct SchemaOf(pub fn() -> Option<Value>);

impl SchemaOf {
    /// Of a type without one.
    pub const UNKNOWN: Self = Self(|| None);

    /// The schema.
    pub fn get(self) -> Option<Value> {
        (self.0)()
    }
}

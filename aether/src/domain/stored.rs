/// What decoding an event needs of its stored form.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// The name it is stored under.
    pub event_type: &'a str,
    /// The version of the data's schema.
    pub schema_version: u32,
    /// The data, as JSON.
    pub data: &'a [u8],
}

impl<'a> From<&'a crate::Event> for Stored<'a> {
    fn from(event: &'a crate::Event) -> Self {
        Self {
            event_type: &event.event_type,
            schema_version: event.schema_version,
            data: event.data.as_bytes(),
        }
    }
}

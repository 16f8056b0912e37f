use std::collections::BTreeMap;

use eventstorming::meta;
use serde_json::Value;

use super::{DecodeError, DomainEvent, EventSet, EventTypes, Stored, VisitEvent, VisitInline};
use crate::InvalidPayload;

/// Collects the reader of each event that it is shown: from stored data, of any version, to the
/// data as this build writes it.
///
/// ```
/// use aether::{domain::Readers, prelude::*};
/// use serde_json::json;
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(upcast(PlacedV1))]
/// pub struct Placed { order: String, urgent: bool }
/// #[derive(Deserialize)]
/// pub struct PlacedV1 { order: String }
/// impl From<PlacedV1> for Placed {
///     fn from(v1: PlacedV1) -> Self { Self { order: v1.order, urgent: false } }
/// }
///
/// let readers = Readers::of::<Placed>();
/// let now = readers.rewrite("Placed", 1, &json!({ "order": "7" }))?;
/// assert_eq!(now, json!({ "order": "7", "urgent": false }));
/// # Ok::<(), aether::domain::RewriteError>(())
/// ```
#[derive(Debug, Default)]
pub struct Readers(BTreeMap<&'static str, Rewrite>);

type Rewrite = fn(Stored<'_>) -> Result<Vec<u8>, RewriteError>;

/// Stored data that this build cannot read, or cannot write again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RewriteError {
    /// No event is stored under this name.
    #[error("no event is stored as \"{0}\"")]
    Unknown(String),
    /// It cannot be read.
    #[error("it cannot be read")]
    Read(#[source] DecodeError),
    /// It was read, and cannot be written.
    #[error("it was read, and cannot be written again")]
    Write(#[source] InvalidPayload),
    /// It was read and written, and what was written is not JSON.
    #[error("what was written is not JSON")]
    Json(#[source] serde_json::Error),
}

impl Readers {
    /// The readers of all events of a set, a context or a tuple of them.
    pub fn of<E: EventTypes<Self>>() -> Self {
        let mut readers = Self::default();
        E::visit(&mut readers);
        readers
    }

    /// Reads data and writes it again, in the present version.
    ///
    /// # Errors
    /// If no event has this name, or the data cannot be read or written.
    pub fn rewrite(
        &self,
        event_type: &str,
        schema_version: u32,
        data: &Value,
    ) -> Result<Value, RewriteError> {
        let rewrite = self.0.get(event_type);
        let rewrite = rewrite.ok_or_else(|| RewriteError::Unknown(event_type.to_owned()))?;
        let data = serde_json::to_vec(data).map_err(RewriteError::Json)?;
        let stored = Stored {
            event_type,
            schema_version,
            data: &data,
        };
        serde_json::from_slice(&rewrite(stored)?).map_err(RewriteError::Json)
    }

    fn add<E: EventSet>(&mut self, event: &meta::Event) {
        let names = std::iter::once(event.name.as_str()).chain(event.aliases.iter().copied());
        self.0
            .extend(names.map(|name| (name, rewrite::<E> as Rewrite)));
    }
}

fn rewrite<E: EventSet>(stored: Stored<'_>) -> Result<Vec<u8>, RewriteError> {
    let event = E::decode(stored).map_err(RewriteError::Read)?;
    let mut out = Vec::new();
    event.encode(&mut out).map_err(RewriteError::Write)?;
    Ok(out)
}

impl<E: DomainEvent> VisitEvent<E> for Readers {
    fn visit(&mut self) {
        self.add::<E>(E::META);
    }
}

impl<E: EventSet> VisitInline<E> for Readers {
    fn visit_inline(&mut self, _: &[bool]) {
        for event in E::EVENTS {
            self.add::<E>(event);
        }
    }
}

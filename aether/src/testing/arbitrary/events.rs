use std::fmt::Debug;

use eventstorming::meta;
use proptest::{prelude::*, strategy::Union};
use serde_json::Value;

use super::values::values;
use crate::domain::{EventSet, EventTypes, Schemas, Stored, event_schemas};

/// Arbitrary events of a set, or of one kind, in their present version.
///
/// Each is made for itself: a series of them need not be one that an aggregate could have. For
/// that there are [`stories`](super::stories()).
///
/// ```
/// use aether::{prelude::*, testing::arbitrary::{events, proptest::prelude::*}};
///
/// #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
/// pub struct Deposited { pub cents: u32 }
///
/// proptest!(|(event in events::<Deposited>())| {
///     let bytes = serde_json::to_vec(&event)?;
///     prop_assert_eq!(serde_json::from_slice::<Deposited>(&bytes)?, event);
/// });
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Panics
/// If the set has no events.
pub fn events<E>() -> BoxedStrategy<E>
where
    E: EventSet + EventTypes<Schemas> + Debug,
{
    let schemas = event_schemas::<E>();
    let each = E::EVENTS.iter().filter_map(|event| {
        let schema = schemas.get(event.name.as_str())?;
        Some(of_kind::<E>(event, schema.as_value()))
    });
    Union::new(each).boxed()
}

fn of_kind<E: EventSet + Debug>(event: &'static meta::Event, schema: &Value) -> BoxedStrategy<E> {
    let read = move |value: Value| {
        let data = value.to_string();
        E::decode(Stored {
            event_type: event.name.as_str(),
            schema_version: event.version,
            data: data.as_bytes(),
        })
        .ok()
    };
    let reason = format!("`{}` does not take what its schema allows", event.name);
    values(schema).prop_filter_map(reason, read).boxed()
}

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use aether::{
    Event, Recorded,
    domain::{Handlers, Origin, Projection, Stored},
};
use serde::{Deserialize, Serialize};

use crate::crash::asks::Failed;

/// A number that tells one read model from another.
pub(super) fn digest(model: &impl Serialize) -> Result<u64, Failed> {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(model)?.hash(&mut hasher);
    Ok(hasher.finish())
}

/// A projection that is built of the whole log, from scratch.
pub(super) fn rebuilt<P: Projection + Handlers>(log: &[Recorded]) -> Result<P, Failed> {
    let mut model = P::default();
    for recorded in log {
        for event in recorded.commit.events() {
            if !event.event_type.starts_with("aether.") {
                let origin = Origin::of(event, recorded.position);
                model.apply_stored(Stored::from(event), &origin)?;
            }
        }
    }
    Ok(model)
}

/// The order that an event is about, by its number.
pub(super) fn number(event: &Event) -> Option<u64> {
    #[derive(Deserialize)]
    struct About {
        order: String,
    }
    let about: About = event.data.decode().ok()?;
    about.order.parse().ok()
}

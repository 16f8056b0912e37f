use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use aether::{
    Event, Position, Recorded,
    domain::{Handlers, Origin, Projection, Stored},
    runtime::ReadModel,
};
use serde::{Deserialize, Serialize};

use crate::crash::asks::Failed;

/// What a projection has come to by a place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Digest {
    /// Up to where it has applied events.
    pub(super) position: Position,
    /// A number that tells one read model from another.
    model: u64,
}

impl Digest {
    /// What a projection says of itself.
    pub(super) fn of<P: Serialize>(model: &ReadModel<P>) -> Result<Self, Failed> {
        Self::new(model.position(), &**model)
    }

    /// What the log says of a projection that has applied it up to a place.
    pub(super) fn rebuilt<P>(log: &[Recorded], position: Position) -> Result<Self, Failed>
    where
        P: Projection + Handlers + Serialize,
    {
        let applied = log.partition_point(|it| it.position <= position);
        let applied = log.get(..applied).unwrap_or(log);
        Self::new(position, &rebuilt::<P>(applied)?)
    }

    fn new(position: Position, model: &impl Serialize) -> Result<Self, Failed> {
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(model)?.hash(&mut hasher);
        let model = hasher.finish();
        Ok(Self { position, model })
    }
}

/// A projection that is built of a log, from scratch.
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

/// What a worker says of its projections when it has settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settled {
    pub(super) journal: Digest,
    pub(super) totals: Digest,
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

use std::{
    any::TypeId,
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, PoisonError, RwLock},
};

use eventstorming::meta;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Aggregate, EventSet as _, Projection, ProjectionSnapshots, Shape};
use crate::{InvalidPayload, Payload};

/// An aggregate whose state is kept, so that a load need not start from the first event.
///
/// `#[aggregate(.., snapshot)]` implements it. A snapshot is used only by a build with the same
/// [`SnapshotSchema`]: the same shape of the state, the same events in the same versions, the
/// same [`Snapshots::VERSION`]. Any other is left aside and the log is folded, so a change can
/// cost time, never truth. By hand it is one impl, and one line in the impl of [`Aggregate`]:
///
/// ```
/// use aether::{domain::{SnapshotCodec, Snapshots}, prelude::*};
/// # use eventstorming::meta;
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Counted { pub by: u32 }
/// # #[derive(Aggregate, Default)] #[aggregate(events(Counted))] struct Other;
/// # #[handlers] impl Other { #[apply] fn counted(&mut self, _event: &Counted) {} }
///
/// #[derive(Default, Serialize, Deserialize)]
/// struct Counter { total: u32 }
///
/// impl Snapshots for Counter {
///     const VERSION: u32 = 2; // `total` counts something else than it did.
/// }
///
/// impl Aggregate for Counter {
///     type Event = Counted;
///     const META: &'static meta::Aggregate = Other::META;
///     const SNAPSHOTS: Option<SnapshotCodec<Self>> = Some(SnapshotCodec::new());
///
///     fn apply(&mut self, event: Counted, _origin: &Origin<'_>) {
///         self.total += event.by;
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the state of `{Self}` is not kept",
    label = "keeps no snapshots",
    note = "add `snapshot` to its `#[aggregate(..)]`"
)]
pub trait Snapshots: Aggregate + Serialize + DeserializeOwned {
    /// Raised by hand when the fold gives the same events another meaning, and the types do not
    /// show it.
    const VERSION: u32 = 1;

    /// What the state looks like.
    ///
    /// If a part of it [cannot be seen](Shape::unseen), no snapshots are taken, unless it is
    /// [trusted](Shape::trusted): `snapshot(trusted)`.
    fn shape() -> Shape {
        Shape::of::<Self>()
    }
}

/// How the state of an aggregate, or of a projection, is written and read back.
#[derive(Debug)]
pub struct SnapshotCodec<A> {
    encode: fn(&A) -> Result<Payload, InvalidPayload>,
    decode: fn(&Payload) -> Result<A, InvalidPayload>,
    schema: fn() -> SnapshotSchema,
}

impl<A: Snapshots> SnapshotCodec<A> {
    /// As JSON, by serde.
    #[expect(clippy::new_without_default, reason = "it is made in a constant")]
    pub const fn new() -> Self {
        Self {
            encode: Payload::of,
            decode: Payload::decode,
            schema: SnapshotSchema::of::<A>,
        }
    }
}

impl<P: ProjectionSnapshots> SnapshotCodec<P> {
    /// As JSON, by serde, for a projection.
    pub const fn of_projection() -> Self {
        Self {
            encode: Payload::of,
            decode: Payload::decode,
            schema: SnapshotSchema::of_projection::<P>,
        }
    }
}

impl<A> SnapshotCodec<A> {
    /// Writes a state.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
    pub fn encode(&self, state: &A) -> Result<Payload, InvalidPayload> {
        (self.encode)(state)
    }

    /// Reads a state.
    ///
    /// # Errors
    /// If it is of another shape.
    pub fn decode(&self, state: &Payload) -> Result<A, InvalidPayload> {
        (self.decode)(state)
    }

    /// Which snapshots are of use.
    pub fn schema(&self) -> SnapshotSchema {
        (self.schema)()
    }
}

/// Tells which snapshots of an aggregate, or of a projection, are of use to this build.
///
/// Two builds have the same one if the shape of the state, the names and versions of the events,
/// and the version set by hand are the same; where the types lie and what their docs say does not
/// matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotSchema {
    hash: u64,
    unseen: Arc<[String]>,
}

impl SnapshotSchema {
    /// The schema of an aggregate's snapshots. Worked out once in a process.
    pub fn of<A: Snapshots>() -> Self {
        Self::once::<A>(|| Self::new("snapshot", A::VERSION, A::Event::EVENTS.iter(), &A::shape()))
    }

    /// The schema of what is kept of a projection. Worked out once in a process.
    pub fn of_projection<P: ProjectionSnapshots>() -> Self {
        Self::once::<P>(|| Self::of_changes::<P>(P::VERSION, &P::shape()))
    }

    /// The schema of what a projection is made of: its events, what its state looks like, and a
    /// version set by hand.
    pub(crate) fn of_changes<P: Projection>(version: u32, shape: &Shape) -> Self {
        let events = P::META.applies.iter().flat_map(|set| set.iter());
        Self::new("projection", version, events, shape)
    }

    fn once<T: 'static>(schema: impl FnOnce() -> Self) -> Self {
        static KNOWN: RwLock<Option<HashMap<TypeId, SnapshotSchema>>> = RwLock::new(None);
        let id = TypeId::of::<T>();
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.as_ref().and_then(|known| known.get(&id)).cloned();
        drop(known);
        found.unwrap_or_else(|| {
            let schema = schema();
            let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
            let known = known.get_or_insert_default();
            known.entry(id).or_insert(schema).clone()
        })
    }

    fn new<'a>(
        what: &str,
        version: u32,
        events: impl Iterator<Item = &'a &'a meta::Event>,
        shape: &Shape,
    ) -> Self {
        let mut text = format!("{what} 1\nversion {version}\n");
        let mut ledger: Vec<_> = events.map(|event| entry(event)).collect();
        ledger.sort_unstable();
        for event in ledger {
            // Writing to a text does not fail.
            let _ = writeln!(text, "event {event}");
        }
        text.push_str(shape.as_str());
        // A hash with a written definition: the same in every build and on every platform.
        let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes());
        Self {
            hash: hash.as_u64_pair().0,
            unseen: shape.unseen().into(),
        }
    }

    /// What a snapshot has as [`ActorSnapshot::schema_hash`](crate::ActorSnapshot::schema_hash).
    pub const fn hash(&self) -> u64 {
        self.hash
    }

    /// The places in the state whose shape cannot be seen, so that none are taken.
    pub fn unseen(&self) -> &[String] {
        &self.unseen
    }
}

/// What of an event decides what a state means.
fn entry(event: &meta::Event) -> String {
    let mut aliases = event.aliases.to_vec();
    aliases.sort_unstable();
    let (name, version) = (event.name.as_str(), event.version);
    format!("{name:?} {version} {aliases:?}")
}

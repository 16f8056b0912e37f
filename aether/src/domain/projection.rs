use eventstorming::meta;
use serde::{Serialize, de::DeserializeOwned};

use super::{Handlers, Shape, SnapshotCodec};

/// A read model: what is known, derived from events.
///
/// `#[derive(Projection)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection",
    label = "not a projection",
    note = "add `#[derive(Projection)]` to `{Self}`"
)]
pub trait Projection: Default + Send + Sync + 'static {
    /// What the model says about it.
    const META: &'static meta::Projection;

    /// How its state is written and read back; none if it is made of the whole log whenever a
    /// runtime starts. See [`ProjectionSnapshots`].
    const SNAPSHOTS: Option<SnapshotCodec<Self>> = None;

    /// Whether a command is answered only when its events are in the projection.
    const INLINE: bool = false;
}

/// A projection whose state is kept beside the log, with how far it has come, so that a runtime
/// that starts goes on from there.
///
/// `#[projection(snapshot)]` implements it. What is kept is used only by a build with the same
/// [`SnapshotSchema`](super::SnapshotSchema): the same shape of the state, the same events in the
/// same versions, the same [`ProjectionSnapshots::VERSION`]. Any other builds its own from the
/// log and keeps it in a place of its own, so that two builds may run side by side.
///
/// ```
/// use aether::prelude::*;
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPlaced { pub cents: u64 }
///
/// #[derive(Projection, Default, Serialize, Deserialize)]
/// #[projection(snapshot(version = 2))] // `turnover` counts something else than it did.
/// pub struct Turnover { cents: u64 }
///
/// #[handlers]
/// impl Turnover {
///     #[apply]
///     fn placed(&mut self, event: &OrderPlaced) { self.cents += event.cents; }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the state of `{Self}` cannot be kept",
    label = "keeps no state",
    note = "a projection that says `snapshot` needs `Serialize`, `Deserialize` and a `#[handlers]` block"
)]
pub trait ProjectionSnapshots: Projection + Handlers + Serialize + DeserializeOwned {
    /// Raised by hand when the `#[apply]` methods give the same events another meaning, and the
    /// types do not show it.
    const VERSION: u32 = 1;

    /// What the state looks like.
    ///
    /// If a part of it [cannot be seen](Shape::unseen), it is not kept, unless it is
    /// [trusted](Shape::trusted): `snapshot(trusted)`.
    fn shape() -> Shape {
        Shape::of::<Self>()
    }
}

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{
    Keeping, Rebuild, RebuildError, RebuildProgress, Saving, beside::Beside, keeper::Keeper,
    live::Live, orders, rebuilder::Rebuilder,
};
use crate::{
    DynEventStore, SystemClock,
    domain::{Handlers, Projection},
};

/// Builds a projection that says `snapshot` anew from the log, in this process and without a
/// runtime, and keeps it; says how far it has come whenever it has come further.
///
/// It is ordered as by [`rebuild()`](super::rebuild()), so a runtime that runs the projection
/// builds it as well. One that does not run has the new state when it starts.
///
/// # Errors
/// - [`RebuildError::Unkept`]: nothing is kept of such a projection, so nothing was done.
/// - [`RebuildError::Store`]: the order could not be given.
/// - [`RebuildError::Failed`]: there is something in the log that it cannot get past, or the new
///   state could not be kept. What was kept before is still there.
///
/// - [`RebuildError::Cancelled`]: the order was [taken back](super::cancel) meanwhile, which is
///   heard within a second. What was kept before is still there.
///
/// A store that is out of reach is asked again and again.
///
/// # Cancel safety
/// If the future is dropped, what was kept before is still there, and the order stands: a runtime
/// carries it out unless it is [taken back](super::cancel).
pub async fn rebuild_here<P: Projection + Handlers>(
    store: &DynEventStore,
    mut tell: impl FnMut(RebuildProgress),
) -> Result<RebuildProgress, RebuildError> {
    let live = Live::<P>::unopened();
    let control = Arc::clone(&live.control);
    let projection = control.name;
    let is_kept = matches!(&*control.keeping(), Keeping::State { .. });
    let codec = P::SNAPSHOTS.filter(|_| is_kept);
    let codec = codec.ok_or(RebuildError::Unkept { projection })?;
    let outside = (store.clone(), Arc::new(SystemClock) as _);
    let keeper = Keeper::new(outside, Arc::clone(&control), codec, Saving::new());
    // Nothing is read here, so that whatever is ordered is to be done.
    control.current.send_replace(Some(0));
    let rebuild = Rebuild::order(&control, Some(store.clone())).await?;
    let rebuilder = Rebuilder {
        beside: Beside {
            live,
            store: store.clone(),
            keeper: Some(keeper),
        },
        control: Arc::clone(&control),
        store: Some(store.clone()),
    };
    let followed = async {
        while rebuild.advanced().await {
            tell(rebuild.progress());
        }
        rebuild.clone().await
    };
    let never = CancellationToken::new();
    let heeding = orders::look(store.clone(), vec![Arc::clone(&control)], never.clone());
    let done = tokio::select! {
        biased;
        done = followed => done?,
        () = heeding => return Err(RebuildError::Stopped),
        () = rebuilder.run(never.clone()) => return Err(RebuildError::Stopped),
    };
    let failure = match &*control.keeping() {
        Keeping::State { failure, .. } => failure.clone(),
        Keeping::Nothing | Keeping::Unseen(_) | Keeping::Elsewhere => None,
    };
    match failure {
        Some(reason) => Err(RebuildError::Failed { projection, reason }),
        None => Ok(done),
    }
}

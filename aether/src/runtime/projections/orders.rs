use std::{any::TypeId, collections::HashMap, sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{Control, Entry, ledger::Ledger};
use crate::{DynEventStore, StoreError, runtime::tasks::Tasks};

/// How often it looks for orders of others.
const LOOK: Duration = Duration::from_millis(500);

/// Heeds the orders that others give to projections that are kept, if there are any.
pub(in crate::runtime) fn heed(
    projections: &HashMap<TypeId, Entry>,
    store: &DynEventStore,
    tasks: &Tasks,
) {
    let kept = projections.values().filter(|it| it.is_kept());
    let kept: Vec<_> = kept.map(|it| Arc::clone(&it.control)).collect();
    if !kept.is_empty() {
        tasks.spawn(look(store.clone(), kept, tasks.stop()));
    }
}

/// Looks for the orders that others have given, time after time.
pub(super) async fn look(
    store: DynEventStore,
    controls: Vec<Arc<Control>>,
    stop: CancellationToken,
) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = looks.tick() => {}
        }
        if let Err(err) = look_once(&store, &controls).await {
            tracing::warn!(error = %err, "orders to projections cannot be read");
        }
    }
}

async fn look_once(store: &DynEventStore, controls: &[Arc<Control>]) -> Result<(), StoreError> {
    let ledger = Ledger::read(store).await?;
    for control in controls {
        control.hear(ledger.page(control.name).order());
    }
    Ok(())
}

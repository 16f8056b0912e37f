use super::ledger::{Ledger, Page, Place};
use crate::{CheckpointStore, Position, StoreError, StoreErrorKind, Timestamp};

/// What is kept of a projection in a namespace, for the builds of one schema.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptProjection {
    /// Its name.
    pub name: String,
    /// Tells which builds can read it: see [`SnapshotSchema`](crate::domain::SnapshotSchema).
    pub schema: u64,
    /// Which of its states it is: each rebuild makes one with a higher number.
    pub generation: u64,
    /// The place in the log up to which it has applied events, as it was kept last: a runtime
    /// that runs is further.
    pub position: Position,
    /// How many bytes are kept.
    pub bytes: usize,
    /// Since when there has been this state.
    pub since: Timestamp,
    /// The rebuild that was ordered and is not done.
    pub rebuild: Option<KeptRebuild>,
}

/// A rebuild that was ordered and is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptRebuild {
    /// Which state it makes.
    pub generation: u64,
    /// How far it has come, as of a second ago; [`Position::START`] if it has not begun.
    pub position: Position,
    /// Why whoever has tried it last could not do it. The order stands until it is
    /// [taken back](cancel) or a build does it that can.
    pub failure: Option<String>,
}

/// The projections that are kept in a namespace: by name, and for each schema of it that has been
/// in use, the one in use last at the end.
///
/// How far one lags is the distance from its position to [`head`](crate::EventStore::head).
///
/// # Errors
/// If the store does not answer, or what it keeps cannot be read.
///
/// # Cancel safety
/// Cancel safe: it changes nothing.
pub async fn kept<S: CheckpointStore>(store: &S) -> Result<Vec<KeptProjection>, StoreError> {
    let mut all = Vec::new();
    for (name, page) in Ledger::read(store).await?.pages() {
        let mut schemas: Vec<u64> = page.states.iter().rev().map(|it| it.schema).collect();
        let mut seen = Vec::new();
        schemas.retain(|schema| {
            let is_new = !seen.contains(schema);
            seen.push(*schema);
            is_new
        });
        for schema in schemas.into_iter().rev() {
            all.extend(of_schema(store, (name, page), schema).await?);
        }
    }
    Ok(all)
}

/// What is kept for the builds of one schema; none if nothing is.
async fn of_schema<S: CheckpointStore>(
    store: &S,
    (name, page): (&str, &Page),
    schema: u64,
) -> Result<Option<KeptProjection>, StoreError> {
    let wanted = page.order().wanted;
    let mut rebuild = None;
    for place in page.of(schema) {
        let kept = store.checkpoint(&place.key(name)).await?;
        let Place {
            generation, since, ..
        } = place;
        let Some(state) = kept.state else {
            if generation == wanted {
                rebuild = Some(kept.position);
            }
            continue;
        };
        let is_to_be = generation < wanted;
        return Ok(Some(KeptProjection {
            name: name.to_owned(),
            schema,
            generation,
            position: kept.position,
            bytes: state.data.as_bytes().len(),
            since,
            rebuild: is_to_be.then_some(KeptRebuild {
                generation: wanted,
                position: rebuild.unwrap_or_default(),
                failure: page.failure(wanted).map(str::to_owned),
            }),
        }));
    }
    Ok(None)
}

/// Orders a projection to be built anew from the log, beside the state that is read until then;
/// gives the number of the state to come.
///
/// Every runtime that runs the projection begins within a second, one that does not run when it
/// runs again. [`kept`] says how far they have come.
///
/// # Errors
/// As for [`kept`]; and of kind [`StoreErrorKind::Invalid`] if no projection of this name is kept.
///
/// # Cancel safety
/// If the future is dropped, it may be ordered or not.
pub async fn rebuild<S: CheckpointStore>(store: &S, name: &str) -> Result<u64, StoreError> {
    is_kept(store, name).await?;
    Ok(Ledger::order(store, name, true).await?.wanted)
}

/// Takes back the order to build a projection anew: what was read before is read on. A rebuild
/// that is done stays done.
///
/// # Errors
/// As for [`rebuild`].
///
/// # Cancel safety
/// If the future is dropped, it may be taken back or not.
pub async fn cancel<S: CheckpointStore>(store: &S, name: &str) -> Result<(), StoreError> {
    is_kept(store, name).await?;
    Ledger::order(store, name, false).await?;
    Ok(())
}

async fn is_kept<S: CheckpointStore>(store: &S, name: &str) -> Result<(), StoreError> {
    let ledger = Ledger::read(store).await?;
    if ledger.page(name).states.is_empty() {
        let text = format!("nothing was ordered: no projection `{name}` is kept");
        return Err(StoreError::new(StoreErrorKind::Invalid, text));
    }
    Ok(())
}

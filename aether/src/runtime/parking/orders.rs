use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::{
    ActorId, Checkpoint, CheckpointStore, InvalidPayload, Payload, Position, ReaderState,
    StoreError, StoreErrorKind,
};

/// What tells the shape of orders, and of what else lies under such a name.
const SHAPE: u64 = 0x5061_726b_6564_0001;

/// What is to become of what is parked, as it was ordered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::runtime) struct Orders {
    /// The number of the last one.
    pub(super) last: u64,
    /// The latest ones, oldest first.
    orders: VecDeque<Order>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Order {
    number: u64,
    actor: ActorId,
    pub(super) what: What,
}

/// What is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    Retry,
    Discard,
}

impl Orders {
    /// How many are kept. More than one for each commit that can be parked are not needed.
    const KEPT: usize = 4_096;

    /// The orders for a follower.
    pub(in crate::runtime) async fn read<S: CheckpointStore>(
        store: &S,
        follower: &str,
    ) -> Result<Self, StoreError> {
        Ok(read(&store.checkpoint(&name(follower)).await?, follower)?.unwrap_or_default())
    }

    /// Adds an order for each of these actors, however often others are faster.
    pub(super) async fn add<S: CheckpointStore>(
        store: &S,
        follower: &str,
        actors: &[ActorId],
        what: What,
    ) -> Result<(), StoreError> {
        change(store, &name(follower), |orders: &mut Self| {
            for actor in actors {
                orders.last += 1;
                orders.orders.push_back(Order {
                    number: orders.last,
                    actor: actor.clone(),
                    what,
                });
            }
            let excess = orders.orders.len().saturating_sub(Self::KEPT);
            orders.orders.drain(..excess);
        })
        .await
    }

    /// The orders for an actor after this one, with their numbers.
    pub(super) fn after<'a>(
        &'a self,
        actor: &'a ActorId,
        number: u64,
    ) -> impl Iterator<Item = (u64, What)> + 'a {
        let orders = self.orders.iter();
        let wanted = orders.filter(move |it| it.number > number && it.actor == *actor);
        wanted.map(|it| (it.number, it.what))
    }
}

fn name(follower: &str) -> String {
    format!("parked/{follower}")
}

/// What lies in a checkpoint; none if there is nothing.
pub(super) fn read<T: serde::de::DeserializeOwned>(
    checkpoint: &Checkpoint,
    follower: &str,
) -> Result<Option<T>, StoreError> {
    let state = checkpoint.state.as_ref();
    let read = state.map(|state| state.data.decode()).transpose();
    read.map_err(|err| unreadable(follower, err))
}

/// A state that has the shape.
pub(super) fn write<T: Serialize>(what: &T, follower: &str) -> Result<ReaderState, StoreError> {
    let data = Payload::of(what).map_err(|err| unreadable(follower, err))?;
    Ok(ReaderState {
        schema_hash: SHAPE,
        data,
    })
}

/// Changes what lies under a name, however often others are faster.
pub(super) async fn change<S: CheckpointStore, T>(
    store: &S,
    name: &str,
    change: impl Fn(&mut T) + Send,
) -> Result<(), StoreError>
where
    T: Serialize + serde::de::DeserializeOwned + Default + PartialEq + Clone + Send,
{
    loop {
        let kept = store.checkpoint(name).await?;
        let before: T = read(&kept, name)?.unwrap_or_default();
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(());
        }
        let new = Checkpoint {
            position: Position::START,
            state: Some(write(&after, name)?),
        };
        match store.replace_checkpoint(name, &kept, new).await {
            Err(err) if err.kind() == StoreErrorKind::Conflict => {}
            answer => return answer,
        }
    }
}

fn unreadable(name: &str, err: InvalidPayload) -> StoreError {
    let text = format!("what is kept of what `{name}` has parked cannot be read");
    StoreError::new(StoreErrorKind::Corrupt, text).because(err)
}

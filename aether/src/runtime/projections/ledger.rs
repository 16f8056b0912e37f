use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::control::Order;
use crate::{
    Checkpoint, CheckpointStore, InvalidPayload, Payload, Position, ReaderState, StoreError,
    StoreErrorKind, Timestamp,
};

/// The name under which it is kept.
const NAME: &str = "projections";
/// How many bytes of a reason are kept.
const LONGEST_REASON: usize = 1_024;
/// What tells its shape.
const SHAPE: u64 = 0x5072_6f6a_6563_0001;

/// Which states of which projections are kept in a namespace, and which of these are to be built
/// anew. All processes share it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ledger(BTreeMap<String, Page>);

/// What is known of one projection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Page {
    /// The number of the last order.
    order: u64,
    /// The number that the states are to have; zero if no order stands.
    wanted: u64,
    /// The states, the latest last.
    pub(super) states: Vec<Place>,
    /// The rebuild that was ordered last, if it could not be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed: Option<Failed>,
}

/// A rebuild that could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Failed {
    generation: u64,
    reason: String,
}

/// Where a state is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) schema: u64,
    pub(super) generation: u64,
    pub(super) since: Timestamp,
}

impl Place {
    /// The name of the checkpoint.
    pub(super) fn key(&self, projection: &str) -> String {
        key(projection, self.schema, self.generation)
    }
}

/// The name of the checkpoint that holds a state.
///
/// Builds with other schemas have other names, so that several can run side by side; so has each
/// rebuild, so that the state before it stays until it is not needed any more.
pub(super) fn key(projection: &str, schema: u64, generation: u64) -> String {
    format!("projection/{projection}/{schema:016x}/{generation}")
}

impl Page {
    /// How many states of a projection are kept, of whatever build.
    const STATES: usize = 4;

    pub(super) const fn order(&self) -> Order {
        Order {
            number: self.order,
            wanted: self.wanted,
        }
    }

    /// Why the state with this number could not be made, if somebody has tried.
    pub(super) fn failure(&self, generation: u64) -> Option<&str> {
        let failed = self.failed.as_ref();
        let failed = failed.filter(|it| it.generation == generation);
        failed.map(|it| it.reason.as_str())
    }

    /// The states with this schema, the one of the last rebuild first.
    pub(super) fn of(&self, schema: u64) -> Vec<Place> {
        let states = self.states.iter().filter(|it| it.schema == schema);
        let mut states: Vec<_> = states.copied().collect();
        states.sort_by_key(|it| std::cmp::Reverse(it.generation));
        states
    }

    /// The number of a state that is made now: no order that was given before concerns it.
    pub(super) const fn next(&self) -> u64 {
        self.order
    }

    /// The number of a state that takes the place of one with the number `other`.
    fn succeed(&mut self, schema: u64, since: Timestamp, other: u64) -> u64 {
        let begun = self.of(schema).first().map(|it| it.generation);
        if let Some(generation) = begun.filter(|it| *it > other) {
            return generation;
        }
        // What was ordered before is done by this.
        let generation = self.order.max(other) + 1;
        (self.order, self.wanted) = (generation, 0);
        let place = Place {
            schema,
            generation,
            since,
        };
        // What lies where there is no room any more is elsewhere, and replaced there.
        drop(self.enter(place));
        generation
    }

    /// Adds a place, unless it is there; gives the ones for which there is no room any more.
    fn enter(&mut self, place: Place) -> Vec<Place> {
        // It is made now, perhaps by a build that can.
        self.failed.take_if(|it| it.generation == place.generation);
        let is_it = |it: &Place| (it.schema, it.generation) == (place.schema, place.generation);
        if self.states.iter().any(is_it) {
            return Vec::new();
        }
        self.states.push(place);
        let excess = self.states.len().saturating_sub(Self::STATES);
        self.states.drain(..excess).collect()
    }
}

impl Ledger {
    pub(super) async fn read<S: CheckpointStore>(store: &S) -> Result<Self, StoreError> {
        Ok(Self::kept(store).await?.1)
    }

    pub(super) fn pages(&self) -> impl Iterator<Item = (&str, &Page)> {
        self.0.iter().map(|(name, page)| (name.as_str(), page))
    }

    pub(super) fn page(&self, name: &str) -> Page {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// Notes where a state is kept; empties what lies where there is no room any more.
    pub(super) async fn enter<S: CheckpointStore>(
        store: &S,
        name: &str,
        place: Place,
    ) -> Result<(), StoreError> {
        let enter = |ledger: &mut Self| ledger.0.entry(name.to_owned()).or_default().enter(place);
        for gone in Self::change(store, enter).await? {
            let key = gone.key(name);
            let kept = store.checkpoint(&key).await?;
            let emptied = store
                .replace_checkpoint(&key, &kept, Checkpoint::default())
                .await;
            match emptied {
                // Somebody uses it still.
                Err(err) if err.kind() == StoreErrorKind::Conflict => {}
                answer => answer?,
            }
        }
        Ok(())
    }

    /// Orders a projection to be built anew, or takes that back.
    pub(super) async fn order<S: CheckpointStore>(
        store: &S,
        name: &str,
        wants: bool,
    ) -> Result<Order, StoreError> {
        let order = |ledger: &mut Self| {
            let page = ledger.0.entry(name.to_owned()).or_default();
            page.order += 1;
            page.wanted = if wants { page.order } else { 0 };
            page.failed = None;
            page.order()
        };
        Self::change(store, order).await
    }

    /// Notes that the state with a number could not be made, for whoever has ordered it.
    pub(super) async fn fail<S: CheckpointStore>(
        store: &S,
        name: &str,
        generation: u64,
        reason: &str,
    ) -> Result<(), StoreError> {
        let end = reason.floor_char_boundary(LONGEST_REASON);
        let reason = reason.get(..end).unwrap_or_default().to_owned();
        let failed = Failed { generation, reason };
        let fail = |ledger: &mut Self| {
            let page = ledger.0.entry(name.to_owned()).or_default();
            // What was ordered or taken back since is another matter.
            if page.wanted == generation {
                page.failed = Some(failed.clone());
            }
        };
        Self::change(store, fail).await
    }

    /// The number of the state that builds with a schema make in the place of another build's,
    /// which has a smaller one. All of them are told the same number, so that they work on the same.
    pub(super) async fn succeed<S: CheckpointStore>(
        store: &S,
        name: &str,
        (schema, since): (u64, Timestamp),
        other: u64,
    ) -> Result<u64, StoreError> {
        let succeed = |ledger: &mut Self| {
            let page = ledger.0.entry(name.to_owned()).or_default();
            page.succeed(schema, since, other)
        };
        Self::change(store, succeed).await
    }

    /// Changes it, however often others are faster.
    async fn change<S: CheckpointStore, R>(
        store: &S,
        change: impl Fn(&mut Self) -> R + Send,
    ) -> Result<R, StoreError> {
        loop {
            let (kept, before) = Self::kept(store).await?;
            let mut after = before.clone();
            let answer = change(&mut after);
            if after == before {
                return Ok(answer);
            }
            let data = Payload::of(&after).map_err(unreadable)?;
            let schema_hash = SHAPE;
            let new = Checkpoint {
                position: Position::START,
                state: Some(ReaderState { schema_hash, data }),
            };
            match store.replace_checkpoint(NAME, &kept, new).await {
                Ok(()) => return Ok(answer),
                Err(err) if err.kind() == StoreErrorKind::Conflict => {}
                Err(err) => return Err(err),
            }
        }
    }

    async fn kept<S: CheckpointStore>(store: &S) -> Result<(Checkpoint, Self), StoreError> {
        let kept = store.checkpoint(NAME).await?;
        let state = kept.state.as_ref();
        let ledger = state.map(|it| it.data.decode()).transpose();
        let ledger = ledger.map_err(unreadable)?.unwrap_or_default();
        Ok((kept, ledger))
    }
}

fn unreadable(err: InvalidPayload) -> StoreError {
    let text = "what is kept of which projections there are cannot be read";
    StoreError::new(StoreErrorKind::Corrupt, text).because(err)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(schema: u64, generation: u64) -> Place {
        Place {
            schema,
            generation,
            since: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_oldest_states_make_room() {
        let mut page = Page::default();
        for generation in 0..4 {
            assert_eq!(page.enter(place(7, generation)), []);
        }
        assert_eq!(page.enter(place(7, 2)), [], "it is there already");
        assert_eq!(page.enter(place(8, 0)), [place(7, 0)]);
        let of_seven = page.of(7).into_iter().map(|it| it.generation);
        assert_eq!(of_seven.collect::<Vec<_>>(), [3, 2, 1]);
    }

    #[test]
    fn all_builds_of_a_schema_succeed_another_with_the_same_number() {
        let mut page = Page {
            order: 3,
            wanted: 3,
            ..Page::default()
        };
        drop(page.enter(place(7, 3)));
        let succeed =
            |page: &mut Page, schema, other| page.succeed(schema, Timestamp::UNIX_EPOCH, other);
        assert_eq!(succeed(&mut page, 8, 3), 4);
        assert_eq!((page.order, page.wanted), (4, 0));
        assert_eq!(
            succeed(&mut page, 8, 3),
            4,
            "another process, or after a crash"
        );
        assert_eq!(succeed(&mut page, 7, 4), 5, "the build before is back");
    }

    #[tokio::test]
    async fn an_order_that_is_taken_back_leaves_none_and_the_next_has_a_higher_number() {
        let store = crate::InMemoryEventStore::new();
        let order = async |wants| Ledger::order(&store, "Sales", wants).await.unwrap();
        assert_eq!(
            order(true).await,
            Order {
                number: 1,
                wanted: 1
            }
        );
        assert_eq!(
            order(false).await,
            Order {
                number: 2,
                wanted: 0
            }
        );
        assert_eq!(
            order(true).await,
            Order {
                number: 3,
                wanted: 3
            }
        );
        let page = Ledger::read(&store).await.unwrap().page("Sales");
        assert_eq!(
            page.order(),
            Order {
                number: 3,
                wanted: 3
            }
        );
    }

    /// Memory in which somebody else is faster, once.
    struct Overtaken {
        inner: crate::InMemoryEventStore,
        is_next: std::sync::atomic::AtomicBool,
    }

    impl CheckpointStore for Overtaken {
        async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
            self.inner.checkpoint(reader).await
        }

        async fn save_checkpoint(&self, reader: &str, new: Checkpoint) -> Result<(), StoreError> {
            self.inner.save_checkpoint(reader, new).await
        }

        async fn replace_checkpoint(
            &self,
            reader: &str,
            expected: &Checkpoint,
            new: Checkpoint,
        ) -> Result<(), StoreError> {
            if self
                .is_next
                .swap(false, std::sync::atomic::Ordering::SeqCst)
            {
                Ledger::order(&self.inner, "Sales", false).await?;
            }
            self.inner.replace_checkpoint(reader, expected, new).await
        }
    }

    #[tokio::test]
    async fn whoever_is_overtaken_gives_the_order_after() {
        let store = Overtaken {
            inner: crate::InMemoryEventStore::new(),
            is_next: true.into(),
        };
        let order = Ledger::order(&store, "Sales", true).await.unwrap();
        assert_eq!(
            order,
            Order {
                number: 2,
                wanted: 2
            }
        );
    }
}

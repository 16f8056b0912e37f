use std::collections::{BTreeSet, HashMap};

use futures_util::StreamExt as _;
use serde_json::Value;

use super::fold::Fold;
use crate::{
    ActorId, ActorSnapshot, InvalidPayload, Position, Recorded, Store, StoreError, StoreErrorKind,
    Version,
    domain::{
        Aggregate, BoundedContext, ExternalSystem, Folded, Handlers, Instances, Policy,
        ProcessManager, Projection, Register, ReplayError, Snapshots,
    },
};

/// How many actors and events were verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Verified {
    /// How many actors were folded in every way there is.
    pub actors: u64,
    /// How many events they have.
    pub events: u64,
    /// How many snapshots the fold of the log was compared with.
    pub snapshots: u64,
    /// How many snapshots are of no use, so that none is misled by them.
    pub left_aside: u64,
    /// How many states differ.
    pub differences: u64,
    /// How many actors cannot be folded, for an event or the state cannot be read or written.
    pub unreadable: u64,
    /// How many actors are of an aggregate whose state is not kept, so that it cannot be compared.
    pub not_kept: u64,
}

/// What is found out while states are verified.
#[derive(Debug)]
#[non_exhaustive]
pub enum Finding {
    /// So much of the log is done.
    Progress {
        /// Every actor that begins up to here is verified.
        position: Position,
        /// Where the log ended at the beginning.
        head: Position,
    },
    /// Two ways to fold an actor give different states.
    Difference(Difference),
    /// A snapshot is of no use, and nobody uses it.
    LeftAside {
        /// Whose snapshot it is.
        actor_id: ActorId,
        /// Why.
        reason: String,
    },
    /// An actor cannot be folded.
    Unreadable {
        /// Whose history it is.
        actor_id: ActorId,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// An actor whose states differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The actor.
    pub actor_id: ActorId,
    /// The version at which the states were compared.
    pub version: Version,
    /// How the other state was folded.
    pub reading: Reading,
    /// Each place in which they differ: the state that is folded event by event, then the other.
    pub places: Vec<String>,
}

/// A way to come to a state, other than event by event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reading {
    /// Commit by commit, each of which arrives twice.
    Commits,
    /// It is what the snapshot holds.
    Snapshot,
    /// From the snapshot of this version on.
    SinceSnapshot(Version),
}

/// Folds an actor with and without its snapshot, event by event and commit by commit, and
/// compares the states as they are written.
///
/// A state that is written in another order each time, such as a `HashSet`, differs from itself.
///
/// # Errors
/// If the store does not answer. What is wrong with the actor is a [`Finding`].
///
/// # Cancel safety
/// Cancel safe: it changes nothing.
pub async fn verify_actor<A: Snapshots>(
    store: &impl Store,
    actor_id: ActorId,
    tell: impl FnMut(Finding) + Send,
) -> Result<Verified, StoreError> {
    let mut verifying = Verifying::new(store, tell);
    verifying.actor(actor_id, begin::<A>).await?;
    Ok(verifying.verified)
}

/// Does so for every actor of the aggregates of a context, one after the other as the log tells
/// of them, and tells how far it has come.
///
/// ```
/// # use aether::prelude::*;
/// use aether::{InMemoryEventStore, runtime::{Aether, verify_context}};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Counted { pub by: u32 }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct Count { #[command(id)] pub counter: String, pub by: u32 }
/// # #[derive(Aggregate, Debug, Default, Serialize, Deserialize)]
/// # #[aggregate(events(Counted), snapshot)]
/// # pub struct Counter { total: u32 }
/// # #[handlers]
/// # impl Counter {
/// #     #[handle]
/// #     fn count(&self, command: Count) -> Result<Counted, std::convert::Infallible> {
/// #         Ok(Counted { by: command.by })
/// #     }
/// #     #[apply]
/// #     fn counted(&mut self, event: &Counted) { self.total += event.by; }
/// # }
/// # bounded_context! {
/// #     /// Counts things.
/// #     pub Counting { aggregates: [Counter] }
/// # }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let store = InMemoryEventStore::new();
/// # let aether = Aether::builder().store(store.clone()).context::<Counting>().start().await?;
/// # aether.send(Count { counter: "a".to_owned(), by: 3 }).await?;
/// let verified = verify_context::<Counting>(&store, |finding| println!("{finding:?}")).await?;
/// assert_eq!((verified.actors, verified.differences), (1, 0));
/// # Ok(())
/// # }
/// ```
///
/// Needs memory for one actor and one page of its events, however many there are.
///
/// # Errors
/// If the store does not answer, or the log cannot be read.
///
/// # Cancel safety
/// Cancel safe: it changes nothing.
pub async fn verify_context<C: BoundedContext>(
    store: &impl Store,
    tell: impl FnMut(Finding) + Send,
) -> Result<Verified, StoreError> {
    let mut members = Members::default();
    C::register(&mut members);
    let mut verifying = Verifying::new(store, tell);
    let head = store.head().await?;
    if head == Position::START {
        return Ok(verifying.verified);
    }
    let mut log = Box::pin(store.follow(Position::START));
    while let Some(recorded) = log.next().await {
        let Recorded { position, commit } = recorded?;
        // An actor is met where it begins, and only there.
        if commit.expected() == Version::NONE {
            match members.0.get(commit.actor_id().actor_type()) {
                Some(Some(begin)) => verifying.actor(commit.actor_id().clone(), *begin).await?,
                Some(None) => verifying.verified.not_kept += 1,
                None => {}
            }
        }
        (verifying.tell)(Finding::Progress { position, head });
        if position >= head {
            break;
        }
    }
    Ok(verifying.verified)
}

type Begin = fn() -> Box<dyn Fold>;

fn begin<A: Aggregate>() -> Box<dyn Fold> {
    Box::new(Folded::<A>::new())
}

/// The aggregates of a context, and how an actor of each begins, if its state is kept.
#[derive(Default)]
struct Members(HashMap<&'static str, Option<Begin>>);

impl Register for Members {
    fn aggregate<A: Aggregate + Handlers>(&mut self) {
        let begin = Folded::<A>::is_kept().then_some(begin::<A> as Begin);
        self.0.insert(A::META.name.as_str(), begin);
    }

    fn policy<P: Policy + Handlers>(&mut self) {}

    fn process_manager<P: ProcessManager + Instances>(&mut self) {}

    fn projection<P: Projection + Handlers>(&mut self) {}

    fn external_system<S: ExternalSystem>(&mut self) {}
}

struct Verifying<'a, S, T> {
    store: &'a S,
    tell: T,
    verified: Verified,
}

/// Says why an actor cannot be verified.
enum Trouble {
    Store(StoreError),
    Unreadable(ReplayError),
    Unwritable(InvalidPayload),
}

impl From<StoreError> for Trouble {
    fn from(err: StoreError) -> Self {
        Self::Store(err)
    }
}

impl From<ReplayError> for Trouble {
    fn from(err: ReplayError) -> Self {
        Self::Unreadable(err)
    }
}

impl From<InvalidPayload> for Trouble {
    fn from(err: InvalidPayload) -> Self {
        Self::Unwritable(err)
    }
}

/// The ways in which an actor is folded at once.
struct Folds {
    one_by_one: Box<dyn Fold>,
    by_commits: Box<dyn Fold>,
    resumed: Option<Resumed>,
}

/// A fold that goes on from a snapshot.
struct Resumed {
    snapshot: ActorSnapshot,
    fold: Box<dyn Fold>,
    /// Whether the log has led to the snapshot.
    is_reached: bool,
}

impl<'a, S: Store, T: FnMut(Finding) + Send> Verifying<'a, S, T> {
    fn new(store: &'a S, tell: T) -> Self {
        let verified = Verified::default();
        Self {
            store,
            tell,
            verified,
        }
    }

    async fn actor(&mut self, actor_id: ActorId, begin: Begin) -> Result<(), StoreError> {
        self.verified.actors += 1;
        let source: Box<dyn std::error::Error + Send + Sync> =
            match self.fold(&actor_id, begin).await {
                Ok(()) => return Ok(()),
                Err(Trouble::Store(err)) => return Err(err),
                Err(Trouble::Unreadable(err)) => err.into(),
                Err(Trouble::Unwritable(err)) => err.into(),
            };
        self.verified.unreadable += 1;
        (self.tell)(Finding::Unreadable { actor_id, source });
        Ok(())
    }

    async fn fold(&mut self, actor_id: &ActorId, begin: Begin) -> Result<(), Trouble> {
        let mut folds = Folds {
            one_by_one: begin(),
            by_commits: begin(),
            resumed: self.resume(actor_id, begin).await?,
        };
        loop {
            let after = folds.one_by_one.version();
            let page = self.store.read(actor_id, after).await?;
            for recorded in &page.commits {
                self.commit(&mut folds, recorded)?;
            }
            if !page.more {
                break;
            }
        }
        let expected = &*folds.one_by_one;
        self.compare(actor_id, expected, &*folds.by_commits, Reading::Commits)?;
        match &folds.resumed {
            Some(resumed) if resumed.is_reached => {
                let reading = Reading::SinceSnapshot(resumed.snapshot.version);
                self.compare(actor_id, expected, &*resumed.fold, reading)?;
            }
            Some(_) => self.left_aside(actor_id, "the log does not have its last commit"),
            None => {}
        }
        Ok(())
    }

    async fn resume(
        &mut self,
        actor_id: &ActorId,
        begin: Begin,
    ) -> Result<Option<Resumed>, StoreError> {
        let snapshot = match self.store.snapshot(actor_id).await {
            Ok(Some(snapshot)) => snapshot,
            Ok(None) => return Ok(None),
            Err(err) if err.kind() == StoreErrorKind::Corrupt => {
                self.left_aside(actor_id, &err.to_string());
                return Ok(None);
            }
            Err(err) => return Err(err),
        };
        let mut fold = begin();
        if let Err(err) = fold.resume(&snapshot) {
            self.left_aside(actor_id, &err.to_string());
            return Ok(None);
        }
        Ok(Some(Resumed {
            snapshot,
            fold,
            is_reached: false,
        }))
    }

    fn commit(&mut self, folds: &mut Folds, recorded: &Recorded) -> Result<(), Trouble> {
        for event in recorded.commit.events() {
            folds.one_by_one.apply_one(event, recorded.position)?;
            self.verified.events += 1;
        }
        folds.by_commits.apply(recorded)?;
        folds.by_commits.apply(recorded)?;
        let Some(resumed) = &mut folds.resumed else {
            return Ok(());
        };
        if resumed.is_reached {
            resumed.fold.apply(recorded)?;
        } else if resumed.snapshot.ends_with(recorded) {
            resumed.is_reached = true;
            self.verified.snapshots += 1;
            let actor_id = recorded.commit.actor_id();
            let (expected, actual) = (&*folds.one_by_one, &*resumed.fold);
            self.compare(actor_id, expected, actual, Reading::Snapshot)?;
        }
        Ok(())
    }

    fn left_aside(&mut self, actor_id: &ActorId, reason: &str) {
        self.verified.left_aside += 1;
        (self.tell)(Finding::LeftAside {
            actor_id: actor_id.clone(),
            reason: reason.to_owned(),
        });
    }

    fn compare(
        &mut self,
        actor_id: &ActorId,
        expected: &dyn Fold,
        actual: &dyn Fold,
        reading: Reading,
    ) -> Result<(), InvalidPayload> {
        let mut places = Vec::new();
        differ(&written(expected)?, &written(actual)?, "", &mut places);
        if !places.is_empty() {
            self.verified.differences += 1;
            (self.tell)(Finding::Difference(Difference {
                actor_id: actor_id.clone(),
                version: expected.version(),
                reading,
                places,
            }));
        }
        Ok(())
    }
}

/// The state and its version as they are written.
fn written(fold: &dyn Fold) -> Result<Value, InvalidPayload> {
    let state = fold.state()?;
    let state: Value = state.map_or(Ok(Value::Null), |state| state.decode())?;
    Ok(serde_json::json!({ "version": fold.version(), "state": state }))
}

/// Names each place in which two values differ.
fn differ(expected: &Value, actual: &Value, place: &str, places: &mut Vec<String>) {
    let nothing = Value::Null;
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let keys: BTreeSet<_> = expected.keys().chain(actual.keys()).collect();
            for key in keys {
                let [expected, actual] =
                    [expected, actual].map(|it| it.get(key).unwrap_or(&nothing));
                differ(expected, actual, &join(place, key), places);
            }
        }
        (Value::Array(expected), Value::Array(actual)) => {
            for index in 0..expected.len().max(actual.len()) {
                let [expected, actual] =
                    [expected, actual].map(|it| it.get(index).unwrap_or(&nothing));
                differ(expected, actual, &join(place, &index.to_string()), places);
            }
        }
        _ if expected == actual => {}
        _ => places.push(format!("{place}: {expected}, but {actual}")),
    }
}

fn join(place: &str, key: &str) -> String {
    if place.is_empty() {
        key.to_owned()
    } else {
        format!("{place}.{key}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_place_in_which_two_states_differ_is_named() {
        let expected = json!({ "lines": [{ "price": 3 }, 1], "same": [1], "gone": true });
        let actual = json!({ "lines": [{ "price": 4 }], "same": [1], "new": "x" });
        let mut places = Vec::new();
        differ(&expected, &actual, "", &mut places);
        assert_eq!(
            places,
            [
                "gone: true, but null",
                "lines.0.price: 3, but 4",
                "lines.1: 1, but null",
                "new: null, but \"x\"",
            ]
        );
    }
}

//! What the cases are made of. It panics where a bus fails, since that is what it is for.
#![expect(
    clippy::panic,
    reason = "a failed case is a panic that says what went wrong"
)]

use std::{collections::HashMap, sync::Arc};

use serde_json::json;

use crate::{
    Commit, Event, Namespace, Position,
    bus::{BusError, EventBus, EventStored, Notices, SubscriptionFilter, Told},
};

/// What ends a case's notices.
const END: &str = "End";

#[track_caller]
pub(super) fn ok<T, E: std::fmt::Debug>(answer: Result<T, E>) -> T {
    answer.unwrap_or_else(|err| panic!("{err:?}"))
}

pub(super) fn namespace(text: &str) -> Namespace {
    ok(Namespace::new(text))
}

/// A namespace that no other case has.
pub(super) fn fresh() -> Namespace {
    namespace(&format!("case.{}", uuid::Uuid::now_v7().simple()))
}

/// Everything of a namespace.
pub(super) fn all(namespace: &Namespace) -> SubscriptionFilter {
    SubscriptionFilter::of(namespace.clone())
}

/// A commit of one event, at a position that is its version.
pub(super) fn notice(namespace: &Namespace, actor: &str, version: u64) -> Arc<EventStored> {
    typed(namespace, actor, version, "Counted")
}

pub(super) fn typed(
    namespace: &Namespace,
    actor: &str,
    version: u64,
    event_type: &'static str,
) -> Arc<EventStored> {
    let event = ok(Event::new(
        actor,
        version,
        event_type,
        &json!({ "n": version }),
    ));
    Arc::new(EventStored {
        namespace: namespace.clone(),
        position: Position::new(version),
        commit: ok(Commit::new([event])),
    })
}

/// Publishes what ends the notices of a namespace.
pub(super) fn end(bus: &impl EventBus, namespace: &Namespace) -> Result<(), BusError> {
    bus.publish(typed(namespace, END, 1, END))
}

fn is_end(notice: &EventStored) -> bool {
    notice.commit.actor_id().as_str() == END
}

/// What a subscription was told.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) notices: Vec<Arc<EventStored>>,
    pub(super) missed: u64,
}

impl Heard {
    /// Reads until so many buses have said that they are at their end.
    pub(super) async fn until_end(notices: &mut Notices, mut ends: usize) -> Self {
        let mut heard = Self::default();
        while ends > 0 {
            match notices.next().await {
                Some(Told::Stored(notice)) if is_end(&notice) => ends -= 1,
                Some(told) => heard.take(told),
                None => panic!("the notices ended before: {} of them", heard.notices.len()),
            }
        }
        heard
    }

    /// Reads until the bus is closed.
    pub(super) async fn all(notices: &mut Notices) -> Self {
        let mut heard = Self::default();
        while let Some(told) = notices.next().await {
            heard.take(told);
        }
        heard
    }

    /// The actor and the version of each.
    pub(super) fn names(&self) -> Vec<(String, u64)> {
        let name = |it: &Arc<EventStored>| {
            let commit = &it.commit;
            (commit.actor_id().to_string(), commit.version().as_u64())
        };
        self.notices.iter().map(name).collect()
    }

    /// Panics if the versions of an actor do not grow by one each time from 1.
    pub(super) fn check_order(&self) -> HashMap<String, u64> {
        let mut last: HashMap<String, u64> = HashMap::new();
        for (actor, version) in self.names() {
            let last = last.entry(actor.clone()).or_default();
            assert_eq!(version, *last + 1, "the next one of {actor}");
            *last = version;
        }
        last
    }

    fn take(&mut self, told: Told) {
        match told {
            Told::Stored(notice) => self.notices.push(notice),
            Told::Missed(count) => self.missed += count,
            Told::Disconnected | Told::Reconnected => panic!("the connection was lost"),
        }
    }
}

/// How many things a subscription was told, and how many it has missed.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) told: u64,
    pub(super) missed: u64,
}

impl Heard {
    /// Reads until the notice of a version, and counts.
    pub(super) async fn until_version(notices: &mut Notices, last: u64) -> Counted {
        let mut counted = Counted::default();
        loop {
            match notices.next().await {
                Some(Told::Stored(notice)) => {
                    counted.told += 1;
                    if notice.position.as_u64() == last && !is_end(&notice) {
                        return counted;
                    }
                }
                Some(Told::Missed(count)) => counted.missed += count,
                other => panic!("{other:?} after {} notices", counted.told),
            }
        }
    }
}

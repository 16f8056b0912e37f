use std::{collections::BTreeMap, time::Duration};

use aether::{Event, Recorded, Timestamp, Version};
use serde::Deserialize;

use crate::order_fulfilment::ordering::OrderId;

/// What happened to one order, in the order of the log, whichever aggregate it happened in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// Whose story it is.
    pub order: OrderId,
    /// When it began.
    pub began: Timestamp,
    /// What happened.
    pub steps: Vec<Step>,
}

/// One event of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How long after the beginning.
    pub after: Duration,
    /// What happened.
    pub event_type: String,
    /// To whom.
    pub actor: String,
    /// Its place in that actor's history.
    pub version: Version,
}

/// The events of this domain that are about an order have it in this field.
#[derive(Deserialize)]
struct About {
    order: Option<OrderId>,
}

impl Story {
    /// The story in which most happens; of several, that of the first order by name.
    pub fn longest(log: &[Recorded]) -> Option<Self> {
        let mut stories = BTreeMap::<OrderId, Vec<&Event>>::new();
        for event in log.iter().flat_map(|recorded| recorded.commit.events()) {
            if let Ok(About { order: Some(order) }) = event.data.decode() {
                stories.entry(order).or_default().push(event);
            }
        }
        let longest = stories.into_iter().reduce(|best, next| {
            if next.1.len() > best.1.len() {
                next
            } else {
                best
            }
        });
        let (order, events) = longest?;
        Self::of(order, &events)
    }

    fn of(order: OrderId, events: &[&Event]) -> Option<Self> {
        let began = events.first()?.timestamp;
        let step = |event: &&Event| Step {
            after: between(began, event.timestamp),
            event_type: event.event_type.to_string(),
            actor: event.actor_id.to_string(),
            version: event.version,
        };
        let steps = events.iter().map(step).collect();
        Some(Self {
            order,
            began,
            steps,
        })
    }
}

fn between(began: Timestamp, then: Timestamp) -> Duration {
    let millis = then.as_unix_millis() - began.as_unix_millis();
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

use std::time::Duration;

use aether::{Recorded, Timestamp, Version};
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
    /// The story of an order, if the log has one.
    pub fn of(order: &OrderId, log: &[Recorded]) -> Option<Self> {
        let events = log.iter().flat_map(|recorded| recorded.commit.events());
        let mut own = events
            .filter(|event| {
                let about = event.data.decode::<About>();
                about.is_ok_and(|about| about.order.as_ref() == Some(order))
            })
            .peekable();
        let began = own.peek()?.timestamp;
        let steps = own
            .map(|event| Step {
                after: between(began, event.timestamp),
                event_type: event.event_type.to_string(),
                actor: event.actor_id.to_string(),
                version: event.version,
            })
            .collect();
        Some(Self {
            order: order.clone(),
            began,
            steps,
        })
    }

    /// The story in which most happens, and the first of those.
    pub fn longest<'a>(
        orders: impl IntoIterator<Item = &'a OrderId>,
        log: &[Recorded],
    ) -> Option<Self> {
        let stories = orders.into_iter().filter_map(|order| Self::of(order, log));
        stories.reduce(|best, next| {
            if next.steps.len() > best.steps.len() {
                next
            } else {
                best
            }
        })
    }
}

fn between(began: Timestamp, then: Timestamp) -> Duration {
    let millis = then.as_unix_millis() - began.as_unix_millis();
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

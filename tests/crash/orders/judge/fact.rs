use std::time::Duration;

use aether::{Event, Recorded, Timestamp};
use serde::Deserialize;

use crate::crash::orders::{
    proof,
    shop::{PATIENCE, capture_delay, is_paid},
};

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) order: u64,
    /// The type of the event, or that the process manager has received it.
    pub(super) what: String,
    pub(super) id: String,
    pub(super) cause: Option<String>,
    pub(super) at: Timestamp,
}

/// What has to happen to an order once.
pub(super) struct Step {
    pub(super) what: &'static str,
    /// What causes it.
    pub(super) cause: Option<&'static str>,
    /// How long after its cause it may happen, at the earliest.
    pub(super) after: Duration,
}

const fn step(what: &'static str, cause: &'static str) -> Step {
    Step {
        what,
        cause: Some(cause),
        after: Duration::ZERO,
    }
}

/// All that has to happen to an order.
pub(super) fn steps(number: u64) -> Vec<Step> {
    let placed = Step {
        cause: None,
        ..step("OrderPlaced", "")
    };
    let mut steps = vec![
        placed,
        step("PaymentRequested", "OrderPlaced"),
        step("received OrderPlaced", "OrderPlaced"),
    ];
    if is_paid(number) {
        let captured = step("PaymentCaptured", "PaymentRequested");
        steps.extend([
            Step {
                after: capture_delay(number),
                ..captured
            },
            step("received PaymentCaptured", "PaymentCaptured"),
            step("OrderShipped", "received PaymentCaptured"),
            step("received OrderShipped", "OrderShipped"),
            step("ParcelCounted", "received OrderShipped"),
            step("PickupNoted", "OrderShipped"),
        ]);
    } else {
        steps.extend([
            Step {
                after: PATIENCE,
                ..step("OrderCancelled", "received OrderPlaced")
            },
            step("ParcelCounted", "OrderCancelled"),
        ]);
    }
    steps
}

/// What a log tells of orders; the places of what tells of none.
pub(super) fn facts(log: &[Recorded]) -> (Vec<Fact>, Vec<(u64, String)>) {
    let (mut facts, mut nameless) = (Vec::new(), Vec::new());
    for recorded in log {
        for event in recorded.commit.events() {
            match fact(event) {
                Some(fact) => facts.push(fact),
                None => nameless.push((recorded.position.as_u64(), event.event_type.to_string())),
            }
        }
    }
    (facts, nameless)
}

fn fact(event: &Event) -> Option<Fact> {
    #[derive(Deserialize)]
    struct Received {
        r#type: String,
    }
    let (order, what) = if event.event_type.starts_with("aether.") {
        let instance = event.actor_id.as_str().strip_prefix("Fulfilment.")?;
        let received: Received = event.data.decode().ok()?;
        (
            instance.parse().ok()?,
            format!("received {}", received.r#type),
        )
    } else {
        (proof::number(event)?, event.event_type.to_string())
    };
    Some(Fact {
        order,
        what,
        id: event.id.to_string(),
        cause: event.metadata.causation_id.clone(),
        at: received_at(event),
    })
}

/// When the timers of what happened count from: of what was received, from when it had happened.
fn received_at(event: &Event) -> Timestamp {
    #[derive(Deserialize)]
    struct Happened {
        time: Timestamp,
    }
    let happened = event.event_type.starts_with("aether.");
    let happened = happened.then(|| event.data.decode::<Happened>().ok());
    happened.flatten().map_or(event.timestamp, |it| it.time)
}

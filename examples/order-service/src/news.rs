use aether::{
    Position, Recorded, Timestamp,
    domain::{DecodeError, EventSet as _, Stored},
    prelude::*,
};
use aether_examples::order_fulfilment::{
    Cents,
    ordering::{
        CustomerId, OrderCancelled, OrderConfirmed, OrderId, OrderPlaced, OrderRejected, Progress,
    },
    shipping::{
        DeliveryAttemptFailed, ParcelDelivered, ParcelDispatched, ParcelReturned, TrackingNumber,
    },
};

/// What those who follow orders are told of. It is read as the domain reads it: in any version
/// that was ever stored.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
enum News {
    Placed(OrderPlaced),
    Confirmed(OrderConfirmed),
    Rejected(OrderRejected),
    Cancelled(OrderCancelled),
    Dispatched(ParcelDispatched),
    NobodyHome(DeliveryAttemptFailed),
    Delivered(ParcelDelivered),
    Returned(ParcelReturned),
}

/// A commit, as those who follow the log are told of it.
#[derive(Debug, Serialize)]
pub(crate) struct Told<'a> {
    position: Position,
    time: Option<Timestamp>,
    actor: &'a str,
    events: Vec<&'a str>,
    /// What is new of orders.
    orders: Vec<Change>,
}

/// What is new of an order; what is not said is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Change {
    order: OrderId,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<Progress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Cents>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking: Option<TrackingNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_attempts: Option<u32>,
}

impl<'a> Told<'a> {
    /// What is told of a commit.
    ///
    /// # Errors
    /// If one of its events is news and cannot be read.
    pub(crate) fn of(recorded: &'a Recorded) -> Result<Self, DecodeError> {
        let (mut events, mut orders) = (Vec::new(), Vec::new());
        for event in recorded.commit.events() {
            events.push(&*event.event_type);
            if News::covers(&event.event_type) {
                let news = News::decode(Stored::from(event))?;
                orders.push(Change::of(news, event.timestamp));
            }
        }
        let last = recorded.commit.events().last();
        Ok(Self {
            position: recorded.position,
            time: last.map(|event| event.timestamp),
            actor: recorded.commit.actor_id().as_str(),
            events,
            orders,
        })
    }
}

impl Change {
    fn of(news: News, moment: Timestamp) -> Self {
        let moved = |order, progress| Self {
            progress: Some(progress),
            since: Some(moment),
            ..Self::nothing(order)
        };
        match news {
            News::Placed(it) => Self {
                customer: Some(it.customer),
                total: Some(it.total),
                failed_attempts: Some(0),
                ..moved(it.order, Progress::Placed)
            },
            News::Confirmed(it) => moved(it.order, Progress::Confirmed),
            News::Rejected(it) => moved(it.order, Progress::Rejected),
            News::Cancelled(it) => moved(it.order, Progress::Cancelled),
            News::Dispatched(it) => Self {
                tracking: Some(it.tracking),
                ..moved(it.order, Progress::Dispatched)
            },
            News::NobodyHome(it) => Self {
                failed_attempts: Some(it.attempt),
                ..Self::nothing(it.order)
            },
            News::Delivered(it) => moved(it.order, Progress::Delivered),
            News::Returned(it) => moved(it.order, Progress::Returned),
        }
    }

    const fn nothing(order: OrderId) -> Self {
        Self {
            order,
            progress: None,
            since: None,
            customer: None,
            total: None,
            tracking: None,
            failed_attempts: None,
        }
    }
}

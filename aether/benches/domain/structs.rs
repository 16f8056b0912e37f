//! Events that are structs, which is how most are written.

use aether::{
    ActorId, Event, Position, Timestamp, Version,
    domain::{DecodeError, NewEvent},
    prelude::*,
};

use super::{
    by_hand::{self, Row, Unreadable},
    generated::{decode_generated, encode_generated, forget_generated},
    rounds::{Bar, Rounds},
};

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Line {
    sku: String,
    quantity: u32,
    cents: u64,
}

/// A customer placed an order.
#[derive(aether::Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OrderPlaced {
    order: String,
    customer: String,
    lines: Vec<Line>,
    cents: u64,
}

/// A customer changed how many are wanted.
#[derive(aether::Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct QuantityChanged {
    line: u32,
    quantity: u32,
}

/// The money came.
#[derive(aether::Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OrderPaid {
    cents: u64,
    receipt: Option<String>,
}

/// The parcel left.
#[derive(aether::Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OrderShipped {
    carrier: String,
    tracking: String,
}

/// The customer wants it no more.
#[derive(aether::Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OrderCancelled {
    reason: String,
}

#[derive(Aggregate, Debug, Default, Clone, PartialEq)]
#[aggregate(events(OrderPlaced, QuantityChanged, OrderPaid, OrderShipped, OrderCancelled))]
struct Order {
    customer: String,
    lines: Vec<Line>,
    owed: u64,
    paid: u64,
    changes: u64,
    tracking: Option<String>,
    cancelled: bool,
}

#[handlers]
impl Order {
    #[apply]
    fn placed(&mut self, event: OrderPlaced) {
        self.customer = event.customer;
        self.lines = event.lines;
        self.owed = event.cents;
    }

    #[apply]
    fn changed(&mut self, event: &QuantityChanged) {
        self.changes += u64::from(event.line) + u64::from(event.quantity);
    }

    #[apply]
    fn paid(&mut self, event: &OrderPaid) {
        self.paid += event.cents;
    }

    #[apply]
    fn shipped(&mut self, event: OrderShipped) {
        self.tracking = Some(event.tracking);
    }

    #[apply]
    fn cancelled(&mut self, _event: &OrderCancelled) {
        self.cancelled = true;
    }
}

/// Rounds of the same few events, as the life of an order has them.
const LIVES: u32 = 40;
const EVENTS: u32 = LIVES * 8;

fn history() -> Vec<OrderEvent> {
    (0..LIVES).flat_map(life).collect()
}

fn life(number: u32) -> Vec<OrderEvent> {
    let line = |quantity| Line {
        sku: format!("sku-{number}-{quantity}"),
        quantity,
        cents: 1_999,
    };
    let changed = |line| QuantityChanged {
        line,
        quantity: number,
    };
    let placed = OrderPlaced {
        order: format!("2026-{number:06}"),
        customer: "ada@example.org".to_owned(),
        lines: vec![line(1), line(2)],
        cents: 5_997,
    };
    let paid = |receipt| OrderPaid {
        cents: 100,
        receipt,
    };
    let shipped = OrderShipped {
        carrier: "the post".to_owned(),
        tracking: format!("RR{number:09}DE"),
    };
    let cancelled = OrderCancelled {
        reason: "it was \"late\"".to_owned(),
    };
    vec![
        placed.into(),
        changed(1).into(),
        changed(2).into(),
        paid(None).into(),
        paid(Some("r-1".to_owned())).into(),
        changed(3).into(),
        shipped.into(),
        cancelled.into(),
    ]
}

fn recorded(events: &[OrderEvent]) -> Vec<Event> {
    let versions = (1..).map(Version::new);
    let record = |(event, version): (&OrderEvent, _)| event.record(actor(), version);
    let recorded = events
        .iter()
        .zip(versions)
        .map(record)
        .collect::<Result<_, _>>();
    recorded.unwrap_or_default()
}

fn actor() -> ActorId {
    ActorId::of("Order", "2026-000001").unwrap_or_else(|_| unreachable!("the id is valid"))
}

#[inline(never)]
fn encode_ours(events: &[OrderEvent]) -> Vec<u8> {
    encode_generated(events)
}

#[inline(never)]
fn forget_ours(events: &[OrderEvent]) -> Vec<NewEvent> {
    forget_generated(events)
}

#[inline(never)]
fn decode_ours(events: &[Event]) -> Result<Vec<OrderEvent>, DecodeError> {
    decode_generated(events)
}

#[inline(never)]
fn encode_by_hand(events: &[OrderEvent]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 << 16);
    for event in events {
        let written = encode_one_by_hand(event, &mut out);
        if written.is_err() {
            return Vec::new();
        }
    }
    out
}

fn encode_one_by_hand(event: &OrderEvent, out: &mut Vec<u8>) -> serde_json::Result<()> {
    match event {
        OrderEvent::OrderPlaced(event) => by_hand::encode(event, out),
        OrderEvent::QuantityChanged(event) => by_hand::encode(event, out),
        OrderEvent::OrderPaid(event) => by_hand::encode(event, out),
        OrderEvent::OrderShipped(event) => by_hand::encode(event, out),
        OrderEvent::OrderCancelled(event) => by_hand::encode(event, out),
    }
}

const fn name_by_hand(event: &OrderEvent) -> (&'static str, u32) {
    match event {
        OrderEvent::OrderPlaced(_) => ("OrderPlaced", 1),
        OrderEvent::QuantityChanged(_) => ("QuantityChanged", 1),
        OrderEvent::OrderPaid(_) => ("OrderPaid", 1),
        OrderEvent::OrderShipped(_) => ("OrderShipped", 1),
        OrderEvent::OrderCancelled(_) => ("OrderCancelled", 1),
    }
}

#[inline(never)]
fn forget_by_hand(events: &[OrderEvent]) -> Vec<Row> {
    let mut rows = Vec::with_capacity(events.len());
    rows.extend(events.iter().flat_map(forget_one_by_hand));
    rows
}

fn forget_one_by_hand(event: &OrderEvent) -> serde_json::Result<Row> {
    let mut data = Vec::with_capacity(128);
    encode_one_by_hand(event, &mut data)?;
    let (event_type, schema_version) = name_by_hand(event);
    let data = data.into();
    Ok(Row {
        event_type,
        schema_version,
        data,
    })
}

#[inline(never)]
fn decode_by_hand(events: &[Event]) -> Result<Vec<OrderEvent>, Unreadable> {
    let mut decoded = Vec::with_capacity(events.len());
    for event in events {
        let (name, version) = (&*event.event_type, event.schema_version);
        decoded.push(decode_one_by_hand(name, version, event.data.as_bytes())?);
    }
    Ok(decoded)
}

fn decode_one_by_hand(name: &str, version: u32, data: &[u8]) -> Result<OrderEvent, Unreadable> {
    use by_hand::decode;
    Ok(match name {
        "OrderPlaced" => OrderEvent::OrderPlaced(decode(name, version, data)?),
        "QuantityChanged" => OrderEvent::QuantityChanged(decode(name, version, data)?),
        "OrderPaid" => OrderEvent::OrderPaid(decode(name, version, data)?),
        "OrderShipped" => OrderEvent::OrderShipped(decode(name, version, data)?),
        "OrderCancelled" => OrderEvent::OrderCancelled(decode(name, version, data)?),
        _ => return Err(Unreadable::Type(name.to_owned())),
    })
}

#[inline(never)]
fn fold_ours(events: Vec<OrderEvent>, origin: &Origin<'_>) -> Order {
    let mut order = Order::default();
    for event in events {
        Aggregate::apply(&mut order, event, origin);
    }
    order
}

#[inline(never)]
fn fold_by_hand(events: Vec<OrderEvent>) -> Order {
    let mut order = Order::default();
    for event in events {
        apply_by_hand(&mut order, event);
    }
    order
}

fn apply_by_hand(order: &mut Order, event: OrderEvent) {
    match event {
        OrderEvent::OrderPlaced(event) => {
            order.customer = event.customer;
            order.lines = event.lines;
            order.owed = event.cents;
        }
        OrderEvent::QuantityChanged(event) => {
            order.changes += u64::from(event.line) + u64::from(event.quantity);
        }
        OrderEvent::OrderPaid(event) => order.paid += event.cents,
        OrderEvent::OrderShipped(event) => order.tracking = Some(event.tracking),
        OrderEvent::OrderCancelled(_) => order.cancelled = true,
    }
}

#[inline(never)]
fn replay_ours(events: &[Event]) -> Option<Order> {
    let replayed = Replayed::<Order>::replay(actor(), events).ok()?;
    Some(replayed.into_state())
}

#[inline(never)]
fn replay_by_hand(events: &[Event]) -> Option<Order> {
    let mut order = Order::default();
    for event in events {
        let (name, version) = (&*event.event_type, event.schema_version);
        let event = decode_one_by_hand(name, version, event.data.as_bytes()).ok()?;
        apply_by_hand(&mut order, event);
    }
    Some(order)
}

/// Compares encoding, decoding, folding, and all of a replay.
pub(crate) fn compare(rounds: &Rounds) {
    let events = history();
    let stored = recorded(&events);
    agree(&events, &stored);

    let encode = Bar {
        what: "encode, event structs",
        ratio: 1.10,
    };
    rounds.compare(&encode, EVENTS, || &*events, (encode_ours, encode_by_hand));
    let forget = Bar {
        what: "encode for a store, event structs",
        ratio: 1.10,
    };
    rounds.compare(&forget, EVENTS, || &*events, (forget_ours, forget_by_hand));
    let decode = Bar {
        what: "decode, event structs",
        ratio: 1.10,
    };
    rounds.compare(&decode, EVENTS, || &*stored, (decode_ours, decode_by_hand));
    let fold = Bar {
        what: "fold, event structs",
        ratio: 1.05,
    };
    let first = stored
        .first()
        .map(|event| Origin::of(event, Position::START));
    if let Some(origin) = first {
        assert_eq!(
            fold_ours(events.clone(), &origin),
            fold_by_hand(events.clone())
        );
        let generated = |events| fold_ours(events, &origin);
        rounds.compare(&fold, EVENTS, || events.clone(), (generated, fold_by_hand));
    }
    let replay = Bar {
        what: "replay, event structs",
        ratio: 1.10,
    };
    rounds.compare(&replay, EVENTS, || &*stored, (replay_ours, replay_by_hand));
}

/// Both sides do the same work, and as often.
fn agree(events: &[OrderEvent], stored: &[Event]) {
    assert_eq!(stored.len(), events.len());
    assert_eq!(encode_ours(events), encode_by_hand(events));
    let ours = forget_ours(events).into_iter();
    assert!(forget_by_hand(events).into_iter().eq(ours));
    assert!(decode_ours(stored).is_ok_and(|decoded| decoded == events));
    assert!(decode_by_hand(stored).is_ok_and(|decoded| decoded == events));
    assert_eq!(replay_ours(stored), replay_by_hand(stored));
    assert!(
        stored
            .iter()
            .all(|event| event.timestamp > Timestamp::UNIX_EPOCH)
    );
}

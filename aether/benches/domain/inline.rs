//! Events that are variants with fields of their own.

use aether::{
    ActorId, Event, Version,
    domain::{DecodeError, EventSet, NewEvent},
    prelude::*,
};

use super::{
    by_hand::{self, Row, Unreadable},
    generated::{decode_generated, encode_generated, forget_generated},
    rounds::{Bar, Rounds},
};

/// What happens to the stock of a product.
#[derive(aether::Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(prefix = "Stock")]
enum StockEvent {
    Received {
        sku: String,
        quantity: u32,
    },
    Reserved {
        sku: String,
        order: String,
        quantity: u32,
    },
    Released {
        order: String,
    },
    Counted {
        found: i64,
        expected: i64,
        by: Option<String>,
    },
}

#[derive(Serialize)]
struct ReceivedRef<'a> {
    sku: &'a str,
    quantity: u32,
}

#[derive(Serialize)]
struct ReservedRef<'a> {
    sku: &'a str,
    order: &'a str,
    quantity: u32,
}

#[derive(Serialize)]
struct ReleasedRef<'a> {
    order: &'a str,
}

#[derive(Serialize)]
struct CountedRef<'a> {
    found: i64,
    expected: i64,
    by: Option<&'a str>,
}

#[derive(Deserialize)]
struct Received {
    sku: String,
    quantity: u32,
}

#[derive(Deserialize)]
struct Reserved {
    sku: String,
    order: String,
    quantity: u32,
}

#[derive(Deserialize)]
struct Released {
    order: String,
}

#[derive(Deserialize)]
struct Counted {
    found: i64,
    expected: i64,
    by: Option<String>,
}

const DAYS: u32 = 80;
const EVENTS: u32 = DAYS * 4;

fn history() -> Vec<StockEvent> {
    (0..DAYS).flat_map(day).collect()
}

fn day(number: u32) -> [StockEvent; 4] {
    let (sku, order) = (format!("sku-{number}"), format!("2026-{number:06}"));
    [
        StockEvent::Received {
            sku: sku.clone(),
            quantity: number,
        },
        StockEvent::Reserved {
            sku,
            order: order.clone(),
            quantity: 2,
        },
        StockEvent::Released { order },
        StockEvent::Counted {
            found: -7,
            expected: i64::from(number),
            by: number.is_multiple_of(2).then(|| "grace".to_owned()),
        },
    ]
}

fn recorded(events: &[StockEvent]) -> Vec<Event> {
    let Ok(actor) = ActorId::of("Stock", "sku-1") else {
        return Vec::new();
    };
    let versions = (1..).map(Version::new);
    let record = |(event, version): (&StockEvent, _)| event.record(actor.clone(), version);
    let recorded = events
        .iter()
        .zip(versions)
        .map(record)
        .collect::<Result<_, _>>();
    recorded.unwrap_or_default()
}

#[inline(never)]
fn encode_ours(events: &[StockEvent]) -> Vec<u8> {
    encode_generated(events)
}

#[inline(never)]
fn forget_ours(events: &[StockEvent]) -> Vec<NewEvent> {
    forget_generated(events)
}

#[inline(never)]
fn decode_ours(events: &[Event]) -> Result<Vec<StockEvent>, DecodeError> {
    decode_generated(events)
}

#[inline(never)]
fn encode_by_hand(events: &[StockEvent]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 << 16);
    for event in events {
        if encode_one_by_hand(event, &mut out).is_err() {
            return Vec::new();
        }
    }
    out
}

fn encode_one_by_hand(event: &StockEvent, out: &mut Vec<u8>) -> serde_json::Result<()> {
    match event {
        StockEvent::Received { sku, quantity } => {
            let quantity = *quantity;
            by_hand::encode(&ReceivedRef { sku, quantity }, out)
        }
        StockEvent::Reserved {
            sku,
            order,
            quantity,
        } => {
            let quantity = *quantity;
            by_hand::encode(
                &ReservedRef {
                    sku,
                    order,
                    quantity,
                },
                out,
            )
        }
        StockEvent::Released { order } => by_hand::encode(&ReleasedRef { order }, out),
        StockEvent::Counted {
            found,
            expected,
            by,
        } => {
            let (found, expected, by) = (*found, *expected, by.as_deref());
            by_hand::encode(
                &CountedRef {
                    found,
                    expected,
                    by,
                },
                out,
            )
        }
    }
}

const fn name_by_hand(event: &StockEvent) -> (&'static str, u32) {
    match event {
        StockEvent::Received { .. } => ("StockReceived", 1),
        StockEvent::Reserved { .. } => ("StockReserved", 1),
        StockEvent::Released { .. } => ("StockReleased", 1),
        StockEvent::Counted { .. } => ("StockCounted", 1),
    }
}

#[inline(never)]
fn forget_by_hand(events: &[StockEvent]) -> Vec<Row> {
    let mut rows = Vec::with_capacity(events.len());
    rows.extend(events.iter().flat_map(forget_one_by_hand));
    rows
}

fn forget_one_by_hand(event: &StockEvent) -> serde_json::Result<Row> {
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
fn decode_by_hand(events: &[Event]) -> Result<Vec<StockEvent>, Unreadable> {
    let mut decoded = Vec::with_capacity(events.len());
    for event in events {
        let (name, version) = (&*event.event_type, event.schema_version);
        decoded.push(decode_one_by_hand(name, version, event.data.as_bytes())?);
    }
    Ok(decoded)
}

fn decode_one_by_hand(name: &str, version: u32, data: &[u8]) -> Result<StockEvent, Unreadable> {
    use by_hand::decode;
    Ok(match name {
        "StockReceived" => {
            let Received { sku, quantity } = decode(name, version, data)?;
            StockEvent::Received { sku, quantity }
        }
        "StockReserved" => {
            let Reserved {
                sku,
                order,
                quantity,
            } = decode(name, version, data)?;
            StockEvent::Reserved {
                sku,
                order,
                quantity,
            }
        }
        "StockReleased" => {
            let Released { order } = decode(name, version, data)?;
            StockEvent::Released { order }
        }
        "StockCounted" => {
            let Counted {
                found,
                expected,
                by,
            } = decode(name, version, data)?;
            StockEvent::Counted {
                found,
                expected,
                by,
            }
        }
        _ => return Err(Unreadable::Type(name.to_owned())),
    })
}

/// Compares encoding and decoding.
pub(crate) fn compare(rounds: &Rounds) {
    let events = history();
    let stored = recorded(&events);
    assert_eq!(stored.len(), events.len());
    assert_eq!(encode_ours(&events), encode_by_hand(&events));
    let ours = forget_ours(&events).into_iter();
    assert!(forget_by_hand(&events).into_iter().eq(ours));
    assert!(decode_ours(&stored).is_ok_and(|decoded| decoded == events));
    assert!(decode_by_hand(&stored).is_ok_and(|decoded| decoded == events));

    let encode = Bar {
        what: "encode, inline variants",
        ratio: 1.10,
    };
    rounds.compare(&encode, EVENTS, || &*events, (encode_ours, encode_by_hand));
    let forget = Bar {
        what: "encode for a store, inline variants",
        ratio: 1.10,
    };
    rounds.compare(&forget, EVENTS, || &*events, (forget_ours, forget_by_hand));
    let decode = Bar {
        what: "decode, inline variants",
        ratio: 1.10,
    };
    rounds.compare(&decode, EVENTS, || &*stored, (decode_ours, decode_by_hand));
}

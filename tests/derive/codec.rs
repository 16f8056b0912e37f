//! From events to bytes and back.

use aether::domain::{DecodeError, DomainEvent, EventSet, RawEvent, Stored};

use serde_json::json;

use crate::shop::{
    OrderCancelled, OrderEvent, OrderId, OrderOutcome, OrderPlaced, OrderShipped, StockEvent,
};

const fn stored<'a>(event_type: &'a str, schema_version: u32, data: &'a str) -> Stored<'a> {
    Stored {
        event_type,
        schema_version,
        data: data.as_bytes(),
    }
}

fn encoded(event: &impl EventSet) -> (String, u32, String) {
    let mut data = Vec::new();
    event.encode(&mut data).expect("the data is JSON");
    let (event_type, version) = event.stored_as();
    let data = String::from_utf8(data).expect("JSON is text");
    (event_type.into_owned(), version, data)
}

fn placed(total: u64) -> OrderPlaced {
    OrderPlaced {
        order: OrderId::from("7"),
        total,
        currency: "EUR".to_owned(),
    }
}

/// Encodes, compares with the stored form, and decodes again.
fn roundtrip<E: EventSet + PartialEq + std::fmt::Debug>(
    event: &E,
    (name, version, data): (&str, u32, &str),
) {
    assert_eq!(
        encoded(event),
        (name.to_owned(), version, data.to_owned()),
        "{event:?}"
    );
    let decoded = E::decode(stored(name, version, data)).expect("what was written can be read");
    assert_eq!(&decoded, event);
}

#[test]
fn an_event_is_stored_under_its_name_and_version() {
    let data = r#"{"order":"7","total":2,"currency":"EUR"}"#;
    roundtrip(&placed(2), ("OrderPlaced", 3, data));
    roundtrip(&OrderEvent::from(placed(2)), ("OrderPlaced", 3, data));
    let order = OrderId::from("7");
    let cancelled = OrderCancelled {
        order: order.clone(),
    };
    roundtrip(&cancelled, ("OrderVoided", 1, r#"{"order":"7"}"#));
    let shipped = OrderEvent::OrderShipped(Box::new(OrderShipped { order }));
    roundtrip(&shipped, ("OrderShipped", 1, r#"{"order":"7"}"#));
}

#[test]
fn a_variant_is_stored_without_a_tag() {
    let received = StockEvent::Received { in_pieces: 3 };
    roundtrip(&received, ("StockReceived", 2, r#"{"inPieces":3}"#));
    roundtrip(&StockEvent::Counted, ("StockCounted", 1, "{}"));
}

#[test]
fn earlier_versions_are_brought_up_one_after_the_other() {
    let v1 = stored("OrderPlaced", 1, r#"{"order":"7"}"#);
    let v2 = stored("OrderPlaced", 2, r#"{"order":"7","total":5}"#);
    for (old, total) in [(v1, 1), (v2, 5)] {
        assert_eq!(
            OrderPlaced::decode(old).expect("an upcaster is listed"),
            placed(total)
        );
        let event = OrderEvent::decode(old).expect("an upcaster is listed");
        assert_eq!(event, placed(total).into());
    }
    let dozens = stored("StockReceived", 1, r#"{"dozens":2}"#);
    let received = StockEvent::decode(dozens).expect("an upcaster is listed");
    assert_eq!(received, StockEvent::Received { in_pieces: 24 });
}

#[test]
fn an_alias_names_the_same_event() {
    let data = r#"{"order":"7","total":2,"currency":"EUR"}"#;
    let event = OrderEvent::decode(stored("OrderSubmitted", 3, data)).expect("an alias");
    assert_eq!(event.stored_as().0, "OrderPlaced");
    let event = StockEvent::decode(stored("StockChecked", 1, "{}")).expect("an alias");
    assert_eq!(event, StockEvent::Counted);
}

#[test]
fn a_set_covers_its_names_and_aliases_and_no_more() {
    for name in ["OrderPlaced", "OrderSubmitted", "OrderVoided"] {
        assert!(OrderEvent::covers(name), "{name}");
    }
    assert!(!OrderEvent::covers("OrderCancelled"));
    assert!(StockEvent::covers("StockChecked") && !StockEvent::covers("Counted"));
    assert!(OrderOutcome::covers("anything"));
}

#[test]
fn what_cannot_be_read_says_why() {
    let unknown = OrderEvent::decode(stored("OrderRenamed", 1, "{}"));
    assert!(matches!(
        unknown,
        Err(DecodeError::UnknownType { set: "OrderEvent", event_type }) if event_type == "OrderRenamed"
    ));
    let unknown = StockEvent::decode(stored("Received", 1, "{}"));
    assert!(matches!(
        unknown,
        Err(DecodeError::UnknownType {
            set: "StockEvent",
            ..
        })
    ));
    let future = OrderEvent::decode(stored("OrderPlaced", 4, "{}"));
    assert!(matches!(
        future,
        Err(DecodeError::FutureVersion {
            found: 4,
            known: 3,
            ..
        })
    ));
    let future = StockEvent::decode(stored("StockCounted", 2, "{}"));
    assert!(matches!(
        future,
        Err(DecodeError::FutureVersion {
            found: 2,
            known: 1,
            ..
        })
    ));
    let retired = OrderEvent::decode(stored("OrderPlaced", 0, "{}"));
    assert!(matches!(
        retired,
        Err(DecodeError::RetiredVersion { found: 0, .. })
    ));
    let shape = OrderEvent::decode(stored("OrderPlaced", 2, r#"{"order":7}"#));
    assert!(matches!(
        shape,
        Err(DecodeError::Payload {
            schema_version: 2,
            ..
        })
    ));
}

#[test]
fn other_keeps_what_is_unknown_or_newer_as_it_is_stored() {
    for (name, version) in [("PaymentCaptured", 1), ("OrderPlaced", 4)] {
        let event = OrderOutcome::decode(stored(name, version, r#"{"a": 1}"#)).expect("kept");
        let raw = RawEvent {
            event_type: name.to_owned(),
            schema_version: version,
            data: br#"{"a": 1}"#.to_vec(),
        };
        assert_eq!(event, OrderOutcome::Unknown(raw));
        let stored_form = (name.to_owned(), version, r#"{"a": 1}"#.to_owned());
        assert_eq!(encoded(&event), stored_form);
    }
    let shape = OrderOutcome::decode(stored("OrderShipped", 1, "{}"));
    assert!(matches!(shape, Err(DecodeError::Payload { .. })));
    let shipped = OrderOutcome::decode(stored("OrderShipped", 1, r#"{"order":"7"}"#));
    assert!(matches!(shipped, Ok(OrderOutcome::Shipped(_))));
}

#[test]
fn a_visitor_sees_each_type_of_a_set() {
    let schemas = aether::domain::event_schemas::<OrderEvent>();
    let names: Vec<_> = schemas.keys().copied().collect();
    assert_eq!(names, ["OrderPlaced", "OrderShipped", "OrderVoided"]);
    assert_eq!(OrderPlaced::META.name.as_str(), "OrderPlaced");
}

#[test]
fn each_variant_of_an_enum_has_a_schema_of_its_own() {
    let schemas = aether::domain::event_schemas::<StockEvent>();
    let schemas = serde_json::to_value(schemas).unwrap();
    let draft = "https://json-schema.org/draft/2020-12/schema";
    let wanted = json!({
        "StockCounted": {
            "$schema": draft,
            "title": "StockCounted",
            "description": "Goods were counted.",
            "type": "object",
        },
        "StockReceived": {
            "$schema": draft,
            "title": "StockReceived",
            "description": "Goods came in.",
            "type": "object",
            "properties": {
                "inPieces": { "type": "integer", "format": "uint32", "minimum": 0 },
            },
            "required": ["inPieces"],
        },
    });
    assert_eq!(schemas, wanted);
}

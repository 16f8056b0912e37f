//! Events without a domain: save two, read them back, fold them by hand.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a quick start is as short as can be"
)]

use aether::{Event, EventStoreExt, InMemoryEventStore, Version};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = InMemoryEventStore::new();

    let placed = json!({ "customer": "alice", "total": 99.99 });
    store
        .save(Event::new("order-123", 1, "OrderPlaced", &placed)?)
        .await?;
    let shipped = json!({ "carrier": "Hermes", "tracking": "HM-4711" });
    store
        .save(Event::new("order-123", 2, "OrderShipped", &shipped)?)
        .await?;

    let (mut status, mut total, mut tracking) = ("unknown", Value::Null, Value::Null);
    for event in store.events(&"order-123".parse()?, Version::NONE).await? {
        let mut data: Value = event.data.decode()?;
        match &*event.event_type {
            "OrderPlaced" => (status, total) = ("placed", data["total"].take()),
            "OrderShipped" => (status, tracking) = ("shipped", data["tracking"].take()),
            _ => {}
        }
    }
    println!("order-123 is {status}: total {total}, tracking {tracking}");
    Ok(())
}

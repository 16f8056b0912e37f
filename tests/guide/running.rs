//! Chapter 4: a context, a store, a runtime.

// ANCHOR: context
use aether::{EmbeddedEventStore, InMemoryEventStore, Store, prelude::*, runtime::Aether};

use crate::bike::{AddBike, Bike, BikeRefusal, HireBike, RiderId};

bounded_context! {
    /// Lets riders take bikes, and bring them back.
    pub Hire {
        aggregates: [Bike],
    }
}
// ANCHOR_END: context

// ANCHOR: main
type AnyError = Box<dyn std::error::Error>;

async fn a_morning(store: impl Store) -> Result<(), AnyError> {
    let aether = Aether::builder()
        .store(store)
        .context::<Hire>()
        .start()
        .await?;

    let station = "Harbour".to_owned();
    aether
        .send(AddBike {
            bike: "b-1".into(),
            station,
        })
        .await?;
    let hire = |rider| HireBike {
        bike: "b-1".into(),
        rider: RiderId::from(rider),
    };
    let sent = aether.send(hire(7)).await?;
    assert_eq!(
        (sent.actor_id.as_str(), sent.version),
        ("Bike.b-1", 2.into())
    );

    let refused = aether.send(hire(8)).await.unwrap_err();
    let rider = RiderId::from(7);
    assert_eq!(refused.refusal(), Some(&BikeRefusal::Out { rider }));

    let bike = aether.load::<Bike>("b-1").await?;
    assert_eq!(bike.version(), 2.into());
    aether.shutdown().await;
    Ok(())
}
// ANCHOR_END: main

// ANCHOR: stores
#[tokio::test]
async fn in_memory() -> Result<(), AnyError> {
    a_morning(InMemoryEventStore::new()).await
}

#[tokio::test]
async fn in_a_folder() -> Result<(), AnyError> {
    let folder = tempfile::tempdir()?;
    a_morning(EmbeddedEventStore::open(folder.path()).await?).await?;

    // Another process, on another day.
    let store = EmbeddedEventStore::open(folder.path()).await?;
    let aether = Aether::builder()
        .store(store)
        .context::<Hire>()
        .start()
        .await?;
    assert_eq!(aether.load::<Bike>("b-1").await?.version(), 2.into());
    Ok(())
}
// ANCHOR_END: stores

// ANCHOR: nats
async fn on_a_server(address: &str) -> Result<(), AnyError> {
    a_morning(aether::JetStreamOptions::new().connect(address).await?).await
}
// ANCHOR_END: nats

#[tokio::test]
async fn on_nats() -> Result<(), AnyError> {
    let server = aether_tests::harness::NatsServer::start().await;
    on_a_server(&server.url()).await
}

// ANCHOR: twice
#[tokio::test]
async fn a_command_that_is_sent_again_takes_effect_once() -> Result<(), AnyError> {
    let store = InMemoryEventStore::new();
    let aether = Aether::builder()
        .store(store)
        .context::<Hire>()
        .start()
        .await?;
    let add = AddBike {
        bike: "b-1".into(),
        station: "Harbour".into(),
    };

    let id = aether::CommandId::new();
    let first = aether.send(add.clone()).with_id(id).await?;
    let again = aether.send(add).with_id(id).await?;

    assert_eq!((first.version, again.version), (1.into(), 1.into()));
    Ok(())
}
// ANCHOR_END: twice

//! Chapter 11: what is known of riders, and how it is forgotten.

// ANCHOR: domain
use std::convert::Infallible;

use aether::prelude::*;

/// Someone may hire bikes.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiderRegistered {
    pub rider: u64,
    #[personal(subject = rider)]
    pub name: Personal<String>,
}

/// Register a rider.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct RegisterRider {
    #[command(id)]
    pub rider: u64,
    #[personal]
    pub name: Personal<String>,
}

/// A rider, as far as we know them.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(RiderRegistered))]
pub struct RiderAccount {
    greeting: String,
}

#[handlers]
impl RiderAccount {
    #[handle]
    fn register(&self, command: RegisterRider) -> Result<RiderRegistered, Infallible> {
        Ok(RiderRegistered {
            rider: command.rider,
            name: command.name,
        })
    }

    #[apply]
    fn registered(&mut self, event: &RiderRegistered) {
        let name = event.name.known().map_or("rider", String::as_str);
        self.greeting = format!("Good morning, {name}!");
    }
}

bounded_context! {
    /// Knows who rides.
    pub Riders {
        aggregates: [RiderAccount],
    }
}
// ANCHOR_END: domain

// ANCHOR: forget
#[tokio::test]
async fn a_rider_is_forgotten() -> Result<(), Box<dyn std::error::Error>> {
    use aether::{
        DataSubject, InMemoryEventStore,
        personal::{InMemoryKeyStore, SealedStore},
        runtime::Aether,
    };

    let store = SealedStore::builder(InMemoryEventStore::new(), InMemoryKeyStore::new())
        .contexts::<Riders>()
        .open()
        .await?;
    let aether = Aether::builder()
        .store(store.clone())
        .context::<Riders>()
        .start()
        .await?;

    let name = Personal::Known("Ada".to_owned());
    aether.send(RegisterRider { rider: 7, name }).await?;
    let account = aether.load::<RiderAccount>(7).await?;
    assert_eq!(account.greeting, "Good morning, Ada!");

    store.forget(&DataSubject::new("7")?).await?;
    let account = aether.load::<RiderAccount>(7).await?;
    assert_eq!(account.greeting, "Good morning, rider!");
    assert_eq!(account.version(), 1.into());
    aether.shutdown().await;
    Ok(())
}
// ANCHOR_END: forget

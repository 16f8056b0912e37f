//! Chapter 7: a projection that is kept, and built anew.

use aether::{Position, prelude::*};

use crate::bike::{AddBike, Bike, BikeAdded, BikeHired, BikeReturned, Rider};

// ANCHOR: projection
/// How many bikes there are, and how many of them are out.
#[derive(Projection, Debug, Default, PartialEq, Serialize, Deserialize)]
#[projection(read_by(Rider), snapshot(version = 1))]
pub struct Fleet {
    bikes: u32,
    out: u32,
}
// ANCHOR_END: projection

#[handlers]
impl Fleet {
    #[apply]
    fn added(&mut self, _event: &BikeAdded) {
        self.bikes += 1;
    }

    #[apply]
    fn hired(&mut self, _event: &BikeHired) {
        self.out += 1;
    }

    #[apply]
    fn returned(&mut self, _event: &BikeReturned) {
        self.out -= 1;
    }
}

bounded_context! {
    /// Knows how many bikes there are.
    pub Fleets {
        aggregates: [Bike],
        projections: [Fleet],
    }
}

fn bike(number: u32) -> AddBike {
    AddBike {
        bike: format!("b-{number}").as_str().into(),
        station: "Harbour".to_owned(),
    }
}

// ANCHOR: run
#[tokio::test]
async fn a_fleet_is_kept_and_built_anew() -> Result<(), Box<dyn std::error::Error>> {
    use std::time::Duration;

    use aether::{
        InMemoryEventStore,
        runtime::{
            Aether,
            projections::{self, Saving},
        },
    };

    let store = InMemoryEventStore::new();
    let saving = Saving::new().every(100).or_after(Duration::from_secs(1));
    let aether = Aether::builder()
        .store(store.clone())
        .context::<Fleets>()
        .saving(saving)
        .start()
        .await?;
    for number in 0..250 {
        aether.send(bike(number)).await?;
    }
    aether.settled().await?;
    let rebuild = aether.rebuild::<Fleet>().await?;
    while rebuild.advanced().await {
        let progress = rebuild.progress();
        let (done, all) = (progress.events, progress.total_events());
        println!("{done} of {all} events, {:?} to go", progress.eta());
    }
    assert_eq!(rebuild.await?.events, 250);
    aether.shutdown().await;

    // It goes on where it was kept, and the log is not read again.
    let kept = projections::kept(&store).await?;
    assert_eq!((kept[0].generation, kept[0].position.as_u64()), (1, 250));
    let again = Aether::builder()
        .store(store)
        .context::<Fleets>()
        .start()
        .await?;
    assert_eq!(again.read::<Fleet>().await?.bikes, 250);
    Ok(())
}
// ANCHOR_END: run

// ANCHOR: wait
#[tokio::test]
async fn a_command_may_wait_for_what_is_read_next() -> Result<(), Box<dyn std::error::Error>> {
    use aether::{InMemoryEventStore, runtime::Aether};

    let aether = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Fleets>()
        .start()
        .await?;
    let sent = aether.send(bike(1)).wait_for::<Fleet>().await?;
    // Nothing is asked of the store, and nothing is waited for.
    let fleet = aether.read_at::<Fleet>(Position::START).await?;
    assert_eq!((fleet.bikes, Some(fleet.position())), (1, sent.position));
    Ok(())
}
// ANCHOR_END: wait

//! Chapters 5 to 8: both contexts, run.

// ANCHOR: contexts
use aether::prelude::*;

use crate::{
    bike::Bike,
    billing::{Charge, ChargeForRides},
    card_processor::CardProcessor,
    free_bikes::FreeBikes,
    lost_bikes::LostBikes,
};

bounded_context! {
    /// Lets riders take bikes, and bring them back.
    pub Hire {
        owner: "Team Wheels",
        aggregates: [Bike],
        process_managers: [LostBikes],
        projections: [FreeBikes],
        upstream: [Billing],
    }
}

bounded_context! {
    /// Sees that rides are paid for.
    pub Billing {
        owner: "Team Money",
        aggregates: [Charge],
        policies: [ChargeForRides],
        external_systems: [CardProcessor],
        upstream: [Hire],
    }
}

/// All there is.
pub type City = (Hire, Billing);
// ANCHOR_END: contexts

// ANCHOR: run
#[tokio::test]
async fn a_ride_is_paid_for() -> Result<(), Box<dyn std::error::Error>> {
    use std::time::Duration;

    use aether::{InMemoryEventStore, runtime::Aether, testing::ManualClock};

    use crate::{
        bike::{AddBike, HireBike, ReturnBike, RiderId},
        card_processor::CardClient,
        free_bikes::BikesAt,
    };

    let clock = ManualClock::new();
    let aether = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Hire>()
        .context::<Billing>()
        .adapter(CardClient)
        .clock(clock.clone())
        .start()
        .await?;
    let station = || "Harbour".to_owned();
    aether
        .send(AddBike {
            bike: "b-1".into(),
            station: station(),
        })
        .await?;
    aether
        .send(HireBike {
            bike: "b-1".into(),
            rider: RiderId::from(7),
        })
        .await?;
    clock.advance(Duration::from_mins(45));
    let back = aether
        .send(ReturnBike {
            bike: "b-1".into(),
            station: station(),
        })
        .await?;

    // All that follows from it has happened.
    aether.settled().await?;
    let charge = aether.load::<Charge>(back.events()[0].id).await?;
    assert!(charge.paid);

    let free = aether.ask(BikesAt { station: station() }).await?;
    assert_eq!(free, ["b-1".into()]);
    aether.shutdown().await;
    Ok(())
}
// ANCHOR_END: run

// ANCHOR: read
#[tokio::test]
async fn whoever_sent_a_command_reads_what_came_of_it() -> Result<(), Box<dyn std::error::Error>> {
    use aether::{InMemoryEventStore, runtime::Aether};

    use crate::{bike::AddBike, free_bikes::BikesAt};

    let aether = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Hire>()
        .context::<Billing>()
        .start()
        .await?;
    let station = || "Harbour".to_owned();
    aether
        .send(AddBike {
            bike: "b-1".into(),
            station: station(),
        })
        .await?;
    // No waiting in between: the answer has seen all that was in the log when it was asked for.
    assert_eq!(aether.ask(BikesAt { station: station() }).await?.len(), 1);

    let free = aether.read::<FreeBikes>().await?;
    assert_eq!(
        free.bikes_at(BikesAt { station: station() }),
        ["b-1".into()]
    );
    Ok(())
}
// ANCHOR_END: read

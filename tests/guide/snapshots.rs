//! Chapter 12: an actor with a long history.

// ANCHOR: aggregate
use std::{collections::BTreeSet, convert::Infallible, num::NonZeroU64};

use aether::{InMemoryEventStore, prelude::*, runtime::SnapshotPolicy};

use crate::bike::BikeId;

/// A bike was put into a dock.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BikeDocked {
    pub bike: BikeId,
}

/// Put a bike into a dock.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct DockBike {
    #[command(id)]
    pub station: String,
    pub bike: BikeId,
}

/// A station, at which hundreds of bikes come and go each day.
#[derive(Aggregate, Debug, Default, PartialEq, Serialize, Deserialize)]
#[aggregate(events(BikeDocked), snapshot(version = 1))]
pub struct Station {
    docked: BTreeSet<BikeId>,
}
// ANCHOR_END: aggregate

#[handlers]
impl Station {
    #[handle]
    fn dock(&self, command: DockBike) -> Result<Option<BikeDocked>, Infallible> {
        let docked = BikeDocked { bike: command.bike };
        Ok(Some(docked).filter(|it| !self.docked.contains(&it.bike)))
    }

    #[apply]
    fn docked(&mut self, event: BikeDocked) {
        self.docked.insert(event.bike);
    }
}

bounded_context! {
    /// Where bikes stand.
    pub Stations {
        aggregates: [Station],
    }
}

// ANCHOR: run
#[tokio::test]
async fn a_snapshot_spares_reading_and_changes_nothing() -> Result<(), Box<dyn std::error::Error>> {
    use aether::runtime::{Aether, verify_context};

    let store = InMemoryEventStore::new();
    let every_hundred = NonZeroU64::new(100).ok_or("a hundred is not zero")?;
    let aether = Aether::builder()
        .store(store.clone())
        .context::<Stations>()
        .snapshots(SnapshotPolicy::every(every_hundred))
        .start()
        .await?;
    for number in 0..250 {
        let bike = BikeId::from(format!("b-{number}"));
        let station = "Harbour".to_owned();
        aether.send(DockBike { station, bike }).await?;
    }
    aether.settled().await?;
    assert!(aether.snapshots().saved > 0);
    assert_eq!(aether.load::<Station>("Harbour").await?.docked.len(), 250);

    // What is stored, judged: with and without its snapshots each state is the same.
    let verified = verify_context::<Stations>(&store, |_finding| {}).await?;
    assert_eq!(verified.differences, 0);
    Ok(())
}
// ANCHOR_END: run

// ANCHOR: test
#[test]
fn what_a_snapshot_keeps_is_enough_to_go_on() {
    use aether::testing::{assert_snapshots_resume, given};

    let docked = |bike: &str| BikeDocked { bike: bike.into() };
    let station = given::<Station>((docked("b-1"), docked("b-2")));
    assert_snapshots_resume::<Station>(station.stored());
}
// ANCHOR_END: test

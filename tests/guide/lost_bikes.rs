//! Chapter 6: a deadline, and a memory.

// ANCHOR: manager
use aether::prelude::*;

use crate::{
    bike::{BikeHired, BikeId, BikeReportedMissing, BikeReturned, ReportMissing, RiderId},
    billing::RequestCharge,
};

/// Gives a rider a day to bring a bike back, and charges for a bike that stays away.
#[derive(ProcessManager, Debug, Default, PartialEq)]
#[process_manager(key = BikeId)]
pub struct LostBikes {
    rider: Option<RiderId>,
}

#[handlers]
impl LostBikes {
    #[apply(key = bike)]
    fn remember(&mut self, event: &BikeHired) {
        self.rider = Some(event.rider.clone());
    }

    #[react]
    fn hired(&self, event: &BikeHired) -> After<ReportMissing, Hours<24>> {
        let bike = event.bike.clone();
        After::fixed(ReportMissing { bike })
    }

    #[react(key = bike)]
    fn returned(&self, event: &BikeReturned) -> Cancel<ReportMissing> {
        Cancel::of(&event.bike)
    }

    #[react(key = bike)]
    fn missing(&self, _: &BikeReportedMissing, origin: &Origin<'_>) -> Option<RequestCharge> {
        Some(RequestCharge {
            charge: origin.event_id.to_string(),
            rider: self.rider.clone()?,
            cents: 40_000,
        })
    }
}
// ANCHOR_END: manager

// ANCHOR: test
#[test]
fn a_bike_that_is_brought_back_is_not_missed() {
    use std::time::Duration;

    let hired = |bike: &str| BikeHired {
        bike: bike.into(),
        rider: RiderId::from(7),
    };
    let missing = |bike: &str| ReportMissing { bike: bike.into() };
    let a_day: After<_, Hours<24>> = After::fixed(missing("b-1"));

    aether::testing::process::<LostBikes>()
        .when(hired("b-1"))
        .then_issues(a_day)
        .given(hired("b-2"))
        .given(BikeReturned {
            bike: "b-2".into(),
            rider: RiderId::from(7),
            station: "Market".into(),
            minutes: 50,
        })
        .after(Duration::from_hours(23))
        .then_nothing()
        .after(Duration::from_hours(1))
        .then_issues(missing("b-1"))
        .then_state("b-1", |it| assert_eq!(it.rider, Some(RiderId::from(7))));
}
// ANCHOR_END: test

//! Chapter 3: histories that nobody thought of.

// ANCHOR: property
use aether::testing::arbitrary::{proptest::prelude::*, stories};

use crate::bike::{AddBike, Bike, BikeEvent, HireBike, ReportMissing, ReturnBike};

type BikeCommands = (AddBike, HireBike, ReturnBike, ReportMissing);

proptest! {
    #[test]
    fn a_bike_comes_back_before_it_goes_out_again(
        story in stories::<Bike, BikeCommands>(0..20),
    ) {
        let history = story.play();
        let mut is_out = false;
        for event in history.events() {
            match event {
                BikeEvent::BikeHired(_) => prop_assert!(!std::mem::replace(&mut is_out, true)),
                BikeEvent::BikeReturned(_) => is_out = false,
                BikeEvent::BikeAdded(_) | BikeEvent::BikeReportedMissing(_) => {}
            }
        }
        // However it is read, the state is the same.
        history.verify();
    }
}
// ANCHOR_END: property

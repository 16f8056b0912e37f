//! Chapter 3: what a bike does, as a test says it.

// ANCHOR: given
use std::time::Duration;

use aether::{
    Timestamp,
    testing::{assert_replay_snapshot, assert_replays_equal, given},
};

use crate::bike::{
    AddBike, Bike, BikeAdded, BikeHired, BikeId, BikeRefusal, BikeReturned, HireBike,
    ReportMissing, ReturnBike, RiderId,
};

fn bike() -> BikeId {
    "b-1".into()
}

fn ada() -> RiderId {
    RiderId::from(7)
}

fn added() -> BikeAdded {
    BikeAdded {
        bike: bike(),
        station: "Harbour".into(),
    }
}

fn hired() -> BikeHired {
    BikeHired {
        bike: bike(),
        rider: ada(),
    }
}

#[test]
fn a_bike_is_out_with_one_rider_at_a_time() {
    let bob = RiderId::from(8);
    given::<Bike>(added())
        .when(HireBike {
            bike: bike(),
            rider: ada(),
        })
        .then(hired())
        .when(HireBike {
            bike: bike(),
            rider: bob,
        })
        .then_refused(BikeRefusal::Out { rider: ada() });
}
// ANCHOR_END: given

#[test]
fn a_bike_is_added_once_and_is_not_hired_before() {
    let add = AddBike {
        bike: bike(),
        station: "Harbour".into(),
    };
    let hire = HireBike {
        bike: bike(),
        rider: ada(),
    };
    given::<Bike>([])
        .when(hire)
        .then_refused(BikeRefusal::Unknown)
        .when(add.clone())
        .then(added())
        .when(add)
        .then_refused(BikeRefusal::Exists);
}

// ANCHOR: time
#[test]
fn a_ride_is_as_long_as_it_was() {
    let noon = Timestamp::UNIX_EPOCH.after(Duration::from_hours(12));
    given::<Bike>((added(), hired()))
        .at(noon)
        .when(ReturnBike {
            bike: bike(),
            station: "Market".into(),
        })
        .then(BikeReturned {
            bike: bike(),
            rider: ada(),
            station: "Market".into(),
            minutes: 12 * 60,
        });
}
// ANCHOR_END: time

// ANCHOR: nothing
#[test]
fn a_bike_that_is_back_is_not_reported() {
    given::<Bike>(added())
        .when(ReportMissing { bike: bike() })
        .then_nothing();
}
// ANCHOR_END: nothing

// ANCHOR: replay
#[test]
fn the_state_after_each_event() {
    let ride = given::<Bike>((added(), hired())).when(ReturnBike {
        bike: bike(),
        station: "Market".into(),
    });
    assert_replays_equal::<Bike>(ride.stored());
    assert_replay_snapshot!(Bike, ride.stored(), @r#"
    Bike
        known: false
        out: null

    1 BikeAdded, schema version 1
      | bike: "b-1"
      | station: "Harbour"
      - known: false
      + known: true
        out: null

    2 BikeHired, schema version 1
      | bike: "b-1"
      | rider: 7
        known: true
      - out: null
      + out:
      +   rider: 7
      +   since: "[time]"

    3 BikeReturned, schema version 1
      | bike: "b-1"
      | minutes: 0
      | rider: 7
      | station: "Market"
        known: true
      - out:
      -   rider: 7
      -   since: "[time]"
      + out: null
    "#);
}
// ANCHOR_END: replay

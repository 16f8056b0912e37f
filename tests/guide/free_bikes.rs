//! Chapter 7: what riders see.

// ANCHOR: projection
use std::collections::{BTreeMap, BTreeSet};

use aether::prelude::*;

use crate::bike::{BikeAdded, BikeHired, BikeId, BikeReturned, Rider};

/// The bikes that stand at each station.
#[derive(Projection, Debug, Default, PartialEq)]
#[projection(read_by(Rider))]
pub struct FreeBikes {
    stations: BTreeMap<String, BTreeSet<BikeId>>,
}

/// Which bikes stand at a station?
#[derive(Query, Debug)]
pub struct BikesAt {
    pub station: String,
}

#[handlers]
impl FreeBikes {
    #[apply]
    fn added(&mut self, event: &BikeAdded) {
        self.park(&event.bike, &event.station);
    }

    #[apply]
    fn hired(&mut self, event: &BikeHired) {
        for bikes in self.stations.values_mut() {
            bikes.remove(&event.bike);
        }
    }

    #[apply]
    fn returned(&mut self, event: &BikeReturned) {
        self.park(&event.bike, &event.station);
    }

    #[answer(by(Rider))]
    pub fn bikes_at(&self, query: BikesAt) -> Vec<BikeId> {
        let bikes = self.stations.get(&query.station);
        bikes.into_iter().flatten().cloned().collect()
    }

    fn park(&mut self, bike: &BikeId, station: &str) {
        let station = self.stations.entry(station.to_owned()).or_default();
        station.insert(bike.clone());
    }
}
// ANCHOR_END: projection

// ANCHOR: test
#[test]
fn a_bike_that_is_out_is_not_free() {
    use aether::testing::projection;

    use crate::bike::RiderId;

    let bike = || BikeId::from("b-1");
    let added = BikeAdded {
        bike: bike(),
        station: "Harbour".into(),
    };
    let hired = BikeHired {
        bike: bike(),
        rider: RiderId::from(7),
    };
    let at_the_harbour = || BikesAt {
        station: "Harbour".into(),
    };
    projection::<FreeBikes>()
        .given("Bike.b-1", added)
        .then_state(|free| assert_eq!(free.bikes_at(at_the_harbour()), [bike()]))
        .given("Bike.b-1", hired)
        .then_state(|free| assert!(free.bikes_at(at_the_harbour()).is_empty()));
}
// ANCHOR_END: test

//! Chapter 14: the domain on several nodes, while whatever can go wrong goes wrong.

// ANCHOR: workload
use std::{collections::BTreeSet, time::Duration};

use aether::{
    EventId,
    prelude::*,
    simulation::{Client, Simulation, World, seeds},
};

use crate::{
    bike::{AddBike, Bike, BikeReturned, HireBike, ReturnBike, RiderId},
    billing::{Charge, ChargeForRides, ChargeRequested, RequestCharge},
    card_processor::CardProcessor,
};

/// Riders take any of three bikes, and bring them back after three quarters of an hour.
async fn ride(mut client: Client) {
    let rider = RiderId::from(client.number() as u64);
    for _ in 0..5 {
        let bike = *client.dice().pick(&["b-1", "b-2", "b-3"]);
        let add = AddBike {
            bike: bike.into(),
            station: "Harbour".into(),
        };
        // Another rider may have added it, or have it out.
        let _ = client.send(add).await.is_ok();
        let hire = HireBike {
            bike: bike.into(),
            rider: rider.clone(),
        };
        if client.send(hire).await.is_err() {
            continue;
        }
        client.advance(Duration::from_mins(45));
        let back = ReturnBike {
            bike: bike.into(),
            station: "Market".into(),
        };
        // Another node may not know yet that the bike is out.
        for _ in 0..10 {
            if client.send(back.clone()).await.is_ok() {
                break;
            }
            client.rest(Duration::ZERO, Duration::from_secs(1)).await;
        }
    }
}
// ANCHOR_END: workload

// ANCHOR: invariants
fn no_ride_is_charged_twice(world: &World<'_>) -> Result<(), String> {
    let rides = world.events::<BikeReturned>().len();
    let charges = world.events::<ChargeRequested>().len();
    if charges <= rides {
        return Ok(());
    }
    Err(format!("{rides} rides, {charges} charges"))
}

fn every_ride_is_charged(world: &World<'_>) -> bool {
    world.events::<BikeReturned>().len() == world.events::<ChargeRequested>().len()
}

fn riding<C: BoundedContext>() -> Simulation {
    Simulation::new()
        .context::<C>()
        .nodes(3)
        .clients(2)
        .workload(ride)
        .invariant("no ride is charged twice", no_ride_is_charged_twice)
        .eventually("every ride is charged", every_ride_is_charged)
}
// ANCHOR_END: invariants

// ANCHOR: sound
bounded_context! {
    /// Lets riders take bikes, and charges them.
    pub Rental {
        aggregates: [Bike, Charge],
        policies: [ChargeForRides],
        external_systems: [CardProcessor],
    }
}

#[test]
fn every_ride_is_charged_once_whatever_goes_wrong() {
    let report = riding::<Rental>().run(seeds(40)).unwrap();
    println!("{report}");
}
// ANCHOR_END: sound

// ANCHOR: careless
/// Charges a rider for a ride, under an id that it makes up.
#[derive(Policy, Default)]
pub struct ChargeCarelessly;

#[handlers]
impl ChargeCarelessly {
    #[react]
    fn returned(&self, event: &BikeReturned) -> RequestCharge {
        RequestCharge {
            charge: EventId::new().to_string(),
            rider: event.rider.clone(),
            cents: 250,
        }
    }
}

bounded_context! {
    /// Charges some rides twice.
    pub Careless {
        aggregates: [Bike, Charge],
        policies: [ChargeCarelessly],
        external_systems: [CardProcessor],
    }
}
// ANCHOR_END: careless

// ANCHOR: found
#[test]
fn a_policy_that_makes_up_an_id_is_found_out() {
    let failure = riding::<Careless>().run(0..20).unwrap_err();
    assert_eq!(failure.what, "`no ride is charged twice`");

    // The seed gives the very same run again.
    let (once, again) = (
        riding::<Careless>().replay(failure.seed),
        riding::<Careless>().replay(failure.seed),
    );
    assert_eq!(once.to_string(), again.to_string());
    assert_eq!(once.steps, failure.steps);
}
// ANCHOR_END: found

// ANCHOR: defect
#[test]
fn the_invariants_would_tell_of_a_store_that_checks_no_versions() {
    use aether::simulation::Defect;

    let broken = riding::<Rental>().defect(Defect::NoVersionCheck);
    assert!(broken.run(0..20).is_err());
}
// ANCHOR_END: defect

#[test]
fn a_failure_says_what_happened() {
    let failure = riding::<Careless>().run(0..20).unwrap_err();
    let (text, seed) = (failure.to_string(), failure.seed);
    assert!(
        text.starts_with(&format!(
            "seed {seed}: `no ride is charged twice` does not hold after the commit at "
        )),
        "{text}"
    );
    assert!(
        text.ends_with(&format!("the same run again: AETHER_SEED={seed}")),
        "{text}"
    );
    let nodes: BTreeSet<_> = failure
        .steps
        .iter()
        .map(|step| step.whom.as_str())
        .collect();
    assert!(
        nodes.contains("node 1") && nodes.contains("client 1"),
        "{nodes:?}"
    );
}

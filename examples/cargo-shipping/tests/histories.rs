//! Whole histories, and the state after each of their events.

use aether::{
    Event,
    testing::{assert_replay_snapshot, assert_replays_equal, assert_snapshots_resume, given},
};
use aether_examples::cargo_shipping::{
    booking::{Cargo, CargoDelivered, CargoRouted},
    customs::{Declaration, PapersPresented},
    handling::HandlingFile,
    voyages::{Voyage, VoyageEvent},
};
use serde_json::json;

use crate::{
    handling_file::handled,
    samples::{
        arrived, by_rotterdam, cargo, claimed, cleared, detained, from_singapore, hamburg, loaded,
        lodged, misdirected, proposed, released, routed, scheduled, singapore, unloaded, voyage,
    },
};

/// Also: the history gives the same state however it is read.
macro_rules! assert_history {
    ($aggregate:ty, $events:expr) => {
        let events = $events;
        assert_replays_equal::<$aggregate>(&events);
        assert_snapshots_resume::<$aggregate>(&events);
        assert_replay_snapshot!($aggregate, &events);
    };
}

/// A booking as it was stored before there were route specifications.
fn booked_in_the_first_years() -> Event {
    let data = json!({
        "cargo": "C-7",
        "customer": "lamps-and-sons",
        "from": "CNSHA",
        "to": "DEHAM",
        "by": 42,
    });
    Event::new("Cargo.C-7", 1, "CargoBooked", &data).expect("the data is JSON")
}

/// A way as it was stored under its first name.
fn assigned() -> Event {
    let data = json!({ "cargo": "C-7", "itinerary": by_rotterdam() });
    Event::new("Cargo.C-7", 2, "ItineraryAssigned", &data).expect("the data is JSON")
}

/// Events of one actor, one after the other.
fn after(mut first: Vec<Event>, rest: &[Event]) -> Vec<Event> {
    first.extend(rest.iter().cloned());
    for (event, version) in first.iter_mut().zip(1_u64..) {
        event.version = version.into();
    }
    let actor = first[0].actor_id.clone();
    for event in &mut first {
        event.actor_id = actor.clone();
    }
    first
}

#[test]
fn a_voyage_that_is_cancelled() {
    let cancelled = VoyageEvent::Cancelled {
        voyage: voyage("V100"),
    };
    assert_history!(
        Voyage,
        given::<Voyage>([scheduled(), cancelled]).stored().to_vec()
    );
}

#[test]
fn cargo_that_was_booked_in_the_first_years_and_goes_astray() {
    let onward = CargoRouted {
        cargo: cargo(),
        itinerary: from_singapore(),
    };
    let rest = given::<Cargo>((
        misdirected(),
        proposed(vec![from_singapore()]),
        onward,
        arrived(),
        CargoDelivered { cargo: cargo() },
    ));
    let first = vec![booked_in_the_first_years(), assigned()];
    assert_history!(Cargo, after(first, rest.stored()));
}

#[test]
fn cargo_that_is_routed_under_the_name_of_today() {
    let rest = given::<Cargo>(routed());
    assert_history!(
        Cargo,
        after(vec![booked_in_the_first_years()], rest.stored())
    );
}

#[test]
fn a_file_that_begins_in_the_first_years() {
    let rest = given::<HandlingFile>((
        loaded(singapore(), "V300"),
        unloaded(hamburg(), "V300"),
        released(),
        claimed(),
    ));
    assert_history!(HandlingFile, after(vec![handled()], rest.stored()));
}

#[test]
fn cargo_that_is_detained_and_cleared() {
    let presented = PapersPresented {
        cargo: cargo(),
        papers: vec!["certificate".to_owned()],
    };
    let events = given::<Declaration>((lodged(), detained(), presented, cleared()));
    assert_history!(Declaration, events.stored().to_vec());
}

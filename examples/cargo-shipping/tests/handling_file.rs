//! What happens on the quay: cargo is loaded where it lies, and unloaded from the ship it is on.

use aether::{Event, prelude::Replayed, testing::given};
use aether_examples::cargo_shipping::handling::{
    ClaimCargo, HandlingFile, HandlingFileOpened, HandlingRefusal, LoadCargo, OpenHandlingFile,
    Place, ReceiveCargo, ReleaseCargo, UnloadCargo,
};
use serde_json::json;

use crate::samples::{
    cargo, claimed, hamburg, loaded, received, released, shanghai, singapore, unloaded, voyage,
};

fn opened() -> HandlingFileOpened {
    HandlingFileOpened { cargo: cargo() }
}

fn receive() -> ReceiveCargo {
    ReceiveCargo {
        cargo: cargo(),
        port: shanghai(),
    }
}

fn load() -> LoadCargo {
    LoadCargo {
        cargo: cargo(),
        port: shanghai(),
        voyage: voyage("V100"),
    }
}

fn unload() -> UnloadCargo {
    UnloadCargo {
        cargo: cargo(),
        port: hamburg(),
        voyage: voyage("V100"),
    }
}

fn claim() -> ClaimCargo {
    ClaimCargo { cargo: cargo() }
}

fn elsewhere(place: Place, wanted: Place) -> HandlingRefusal {
    HandlingRefusal::Elsewhere { place, wanted }
}

#[test]
fn there_is_one_file_for_cargo() {
    let open = || OpenHandlingFile { cargo: cargo() };
    given::<HandlingFile>(())
        .when(open())
        .then(opened())
        .when(open())
        .then_nothing();
}

#[test]
fn cargo_that_nobody_expects_is_not_taken_in() {
    given::<HandlingFile>(())
        .when(receive())
        .then_refused(HandlingRefusal::NotExpected);
    given::<HandlingFile>(())
        .when(load())
        .then_refused(HandlingRefusal::NotExpected);
}

#[test]
fn cargo_is_taken_in_once() {
    given::<HandlingFile>(opened())
        .when(receive())
        .then(received())
        .when(receive())
        .then_refused(HandlingRefusal::ReceivedBefore);
}

#[test]
fn cargo_is_loaded_in_the_port_that_it_lies_in() {
    given::<HandlingFile>((opened(), received()))
        .when(load())
        .then(loaded(shanghai(), "V100"))
        .when(load())
        .then_refused(elsewhere(
            Place::Aboard(voyage("V100")),
            Place::InPort(shanghai()),
        ));
    let in_singapore = LoadCargo {
        port: singapore(),
        ..load()
    };
    given::<HandlingFile>((opened(), received()))
        .when(in_singapore)
        .then_refused(elsewhere(
            Place::InPort(shanghai()),
            Place::InPort(singapore()),
        ));
}

#[test]
fn cargo_is_unloaded_from_the_ship_that_it_is_on() {
    let aboard = || given::<HandlingFile>((opened(), received(), loaded(shanghai(), "V100")));
    aboard().when(unload()).then(unloaded(hamburg(), "V100"));
    let other = UnloadCargo {
        voyage: voyage("V200"),
        ..unload()
    };
    let refusal = elsewhere(Place::Aboard(voyage("V100")), Place::Aboard(voyage("V200")));
    assert_eq!(
        refusal.to_string(),
        "the cargo is aboard voyage V100, and not aboard voyage V200"
    );
    aboard().when(other).then_refused(refusal);
}

#[test]
fn nobody_claims_cargo_that_is_not_released() {
    let release = || ReleaseCargo { cargo: cargo() };
    given::<HandlingFile>((opened(), received()))
        .when(claim())
        .then_refused(HandlingRefusal::NotReleased)
        .when(release())
        .then(released())
        .when(release())
        .then_nothing()
        .when(claim())
        .then(claimed())
        .when(claim())
        .then_refused(HandlingRefusal::ClaimedBefore);
    given::<HandlingFile>((opened(), released()))
        .when(claim())
        .then_refused(HandlingRefusal::NotInPort);
}

/// A report as it was stored when there was one kind of it.
pub(crate) fn handled() -> Event {
    let data = json!({ "cargo": "C-7", "port": "SGSIN", "activity": "taken from the ship" });
    Event::new("HandlingFile.C-7", 1, "CargoHandled", &data).expect("the data is JSON")
}

#[test]
fn a_report_of_the_first_years_says_where_cargo_was() {
    let event = handled();
    let file = Replayed::<HandlingFile>::replay(event.actor_id.clone(), [&event]);
    assert_eq!(
        *file.expect("it is read").place(),
        Place::InPort(singapore())
    );
}

//! What planners, clerks, stevedores, brokers and shippers see.

use std::collections::BTreeMap;

use aether::testing::projection;
use aether_examples::{
    calendar::Day,
    cargo_shipping::{
        booking::{
            CargoDelayed, CargoDelivered, NoRouteFound, RouteChoices, ShipmentTracking, Tracked,
            Transport, WhereIs,
        },
        customs::{CargoForfeited, DetainedCargo},
        handling::{CargoHandled, HandlingFileOpened, OnQuay, QuaySheet},
        voyages::{SailingSchedule, ShipsTo, VoyageEvent},
    },
};

use crate::samples::{
    arrived, booked, by_rotterdam, cargo, changed, claimed, cleared, detained, hamburg, loaded,
    misdirected, movement, proposed, received, released, rotterdam, routed, scheduled, shanghai,
    singapore, unloaded, voyage,
};

const CARGO: &str = "Cargo.C-7";
const FILE: &str = "HandlingFile.C-7";

#[test]
fn the_schedule_shows_which_ships_call_where() {
    let calls_at = |schedule: &SailingSchedule, port| schedule.ships_to(ShipsTo { port });
    let rescheduled = VoyageEvent::Rescheduled {
        voyage: voyage("V100"),
        movements: vec![movement(shanghai(), hamburg(), (2, 35))],
    };
    projection::<SailingSchedule>()
        .given("Voyage.V100", scheduled())
        .then_state(|schedule| {
            assert_eq!(calls_at(schedule, rotterdam()), [voyage("V100")]);
            assert_eq!(calls_at(schedule, hamburg()), []);
        })
        .given("Voyage.V100", rescheduled)
        .then_state(|schedule| assert_eq!(calls_at(schedule, hamburg()), [voyage("V100")]))
        .given(
            "Voyage.V100",
            VoyageEvent::Cancelled {
                voyage: voyage("V100"),
            },
        )
        .then_state_is(SailingSchedule::default());
}

#[test]
fn a_clerk_sees_the_cargo_that_needs_a_way() {
    let open = |ways| RouteChoices {
        open: BTreeMap::from([(cargo(), ways)]),
    };
    let nothing = RouteChoices::default;
    projection::<RouteChoices>()
        .given(CARGO, NoRouteFound { cargo: cargo() })
        .then_state_is(open(Vec::new()))
        .given(CARGO, proposed(vec![by_rotterdam()]))
        .then_state_is(open(vec![by_rotterdam()]))
        .given(CARGO, routed())
        .then_state_is(nothing())
        .given(CARGO, proposed(vec![by_rotterdam()]))
        .given(CARGO, misdirected())
        .then_state_is(nothing())
        .given(CARGO, proposed(vec![by_rotterdam()]))
        .given(CARGO, changed())
        .then_state_is(nothing())
        .given(CARGO, proposed(vec![by_rotterdam()]))
        .given(CARGO, arrived())
        .then_state_is(nothing());
}

fn tracked(tracking: &ShipmentTracking) -> &Tracked {
    &tracking.cargo[&cargo()]
}

fn place(tracking: &ShipmentTracking) -> Option<Transport> {
    tracking.where_is(WhereIs { cargo: cargo() })
}

#[test]
fn a_shipper_follows_cargo_from_quay_to_quay() {
    projection::<ShipmentTracking>()
        .then_state(|tracking| assert_eq!(place(tracking), None))
        .given(CARGO, booked())
        .given(CARGO, routed())
        .then_state(|tracking| {
            assert_eq!(place(tracking), Some(Transport::NotReceived));
            assert_eq!(tracked(tracking).expected, Some(Day::new(35)));
        })
        .given(FILE, received())
        .then_state(|tracking| assert_eq!(place(tracking), Some(Transport::InPort(shanghai()))))
        .given(FILE, loaded(shanghai(), "V100"))
        .then_state(|tracking| {
            assert_eq!(place(tracking), Some(Transport::Aboard(voyage("V100"))));
        })
        .given(FILE, unloaded(hamburg(), "V100"))
        .given(CARGO, arrived())
        .then_state(|tracking| assert_eq!(place(tracking), Some(Transport::Arrived(hamburg()))))
        .given(CARGO, CargoDelivered { cargo: cargo() })
        .then_state(|tracking| assert_eq!(place(tracking), Some(Transport::Delivered)));
}

#[test]
fn a_shipper_sees_when_something_goes_wrong() {
    let late = CargoDelayed {
        cargo: cargo(),
        expected: Day::new(35),
    };
    projection::<ShipmentTracking>()
        .given(CARGO, booked())
        .given(CARGO, routed())
        .given(CARGO, late)
        .given(CARGO, misdirected())
        .then_state(|tracking| {
            let tracked = tracked(tracking);
            assert!(tracked.misdirected && tracked.delayed);
            assert_eq!(
                (tracked.expected, &tracked.route.origin),
                (None, &singapore())
            );
        })
        .given(CARGO, routed())
        .then_state(|tracking| {
            let tracked = tracked(tracking);
            assert!(!tracked.misdirected && !tracked.delayed);
        })
        .given(CARGO, changed())
        .then_state(|tracking| {
            let tracked = tracked(tracking);
            assert_eq!(
                (tracked.expected, &tracked.route.destination),
                (None, &rotterdam())
            );
        });
}

#[test]
fn of_the_first_years_it_is_known_where_cargo_was() {
    let handled = CargoHandled {
        cargo: cargo(),
        port: singapore(),
        activity: "taken from the ship".to_owned(),
    };
    projection::<ShipmentTracking>()
        .given(CARGO, booked())
        .given(FILE, handled)
        .then_state(|tracking| assert_eq!(place(tracking), Some(Transport::InPort(singapore()))));
}

#[test]
fn a_stevedore_sees_what_is_expected_and_what_lies_there() {
    let sheet = |port, released| QuaySheet {
        cargo: BTreeMap::from([(cargo(), OnQuay { port, released })]),
    };
    projection::<QuaySheet>()
        .given(FILE, HandlingFileOpened { cargo: cargo() })
        .then_state_is(sheet(None, false))
        .given(FILE, received())
        .then_state_is(sheet(Some(shanghai()), false))
        .given(FILE, loaded(shanghai(), "V100"))
        .then_state_is(sheet(None, false))
        .given(FILE, unloaded(hamburg(), "V100"))
        .given(FILE, released())
        .then_state_is(sheet(Some(hamburg()), true))
        .given(FILE, claimed())
        .then_state_is(QuaySheet::default());
}

#[test]
fn a_broker_sees_what_customs_want() {
    let wanted = BTreeMap::from([(cargo(), "a certificate of origin".to_owned())]);
    projection::<DetainedCargo>()
        .given("Declaration.C-7", detained())
        .then_state_is(DetainedCargo { wanted })
        .given("Declaration.C-7", cleared())
        .then_state_is(DetainedCargo::default())
        .given("Declaration.C-7", detained())
        .given("Declaration.C-7", CargoForfeited { cargo: cargo() })
        .then_state_is(DetainedCargo::default());
}

//! Cargo: a promise, and what becomes of it.

use aether::testing::given;
use aether_examples::{
    calendar::Day,
    cargo_shipping::{
        Port,
        booking::{
            BookCargo, Cargo, CargoDelayed, CargoDelivered, CargoRefusal, CargoRouted,
            ChangeDestination, ChooseRoute, Itinerary, Mismatch, NoRouteFound, ProposeRoutes,
            RaiseDelay, RecordArrival, RecordDelivery, ReportMisdirection, RouteSpecification,
            ShipperId,
        },
    },
};

use crate::samples::{
    arrived, booked, by_rotterdam, cargo, changed, from_singapore, hamburg, leg, misdirected,
    proposed, rotterdam, route, routed, shanghai, singapore,
};

fn book(route: RouteSpecification) -> BookCargo {
    BookCargo {
        cargo: cargo(),
        shipper: ShipperId::from("lamps-and-sons"),
        route,
    }
}

fn propose(itineraries: Vec<Itinerary>) -> ProposeRoutes {
    ProposeRoutes {
        cargo: cargo(),
        itineraries,
    }
}

fn choose(itinerary: Itinerary) -> ChooseRoute {
    ChooseRoute {
        cargo: cargo(),
        itinerary,
    }
}

fn change(destination: Port) -> ChangeDestination {
    ChangeDestination {
        cargo: cargo(),
        destination,
        deadline: Day::new(40),
    }
}

fn in_singapore() -> ReportMisdirection {
    ReportMisdirection {
        cargo: cargo(),
        port: singapore(),
    }
}

fn in_hamburg() -> RecordArrival {
    RecordArrival {
        cargo: cargo(),
        port: hamburg(),
    }
}

#[test]
fn cargo_is_booked_once() {
    given::<Cargo>(())
        .when(book(route()))
        .then(booked())
        .when(book(route()))
        .then_refused(CargoRefusal::NumberInUse);
}

#[test]
fn cargo_goes_from_one_port_to_another() {
    let nowhere = RouteSpecification {
        destination: shanghai(),
        ..route()
    };
    given::<Cargo>(())
        .when(book(nowhere))
        .then_refused(CargoRefusal::GoesNowhere);
    let port = Port::from("Hamburg");
    let unknown = RouteSpecification {
        destination: port.clone(),
        ..route()
    };
    given::<Cargo>(())
        .when(book(unknown))
        .then_refused(CargoRefusal::UnknownPort { port });
}

#[test]
fn nobody_promises_what_should_have_been_yesterday() {
    let (yesterday, today) = (Day::new(19), Day::new(20).begins());
    let late = RouteSpecification {
        deadline: yesterday,
        ..route()
    };
    given::<Cargo>(())
        .at(today)
        .when(book(late))
        .then_refused(CargoRefusal::DeadlinePast {
            deadline: yesterday,
        });
}

#[test]
fn of_the_ways_that_are_known_those_are_proposed_that_satisfy_the_route() {
    let direct = Itinerary {
        legs: vec![leg("V400", shanghai(), hamburg(), (5, 35))],
    };
    let late = Itinerary {
        legs: vec![leg("V500", shanghai(), hamburg(), (5, 50))],
    };
    given::<Cargo>(booked())
        .when(propose(vec![
            by_rotterdam(),
            late,
            from_singapore(),
            direct.clone(),
        ]))
        .then(proposed(vec![direct, by_rotterdam()]));
}

#[test]
fn it_is_said_when_there_is_no_way() {
    given::<Cargo>(booked())
        .when(propose(vec![from_singapore()]))
        .then(NoRouteFound { cargo: cargo() });
    given::<Cargo>(())
        .when(propose(Vec::new()))
        .then_refused(CargoRefusal::NotBooked);
    given::<Cargo>((booked(), arrived()))
        .when(propose(vec![by_rotterdam()]))
        .then_nothing();
}

#[test]
fn cargo_takes_no_way_that_does_not_lead_there() {
    given::<Cargo>(booked())
        .when(choose(by_rotterdam()))
        .then(routed());
    let begins = singapore();
    given::<Cargo>(booked())
        .when(choose(from_singapore()))
        .then_refused(CargoRefusal::Unsuitable(Mismatch::WrongOrigin { begins }));
    given::<Cargo>(())
        .when(choose(by_rotterdam()))
        .then_refused(CargoRefusal::NotBooked);
}

#[test]
fn the_destination_can_be_changed_until_the_cargo_has_arrived() {
    let ends = hamburg();
    given::<Cargo>((booked(), routed()))
        .when(change(rotterdam()))
        .then(changed())
        .then_state(|cargo| assert_eq!(cargo.itinerary(), None))
        .when(choose(by_rotterdam()))
        .then_refused(CargoRefusal::Unsuitable(Mismatch::WrongDestination {
            ends,
        }));
    given::<Cargo>((booked(), routed(), arrived()))
        .when(change(rotterdam()))
        .then_refused(CargoRefusal::Arrived);
    given::<Cargo>(booked())
        .when(change(shanghai()))
        .then_refused(CargoRefusal::GoesNowhere);
}

#[test]
fn misdirected_cargo_is_routed_from_where_it_is() {
    let onward = CargoRouted {
        cargo: cargo(),
        itinerary: from_singapore(),
    };
    given::<Cargo>((booked(), routed()))
        .when(in_singapore())
        .then(misdirected())
        .when(choose(from_singapore()))
        .then(onward)
        .then_state(|cargo| assert_eq!(cargo.itinerary(), Some(&from_singapore())));
    given::<Cargo>((booked(), arrived()))
        .when(in_singapore())
        .then_nothing();
    given::<Cargo>(())
        .when(in_singapore())
        .then_refused(CargoRefusal::NotBooked);
}

#[test]
fn cargo_arrives_once() {
    given::<Cargo>((booked(), routed()))
        .when(in_hamburg())
        .then(arrived())
        .when(in_hamburg())
        .then_nothing();
    given::<Cargo>(())
        .when(in_hamburg())
        .then_refused(CargoRefusal::NotBooked);
}

#[test]
fn cargo_is_late_while_it_is_on_its_way() {
    let late = || RaiseDelay {
        cargo: cargo(),
        expected: Day::new(35),
    };
    given::<Cargo>((booked(), routed()))
        .when(late())
        .then(CargoDelayed {
            cargo: cargo(),
            expected: Day::new(35),
        });
    given::<Cargo>((booked(), routed(), arrived()))
        .when(late())
        .then_nothing();
}

#[test]
fn the_promise_is_kept_once() {
    let deliver = || RecordDelivery { cargo: cargo() };
    given::<Cargo>((booked(), routed(), arrived()))
        .when(deliver())
        .then(CargoDelivered { cargo: cargo() })
        .when(deliver())
        .then_nothing();
    given::<Cargo>(())
        .when(deliver())
        .then_refused(CargoRefusal::NotBooked);
}

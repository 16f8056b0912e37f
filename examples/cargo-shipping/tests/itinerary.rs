//! What makes a way one that cargo can take.

use aether_examples::{
    calendar::Day,
    cargo_shipping::{
        Port,
        booking::{Itinerary, Leg, Mismatch, RouteSpecification},
    },
};

use crate::samples::{by_rotterdam, hamburg, leg, rotterdam, route, shanghai, singapore};

fn lacks(legs: Vec<Leg>) -> Mismatch {
    let way = Itinerary { legs };
    way.satisfies(&route()).expect_err("it lacks something")
}

#[test]
fn a_way_from_where_it_is_to_where_it_should_be_in_time_satisfies() {
    assert_eq!(by_rotterdam().satisfies(&route()), Ok(()));
    let just = RouteSpecification {
        deadline: Day::new(35),
        ..route()
    };
    assert_eq!(by_rotterdam().satisfies(&just), Ok(()));
}

#[test]
fn no_other_way_does() {
    assert_eq!(lacks(Vec::new()), Mismatch::Empty);
    let from_rotterdam = vec![leg("V200", rotterdam(), hamburg(), (33, 35))];
    assert_eq!(
        lacks(from_rotterdam),
        Mismatch::WrongOrigin {
            begins: rotterdam()
        }
    );
    let to_rotterdam = vec![leg("V100", shanghai(), rotterdam(), (2, 31))];
    assert_eq!(
        lacks(to_rotterdam),
        Mismatch::WrongDestination { ends: rotterdam() }
    );
    let late = vec![leg("V100", shanghai(), hamburg(), (2, 43))];
    let (arrives, deadline) = (Day::new(43), Day::new(42));
    assert_eq!(lacks(late), Mismatch::TooLate { arrives, deadline });
}

#[test]
fn a_ship_waits_for_no_cargo() {
    let first = leg("V100", shanghai(), rotterdam(), (2, 31));
    let sailed = vec![first.clone(), leg("V200", rotterdam(), hamburg(), (30, 35))];
    assert_eq!(lacks(sailed), Mismatch::Broken { leg: 2 });
    let elsewhere = vec![first, leg("V200", singapore(), hamburg(), (33, 35))];
    assert_eq!(lacks(elsewhere), Mismatch::Broken { leg: 2 });
}

#[test]
fn a_way_says_where_cargo_is_loaded_and_unloaded() {
    let way = by_rotterdam();
    let (first, second) = ("V100".into(), "V200".into());
    assert!(way.loads(&shanghai(), &first) && !way.loads(&shanghai(), &second));
    assert!(way.unloads(&rotterdam(), &first) && !way.unloads(&rotterdam(), &second));
    assert!(way.loads(&rotterdam(), &second) && !way.unloads(&singapore(), &first));
    assert_eq!(way.arrives(), Some(Day::new(35)));
}

#[test]
fn a_port_reads_like_a_code() {
    for port in ["DEHAM", "USNY2"] {
        assert!(Port::from(port).is_valid(), "{port}");
    }
    for port in ["", "Hamburg", "deham", "1EHAM", "DEHA"] {
        assert!(!Port::from(port).is_valid(), "{port}");
    }
}

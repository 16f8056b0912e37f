//! What happens on the quay, held against what was promised.

use std::time::Duration;

use aether::{
    prelude::{After, Cancel},
    testing::{ProcessTest, process},
};
use aether_examples::{
    calendar::Day,
    cargo_shipping::{
        Port,
        booking::{
            CargoRouted, DeliveryWatch, RaiseDelay, RecordArrival, RecordDelivery,
            ReportMisdirection,
        },
        handling::CargoReceived,
    },
};

use crate::samples::{
    booked, cargo, changed, claimed, from_singapore, hamburg, loaded, misdirected, received,
    rotterdam, routed, shanghai, singapore, unloaded,
};

fn days(days: u64) -> Duration {
    Duration::from_hours(24 * days)
}

fn late(expected: u32) -> RaiseDelay {
    RaiseDelay {
        cargo: cargo(),
        expected: Day::new(expected),
    }
}

fn astray(port: Port) -> ReportMisdirection {
    ReportMisdirection {
        cargo: cargo(),
        port,
    }
}

fn under_way() -> ProcessTest<DeliveryWatch> {
    process().given(booked()).given(routed())
}

#[test]
fn nothing_is_said_while_all_goes_as_planned() {
    under_way()
        .when(received())
        .then_nothing()
        .when(loaded(shanghai(), "V100"))
        .then_nothing()
        .when(unloaded(rotterdam(), "V100"))
        .then_nothing()
        .when(loaded(rotterdam(), "V200"))
        .then_nothing()
        .when(unloaded(hamburg(), "V200"))
        .then_issues((
            RecordArrival {
                cargo: cargo(),
                port: hamburg(),
            },
            Cancel::<RaiseDelay>::of(cargo()),
        ))
        .when(claimed())
        .then_issues(RecordDelivery { cargo: cargo() });
}

#[test]
fn cargo_astray_is_noticed_in_any_port_at_any_step() {
    under_way()
        .when(CargoReceived {
            port: singapore(),
            ..received()
        })
        .then_issues(astray(singapore()));
    under_way()
        .when(loaded(shanghai(), "V200"))
        .then_issues(astray(shanghai()));
    under_way()
        .when(unloaded(singapore(), "V100"))
        .then_issues(astray(singapore()));
}

#[test]
fn cargo_without_a_way_is_not_held_against_any() {
    under_way()
        .given(misdirected())
        .when(loaded(singapore(), "V300"))
        .then_nothing()
        .given(CargoRouted {
            itinerary: from_singapore(),
            ..routed()
        })
        .when(unloaded(rotterdam(), "V300"))
        .then_issues(astray(rotterdam()));
}

#[test]
fn cargo_that_is_there_by_mistake_is_there() {
    under_way().when(unloaded(hamburg(), "V100")).then_issues((
        RecordArrival {
            cargo: cargo(),
            port: hamburg(),
        },
        Cancel::<RaiseDelay>::of(cargo()),
    ));
}

#[test]
fn cargo_is_late_a_day_after_it_should_be_there() {
    process::<DeliveryWatch>()
        .given(booked())
        .when(routed())
        .then_issues(After::at(Day::new(37).begins(), late(35)))
        .after(days(36))
        .then_nothing()
        .after(days(1))
        .then_issues(late(35));
}

#[test]
fn another_way_has_another_day() {
    under_way()
        .given(misdirected())
        .given(CargoRouted {
            itinerary: from_singapore(),
            ..routed()
        })
        .after(days(39))
        .then_nothing()
        .after(days(1))
        .then_issues(late(38));
}

#[test]
fn cargo_that_should_be_elsewhere_is_not_late_where_nobody_wants_it() {
    under_way()
        .when(changed())
        .then_issues(Cancel::<RaiseDelay>::of(cargo()))
        .after(days(100))
        .then_nothing()
        .when(unloaded(rotterdam(), "V100"))
        .then_issues((
            RecordArrival {
                cargo: cargo(),
                port: rotterdam(),
            },
            Cancel::<RaiseDelay>::of(cargo()),
        ));
}

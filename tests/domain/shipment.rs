//! A shipment: one order, one parcel, and at most three rings at the door.

use aether::testing::given;
use aether_examples::order_fulfilment::shipping::{
    CreateShipment, DeliveryAttempt, DispatchParcel, ParcelDelivered, ParcelReturned,
    RecordDeliveryAttempt, Shipment, ShipmentRefusal,
};

use crate::samples::{
    dispatched, hamburg, leipzig, lines, nobody_home, order_id, shipment, tracking,
};

fn create() -> CreateShipment {
    CreateShipment {
        order: order_id(),
        warehouse: leipzig(),
        lines: lines(),
        deliver_to: hamburg(),
    }
}

fn dispatch(number: &str) -> DispatchParcel {
    DispatchParcel {
        order: order_id(),
        tracking: tracking(number),
    }
}

fn in_vain(attempt: u32) -> RecordDeliveryAttempt {
    RecordDeliveryAttempt {
        order: order_id(),
        attempt,
        result: DeliveryAttempt::NobodyHome,
    }
}

fn handed_over(attempt: u32) -> RecordDeliveryAttempt {
    let result = DeliveryAttempt::Delivered {
        signed_by: "Ada".to_owned(),
    };
    RecordDeliveryAttempt {
        order: order_id(),
        attempt,
        result,
    }
}

fn delivered() -> ParcelDelivered {
    ParcelDelivered {
        order: order_id(),
        signed_by: "Ada".to_owned(),
    }
}

#[test]
fn an_order_gets_one_parcel() {
    given::<Shipment>(())
        .when(create())
        .then(shipment())
        .when(create())
        .then_nothing();
}

#[test]
fn a_parcel_that_is_to_be_packed_is_dispatched() {
    given::<Shipment>(shipment())
        .when(dispatch("parcel-1"))
        .then(dispatched());
}

#[test]
fn a_parcel_leaves_once() {
    let order = order_id();
    given::<Shipment>((shipment(), dispatched()))
        .when(dispatch("parcel-2"))
        .then_refused(ShipmentRefusal::AlreadyDispatched {
            order,
            tracking: tracking("parcel-1"),
        });
}

#[test]
fn nothing_is_dispatched_for_an_order_that_has_no_parcel() {
    given::<Shipment>(())
        .when(dispatch("parcel-1"))
        .then_refused(ShipmentRefusal::NothingToPack { order: order_id() });
}

#[test]
fn a_parcel_is_handed_over_at_the_first_ring() {
    given::<Shipment>((shipment(), dispatched()))
        .when(handed_over(1))
        .then(delivered());
}

#[test]
fn the_carrier_comes_again_after_a_ring_in_vain() {
    given::<Shipment>((shipment(), dispatched()))
        .when(in_vain(1))
        .then(nobody_home(1))
        .when(handed_over(2))
        .then(delivered());
}

#[test]
fn a_parcel_goes_back_after_the_third_ring_in_vain() {
    given::<Shipment>((shipment(), dispatched(), nobody_home(1), nobody_home(2)))
        .when(in_vain(3))
        .then(ParcelReturned {
            order: order_id(),
            attempts: 3,
        });
}

#[test]
fn an_attempt_that_is_reported_twice_or_out_of_turn_changes_nothing() {
    given::<Shipment>((shipment(), dispatched(), nobody_home(1)))
        .when(in_vain(1))
        .then_nothing()
        .when(handed_over(3))
        .then_nothing();
}

#[test]
fn a_journey_that_is_over_stays_over() {
    given::<Shipment>((shipment(), dispatched(), delivered()))
        .when(in_vain(1))
        .then_nothing()
        .when(handed_over(2))
        .then_nothing();
}

#[test]
fn the_carrier_cannot_report_on_a_parcel_it_does_not_have() {
    given::<Shipment>(shipment())
        .when(handed_over(1))
        .then_refused(ShipmentRefusal::NotDispatched { order: order_id() });
}

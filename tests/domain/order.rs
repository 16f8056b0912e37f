//! An order: placed once, then confirmed, rejected or cancelled, whichever comes first.

use aether::testing::given;
use aether_examples::order_fulfilment::{
    Address, Cents, Country,
    inventory::WarehouseId,
    ordering::{
        CancelOrder, ConfirmOrder, Order, OrderPlaced, OrderRefusal, OrderStatus, PlaceOrder,
        RejectOrder, RejectionReason,
    },
};

use crate::samples::{cancelled, confirmed, line, order_id, place, placed, rejected};

fn cancel() -> CancelOrder {
    CancelOrder {
        order: order_id(),
        reason: "ordered twice".to_owned(),
    }
}

fn confirm() -> ConfirmOrder {
    ConfirmOrder { order: order_id() }
}

fn reject() -> RejectOrder {
    RejectOrder {
        order: order_id(),
        reason: RejectionReason::OutOfStock,
    }
}

#[test]
fn an_order_is_placed_with_its_total() {
    given::<Order>(()).when(place()).then(placed());
}

#[test]
fn a_parcel_leaves_from_the_warehouse_that_serves_the_country() {
    let warehouses = [
        (Country::Germany, "leipzig"),
        (Country::France, "lyon"),
        (Country::Italy, "lyon"),
        (Country::Poland, "poznan"),
    ];
    for (country, town) in warehouses {
        let deliver_to = Address {
            city: "somewhere".to_owned(),
            country,
        };
        let warehouse = WarehouseId::from(town.to_owned());
        given::<Order>(())
            .when(PlaceOrder {
                deliver_to: deliver_to.clone(),
                ..place()
            })
            .then(OrderPlaced {
                deliver_to,
                warehouse,
                ..placed()
            });
    }
}

#[test]
fn an_order_is_placed_once() {
    given::<Order>(placed())
        .when(place())
        .then_refused(OrderRefusal::AlreadyPlaced);
}

#[test]
fn an_order_of_nothing_is_refused() {
    given::<Order>(())
        .when(PlaceOrder {
            lines: Vec::new(),
            ..place()
        })
        .then_refused(OrderRefusal::Empty)
        .when(PlaceOrder {
            lines: vec![line("pen", 1, 40), line("ink", 0, 10)],
            ..place()
        })
        .then_refused(OrderRefusal::Empty);
}

#[test]
fn an_order_beyond_the_limit_is_refused() {
    let (total, limit) = (Cents::euros(10_001), Cents::euros(10_000));
    given::<Order>(())
        .when(PlaceOrder {
            lines: vec![line("globe", 1, 10_001)],
            ..place()
        })
        .then_refused(OrderRefusal::OverTheLimit { total, limit });
}

#[test]
fn an_order_of_exactly_the_limit_is_placed() {
    let lines = vec![line("globe", 1, 10_000)];
    given::<Order>(())
        .when(PlaceOrder {
            lines: lines.clone(),
            ..place()
        })
        .then(OrderPlaced {
            lines,
            total: Cents::euros(10_000),
            ..placed()
        });
}

#[test]
fn a_placed_order_can_be_called_off() {
    given::<Order>(placed()).when(cancel()).then(cancelled());
}

#[test]
fn a_confirmed_order_can_no_longer_be_called_off() {
    given::<Order>((placed(), confirmed()))
        .when(cancel())
        .then_refused(OrderRefusal::AlreadyConfirmed);
}

#[test]
fn an_order_that_is_over_cannot_be_called_off() {
    given::<Order>((placed(), cancelled()))
        .when(cancel())
        .then_refused(OrderRefusal::Over {
            status: OrderStatus::Cancelled,
        });
    given::<Order>((placed(), rejected(RejectionReason::OutOfStock)))
        .when(cancel())
        .then_refused(OrderRefusal::Over {
            status: OrderStatus::Rejected,
        });
}

#[test]
fn a_placed_order_is_confirmed_and_says_what_is_to_be_sent() {
    given::<Order>(placed()).when(confirm()).then(confirmed());
}

#[test]
fn confirming_again_changes_nothing() {
    given::<Order>((placed(), confirmed()))
        .when(confirm())
        .then_nothing();
}

#[test]
fn an_order_that_was_called_off_meanwhile_is_not_confirmed() {
    given::<Order>((placed(), cancelled()))
        .when(confirm())
        .then_nothing();
}

#[test]
fn money_for_a_rejected_order_is_an_error_that_someone_must_see() {
    given::<Order>((placed(), rejected(RejectionReason::PaymentDeclined)))
        .when(confirm())
        .then_refused(OrderRefusal::Over {
            status: OrderStatus::Rejected,
        });
}

#[test]
fn a_placed_order_is_rejected() {
    given::<Order>(placed())
        .when(reject())
        .then(rejected(RejectionReason::OutOfStock));
}

#[test]
fn rejecting_what_is_over_changes_nothing() {
    given::<Order>((placed(), cancelled()))
        .when(reject())
        .then_nothing();
    given::<Order>((placed(), rejected(RejectionReason::OutOfStock)))
        .when(reject())
        .then_nothing();
}

#[test]
fn a_confirmed_order_is_not_rejected() {
    given::<Order>((placed(), confirmed()))
        .when(reject())
        .then_refused(OrderRefusal::AlreadyConfirmed);
}

#[test]
fn nothing_can_be_done_to_an_order_that_was_never_placed() {
    given::<Order>(())
        .when(cancel())
        .then_refused(OrderRefusal::NeverPlaced);
    given::<Order>(())
        .when(confirm())
        .then_refused(OrderRefusal::NeverPlaced);
    given::<Order>(())
        .when(reject())
        .then_refused(OrderRefusal::NeverPlaced);
}

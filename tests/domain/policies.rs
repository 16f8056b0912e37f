//! What happens by itself.

use aether::testing::policy;
use aether_examples::order_fulfilment::{
    Cents,
    inventory::{
        ReleaseStock, ReleaseStockWhenOrderFails, ReserveStock, ReserveStockWhenPlaced,
        StockShortageDetected,
    },
    ordering::{
        ConfirmOrder, ConfirmOrderWhenPaid, RejectOrder, RejectOrderWhenUnfulfillable,
        RejectionReason,
    },
    payment::{
        CancelPayment, CancelPaymentWhenNoParcel, RequestPayment, RequestPaymentWhenReserved,
    },
    shipping::{CreateShipment, CreateShipmentWhenConfirmed, ParcelReturned},
};

use crate::samples::{
    cancelled, captured, confirmed, declined, hamburg, leipzig, lines, order_id, placed, rejected,
    reserved,
};

#[test]
fn whenever_an_order_is_placed_its_stock_is_reserved() {
    policy::<ReserveStockWhenPlaced>()
        .when(placed())
        .then_issues(ReserveStock {
            warehouse: leipzig(),
            order: order_id(),
            lines: lines(),
        })
        .when(confirmed())
        .then_nothing();
}

#[test]
fn whenever_stock_is_reserved_its_worth_is_asked_for() {
    policy::<RequestPaymentWhenReserved>()
        .when(reserved())
        .then_issues(RequestPayment {
            order: order_id(),
            amount: Cents::euros(90),
        });
}

#[test]
fn whenever_payment_is_captured_the_order_is_confirmed() {
    policy::<ConfirmOrderWhenPaid>()
        .when(captured())
        .then_issues(ConfirmOrder { order: order_id() })
        .when(declined())
        .then_nothing();
}

#[test]
fn an_order_that_cannot_be_fulfilled_is_rejected() {
    let shortage = StockShortageDetected {
        warehouse: leipzig(),
        order: order_id(),
        shortages: Vec::new(),
    };
    let reject = |reason| RejectOrder {
        order: order_id(),
        reason,
    };
    policy::<RejectOrderWhenUnfulfillable>()
        .when(shortage)
        .then_issues(reject(RejectionReason::OutOfStock))
        .when(declined())
        .then_issues(reject(RejectionReason::PaymentDeclined));
}

#[test]
fn whenever_an_order_fails_its_stock_is_released() {
    let release = || ReleaseStock {
        warehouse: leipzig(),
        order: order_id(),
    };
    policy::<ReleaseStockWhenOrderFails>()
        .when(rejected(RejectionReason::PaymentDeclined))
        .then_issues(release())
        .when(cancelled())
        .then_issues(release());
}

#[test]
fn whenever_there_will_be_no_parcel_the_payment_is_cancelled() {
    let cancel = || CancelPayment { order: order_id() };
    policy::<CancelPaymentWhenNoParcel>()
        .when(cancelled())
        .then_issues(cancel())
        .when(ParcelReturned {
            order: order_id(),
            attempts: 3,
        })
        .then_issues(cancel());
}

#[test]
fn whenever_an_order_is_confirmed_its_shipment_is_created() {
    policy::<CreateShipmentWhenConfirmed>()
        .when(confirmed())
        .then_issues(CreateShipment {
            order: order_id(),
            warehouse: leipzig(),
            lines: lines(),
            deliver_to: hamburg(),
        });
}

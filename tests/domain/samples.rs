//! What the tests of this folder talk about: one customer, one order, two articles.

use aether_examples::order_fulfilment::{
    Address, Cents, Country, Line,
    inventory::{DeliveryNote, GoodsReceived, Pallet, StockReserved, WarehouseId},
    ordering::{
        ArticleId, CustomerId, OrderCancelled, OrderConfirmed, OrderId, OrderPlaced, OrderRejected,
        PlaceOrder, RejectionReason,
    },
    payment::{PaymentCaptured, PaymentDeclined, PaymentRequested},
    shipping::{DeliveryAttemptFailed, ParcelDispatched, ShipmentCreated, TrackingNumber},
};

pub(crate) fn order_id() -> OrderId {
    OrderId::from("order-1".to_owned())
}

pub(crate) fn article(name: &str) -> ArticleId {
    ArticleId::from(name.to_owned())
}

pub(crate) fn leipzig() -> WarehouseId {
    WarehouseId::from("leipzig".to_owned())
}

pub(crate) fn hamburg() -> Address {
    Address {
        city: "Hamburg".to_owned(),
        country: Country::Germany,
    }
}

pub(crate) fn line(name: &str, quantity: u32, euros: u32) -> Line {
    Line {
        article: article(name),
        quantity,
        price: Cents::euros(euros),
    }
}

/// Two pens at 40 EUR and an ink at 10 EUR: 90 EUR.
pub(crate) fn lines() -> Vec<Line> {
    vec![line("pen", 2, 40), line("ink", 1, 10)]
}

pub(crate) fn pallet(name: &str, quantity: u32) -> Pallet {
    Pallet {
        article: article(name),
        quantity,
    }
}

pub(crate) fn place() -> PlaceOrder {
    PlaceOrder {
        order: order_id(),
        customer: CustomerId::from("ada".to_owned()),
        lines: lines(),
        deliver_to: hamburg(),
    }
}

pub(crate) fn placed() -> OrderPlaced {
    OrderPlaced {
        order: order_id(),
        customer: CustomerId::from("ada".to_owned()),
        lines: lines(),
        total: Cents::euros(90),
        deliver_to: hamburg(),
        warehouse: leipzig(),
    }
}

pub(crate) fn confirmed() -> OrderConfirmed {
    OrderConfirmed {
        order: order_id(),
        lines: lines(),
        deliver_to: hamburg(),
        warehouse: leipzig(),
    }
}

pub(crate) fn rejected(reason: RejectionReason) -> OrderRejected {
    OrderRejected {
        order: order_id(),
        warehouse: leipzig(),
        reason,
    }
}

pub(crate) fn cancelled() -> OrderCancelled {
    OrderCancelled {
        order: order_id(),
        warehouse: leipzig(),
        reason: "ordered twice".to_owned(),
    }
}

pub(crate) fn received(pallets: Vec<Pallet>) -> GoodsReceived {
    GoodsReceived {
        warehouse: leipzig(),
        delivery_note: DeliveryNote::from("lorry-1".to_owned()),
        pallets,
    }
}

pub(crate) fn reserved() -> StockReserved {
    StockReserved {
        warehouse: leipzig(),
        order: order_id(),
        lines: lines(),
    }
}

pub(crate) fn requested() -> PaymentRequested {
    PaymentRequested {
        order: order_id(),
        amount: Cents::euros(90),
    }
}

pub(crate) fn captured() -> PaymentCaptured {
    PaymentCaptured {
        order: order_id(),
        amount: Cents::euros(90),
        reference: "charge-1".to_owned(),
    }
}

pub(crate) fn declined() -> PaymentDeclined {
    PaymentDeclined {
        order: order_id(),
        reason: "insufficient funds".to_owned(),
    }
}

pub(crate) fn shipment() -> ShipmentCreated {
    ShipmentCreated {
        order: order_id(),
        warehouse: leipzig(),
        lines: lines(),
        deliver_to: hamburg(),
    }
}

pub(crate) fn tracking(number: &str) -> TrackingNumber {
    TrackingNumber::from(number.to_owned())
}

pub(crate) fn dispatched() -> ParcelDispatched {
    ParcelDispatched {
        order: order_id(),
        tracking: tracking("parcel-1"),
        deliver_to: hamburg(),
    }
}

pub(crate) fn nobody_home(attempt: u32) -> DeliveryAttemptFailed {
    DeliveryAttemptFailed {
        order: order_id(),
        attempt,
    }
}

//! Models that several tests look at.

use eventstorming::Model;

pub(crate) const ORDER_TO_DELIVERY: &str = include_str!("../models/order_to_delivery.json");

pub(crate) fn order_to_delivery() -> Model {
    Model::from_json(ORDER_TO_DELIVERY).unwrap()
}

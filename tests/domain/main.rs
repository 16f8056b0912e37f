//! The specification of the shop in `examples/order-fulfilment`, told as tests.

mod article;
mod board;
mod card_payment;
mod day;
mod flow;
mod histories;
mod model;
mod order;
mod policies;
mod read_models;
mod samples;
mod shipment;
mod stock;

//! The specification of the shop in `examples/order-fulfilment`, told as tests.

#[cfg(test)]
mod article;
#[cfg(test)]
mod async_api;
#[cfg(test)]
mod board;
#[cfg(test)]
mod card_payment;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod day;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod model;
#[cfg(test)]
mod order;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod read_models;
#[cfg(test)]
mod reality;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod shipment;
#[cfg(test)]
mod simulated;
#[cfg(test)]
mod stock;

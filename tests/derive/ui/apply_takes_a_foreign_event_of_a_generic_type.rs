use std::{convert::Infallible, marker::PhantomData};

use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {}

#[derive(Event)]
pub enum OrderEvent {
    Placed(OrderPlaced),
}

#[derive(Command, Serialize, Deserialize)]
pub struct PlaceOrder {
    #[command(id)]
    order: String,
}

pub trait Prices: Send + Sync + 'static {}

pub struct InEuro;

impl Prices for InEuro {}

#[derive(Aggregate)]
#[aggregate(event = OrderEvent)]
pub struct Order<P: Prices> {
    prices: PhantomData<P>,
}

impl<P: Prices> Default for Order<P> {
    fn default() -> Self {
        Self { prices: PhantomData }
    }
}

#[handlers]
impl<P: Prices> Order<P> {
    #[handle]
    fn place(&self, _: PlaceOrder) -> Result<OrderPlaced, Infallible> {
        Ok(OrderPlaced {})
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
    #[apply]
    fn paid(&mut self, _: &OrderPaid) {}
}

bounded_context! {
    Ordering {
        aggregates: [Order<InEuro>],
    }
}

fn main() {}

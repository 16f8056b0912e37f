//! Orders: placed, called off, and looked at.

use aether::Position;
use aether_examples::order_fulfilment::ordering::{
    CancelOrder, OrderId, OrderTracking, PlaceOrder, TrackedOrder,
};
use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};

use super::{
    body::Body,
    command::{Carried, Wrapping},
    problem::Problem,
    service::Service,
};

/// How many orders a list has.
const LIST: usize = 100;

/// The orders that something happened to last, and the place in the log up to which that is known:
/// whoever follows the events from there on misses nothing.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    position: Position,
    total: usize,
    orders: Vec<Row>,
}

/// An order as the page shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    order: OrderId,
    #[serde(flatten)]
    tracked: TrackedOrder,
}

/// Why an order is called off.
#[derive(Debug, Deserialize)]
pub(crate) struct Reason {
    reason: String,
}

pub(crate) async fn list(State(service): State<Service>) -> Result<Json<Listed>, Problem> {
    let tracking = service.read::<OrderTracking>().await?;
    let mut orders: Vec<_> = tracking.orders.iter().collect();
    orders.sort_unstable_by_key(|(_, tracked)| std::cmp::Reverse(tracked.since));
    let rows = orders.into_iter().take(LIST).map(|(order, tracked)| Row {
        order: order.clone(),
        tracked: tracked.clone(),
    });
    Ok(Json(Listed {
        position: tracking.position(),
        total: tracking.orders.len(),
        orders: rows.collect(),
    }))
}

pub(crate) async fn one(
    State(service): State<Service>,
    Path(order): Path<OrderId>,
) -> Result<Json<Row>, Problem> {
    let tracking = service.read::<OrderTracking>().await?;
    let Some(tracked) = tracking.orders.get(&order).cloned() else {
        return Err(Problem::unknown(format!("no order `{order}` was placed")));
    };
    Ok(Json(Row { order, tracked }))
}

/// Its body is the command itself.
pub(crate) async fn place(
    State(service): State<Service>,
    wrapping: Wrapping,
    Body(command): Body<PlaceOrder>,
) -> Result<Carried, Problem> {
    let location = format!("/orders/{}", command.order);
    let carried = wrapping.send(&service.aether, command).await?;
    Ok(carried.made(location))
}

pub(crate) async fn cancel(
    State(service): State<Service>,
    Path(order): Path<OrderId>,
    wrapping: Wrapping,
    Body(Reason { reason }): Body<Reason>,
) -> Result<Carried, Problem> {
    let command = CancelOrder { order, reason };
    wrapping.send(&service.aether, command).await
}

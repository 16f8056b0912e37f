//! Goods: offered, brought by lorries, and handed to the carrier.

use std::collections::BTreeMap;

use aether_examples::order_fulfilment::{
    Cents,
    inventory::{DeliveryNote, Pallet, ReceiveGoods, WarehouseId},
    ordering::{ArticleId, Catalogue, ListArticle, Offer, OrderId},
    shipping::{DispatchParcel, TrackingNumber},
};
use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;

use super::{
    body::Body,
    command::{Carried, Wrapping},
    problem::Problem,
    service::Service,
};

/// What an article is called, and what it costs.
#[derive(Debug, Deserialize)]
pub(crate) struct Offering {
    title: String,
    price: Cents,
}

/// What a lorry brings.
#[derive(Debug, Deserialize)]
pub(crate) struct Lorry {
    delivery_note: DeliveryNote,
    pallets: Vec<Pallet>,
}

/// What the carrier calls a parcel.
#[derive(Debug, Deserialize)]
pub(crate) struct Label {
    tracking: TrackingNumber,
}

pub(crate) async fn articles(
    State(service): State<Service>,
) -> Result<Json<BTreeMap<ArticleId, Offer>>, Problem> {
    let catalogue = service.read::<Catalogue>().await?;
    Ok(Json(catalogue.offers.clone()))
}

pub(crate) async fn offer(
    State(service): State<Service>,
    Path(article): Path<ArticleId>,
    wrapping: Wrapping,
    Body(Offering { title, price }): Body<Offering>,
) -> Result<Carried, Problem> {
    let command = ListArticle {
        article,
        title,
        price,
    };
    wrapping.send(&service.aether, command).await
}

pub(crate) async fn receive(
    State(service): State<Service>,
    Path(warehouse): Path<WarehouseId>,
    wrapping: Wrapping,
    Body(lorry): Body<Lorry>,
) -> Result<Carried, Problem> {
    let command = ReceiveGoods {
        warehouse,
        delivery_note: lorry.delivery_note,
        pallets: lorry.pallets,
    };
    wrapping.send(&service.aether, command).await
}

pub(crate) async fn dispatch(
    State(service): State<Service>,
    Path(order): Path<OrderId>,
    wrapping: Wrapping,
    Body(Label { tracking }): Body<Label>,
) -> Result<Carried, Problem> {
    let command = DispatchParcel { order, tracking };
    wrapping.send(&service.aether, command).await
}

//! The whole shop on several nodes, while whatever can go wrong goes wrong.

use std::{collections::BTreeMap, time::Duration};

use aether::simulation::{Client, Simulation, World, seeds};
use aether_examples::order_fulfilment::{
    Inventory, Ordering, Payment, Shipping,
    inventory::{DeliveryNote, GoodsReceived, ReceiveGoods, StockReleased, StockReserved},
    ordering::{CancelOrder, Order, OrderId, OrderStatus, OrderTracking, PlaceOrder},
    outside::{SimulatedCardProcessor, SimulatedCarrier},
    payment::{CardPayment, PaymentCaptured, PaymentRefunded, PaymentStatus},
    shipping::{DispatchParcel, ParcelDispatched, Shipment},
};

use crate::samples::{leipzig, line, pallet, place, tracking};

const CLIENTS: usize = 3;
const ORDERS: usize = 3;

fn order(client: usize, number: usize) -> OrderId {
    OrderId::from(format!("order-{client}-{number}"))
}

/// The cards of every third order are declined.
fn cards() -> SimulatedCardProcessor {
    SimulatedCardProcessor {
        declines: (1..=CLIENTS).map(|client| order(client, 3)).collect(),
        thinks_for: Duration::from_millis(30),
    }
}

fn carrier() -> SimulatedCarrier {
    let rings_in_vain = (1..=CLIENTS).map(|client| (order(client, 2), 3));
    SimulatedCarrier {
        rings_in_vain: rings_in_vain.collect(),
    }
}

/// A customer orders, and now and then calls off; a clerk packs what is to be packed.
async fn shop(mut client: Client) {
    if client.number() == 1 {
        let lorry = ReceiveGoods {
            warehouse: leipzig(),
            delivery_note: DeliveryNote::from("lorry-1".to_owned()),
            pallets: vec![pallet("pen", 5), pallet("ink", 2)],
        };
        client.send(lorry).await.expect("the lorry is unloaded");
    }
    for number in 1..=ORDERS {
        let order = order(client.number(), number);
        let pens = 1 + u32::try_from(client.dice().below(2)).unwrap_or_default();
        let placed = PlaceOrder {
            order: order.clone(),
            lines: vec![line("pen", pens, 40)],
            ..place()
        };
        client.send(placed).await.expect("the order is placed");
        client
            .rest(Duration::ZERO, Duration::from_millis(900))
            .await;
        if client.dice().percent(30) {
            let cancel = CancelOrder {
                order: order.clone(),
                reason: "ordered twice".to_owned(),
            };
            // It may be confirmed or over.
            let _ = client.send(cancel).await.is_ok();
        }
        let tracking = tracking(&format!("parcel-{order}"));
        // There may be nothing to pack yet, or ever.
        let _ = client
            .send(DispatchParcel { order, tracking })
            .await
            .is_ok();
    }
}

/// Of each article: what came in, and what is put aside.
fn stock(world: &World<'_>) -> BTreeMap<String, (i64, i64)> {
    let mut stock: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for received in world.events::<GoodsReceived>() {
        for pallet in received.pallets {
            stock.entry(pallet.article.to_string()).or_default().0 += i64::from(pallet.quantity);
        }
    }
    for reserved in world.events::<StockReserved>() {
        for line in reserved.lines {
            stock.entry(line.article.to_string()).or_default().1 += i64::from(line.quantity);
        }
    }
    for released in world.events::<StockReleased>() {
        for pallet in released.pallets {
            stock.entry(pallet.article.to_string()).or_default().1 -= i64::from(pallet.quantity);
        }
    }
    stock
}

fn no_more_is_promised_than_there_is(world: &World<'_>) -> Result<(), String> {
    let wrong = stock(world)
        .into_iter()
        .find(|(_, (there, aside))| aside > there || *aside < 0);
    wrong.map_or(Ok(()), |(article, (there, aside))| {
        Err(format!("of {there} {article} {aside} are put aside"))
    })
}

fn no_card_is_charged_twice(world: &World<'_>) -> Result<(), String> {
    let mut charges: BTreeMap<OrderId, i32> = BTreeMap::new();
    for captured in world.events::<PaymentCaptured>() {
        *charges.entry(captured.order).or_default() += 1;
    }
    let twice = charges.iter().find(|(_, count)| **count > 1);
    twice.map_or(Ok(()), |(order, count)| {
        Err(format!("{order}: {count} times"))
    })
}

fn no_parcel_leaves_twice(world: &World<'_>) -> Result<(), String> {
    let sent = world.events::<ParcelDispatched>();
    let orders: std::collections::BTreeSet<_> = sent.iter().map(|it| it.order.clone()).collect();
    let (sent, orders) = (sent.len(), orders.len());
    (sent == orders)
        .then_some(())
        .ok_or(format!("{sent} parcels for {orders} orders"))
}

fn no_order_is_forgotten(world: &World<'_>) -> Result<(), String> {
    for order in world.instances::<Order>() {
        if matches!(order.status(), OrderStatus::Placed) {
            return Err(format!(
                "{} is neither confirmed nor over",
                order.actor_id()
            ));
        }
    }
    Ok(())
}

/// The shop has the money of the orders that it owes a parcel for, and of no others.
fn the_money_fits_the_orders(world: &World<'_>) -> Result<(), String> {
    for order in world.instances::<Order>() {
        let key = order.actor_id().key().unwrap_or_default();
        let payment = world.load::<CardPayment>(key);
        let is_paid = matches!(payment.status(), PaymentStatus::Captured { .. });
        let went_back = world
            .events::<PaymentRefunded>()
            .iter()
            .any(|it| it.order.to_string() == key);
        let is_owed = order.status() == OrderStatus::Confirmed && !went_back;
        if is_paid != is_owed {
            let (status, payment) = (order.status(), payment.status());
            return Err(format!("{key} is {status}, its payment {payment:?}"));
        }
    }
    Ok(())
}

/// Each confirmed order has a shipment, and what customers see is what is.
fn what_customers_see_is_what_is(world: &World<'_>) -> Result<(), String> {
    let seen = world.project::<OrderTracking>();
    let orders = world.instances::<Order>().len();
    let shipments = world.instances::<Shipment>().len();
    let confirmed = world.instances::<Order>();
    let confirmed = confirmed
        .iter()
        .filter(|it| it.status() == OrderStatus::Confirmed);
    if (seen.orders.len(), shipments) == (orders, confirmed.count()) {
        return Ok(());
    }
    Err(format!(
        "{orders} orders, {} seen, {shipments} shipments",
        seen.orders.len()
    ))
}

fn the_shop() -> Simulation {
    Simulation::new()
        .context::<Ordering>()
        .context::<Inventory>()
        .context::<Payment>()
        .context::<Shipping>()
        .setup(|builder, _node| builder.adapter(cards()).adapter(carrier()))
        .clients(CLIENTS)
        .workload(shop)
        .invariant(
            "no more is promised than there is",
            no_more_is_promised_than_there_is,
        )
        .invariant("no card is charged twice", no_card_is_charged_twice)
        .invariant("no parcel leaves twice", no_parcel_leaves_twice)
        .eventually("no order is forgotten", no_order_is_forgotten)
        .eventually("the money fits the orders", the_money_fits_the_orders)
        .eventually("customers see what is", what_customers_see_is_what_is)
}

#[test]
fn the_shop_keeps_its_word_whatever_goes_wrong() {
    let report = the_shop().run(seeds(200)).unwrap();
    println!("{report}");
    assert!(report.mishaps > report.seeds, "{report}");
    assert!(report.commits > 20 * report.seeds, "{report}");
}

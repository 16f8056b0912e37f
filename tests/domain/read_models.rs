//! What customers, clerks and merchandisers see.

use std::{collections::BTreeMap, time::Duration};

use aether::{Timestamp, testing::projection};
use aether_examples::order_fulfilment::{
    Cents,
    ordering::{
        ArticleEvent, BestSellers, Catalogue, CustomerId, Offer, OrderConfirmed, OrderId,
        OrderTracking, Progress, RejectionReason, Sales, TrackedOrder,
    },
    shipping::{ParcelDelivered, ParcelReturned, PickingList, ToPack},
};

use crate::samples::{
    article, cancelled, confirmed, dispatched, hamburg, leipzig, line, lines, nobody_home,
    order_id, placed, rejected, shipment, tracking,
};

fn minute(number: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH.after(Duration::from_secs(60 * number))
}

fn tracked(progress: Progress, since: Timestamp) -> OrderTracking {
    let order = TrackedOrder {
        customer: CustomerId::from("ada".to_owned()),
        total: Cents::euros(90),
        progress,
        since,
        tracking: None,
        failed_attempts: 0,
    };
    OrderTracking {
        orders: BTreeMap::from([(order_id(), order)]),
    }
}

#[test]
fn the_catalogue_shows_each_article_at_its_latest_price() {
    let listed = |name: &str, euros| ArticleEvent::Listed {
        article: article(name),
        title: format!("A {name}"),
        price: Cents::euros(euros),
    };
    let repriced = |name: &str, before, price| ArticleEvent::Repriced {
        article: article(name),
        before: Cents::euros(before),
        price: Cents::euros(price),
    };
    let offer = |name: &str, euros| {
        (
            article(name),
            Offer {
                title: format!("A {name}"),
                price: Cents::euros(euros),
            },
        )
    };
    projection::<Catalogue>()
        .given("Article.pen", listed("pen", 40))
        .given("Article.ink", listed("ink", 10))
        .given("Article.pen", repriced("pen", 40, 45))
        .then_state_is(Catalogue {
            offers: BTreeMap::from([offer("ink", 10), offer("pen", 45)]),
        });
}

#[test]
fn a_customer_follows_an_order_from_the_shop_to_the_door() {
    projection::<OrderTracking>()
        .given("Order.order-1", placed())
        .then_state_is(tracked(Progress::Placed, Timestamp::UNIX_EPOCH))
        .at(minute(1))
        .given("Order.order-1", confirmed())
        .then_state_is(tracked(Progress::Confirmed, minute(1)))
        .at(minute(2))
        .given("Shipment.order-1", dispatched())
        .given("Shipment.order-1", nobody_home(1))
        .then_state(|orders| {
            let order = &orders.orders[&order_id()];
            assert_eq!(
                (order.progress, order.since),
                (Progress::Dispatched, minute(2))
            );
            assert_eq!(order.tracking, Some(tracking("parcel-1")));
            assert_eq!(order.failed_attempts, 1);
        })
        .at(minute(3))
        .given(
            "Shipment.order-1",
            ParcelDelivered {
                order: order_id(),
                signed_by: "Ada".to_owned(),
            },
        )
        .then_state(|orders| {
            assert_eq!(orders.orders[&order_id()].progress, Progress::Delivered);
        });
}

#[test]
fn a_customer_sees_how_an_order_failed() {
    let after_placing = || projection::<OrderTracking>().given("Order.order-1", placed());
    let began = Timestamp::UNIX_EPOCH;
    after_placing()
        .given("Order.order-1", rejected(RejectionReason::OutOfStock))
        .then_state_is(tracked(Progress::Rejected, began));
    after_placing()
        .given("Order.order-1", cancelled())
        .then_state_is(tracked(Progress::Cancelled, began));
    after_placing()
        .given(
            "Shipment.order-1",
            ParcelReturned {
                order: order_id(),
                attempts: 3,
            },
        )
        .then_state_is(tracked(Progress::Returned, began));
}

#[test]
fn best_sellers_count_confirmed_orders_the_best_first() {
    let other = OrderConfirmed {
        lines: vec![line("ink", 4, 10)],
        ..confirmed()
    };
    projection::<BestSellers>()
        .given("Order.order-1", placed())
        .given("Order.order-1", confirmed())
        .given("Order.order-2", other)
        .then_state(|best| {
            let (ink, pen) = (article("ink"), article("pen"));
            let five = Sales {
                quantity: 5,
                revenue: Cents::euros(50),
            };
            let two = Sales {
                quantity: 2,
                revenue: Cents::euros(80),
            };
            assert_eq!(best.top(9), [(&ink, five), (&pen, two)]);
            assert_eq!(best.top(1), [(&ink, five)]);
        });
}

#[test]
fn a_parcel_is_on_the_picking_list_until_it_leaves() {
    let to_pack = ToPack {
        warehouse: leipzig(),
        lines: lines(),
        deliver_to: hamburg(),
    };
    let order = OrderId::from("order-1".to_owned());
    projection::<PickingList>()
        .given("Shipment.order-1", shipment())
        .then_state_is(PickingList {
            waiting: BTreeMap::from([(order, to_pack)]),
        })
        .given("Shipment.order-1", dispatched())
        .then_state_is(PickingList::default());
}

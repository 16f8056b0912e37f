//! Whole histories, and the state after each of their events.

use aether::{
    Event,
    testing::{assert_replay_snapshot, assert_replays_equal, assert_snapshots_resume, given},
};
use aether_examples::order_fulfilment::{
    Cents,
    inventory::{Shortage, Stock, StockReleased, StockShortageDetected},
    ordering::{Article, ArticleEvent, Order, OrderId, RejectionReason},
    payment::{CardPayment, PaymentCancelled, PaymentRefunded},
    shipping::{ParcelReturned, Shipment},
};
use serde_json::json;

use crate::samples::{
    article, captured, confirmed, dispatched, leipzig, nobody_home, order_id, pallet, placed,
    received, rejected, requested, reserved, shipment,
};

/// Also: the history gives the same state however it is read.
macro_rules! assert_history {
    ($aggregate:ty, $events:expr) => {
        let events = $events;
        assert_replays_equal::<$aggregate>(&events);
        assert_snapshots_resume::<$aggregate>(&events);
        assert_replay_snapshot!($aggregate, &events);
    };
}

/// An order as it was stored before there was a second warehouse.
pub(crate) fn placed_in_the_first_year() -> Event {
    let data = json!({
        "order": "order-1",
        "customer": "ada",
        "article": "pen",
        "quantity": 2,
        "price": 4000,
        "city": "Hamburg",
    });
    Event::new("Order.order-1", 1, "OrderPlaced", &data).expect("the data is JSON")
}

#[test]
fn an_article_that_is_repriced() {
    let listed = ArticleEvent::Listed {
        article: article("pen"),
        title: "Fountain pen".to_owned(),
        price: Cents::euros(40),
    };
    let repriced = ArticleEvent::Repriced {
        article: article("pen"),
        before: Cents::euros(40),
        price: Cents::euros(45),
    };
    assert_history!(
        Article,
        given::<Article>([listed, repriced]).stored().to_vec()
    );
}

#[test]
fn an_order_that_is_confirmed() {
    assert_history!(
        Order,
        given::<Order>((placed(), confirmed())).stored().to_vec()
    );
}

#[test]
fn an_order_that_is_rejected() {
    let events = (placed(), rejected(RejectionReason::PaymentDeclined));
    assert_history!(Order, given::<Order>(events).stored().to_vec());
}

#[test]
fn an_order_of_the_first_year() {
    assert_history!(Order, vec![placed_in_the_first_year()]);
}

#[test]
fn a_warehouse_that_runs_short() {
    let short = StockShortageDetected {
        warehouse: leipzig(),
        order: OrderId::from("order-2".to_owned()),
        shortages: vec![Shortage {
            article: article("pen"),
            wanted: 9,
            available: 1,
        }],
    };
    let released = StockReleased {
        warehouse: leipzig(),
        order: order_id(),
        pallets: vec![pallet("ink", 1), pallet("pen", 2)],
    };
    let lorry = received(vec![pallet("pen", 3), pallet("ink", 1)]);
    assert_history!(
        Stock,
        given::<Stock>((lorry, reserved(), short, released))
            .stored()
            .to_vec()
    );
}

#[test]
fn a_payment_that_comes_too_late() {
    let cancelled = PaymentCancelled { order: order_id() };
    let refunded = PaymentRefunded {
        order: order_id(),
        amount: Cents::euros(90),
        reference: "charge-1".to_owned(),
    };
    let events = (requested(), cancelled, refunded);
    assert_history!(CardPayment, given::<CardPayment>(events).stored().to_vec());
}

#[test]
fn a_payment_that_is_captured() {
    assert_history!(
        CardPayment,
        given::<CardPayment>((requested(), captured()))
            .stored()
            .to_vec()
    );
}

#[test]
fn a_parcel_that_goes_back() {
    let returned = ParcelReturned {
        order: order_id(),
        attempts: 3,
    };
    let events = (
        shipment(),
        dispatched(),
        nobody_home(1),
        nobody_home(2),
        returned,
    );
    assert_history!(Shipment, given::<Shipment>(events).stored().to_vec());
}

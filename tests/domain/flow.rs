//! The whole shop, running: what follows by itself from what people do.

use std::{collections::BTreeMap, convert::Infallible};

use aether::{
    CommandId, EventStore as _, EventStoreExt as _, InMemoryEventStore, Position,
    runtime::{Adapter, Aether, Delivery},
};
use aether_examples::order_fulfilment::{
    Inventory, Ordering, Payment, Shipping,
    inventory::{Claim, DeliveryNote, ReceiveGoods, Stock},
    ordering::{
        CancelOrder, Order, OrderId, OrderRefusal, OrderStatus, OrderTracking, PlaceOrder, Progress,
    },
    outside::{SimulatedCardProcessor, SimulatedCarrier},
    payment::{
        CardAnswer, CardPayment, CardProcessor, PaymentRequested, PaymentStatus,
        RecordPaymentAnswer,
    },
    shipping::{DispatchParcel, PickingList, Shipment, ShipmentStatus},
};
use futures_util::StreamExt as _;
use tokio::{sync::watch, time::Duration};

use crate::{
    histories::placed_in_the_first_year,
    samples::{article, leipzig, line, order_id, pallet, place, tracking},
};

/// A shop whose card processor and carrier do as they are told, with five pens and one ink.
async fn open(cards: impl Adapter, carrier: SimulatedCarrier) -> Aether {
    open_with(InMemoryEventStore::new(), cards, carrier).await
}

async fn open_with(
    store: InMemoryEventStore,
    cards: impl Adapter,
    carrier: SimulatedCarrier,
) -> Aether {
    let aether = Aether::builder()
        .store(store)
        .context::<Ordering>()
        .context::<Inventory>()
        .context::<Payment>()
        .context::<Shipping>()
        .adapter(cards)
        .adapter(carrier)
        .start()
        .await
        .expect("the contexts fit together");
    let lorry = ReceiveGoods {
        warehouse: leipzig(),
        delivery_note: DeliveryNote::from("lorry-1".to_owned()),
        pallets: vec![pallet("pen", 5), pallet("ink", 1)],
    };
    aether.send(lorry).await.expect("the lorry is unloaded");
    aether
}

async fn progress(aether: &Aether, order: &OrderId) -> Progress {
    aether.settled().await.expect("all followers get on");
    let tracking = aether
        .read::<OrderTracking>()
        .await
        .expect("the read model runs");
    tracking.orders[order].progress
}

async fn dispatch(aether: &Aether) {
    aether.settled().await.expect("all followers get on");
    let parcel = DispatchParcel {
        order: order_id(),
        tracking: tracking("parcel-1"),
    };
    aether.send(parcel).await.expect("the parcel is packed");
}

async fn pens_on_the_shelf(aether: &Aether) -> u32 {
    aether
        .load::<Stock>(leipzig())
        .await
        .expect("the stock is readable")
        .available(&article("pen"))
}

/// What happened since the lorry came, in the order of the log.
async fn story(aether: &Aether) -> Vec<String> {
    let log = aether
        .store()
        .log(Position::START)
        .await
        .expect("the log is readable");
    let events = log.iter().flat_map(|recorded| recorded.commit.events());
    events
        .map(|event| event.event_type.to_string())
        .skip(1)
        .collect()
}

fn declines() -> SimulatedCardProcessor {
    SimulatedCardProcessor {
        declines: [order_id()].into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn an_order_goes_from_the_shop_to_the_door() {
    let aether = open(
        SimulatedCardProcessor::default(),
        SimulatedCarrier::default(),
    )
    .await;
    aether.send(place()).await.unwrap();
    assert_eq!(progress(&aether, &order_id()).await, Progress::Confirmed);
    let list = aether.read::<PickingList>().await.unwrap();
    assert_eq!(list.waiting.keys().collect::<Vec<_>>(), [&order_id()]);
    drop(list);
    dispatch(&aether).await;
    assert_eq!(progress(&aether, &order_id()).await, Progress::Delivered);
    assert!(
        aether
            .read::<PickingList>()
            .await
            .unwrap()
            .waiting
            .is_empty()
    );
    let expected = [
        "OrderPlaced",
        "StockReserved",
        "PaymentRequested",
        "PaymentCaptured",
        "OrderConfirmed",
        "ShipmentCreated",
        "ParcelDispatched",
        "ParcelDelivered",
    ];
    assert_eq!(story(&aether).await, expected);
    aether.shutdown().await;
}

#[tokio::test]
async fn an_order_short_of_stock_is_rejected_and_no_card_is_charged() {
    let aether = open(
        SimulatedCardProcessor::default(),
        SimulatedCarrier::default(),
    )
    .await;
    aether
        .send(PlaceOrder {
            lines: vec![line("pen", 6, 40)],
            ..place()
        })
        .await
        .unwrap();
    assert_eq!(progress(&aether, &order_id()).await, Progress::Rejected);
    let expected = ["OrderPlaced", "StockShortageDetected", "OrderRejected"];
    assert_eq!(story(&aether).await, expected);
    assert_eq!(pens_on_the_shelf(&aether).await, 5);
}

#[tokio::test]
async fn an_order_whose_card_is_declined_is_rejected_and_its_goods_go_back() {
    let aether = open(declines(), SimulatedCarrier::default()).await;
    aether.send(place()).await.unwrap();
    assert_eq!(progress(&aether, &order_id()).await, Progress::Rejected);
    let expected = [
        "OrderPlaced",
        "StockReserved",
        "PaymentRequested",
        "PaymentDeclined",
        "OrderRejected",
        "StockReleased",
    ];
    assert_eq!(story(&aether).await, expected);
    assert_eq!(pens_on_the_shelf(&aether).await, 5);
}

#[tokio::test]
async fn of_two_orders_for_the_last_ink_one_is_confirmed() {
    let aether = open(
        SimulatedCardProcessor::default(),
        SimulatedCarrier::default(),
    )
    .await;
    let other = OrderId::from("order-2".to_owned());
    let second = PlaceOrder {
        order: other.clone(),
        ..place()
    };
    let (first, second) = tokio::join!(aether.send(place()), aether.send(second));
    first.unwrap();
    second.unwrap();
    let mut ends = [
        progress(&aether, &order_id()).await,
        progress(&aether, &other).await,
    ];
    ends.sort();
    assert_eq!(ends, [Progress::Confirmed, Progress::Rejected]);
}

/// A card processor that says nothing until its gate opens.
struct Hesitant {
    asked: watch::Sender<bool>,
    gate: watch::Receiver<bool>,
}

impl Adapter for Hesitant {
    type System = CardProcessor;
    type Notice = PaymentRequested;
    type Answer = RecordPaymentAnswer;
    type Error = Infallible;

    async fn notify(
        &self,
        request: PaymentRequested,
        _delivery: &Delivery,
    ) -> Result<RecordPaymentAnswer, Infallible> {
        self.asked.send_replace(true);
        let mut gate = self.gate.clone();
        gate.wait_for(|open| *open).await.expect("the gate stays");
        let answer = CardAnswer::Captured {
            reference: "charge-1".to_owned(),
        };
        Ok(RecordPaymentAnswer {
            order: request.order,
            answer,
        })
    }
}

#[tokio::test]
async fn money_for_an_order_that_was_called_off_meanwhile_goes_straight_back() {
    let ((asked, mut is_asked), (open_gate, gate)) = (watch::channel(false), watch::channel(false));
    let aether = open(Hesitant { asked, gate }, SimulatedCarrier::default()).await;
    aether.send(place()).await.unwrap();
    is_asked.wait_for(|asked| *asked).await.unwrap();
    let cancel = CancelOrder {
        order: order_id(),
        reason: "ordered twice".to_owned(),
    };
    aether.send(cancel).await.unwrap();
    let followed = ["StockReleased", "PaymentCancelled"];
    until_logged(&aether, &followed).await;
    open_gate.send_replace(true);
    assert_eq!(progress(&aether, &order_id()).await, Progress::Cancelled);
    let payment = aether.load::<CardPayment>(order_id()).await.unwrap();
    assert_eq!(*payment.status(), PaymentStatus::Refunded);
    assert_eq!(
        aether.load::<Order>(order_id()).await.unwrap().status(),
        OrderStatus::Cancelled
    );
    let shipment = aether.load::<Shipment>(order_id()).await.unwrap();
    assert_eq!(*shipment.status(), ShipmentStatus::None);
    assert_eq!(pens_on_the_shelf(&aether).await, 5);
    assert!(!story(&aether).await.contains(&"PaymentCaptured".to_owned()));
}

/// Waits until each of these events is in the log.
async fn until_logged(aether: &Aether, wanted: &[&str]) {
    let mut missing = wanted.to_vec();
    let mut log = Box::pin(aether.store().follow(Position::START));
    let reading = async {
        while !missing.is_empty() {
            let recorded = log
                .next()
                .await
                .expect("a log does not end")
                .expect("it is readable");
            let events = recorded.commit.events();
            missing.retain(|wanted| events.iter().all(|event| event.event_type != *wanted));
        }
    };
    let read = tokio::time::timeout(Duration::from_secs(20), reading).await;
    assert!(read.is_ok(), "these events never came: {missing:?}");
}

#[tokio::test]
async fn a_confirmed_order_cannot_be_called_off() {
    let aether = open(
        SimulatedCardProcessor::default(),
        SimulatedCarrier::default(),
    )
    .await;
    aether.send(place()).await.unwrap();
    assert_eq!(progress(&aether, &order_id()).await, Progress::Confirmed);
    let cancel = CancelOrder {
        order: order_id(),
        reason: "too dear".to_owned(),
    };
    let refused = aether.send(cancel).await.unwrap_err();
    assert_eq!(refused.refusal(), Some(&OrderRefusal::AlreadyConfirmed));
}

#[tokio::test]
async fn a_command_that_is_sent_twice_takes_effect_once() {
    let aether = open(
        SimulatedCardProcessor::default(),
        SimulatedCarrier::default(),
    )
    .await;
    let id = CommandId::new();
    let first = aether.send(place()).with_id(id).await.unwrap();
    let again = aether.send(place()).with_id(id).await.unwrap();
    assert_eq!(
        (&first.actor_id, first.version),
        (&again.actor_id, again.version)
    );
    let other = aether.send(place()).await.unwrap_err();
    assert_eq!(other.refusal(), Some(&OrderRefusal::AlreadyPlaced));
    aether.settled().await.unwrap();
    let placed = story(&aether)
        .await
        .into_iter()
        .filter(|event| event == "OrderPlaced");
    assert_eq!(placed.count(), 1);
}

#[tokio::test]
async fn a_parcel_that_nobody_takes_in_comes_back_and_so_does_the_money() {
    let carrier = SimulatedCarrier {
        rings_in_vain: BTreeMap::from([(order_id(), 3)]),
    };
    let aether = open(SimulatedCardProcessor::default(), carrier).await;
    aether.send(place()).await.unwrap();
    dispatch(&aether).await;
    assert_eq!(progress(&aether, &order_id()).await, Progress::Returned);
    let story = story(&aether).await;
    let expected = [
        "ParcelDispatched",
        "DeliveryAttemptFailed",
        "DeliveryAttemptFailed",
        "ParcelReturned",
        "PaymentRefunded",
    ];
    assert_eq!(story[story.len() - 5..], expected);
}

#[tokio::test]
async fn an_order_that_was_stored_in_the_first_year_is_still_fulfilled() {
    let store = InMemoryEventStore::new();
    store.save(placed_in_the_first_year()).await.unwrap();
    let (cards, carrier) = (
        SimulatedCardProcessor::default(),
        SimulatedCarrier::default(),
    );
    let aether = open_with(store, cards, carrier).await;
    assert_eq!(progress(&aether, &order_id()).await, Progress::Confirmed);
    let stock = aether.load::<Stock>(leipzig()).await.unwrap();
    assert_eq!(
        stock.claim(&order_id()),
        Some(&Claim::Holds(vec![pallet("pen", 2)]))
    );
}

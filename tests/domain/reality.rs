//! The model of the shop, held against the log of a day in it.

use aether::{
    Commit, Event, EventStore as _, EventStoreExt as _, InMemoryEventStore, Position,
    domain::event_schemas,
    eventstorming::{
        Model,
        model::{Kind, Verb},
        reality::Reality,
    },
    observe::observe,
    runtime::Aether,
    store::Span,
};
use aether_examples::order_fulfilment::{
    Inventory, Ordering, Payment, Shipping, Shop,
    day::Day,
    outside::{SimulatedCardProcessor, SimulatedCarrier},
    shift,
};
use tokio::time::Duration;

/// The log of a day with so many orders.
async fn day(orders: usize) -> InMemoryEventStore {
    let (store, day) = (InMemoryEventStore::new(), Day::of(7, orders));
    let cards = SimulatedCardProcessor {
        declines: day.declined.clone(),
        thinks_for: Duration::ZERO,
    };
    let carrier = SimulatedCarrier {
        rings_in_vain: day.not_at_home.clone(),
    };
    let builder = Aether::builder()
        .store(store.clone())
        .context::<Ordering>()
        .context::<Inventory>()
        .context::<Payment>()
        .context::<Shipping>();
    let aether = builder.adapter(cards).adapter(carrier).start().await;
    let aether = aether.expect("the contexts fit together");
    shift::work(&aether, &day, |_| {})
        .await
        .expect("it is worked through");
    aether.shutdown().await;
    store
}

fn model() -> Model {
    Model::of::<Shop>().with_schemas(event_schemas::<Shop>())
}

async fn reality(store: &InMemoryEventStore) -> Reality {
    let model = model();
    let seen = observe(store, Span::ALL, &model)
        .await
        .expect("it is readable");
    model.observed(&seen)
}

#[tokio::test]
async fn a_day_in_the_shop_shows_what_is_declared_and_nothing_else() {
    let store = day(120).await;
    let reality = reality(&store).await;
    assert!(!reality.is_at_odds(), "{}", reality.text());
    let log = store.log(Position::START).await.expect("it is readable");
    let stored = |name: &str| {
        let events = log.iter().flat_map(|recorded| recorded.commit.events());
        events.filter(|event| event.event_type == name).count() as u64
    };
    for event in model().of_kind(Kind::Event) {
        let seen = &reality.sightings[&event.id];
        assert_eq!(seen.count, stored(event.id.name()), "{}", event.id);
        assert_eq!(seen.last.is_some(), seen.count > 0, "{}", event.id);
    }
    assert_eq!(stored("OrderPlaced"), 120);
}

#[tokio::test]
async fn every_reservation_is_seen_to_follow_from_an_order_by_its_policy() {
    let store = day(60).await;
    let reality = reality(&store).await;
    let times = |from: &str, verb, to: &str| {
        let mut said = reality.relations.iter();
        let said = said.find(|((one, known, other), _)| {
            one.name() == from && *known == verb && other.name() == to
        });
        *said
            .unwrap_or_else(|| panic!("{from} {verb:?} {to} is declared"))
            .1
    };
    let stored = |name: &str| {
        let mut seen = reality.sightings.iter();
        let seen = seen.find(|(id, _)| id.name() == name);
        seen.map(|(_, seen)| seen.count)
    };
    let reserved = times("ReserveStock", Verb::Emits, "StockReserved");
    let short = times("ReserveStock", Verb::Emits, "StockShortageDetected");
    assert_eq!(Some(reserved), stored("StockReserved"));
    assert_eq!(Some(short), stored("StockShortageDetected"));
    assert!(reserved > 0 && short > 0);
    let (policy, command) = ("ReserveStockWhenPlaced", "ReserveStock");
    let asked = reserved + short;
    assert_eq!(times("OrderPlaced", Verb::Activates, policy), asked);
    assert_eq!(times(policy, Verb::Issues, command), asked);
    assert!(times("CardProcessor", Verb::Issues, "RecordPaymentAnswer") > 0);
    let system = times("PaymentRequested", Verb::Notifies, "CardProcessor");
    assert!(
        system > 0,
        "what a system was told of is seen by what it answers"
    );
}

#[tokio::test]
async fn what_was_stored_by_another_hand_is_found() {
    let store = day(20).await;
    let log = store.log(Position::START).await.expect("it is readable");
    let mut events = log.iter().flat_map(|recorded| recorded.commit.events());
    let placed = events.find(|event| event.event_type == "OrderPlaced");
    let placed = placed.expect("there is an order");
    let strange = Event::new("Order.x", 1, "OrderArchived", &()).expect("it is an event");
    let mut late = Event::new("Shipment.x", 1, "ParcelDelivered", &()).expect("it is an event");
    late.metadata.causation_id = Some(placed.id.to_string());
    for event in [strange, late] {
        let commit = Commit::new([event]).expect("a commit");
        store.append(commit).await.expect("it is stored");
    }
    let reality = reality(&store).await;
    assert!(reality.is_at_odds());
    let unknown: Vec<&str> = reality.unknown.iter().map(|one| &*one.event).collect();
    assert_eq!(unknown, ["OrderArchived"]);
    let strays: Vec<String> = reality.strays.iter().map(ToString::to_string).collect();
    let expected = "`OrderPlaced` led to `ParcelDelivered` once: nothing leads from \
                    `OrderPlaced` to `ParcelDelivered`";
    assert_eq!(strays, [expected]);
}

#[tokio::test]
async fn the_same_log_gives_the_same_report_and_the_same_board() {
    let store = day(20).await;
    let (one, other) = (reality(&store).await, reality(&store).await);
    assert_eq!(one.json(), other.json());
    assert_eq!(one.text(), other.text());
    let board = |seen: &Reality| model().board().observed(seen).svg();
    assert_eq!(board(&one), board(&other));
}

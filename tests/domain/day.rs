//! Whole days, and what holds at the end of each, however its commands interleave.

use std::collections::BTreeMap;

use aether::{
    DynEventStore, EventStoreExt as _, InMemoryEventStore, Namespace, Position, runtime::Aether,
    store::jetstream::JetStreamOptions,
};
use aether_examples::order_fulfilment::{
    Cents, Inventory, Ordering, Payment, Shipping,
    day::Day,
    inventory::{Stock, WarehouseId},
    ordering::{ArticleId, BestSellers, Catalogue, OrderTracking, Progress},
    outside::{SimulatedCardProcessor, SimulatedCarrier},
    report::{Report, Run},
    shift,
};
use aether_tests::harness::NatsServer;
use tokio::time::Duration;

async fn open(store: DynEventStore, day: &Day) -> Aether {
    let cards = SimulatedCardProcessor {
        declines: day.declined.clone(),
        thinks_for: Duration::ZERO,
    };
    Aether::builder()
        .store(store)
        .context::<Ordering>()
        .context::<Inventory>()
        .context::<Payment>()
        .context::<Shipping>()
        .adapter(cards)
        .adapter(SimulatedCarrier {
            rings_in_vain: day.not_at_home.clone(),
        })
        .start()
        .await
        .expect("the contexts fit together")
}

fn in_memory() -> DynEventStore {
    DynEventStore::new(InMemoryEventStore::new())
}

async fn report(aether: &Aether, diary: shift::Diary) -> Report {
    let run = Run {
        seed: 0,
        store: String::new(),
        since: Position::START,
        elapsed: Duration::ZERO,
        diary,
    };
    let log = aether
        .store()
        .log(Position::START)
        .await
        .expect("the log is readable");
    let tracking = aether.read::<OrderTracking>().await.expect("it runs");
    let best = aether.read::<BestSellers>().await.expect("it runs");
    let catalogue = aether.read::<Catalogue>().await.expect("it runs");
    Report::of(run, &log, &tracking, (&best, &catalogue))
}

fn worth(report: &Report, ends: &[Progress]) -> Cents {
    ends.iter()
        .filter_map(|end| report.outcomes.get(end))
        .map(|outcome| outcome.worth)
        .sum()
}

fn count(report: &Report, event_type: &str) -> u64 {
    report.events.get(event_type).copied().unwrap_or_default()
}

/// What the lorries brought, by warehouse and article.
fn brought(day: &Day) -> BTreeMap<(&WarehouseId, &ArticleId), u32> {
    let mut brought = BTreeMap::new();
    for lorry in day.hours.iter().flat_map(|hour| &hour.lorries) {
        for pallet in &lorry.pallets {
            *brought
                .entry((&lorry.warehouse, &pallet.article))
                .or_default() += pallet.quantity;
        }
    }
    brought
}

/// Works through a day, and sees that the books balance.
async fn assert_books_balance(store: DynEventStore, seed: u64, orders: usize) {
    let day = Day::of(seed, orders);
    let aether = open(store, &day).await;
    let diary = shift::work(&aether, &day, |_| {}).await.unwrap();
    let report = report(&aether, diary).await;
    assert_eq!(report.orders().orders, orders as u64, "seed {seed}");
    assert_every_order_has_an_end(&report, seed);
    assert_money_balances(&report, seed);
    assert_goods_balance(&aether, &day, seed).await;
    let followers = aether.status().into_iter();
    let refused: Vec<_> = followers.filter(|status| status.refused > 0).collect();
    assert_eq!(
        refused,
        [],
        "seed {seed}: something that follows by itself is refused"
    );
    aether.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_end_of_a_day_the_books_balance() {
    for seed in [1, 2] {
        assert_books_balance(in_memory(), seed, 150).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_end_of_a_day_on_nats_the_books_balance() {
    let server = NatsServer::shared().await;
    let namespace = Namespace::new("books-balance").unwrap();
    let options = JetStreamOptions::new().namespace(namespace);
    let store = options.connect(&server.url()).await.unwrap();
    assert_books_balance(DynEventStore::new(store), 3, 80).await;
}

fn assert_every_order_has_an_end(report: &Report, seed: u64) {
    let open = [Progress::Placed, Progress::Dispatched];
    assert!(
        open.iter().all(|open| !report.outcomes.contains_key(open)),
        "seed {seed}"
    );
    let ends = [Progress::Delivered, Progress::Rejected, Progress::Cancelled];
    assert!(
        ends.iter().all(|end| report.outcomes.contains_key(end)),
        "seed {seed}"
    );
}

/// The shop keeps the money of the orders that it fulfils, and no other.
fn assert_money_balances(report: &Report, seed: u64) {
    let kept = worth(report, &[Progress::Confirmed, Progress::Delivered]);
    assert_eq!(kept + report.refunded, report.charged, "seed {seed}");
}

/// What came on lorries is on the shelf or put aside.
async fn assert_goods_balance(aether: &Aether, day: &Day, seed: u64) {
    for ((warehouse, article), quantity) in brought(day) {
        let stock = aether.load::<Stock>(warehouse).await.unwrap();
        let there = stock.available(article) + stock.reserved(article);
        assert_eq!(there, quantity, "seed {seed}: {article} in {warehouse}");
    }
}

#[tokio::test]
async fn a_day_that_is_worked_through_again_repeats_nothing_and_packs_what_was_left() {
    let day = Day::of(3, 60);
    let aether = open(in_memory(), &day).await;
    let diary = shift::work(&aether, &day, |_| {}).await.unwrap();
    let first = report(&aether, diary).await;
    assert!(first.outcomes.contains_key(&Progress::Confirmed));
    let diary = shift::work(&aether, &day, |_| {}).await.unwrap();
    let second = report(&aether, diary).await;
    assert!(!second.outcomes.contains_key(&Progress::Confirmed));
    for once in [
        "ArticleListed",
        "GoodsReceived",
        "OrderPlaced",
        "OrderCancelled",
        "PaymentCaptured",
    ] {
        assert_eq!(count(&first, once), count(&second, once), "{once}");
    }
    assert_eq!(first.run.diary, second.run.diary);
}

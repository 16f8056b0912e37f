use aether::{
    ActorId, ActorSnapshot, Capabilities, Checkpoint, CheckpointStore, Commit, EventStore,
    InMemoryEventStore, Namespace, Page, Position, Receipt, Recorded, SnapshotStore, StoreError,
    StoreErrorKind, Timestamp, Transaction, Version,
    store::{Span, Stretch},
};
use futures_util::Stream;
use serde_json::json;

use crate::{
    client::{ask, get, post},
    shop::{Shop, order},
};

#[tokio::test]
async fn an_order_is_placed_looked_at_and_called_off() {
    let shop = Shop::new().await;
    let placed = post(shop.at, "/orders", &order("7")).await.is(201);
    assert_eq!(placed.header("location"), "/orders/7");
    assert_eq!(placed.json()["events"], json!(["OrderPlaced"]));
    assert_eq!(placed.json()["repeated"], json!(false));

    let seen = get(shop.at, "/orders/7").await.is(200).json();
    assert_eq!(
        (&seen["customer"], &seen["total"]),
        (&json!("ada"), &json!(1580))
    );
    let list = get(shop.at, "/orders").await.is(200).json();
    assert_eq!(
        (&list["total"], &list["orders"][0]["order"]),
        (&json!(1), &json!("7"))
    );

    // No goods are there, so the shop turns the order down by itself.
    shop.service.aether().settled().await.unwrap();
    let late = post(shop.at, "/orders/7/cancel", &json!({ "reason": "late" })).await;
    let late = late.refused_with(409, "refused").json();
    assert_eq!(late["detail"], json!("the order is over: it was rejected"));
}

#[tokio::test]
async fn the_same_key_does_a_thing_once() {
    let shop = Shop::new().await;
    let key = "0198c2a7-0000-7000-8000-000000000001";
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    let body = order("7").to_string();
    let first = ask(shop.at, ("POST", "/orders"), &headers, &body)
        .await
        .is(201)
        .json();
    let again = ask(shop.at, ("POST", "/orders"), &headers, &body)
        .await
        .is(201)
        .json();
    assert_eq!(
        (&first["repeated"], &again["repeated"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(first["position"], again["position"]);
    post(shop.at, "/orders", &order("7"))
        .await
        .refused_with(409, "refused");
    let bad = [
        ("content-type", "application/json"),
        ("idempotency-key", "7"),
    ];
    ask(shop.at, ("POST", "/orders"), &bad, &body)
        .await
        .refused_with(400, "malformed");
}

#[tokio::test]
async fn each_refusal_has_its_status() {
    let shop = Shop::new().await;
    let reason = json!({ "reason": "no" });
    post(shop.at, "/orders/none/cancel", &reason)
        .await
        .refused_with(404, "refused");
    get(shop.at, "/orders/none")
        .await
        .refused_with(404, "unknown");
    let mut empty = order("8");
    empty["lines"] = json!([]);
    post(shop.at, "/orders", &empty)
        .await
        .refused_with(422, "refused");
    let label = json!({ "tracking": "p" });
    post(shop.at, "/orders/none/dispatch", &label)
        .await
        .refused_with(404, "refused");
    let lorry = json!({ "delivery_note": "n1", "pallets": [{ "article": "a", "quantity": 1 }] });
    post(shop.at, "/warehouses/lyon/deliveries", &lorry)
        .await
        .is(200);
    post(shop.at, "/warehouses/lyon/deliveries", &lorry)
        .await
        .refused_with(409, "refused");
    let free = json!({ "title": "Pen", "price": 0 }).to_string();
    let json = [("content-type", "application/json")];
    ask(shop.at, ("PUT", "/articles/pen"), &json, &free)
        .await
        .refused_with(422, "refused");
}

#[tokio::test]
async fn what_is_no_request_is_a_problem_too() {
    let shop = Shop::new().await;
    get(shop.at, "/nowhere").await.refused_with(404, "unknown");
    ask(shop.at, ("DELETE", "/orders"), &[], "")
        .await
        .refused_with(405, "method");
    post(shop.at, "/orders", &json!({ "order": "7" }))
        .await
        .refused_with(422, "malformed");
    let plain = [("content-type", "text/plain")];
    ask(shop.at, ("POST", "/orders"), &plain, "{}")
        .await
        .refused_with(415, "malformed");
    let json = [("content-type", "application/json")];
    ask(shop.at, ("POST", "/orders"), &json, "{")
        .await
        .refused_with(400, "malformed");
    let large = "x".repeat(70_000);
    ask(shop.at, ("POST", "/orders"), &json, &large)
        .await
        .refused_with(413, "malformed");
    let endless = order(&"x".repeat(600));
    post(shop.at, "/orders", &endless)
        .await
        .refused_with(400, "malformed");
}

#[tokio::test]
async fn each_failure_of_the_store_has_its_status() {
    for (kind, status, code, stored) in [
        (StoreErrorKind::Unavailable, 503, "unavailable", "no"),
        (StoreErrorKind::InDoubt, 504, "in-doubt", "unknown"),
        (StoreErrorKind::TooLarge, 413, "too-large", "no"),
        (StoreErrorKind::Corrupt, 500, "failed", "no"),
    ] {
        let shop = Shop::over(Failing(InMemoryEventStore::new(), kind)).await;
        let key = "0198c2a7-0000-7000-8000-000000000001";
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        let body = order("7").to_string();
        let answer = ask(shop.at, ("POST", "/orders"), &headers, &body).await;
        let answer = answer.refused_with(status, code);
        assert_eq!(answer.json()["stored"], json!(stored), "{kind:?}");
        let asks_again = answer.json()["ask_again"] == json!(key);
        assert_eq!(asks_again, kind == StoreErrorKind::InDoubt);
        assert_eq!(
            answer.header("retry-after") == "1",
            status == 503 || status == 504
        );
    }
}

#[tokio::test]
async fn a_conflict_that_does_not_end_is_a_conflict() {
    let shop = Shop::over(Failing(InMemoryEventStore::new(), StoreErrorKind::Conflict)).await;
    let answer = post(shop.at, "/orders", &order("7")).await;
    answer.refused_with(409, "conflict");
}

#[tokio::test]
async fn a_service_that_ends_is_alive_and_not_ready() {
    let shop = Shop::new().await;
    let ready = get(shop.at, "/ready").await.is(200).json();
    assert_eq!(ready["ready"], json!(true));
    let names = ready["followers"].as_array().unwrap().iter();
    assert!(
        names.clone().any(|it| it["name"] == "OrderTracking"),
        "{ready}"
    );
    get(shop.at, "/health").await.is(200);
    shop.service.stop();
    let ready = get(shop.at, "/ready").await.is(503).json();
    assert_eq!(ready["because"], json!(["the service is shutting down"]));
    get(shop.at, "/health").await.is(200);
    shop.service.close().await;
    post(shop.at, "/orders", &order("7"))
        .await
        .refused_with(503, "stopping");
}

/// A store that takes nothing, and says so in one way.
struct Failing(InMemoryEventStore, StoreErrorKind);

impl Failing {
    fn failure<T>(&self) -> Result<T, StoreError> {
        Err(StoreError::new(self.1, "the store fails"))
    }
}

impl EventStore for Failing {
    fn namespace(&self) -> &Namespace {
        EventStore::namespace(&self.0)
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn append(&self, _: Commit) -> Result<Receipt, StoreError> {
        self.failure()
    }

    async fn transact(&self, _: Transaction) -> Result<Vec<Receipt>, StoreError> {
        self.failure()
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        self.0.read(actor, after).await
    }

    async fn read_back(&self, actor: &ActorId, before: Version) -> Result<Page, StoreError> {
        self.0.read_back(actor, before).await
    }

    async fn version(&self, actor: &ActorId) -> Result<Version, StoreError> {
        self.0.version(actor).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.0.head().await
    }

    async fn namespaces(&self) -> Result<Vec<Namespace>, StoreError> {
        self.0.namespaces().await
    }

    async fn stored_before(&self, moment: Timestamp) -> Result<Position, StoreError> {
        self.0.stored_before(moment).await
    }

    async fn scan(&self, span: Span) -> Result<Stretch, StoreError> {
        self.0.scan(span).await
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        self.0.follow(after)
    }
}

impl CheckpointStore for Failing {
    async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        self.0.checkpoint(reader).await
    }

    async fn save_checkpoint(&self, reader: &str, it: Checkpoint) -> Result<(), StoreError> {
        self.0.save_checkpoint(reader, it).await
    }

    async fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        it: Checkpoint,
    ) -> Result<(), StoreError> {
        self.0.replace_checkpoint(reader, expected, it).await
    }
}

impl SnapshotStore for Failing {
    async fn snapshot(&self, actor: &ActorId) -> Result<Option<ActorSnapshot>, StoreError> {
        self.0.snapshot(actor).await
    }

    async fn save_snapshot(&self, snapshot: ActorSnapshot) -> Result<(), StoreError> {
        self.0.save_snapshot(snapshot).await
    }
}

//! A service in this process, over a store that may fail.

use std::net::SocketAddr;

use aether::{InMemoryEventStore, Store};
use aether_examples::order_fulfilment::day::Day;
use aether_order_service::{Service, shop};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A service that listens.
pub(crate) struct Shop {
    pub(crate) at: SocketAddr,
    pub(crate) service: Service,
}

impl Shop {
    pub(crate) async fn new() -> Self {
        Self::over(InMemoryEventStore::new()).await
    }

    #[expect(clippy::disallowed_methods, reason = "it ends with the test")]
    pub(crate) async fn over(store: impl Store) -> Self {
        let aether = shop::open(store, &Day::of(1, 0)).await.unwrap();
        let service = Service::new(aether);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let router = service.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { at, service }
    }
}

/// An order as it comes over the wire.
pub(crate) fn order(id: &str) -> Value {
    json!({
        "order": id,
        "customer": "ada",
        "lines": [{ "article": "article-01", "quantity": 2, "price": 790 }],
        "deliver_to": { "city": "Hamburg", "country": "Germany" },
    })
}

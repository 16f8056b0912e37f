use aether::{EmbeddedEventStore, EventStoreExt as _, Namespace};
use aether_tests::harness::NatsServer;
use serde_json::json;

use crate::program::{Room, ends, event, json as rows, on_server};

#[tokio::test]
async fn the_namespaces_of_a_folder_are_listed() {
    let room = Room::new();
    let store = room.shop("shop").await;
    let opened = EmbeddedEventStore::open(room.path("shop")).await.unwrap();
    for name in ["log of ö", "a"] {
        let other = opened
            .in_namespace(Namespace::new(name).unwrap())
            .await
            .unwrap();
        other.save(event("Order.7", 1, "Placed")).await.unwrap();
    }
    drop(opened);
    let listed = rows(&ends(0, &["namespace", "list", "--store", &store, "--json"]).out);
    let wanted = [
        json!({ "namespace": "a", "head": 1 }),
        json!({ "namespace": "default", "head": 5 }),
        json!({ "namespace": "log of ö", "head": 1 }),
    ];
    assert_eq!(listed, wanted);
    let none = ends(2, &["namespace", "list", "--store", &room.store("none")]);
    assert!(
        none.err.contains("there is no store in the folder"),
        "{}",
        none.err
    );
}

#[tokio::test]
async fn the_namespaces_of_a_server_are_listed_and_none_is_made() {
    let server = NatsServer::start().await;
    let url = server.url();
    let empty = ends(0, &["namespace", "list", "--store", &url]);
    assert_eq!(
        (&*empty.out, &*empty.err),
        ("", "no namespace holds anything\n")
    );
    for name in ["shop.eu/ö", "empty"] {
        let store = on_server(name).connect(&url).await.unwrap();
        if name != "empty" {
            store.save(event("Order.7", 1, "Placed")).await.unwrap();
        }
    }
    let context = async_nats::jetstream::new(async_nats::connect(&url).await.unwrap());
    let foreign = async_nats::jetstream::stream::Config {
        name: "aether-none=of=ours".to_owned(),
        subjects: vec!["foreign".to_owned()],
        ..Default::default()
    };
    context.create_stream(foreign).await.unwrap();
    context
        .publish("foreign", "x".into())
        .await
        .unwrap()
        .await
        .unwrap();
    let listed = ends(0, &["namespace", "list", "--store", &url]).out;
    assert_eq!(listed, "       1  shop.eu/ö\n");
}

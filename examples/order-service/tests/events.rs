use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    client::{Events, Message, ask, get, post},
    shop::{Shop, order},
};

/// What is told of a commit: its events, and where its order is now.
fn told(message: &Message) -> (Value, Value) {
    let change = &message.data["orders"][0];
    (message.data["events"].clone(), change["progress"].clone())
}

#[tokio::test]
async fn orders_are_followed_as_they_are_placed() {
    let shop = Shop::new().await;
    let mut events = Events::follow(shop.at, "/events", &[]).await;
    post(shop.at, "/orders", &order("7")).await.is(201);
    let messages = events.take(3).await;
    assert_eq!(
        told(&messages[0]),
        (json!(["OrderPlaced"]), json!("Placed"))
    );
    let change = &messages[0].data["orders"][0];
    assert_eq!(
        (&change["order"], &change["total"]),
        (&json!("7"), &json!(1580))
    );
    let all: Vec<_> = messages.iter().map(|it| told(it).0[0].clone()).collect();
    assert!(all.contains(&json!("StockShortageDetected")), "{all:?}");
}

#[tokio::test]
async fn whoever_comes_back_is_told_what_was_missed_and_nothing_twice() {
    let shop = Shop::new().await;
    let mut events = Events::follow(shop.at, "/events?after=0", &[]).await;
    post(shop.at, "/orders", &order("7")).await.is(201);
    let first = events.take(2).await;
    drop(events);
    post(shop.at, "/orders", &order("8")).await.is(201);
    shop.service.aether().settled().await.unwrap();

    let all = Events::follow(shop.at, "/events?after=0", &[])
        .await
        .take(6)
        .await;
    let last = first[1].id.to_string();
    // What the browser says counts, and not where the page began.
    let seen = [("last-event-id", &*last)];
    let rest = Events::follow(shop.at, "/events?after=0", &seen)
        .await
        .take(4)
        .await;
    assert_eq!([first, rest].concat(), all);
    let ids: Vec<_> = all.iter().map(|message| message.id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
}

#[tokio::test]
async fn a_position_of_another_log_is_gone() {
    let shop = Shop::new().await;
    get(shop.at, "/events?after=5")
        .await
        .refused_with(410, "gone");
    let bad = [("last-event-id", "first")];
    ask(shop.at, ("GET", "/events"), &bad, "")
        .await
        .refused_with(400, "malformed");
}

#[tokio::test]
async fn whoever_follows_is_let_go_of_when_the_service_ends() {
    let shop = Shop::new().await;
    let mut events = Events::follow(shop.at, "/events", &[]).await;
    shop.service.stop();
    let end = timeout(Duration::from_secs(10), events.next()).await;
    assert_eq!(end.expect("the stream ends"), None);
}

#[tokio::test]
async fn no_more_may_follow_than_there_is_room_for() {
    let shop = Shop::new().await;
    let mut all = Vec::new();
    for _ in 0..256 {
        all.push(Events::follow(shop.at, "/events", &[]).await);
    }
    get(shop.at, "/events").await.refused_with(503, "busy");
    all.pop();
    let one_more = async {
        loop {
            let response = crate::client::send(shop.at, ("GET", "/events"), &[], "").await;
            if response.status() == 200 {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), one_more)
        .await
        .expect("a seat is free again");
}

#[tokio::test]
async fn the_board_counts_what_is_told() {
    let shop = Shop::new().await;
    let before = get(shop.at, "/board.svg").await.is(200);
    assert_eq!(before.header("content-type"), "image/svg+xml");
    assert!(!before.text.contains(">2x, "), "nothing has happened twice");
    for id in ["7", "8"] {
        post(shop.at, "/orders", &order(id)).await.is(201);
    }
    let head = shop.service.aether().settled().await.unwrap();
    let board = get(shop.at, &format!("/board.svg?after={head}"))
        .await
        .is(200);
    assert_eq!(board.header("etag"), format!("\"{head}\""));
    // The note itself, and those that stand for it elsewhere on the board.
    let notes = board
        .text
        .split("data-element=\"Ordering/event/OrderPlaced\"");
    let mut notes = notes.filter_map(|rest| rest.split("</a>").next());
    assert!(notes.any(|note| note.contains(">2x, ")), "two orders");
    let same = [("if-none-match", board.header("etag"))];
    ask(shop.at, ("GET", "/board.svg"), &same, "").await.is(304);
}

#![expect(
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use super::{
    Inbox as _, Servers, Transport as _,
    fixture::{
        WITHIN, held, is_quiet, make, next, store, store_patiently, stored, text, try_store,
    },
};
use crate::simulation::nats::{LineMishap, NatsMessage, RequestFailure, ServerMishap};

/// Both directions stand still, and nothing is lost or overtaken.
pub async fn what_is_sent_while_a_connection_stands_still_arrives_later_in_order<S: Servers>(
    servers: &S,
) {
    let (client, other) = (servers.connect(0).await, servers.connect(0).await);
    let (mut here, mut there) = (
        client.subscribe("to.client", None).await,
        other.subscribe("to.other", None).await,
    );
    client.befall(LineMishap::Hold);
    for number in 0..50 {
        let text = number.to_string();
        client
            .publish(NatsMessage::new("to.other", text.clone()))
            .await;
        other.publish(NatsMessage::new("to.client", text)).await;
    }
    assert!(is_quiet(&mut here).await && is_quiet(&mut there).await);
    client.befall(LineMishap::Release);
    for number in 0..50 {
        assert_eq!(text(&next(&mut here).await), number.to_string());
        assert_eq!(text(&next(&mut there).await), number.to_string());
    }
}

/// Nobody is told of a client that stands still: a request to it takes its time.
pub async fn a_connection_that_stands_still_is_somebody<S: Servers>(servers: &S) {
    let (client, other) = (servers.connect(0).await, servers.connect(0).await);
    let mut inbox = other.subscribe("still", None).await;
    other.befall(LineMishap::Hold);
    let short = Duration::from_millis(900);
    let answer = client.request(NatsMessage::new("still", "x"), short).await;
    assert_eq!(answer, Err(RequestFailure::TimedOut));
    other.befall(LineMishap::Release);
    assert_eq!(text(&next(&mut inbox).await), "x");
}

/// The client connects again by itself, and what it wants comes again.
pub async fn a_connection_that_was_cut_wants_what_it_wanted<S: Servers>(servers: &S) {
    let (client, other) = (servers.connect(0).await, servers.connect(0).await);
    let mut inbox = client.subscribe("news", None).await;
    client.befall(LineMishap::Cut);
    let until = Instant::now() + WITHIN * 2;
    let mut number = 0;
    let heard = loop {
        number += 1;
        other
            .publish(NatsMessage::new("news", number.to_string()))
            .await;
        if let Ok(heard) = timeout(Duration::from_millis(100), inbox.next()).await {
            break heard;
        }
        assert!(Instant::now() < until, "nothing comes any more");
    };
    assert!(heard.is_some());
    let answer = client.request(NatsMessage::new("nobody", ""), WITHIN).await;
    assert_eq!(answer, Err(RequestFailure::NoResponders));
}

/// Whoever is not told that a message is stored finds out by storing it again under its id.
pub async fn a_write_whose_answer_is_lost_is_stored<S: Servers>(servers: &S) {
    let (client, other) = (servers.connect(0).await, servers.connect(0).await);
    make(&other, "W", json!({})).await;
    let message = || NatsMessage::new("W.a", "x").with("Nats-Msg-Id", "m1");
    client.befall(LineMishap::Mute);
    let unheard = client.request(message(), Duration::from_secs(1)).await;
    assert_eq!(unheard, Err(RequestFailure::TimedOut));
    assert_eq!(held(&other, "W").await, (1, 1));
    client.befall(LineMishap::Cut);
    // What was said while it connects again may be lost.
    let until = Instant::now() + WITHIN * 2;
    let again = loop {
        match client.request(message(), Duration::from_secs(1)).await {
            Ok(again) => break again,
            Err(err) => assert!(Instant::now() < until, "{err}"),
        }
    };
    let again: serde_json::Value = serde_json::from_slice(&again.payload).unwrap_or_default();
    assert_eq!(
        (stored(&again), &again["duplicate"]),
        (Some(1), &json!(true))
    );
    assert_eq!(held(&other, "W").await, (1, 1));
}

/// While it is gone nothing is taken; what it acknowledged is there when it is back.
pub async fn a_server_that_died_comes_back_with_what_it_has_stored<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make(&client, "D", json!({})).await;
    for number in 1..=20 {
        let answer = store(&client, NatsMessage::new("D.a", number.to_string())).await;
        assert_eq!(stored(&answer), Some(number));
    }
    let leader = super::fixture::leader(&client, "D").await;
    let leader = servers.named(&leader).unwrap_or(0);
    servers.befall(leader, ServerMishap::Kill).await;
    let short = Duration::from_millis(500);
    let message = NatsMessage::new("D.a", "lost");
    assert!(client.request(message, short).await.is_err());
    servers.befall(leader, ServerMishap::Start).await;
    let later = store_patiently(&client, NatsMessage::new("D.b", "later")).await;
    let (count, last) = held(&client, "D").await;
    assert!(
        later >= 21 && last >= 21 && count >= 21,
        "{later} {last} {count}"
    );
    let found = super::fixture::read(&client, "D", json!({"seq": 20})).await;
    assert_eq!(found["message"]["subject"], "D.a");
}

/// A server that is stopped says nothing, and does what it was asked when it goes on.
pub async fn a_server_that_stands_still_does_later_what_it_was_asked<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make(&client, "F", json!({})).await;
    let leader = super::fixture::leader(&client, "F").await;
    let leader = servers.named(&leader).unwrap_or(0);
    servers.befall(leader, ServerMishap::Freeze).await;
    let short = Duration::from_secs(1);
    let message = NatsMessage::new("F.a", "x").with("Nats-Msg-Id", "f1");
    let unheard = client.request(message.clone(), short).await;
    assert_eq!(unheard, Err(RequestFailure::TimedOut));
    servers.befall(leader, ServerMishap::Thaw).await;
    let until = Instant::now() + WITHIN * 2;
    while held(&client, "F").await != (1, 1) {
        assert!(Instant::now() < until, "it is not stored");
        sleep(Duration::from_millis(50)).await;
    }
    let again = try_store(&client, message).await;
    assert_eq!(again.map(|it| stored(&it)), Ok(Some(1)));
}

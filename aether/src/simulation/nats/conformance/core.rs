#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Inbox as _, Servers, Transport as _,
    fixture::{WITHIN, is_quiet, next, text},
};
use crate::simulation::nats::{NatsMessage, RequestFailure};

/// A subject is meant by itself, by `*` for a token and by `>` for one or more at the end.
pub async fn a_message_comes_to_whoever_wants_its_subject<S: Servers>(servers: &S) {
    let (client, other) = (servers.connect(0).await, servers.connect(0).await);
    let patterns = [
        "a.b.c", "a.*.c", "a.>", "*.b.*", "a.*.>", "a.b", "a.b.c.>", "a.*", "b.>",
    ];
    let mut inboxes = Vec::new();
    for pattern in patterns {
        inboxes.push(client.subscribe(pattern, None).await);
    }
    other.publish(NatsMessage::new("a.b.c", "1")).await;
    for inbox in inboxes.iter_mut().take(5) {
        let message = next(inbox).await;
        assert_eq!((message.subject.as_str(), text(&message)), ("a.b.c", "1"));
    }
    for (inbox, pattern) in inboxes.iter_mut().zip(patterns).skip(5) {
        assert!(is_quiet(inbox).await, "{pattern}");
    }
}

/// Of a group each message goes to one; who is in none gets all; groups know nothing of each other.
pub async fn of_a_queue_group_one_is_told<S: Servers>(servers: &S) {
    let (client, other) = (servers.connect(0).await, servers.connect(0).await);
    let mut all = client.subscribe("work.*", None).await;
    let mut members = Vec::new();
    for _ in 0..3 {
        members.push(client.subscribe("work.*", Some("crew")).await);
    }
    let mut alone = other.subscribe("work.*", Some("other")).await;
    for number in 0..60 {
        other
            .publish(NatsMessage::new("work.now", number.to_string()))
            .await;
    }
    for number in 0..60 {
        assert_eq!(text(&next(&mut all).await), number.to_string());
        assert_eq!(text(&next(&mut alone).await), number.to_string());
    }
    let (mut heard, mut busy) = (Vec::new(), 0);
    for member in &mut members {
        let before = heard.len();
        while let Ok(Some(message)) =
            tokio::time::timeout(Duration::from_millis(300), member.next()).await
        {
            heard.push(text(&message).parse::<u32>().unwrap_or(u32::MAX));
        }
        busy += usize::from(heard.len() > before);
    }
    heard.sort_unstable();
    assert_eq!(heard, (0..60).collect::<Vec<_>>());
    assert!(busy > 1, "one has got everything");
}

/// Nothing overtakes anything between two clients.
pub async fn what_one_connection_sends_arrives_in_order<S: Servers>(servers: &S) {
    let (client, other) = (servers.connect(0).await, servers.connect(0).await);
    let mut inbox = client.subscribe("n.*", None).await;
    for number in 0..1_000 {
        let message = NatsMessage::new(format!("n.{}", number % 7), number.to_string());
        other.publish(message).await;
    }
    for number in 0..1_000 {
        assert_eq!(text(&next(&mut inbox).await), number.to_string());
    }
}

/// Subject, headers and payload come as they were sent, there and back.
pub async fn a_request_is_answered_and_nothing_is_changed_on_the_way<S: Servers>(servers: &S) {
    let (client, other) = (servers.connect(0).await, servers.connect(0).await);
    let mut inbox = other.subscribe("ask.>", None).await;
    let asked = NatsMessage::new("ask.a.b", vec![0, 255, 10, 13])
        .with("One", "1")
        .with("Two", "2 ,;: \"x\"");
    let answering = async {
        let question = next(&mut inbox).await;
        let reply = question.reply.clone().unwrap_or_default();
        let answer = NatsMessage::new(&*reply, question.payload.clone()).with("Three", "3");
        other.publish(answer).await;
        question
    };
    let (answer, question) = tokio::join!(client.request(asked.clone(), WITHIN), answering);
    let sent_back = |name| question.header(name).map(str::to_owned);
    assert_eq!(question.subject, asked.subject);
    assert_eq!(question.payload, asked.payload);
    assert_eq!(sent_back("One").as_deref(), asked.header("One"));
    assert_eq!(sent_back("Two").as_deref(), asked.header("Two"));
    let answer = answer.map(|it| (it.payload.clone(), it.header("Three").map(str::to_owned)));
    assert_eq!(answer, Ok((asked.payload, Some("3".to_owned()))));
}

/// The server says so itself, long before the request has taken its time.
pub async fn that_nobody_is_there_is_told_at_once<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    let begun = Instant::now();
    let answer = client.request(NatsMessage::new("nobody", ""), WITHIN).await;
    assert_eq!(answer, Err(RequestFailure::NoResponders));
    assert!(begun.elapsed() < WITHIN / 2, "{:?}", begun.elapsed());
    let listening = client.subscribe("nobody.*", None).await;
    let answer = client.request(NatsMessage::new("nobody", ""), WITHIN).await;
    assert_eq!(answer, Err(RequestFailure::NoResponders));
    drop(listening);
}

/// Whoever has gone shows as nobody, within a moment.
pub async fn a_client_that_is_gone_is_nobody<S: Servers>(servers: &S) {
    let (client, other) = (servers.connect(0).await, servers.connect(0).await);
    let inbox = other.subscribe("here", None).await;
    let short = Duration::from_millis(200);
    let ask = || client.request(NatsMessage::new("here", ""), short);
    assert_eq!(ask().await, Err(RequestFailure::TimedOut));
    drop((inbox, other));
    let until = Instant::now() + WITHIN;
    while ask().await != Err(RequestFailure::NoResponders) {
        assert!(Instant::now() < until, "it is still somebody");
    }
}

/// Somebody who is there and does not answer is not nobody.
pub async fn a_request_that_is_heard_and_not_answered_takes_its_time<S: Servers>(servers: &S) {
    let (client, other) = (servers.connect(0).await, servers.connect(0).await);
    let mut inbox = other.subscribe("silent", Some("group")).await;
    let (within, begun) = (Duration::from_millis(900), Instant::now());
    let answer = client
        .request(NatsMessage::new("silent", "x"), within)
        .await;
    assert_eq!(answer, Err(RequestFailure::TimedOut));
    assert!(begun.elapsed() >= within);
    assert_eq!(text(&next(&mut inbox).await), "x");
}

/// What has arrived before is given, what is sent later is for nobody. Of what is on its way a client
/// may give some or nothing: `async-nats` forgets the subscription when it has told the server.
pub async fn a_closed_subscription_gives_what_has_arrived_and_ends<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    let mut inbox = client.subscribe("last", None).await;
    for number in 0..100 {
        client
            .publish(NatsMessage::new("last", number.to_string()))
            .await;
    }
    // Nothing overtakes anything: when this is known to be for nobody, the rest has arrived.
    let after = client.request(NatsMessage::new("nobody", ""), WITHIN).await;
    assert_eq!(after, Err(RequestFailure::NoResponders));
    inbox.close().await;
    for number in 0..100 {
        assert_eq!(text(&next(&mut inbox).await), number.to_string());
    }
    let ended = tokio::time::timeout(WITHIN, inbox.next()).await;
    assert_eq!(ended, Ok(None));
    let late = client.request(NatsMessage::new("last", ""), WITHIN).await;
    assert_eq!(late, Err(RequestFailure::NoResponders));
}

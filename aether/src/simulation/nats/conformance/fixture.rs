//! What the cases are made of. It panics where servers do what they should not, since that is what
//! it is for.
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::needless_pass_by_value,
    reason = "a failed case is a panic that says what went wrong"
)]

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use super::{Inbox, Servers, Transport};
use crate::simulation::nats::{NatsMessage, RequestFailure};

/// How long something may take that is to happen.
pub(super) const WITHIN: Duration = Duration::from_secs(5);
/// How long a stream may have no leader.
const LEADERLESS: Duration = Duration::from_secs(20);
/// What the leader of the servers answers while it has not heard all that are needed.
const NO_PEERS: u64 = 10_005;

/// The next message of a subscription.
pub(super) async fn next(inbox: &mut impl Inbox) -> NatsMessage {
    let message = timeout(WITHIN, inbox.next()).await;
    message
        .expect("a message comes in time")
        .expect("the subscription has not ended")
}

/// Whether nothing more comes for a subscription in a while.
pub(super) async fn is_quiet(inbox: &mut impl Inbox) -> bool {
    let quiet = timeout(Duration::from_millis(300), inbox.next()).await;
    quiet.is_err()
}

/// The text of a message.
pub(super) fn text(message: &NatsMessage) -> &str {
    str::from_utf8(&message.payload).expect("a text")
}

/// What `JetStream` answers, if it does.
pub(super) async fn try_ask<T: Transport>(
    client: &T,
    what: &str,
    question: Value,
) -> Result<Value, RequestFailure> {
    let question = NatsMessage::new(format!("$JS.API.{what}"), question.to_string());
    let answer = client.request(question, WITHIN).await?;
    Ok(serde_json::from_slice(&answer.payload).expect("JSON"))
}

/// What `JetStream` answers.
pub(super) async fn ask<T: Transport>(client: &T, what: &str, question: Value) -> Value {
    match try_ask(client, what, question).await {
        Ok(answer) => answer,
        Err(err) => panic!("{what}: {err}"),
    }
}

/// A stream of the subjects under its name, with settings besides.
pub(super) fn stream(name: &str, settings: Value) -> Value {
    let mut config = json!({"name": name, "subjects": [format!("{name}.>")], "storage": "file",
        "retention": "limits", "discard": "old", "max_age": 0, "num_replicas": 1,
        "max_msgs": -1, "max_bytes": -1, "max_consumers": -1});
    let settings = settings.as_object().cloned().unwrap_or_default();
    config.as_object_mut().expect("an object").extend(settings);
    config
}

/// Makes a stream of the subjects under its name, and waits until it has a leader. Servers that have
/// just started take a moment until they know of one another that they are there.
pub(super) async fn make<T: Transport>(client: &T, name: &str, settings: Value) {
    let (what, config) = (format!("STREAM.CREATE.{name}"), stream(name, settings));
    let until = Instant::now() + LEADERLESS;
    loop {
        let made = ask(client, &what, config.clone()).await;
        let error = made.get("error").and_then(|error| error.get("err_code"));
        match error.and_then(Value::as_u64) {
            None => break,
            Some(NO_PEERS) if Instant::now() < until => sleep(Duration::from_millis(50)).await,
            Some(_) => panic!("{made}"),
        }
    }
    leader(client, name).await;
}

/// The name of the server that leads a stream; empty if there is just one server.
pub(super) async fn leader<T: Transport>(client: &T, name: &str) -> String {
    let until = Instant::now() + LEADERLESS;
    loop {
        let info = try_ask(client, &format!("STREAM.INFO.{name}"), json!({})).await;
        let cluster = info.as_ref().map(|info| info.get("cluster").cloned());
        match cluster {
            Ok(None) if is_fine(&info) => return String::new(),
            Ok(Some(cluster)) => {
                let leader = cluster.get("leader").and_then(Value::as_str);
                if let Some(leader) = leader.filter(|it| !it.is_empty()) {
                    return leader.to_owned();
                }
            }
            Ok(None) | Err(_) => {}
        }
        assert!(Instant::now() < until, "no leader in time: {info:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

fn is_fine(info: &Result<Value, RequestFailure>) -> bool {
    info.as_ref().is_ok_and(|info| info.get("error").is_none())
}

/// What a stream says to a message that it is to store, if it says something.
pub(super) async fn try_store<T: Transport>(
    client: &T,
    message: NatsMessage,
) -> Result<Value, RequestFailure> {
    let answer = client.request(message, WITHIN).await?;
    Ok(serde_json::from_slice(&answer.payload).expect("JSON"))
}

/// What a stream says to a message that it is to store.
pub(super) async fn store<T: Transport>(client: &T, message: NatsMessage) -> Value {
    match try_store(client, message).await {
        Ok(answer) => answer,
        Err(err) => panic!("it is not stored: {err}"),
    }
}

/// Stores a message, as soon as the stream has a leader that takes it; gives its sequence.
pub(super) async fn store_patiently<T: Transport>(client: &T, message: NatsMessage) -> u64 {
    let until = Instant::now() + LEADERLESS;
    loop {
        let answer = try_store(client, message.clone()).await;
        if let Ok(answer) = &answer
            && let Some(sequence) = stored(answer)
        {
            return sequence;
        }
        assert!(Instant::now() < until, "not stored in time: {answer:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// The sequence of an acknowledgement; none, if it is a refusal.
pub(super) fn stored(answer: &Value) -> Option<u64> {
    let is_refused = answer.get("error").is_some();
    let sequence = answer.get("seq").and_then(Value::as_u64);
    sequence.filter(|_| !is_refused)
}

/// Why `JetStream` refused; 0, if it did not.
pub(super) fn refused(answer: &Value) -> u64 {
    let error = answer.get("error").and_then(|it| it.get("err_code"));
    error.and_then(Value::as_u64).unwrap_or(0)
}

/// A message that is stored if the last one of its subject has this sequence.
pub(super) fn after(subject: &str, sequence: u64, payload: &str) -> NatsMessage {
    NatsMessage::new(subject, payload.to_owned())
        .with("Nats-Expected-Last-Subject-Sequence", sequence)
}

/// What the leader of a stream has for a question.
pub(super) async fn read<T: Transport>(client: &T, name: &str, question: Value) -> Value {
    ask(client, &format!("STREAM.MSG.GET.{name}"), question).await
}

/// The sequence of the last message of a subject, as the leader has it; 0, if there is none.
pub(super) async fn last<T: Transport>(client: &T, name: &str, subject: &str) -> u64 {
    let found = read(client, name, json!({"last_by_subj": subject})).await;
    let message = found.get("message").and_then(|it| it.get("seq"));
    message.and_then(Value::as_u64).unwrap_or(0)
}

/// How many messages a stream holds, and the last sequence.
pub(super) async fn held<T: Transport>(client: &T, name: &str) -> (u64, u64) {
    leader(client, name).await;
    let info = ask(client, &format!("STREAM.INFO.{name}"), json!({})).await;
    let number = |what| {
        let state = info.get("state").and_then(|it| it.get(what));
        state.and_then(Value::as_u64).expect("a number")
    };
    (number("messages"), number("last_seq"))
}

/// A client of a server that does not lead a stream, and the number of the one that does.
pub(super) async fn beside_leader<S: Servers>(
    servers: &S,
    client: &S::Transport,
    name: &str,
) -> (S::Transport, usize) {
    let leader = leader(client, name).await;
    let leader = servers.named(&leader).expect("one of the servers");
    let other = (0..3).find(|server| *server != leader);
    let other = servers.connect(other.expect("three servers")).await;
    (other, leader)
}

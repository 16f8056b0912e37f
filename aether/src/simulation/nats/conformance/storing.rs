#![expect(
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    Servers, Transport,
    fixture::{after, ask, held, last, make, read, refused, store, stored, stream},
};
use crate::simulation::nats::NatsMessage;

/// The same again is harmless, another one of the name is refused, and so are subjects of another.
pub async fn a_stream_is_made_once<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    let missing = ask(&client, "STREAM.INFO.M", json!({})).await;
    assert_eq!(
        (refused(&missing), &missing["error"]["code"]),
        (10_059, &json!(404))
    );
    make(&client, "M", json!({"allow_direct": true})).await;
    make(&client, "M", json!({"allow_direct": true})).await;
    let other = stream("M", json!({"allow_direct": true, "subjects": ["other"]}));
    assert_eq!(
        refused(&ask(&client, "STREAM.CREATE.M", other).await),
        10_058
    );
    let taken = stream("N", json!({"subjects": ["M.*.x"]}));
    assert_eq!(
        refused(&ask(&client, "STREAM.CREATE.N", taken).await),
        10_065
    );
    let info = ask(&client, "STREAM.INFO.M", json!({})).await;
    assert_eq!(info["config"]["subjects"], json!(["M.>"]));
    assert_eq!(info["config"]["allow_direct"], true);
    let gone = ask(&client, "STREAM.DELETE.M", json!({})).await;
    assert_eq!(gone["success"], true);
    let missing = ask(&client, "STREAM.INFO.M", json!({})).await;
    assert_eq!(refused(&missing), 10_059);
}

/// Sequences count the messages of a stream, whatever their subjects.
pub async fn a_write_is_acknowledged_with_its_sequence<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make(&client, "A", json!({})).await;
    for number in 1..=5 {
        let message = NatsMessage::new(format!("A.{}", number % 2), "x");
        let answer = store(&client, message).await;
        assert_eq!(
            (stored(&answer), &answer["stream"]),
            (Some(number), &json!("A"))
        );
        assert_ne!(answer["duplicate"], true);
    }
    // Nobody has to wait for it.
    client.publish(NatsMessage::new("A.0", "unasked")).await;
    let answer = store(&client, NatsMessage::new("A.0", "asked")).await;
    assert_eq!(stored(&answer), Some(7));
}

/// The last message of the subject is meant, 0 if there is none; what is refused is not stored.
pub async fn a_write_that_expects_another_last_message_is_refused<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make(&client, "G", json!({})).await;
    assert_eq!(refused(&store(&client, after("G.a", 1, "x")).await), 10_071);
    assert_eq!(stored(&store(&client, after("G.a", 0, "x")).await), Some(1));
    assert_eq!(refused(&store(&client, after("G.a", 0, "x")).await), 10_071);
    assert_eq!(stored(&store(&client, after("G.b", 0, "x")).await), Some(2));
    assert_eq!(refused(&store(&client, after("G.a", 2, "x")).await), 10_071);
    assert_eq!(stored(&store(&client, after("G.a", 1, "x")).await), Some(3));
    assert_eq!(held(&client, "G").await, (3, 3));
}

/// The subject may be another than that of the message; the stream's last sequence, its name and
/// its last message id may be expected as well.
pub async fn a_write_may_expect_another_subject_the_stream_or_the_last_id<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make(&client, "E", json!({})).await;
    let beside = |sequence: u64| {
        after("E.b", sequence, "x").with("Nats-Expected-Last-Subject-Sequence-Subject", "E.a")
    };
    assert_eq!(
        stored(&store(&client, NatsMessage::new("E.a", "x")).await),
        Some(1)
    );
    assert_eq!(refused(&store(&client, beside(0)).await), 10_071);
    assert_eq!(stored(&store(&client, beside(1)).await), Some(2));
    let plain = || NatsMessage::new("E.c", "x");
    let whole = |sequence: u64| plain().with("Nats-Expected-Last-Sequence", sequence);
    assert_eq!(refused(&store(&client, whole(1)).await), 10_071);
    assert_eq!(stored(&store(&client, whole(2)).await), Some(3));
    let named = |name: &str| plain().with("Nats-Expected-Stream", name);
    assert_eq!(refused(&store(&client, named("F")).await), 10_060);
    assert_eq!(
        stored(&store(&client, named("E").with("Nats-Msg-Id", "i")).await),
        Some(4)
    );
    let last = |id: &str| plain().with("Nats-Expected-Last-Msg-Id", id);
    assert_eq!(refused(&store(&client, last("j")).await), 10_070);
    assert_eq!(stored(&store(&client, last("i")).await), Some(5));
}

/// Of writers that expect the same, one is stored and the others are refused: nothing else.
pub async fn of_a_stream_that_is_full_of_writers_one_wins_each_place<S: Servers>(servers: &S) {
    let clients = [servers.connect(0).await, servers.connect(0).await];
    let [client, _] = &clients;
    make(client, "R", json!({})).await;
    let mut expected = 0;
    for _ in 0..20 {
        let racing = (0..10).zip(clients.iter().cycle());
        let racing = racing.map(|(_, client)| store(client, after("R.a", expected, "x")));
        let answers = join_all(racing).await;
        let winners: Vec<u64> = answers.iter().filter_map(stored).collect();
        let [winner] = winners.as_slice() else {
            assert_eq!(winners, [0], "one wins");
            return;
        };
        assert!(answers.iter().all(|it| [0, 10_071].contains(&refused(it))));
        assert_eq!(*winner, expected + 1);
        expected = *winner;
    }
}

/// It is acknowledged as a duplicate as long as its time has not passed, and stored again later.
pub async fn a_message_id_is_stored_once_within_its_time<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    let window = Duration::from_secs(2);
    let nanos = u64::try_from(window.as_nanos()).unwrap_or_default();
    make(&client, "I", json!({"duplicate_window": nanos})).await;
    let message = |subject: &str| NatsMessage::new(subject, "x").with("Nats-Msg-Id", "m");
    assert_eq!(stored(&store(&client, message("I.a")).await), Some(1));
    for subject in ["I.a", "I.b"] {
        let again = store(&client, message(subject)).await;
        assert_eq!(
            (stored(&again), &again["duplicate"]),
            (Some(1), &json!(true))
        );
    }
    // What it expects is looked at first, where there are no replicas.
    let guarded = |sequence: u64| {
        let message = message("I.a");
        message.with("Nats-Expected-Last-Subject-Sequence", sequence)
    };
    assert_eq!(refused(&store(&client, guarded(0)).await), 10_071);
    assert_eq!(store(&client, guarded(1)).await["duplicate"], true);
    assert_eq!(held(&client, "I").await, (1, 1));
    sleep(window * 2).await;
    let anew = store(&client, message("I.a")).await;
    assert_eq!(stored(&anew), Some(2));
}

/// Messages of a batch, the last of which ends it.
fn batch(id: &str, messages: Vec<NatsMessage>) -> Vec<NatsMessage> {
    let count = messages.len();
    let numbered = messages.into_iter().zip(1..).map(|(message, number)| {
        let message = message
            .with("Nats-Batch-Id", id)
            .with("Nats-Batch-Sequence", number);
        if number == count {
            message.with("Nats-Batch-Commit", 1)
        } else {
            message
        }
    });
    numbered.collect()
}

/// Sends a batch; gives what is answered to its last message.
async fn send<T: Transport>(client: &T, mut messages: Vec<NatsMessage>) -> Value {
    let last = messages.pop().unwrap_or_default();
    for message in messages {
        client.publish(message).await;
    }
    store(client, last).await
}

/// All of it is stored, one message after the other, and its last message is acknowledged.
pub async fn a_batch_is_stored_whole<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make(&client, "B", json!({"allow_atomic": true})).await;
    store(&client, NatsMessage::new("B.a", "before")).await;
    let messages = vec![
        after("B.a", 1, "1"),
        after("B.b", 0, "2"),
        after("B.c", 0, "3"),
    ];
    let answer = send(&client, batch("b1", messages)).await;
    assert_eq!(stored(&answer), Some(4), "{answer}");
    assert_eq!(
        (&answer["batch"], &answer["count"]),
        (&json!("b1"), &json!(3))
    );
    for (subject, sequence) in [("B.a", 2), ("B.b", 3), ("B.c", 4)] {
        assert_eq!(last(&client, "B", subject).await, sequence);
    }
    let alone = send(&client, batch("b2", vec![after("B.c", 4, "4")])).await;
    assert_eq!(stored(&alone), Some(5));
}

/// If one of its messages may not be stored, none is.
pub async fn a_batch_that_is_refused_leaves_no_trace<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make(&client, "X", json!({"allow_atomic": true})).await;
    let known = NatsMessage::new("X.a", "before").with("Nats-Msg-Id", "m");
    store(&client, known.clone()).await;
    let wrong = vec![
        after("X.b", 0, "1"),
        after("X.a", 0, "2"),
        after("X.c", 0, "3"),
    ];
    assert_eq!(refused(&send(&client, batch("b1", wrong)).await), 10_071);
    let repeated = vec![after("X.b", 0, "1"), known];
    assert_eq!(refused(&send(&client, batch("b2", repeated)).await), 10_201);
    let mut torn = batch(
        "b3",
        vec![
            after("X.b", 0, "1"),
            after("X.c", 0, "2"),
            after("X.d", 0, "3"),
        ],
    );
    torn.remove(1);
    assert_eq!(refused(&send(&client, torn).await), 10_176);
    // What is never ended is never stored.
    let mut open = batch("b4", vec![after("X.b", 0, "1"), after("X.c", 0, "2")]);
    open.truncate(1);
    for message in open {
        client.publish(message).await;
    }
    assert_eq!(
        stored(&store(&client, after("X.b", 0, "alone")).await),
        Some(2)
    );
    assert_eq!(held(&client, "X").await, (2, 2));
}

/// A stream has to permit batches, and their messages have to be numbered from 1.
pub async fn a_batch_is_refused_where_it_is_not_permitted_or_not_numbered<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make(&client, "P", json!({})).await;
    let plain = || vec![NatsMessage::new("P.a", "x")];
    assert_eq!(refused(&send(&client, batch("b", plain())).await), 10_174);
    make(&client, "Q", json!({"allow_atomic": true})).await;
    let ended = |message: NatsMessage| message.with("Nats-Batch-Commit", 1);
    let unnumbered = ended(NatsMessage::new("Q.a", "x").with("Nats-Batch-Id", "b"));
    assert_eq!(refused(&store(&client, unnumbered).await), 10_175);
    let late = NatsMessage::new("Q.a", "x")
        .with("Nats-Batch-Id", "c")
        .with("Nats-Batch-Sequence", 2);
    assert_eq!(refused(&store(&client, ended(late)).await), 10_176);
    let empty = read(&client, "Q", json!({"last_by_subj": "Q.a"})).await;
    assert_eq!(refused(&empty), 10_037);
}

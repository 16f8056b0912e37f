#![expect(
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    Servers, Transport,
    fixture::{WITHIN, make, read, refused, store, text},
};
use crate::simulation::nats::{NatsMessage, RequestFailure};

/// The answer of some replica.
async fn get<T: Transport>(client: &T, asked: &str, question: &Value) -> NatsMessage {
    let question = if question.is_null() {
        String::new()
    } else {
        question.to_string()
    };
    let question = NatsMessage::new(format!("$JS.API.DIRECT.GET.{asked}"), question);
    let answer = client.request(question, WITHIN).await;
    answer.unwrap_or_default()
}

fn decoded(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_default();
    STANDARD.decode(text).unwrap_or_default()
}

/// The leader and the replicas give a message as it was stored: the last of a subject, the one of a
/// sequence, the next of a subject.
pub async fn what_is_stored_is_read_as_it_was_written<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make(&client, "O", json!({"allow_direct": true})).await;
    for (subject, payload) in [("O.a", "1"), ("O.b", "2"), ("O.a", "3")] {
        store(
            &client,
            NatsMessage::new(subject, payload).with("Kind", "k e y"),
        )
        .await;
    }
    for (question, sequence, subject, payload) in [
        (json!({"last_by_subj": "O.a"}), 3, "O.a", "3"),
        (json!({"last_by_subj": "O.b"}), 2, "O.b", "2"),
        (json!({"seq": 1}), 1, "O.a", "1"),
        (json!({"seq": 2, "next_by_subj": "O.a"}), 3, "O.a", "3"),
        (json!({"seq": 1, "next_by_subj": "O.*"}), 1, "O.a", "1"),
    ] {
        let found = &read(&client, "O", question.clone()).await["message"];
        assert_eq!(
            (&found["seq"], &found["subject"]),
            (&json!(sequence), &json!(subject))
        );
        assert_eq!(decoded(&found["data"]), payload.as_bytes());
        let headers = decoded(&found["hdrs"]);
        assert_eq!(headers, b"NATS/1.0\r\nKind: k e y\r\n\r\n");
        assert!(found["time"].as_str().is_some_and(|it| it.ends_with('Z')));
        let direct = get(&client, "O", &question).await;
        let expected = sequence.to_string();
        assert_eq!(
            direct.header("Nats-Sequence"),
            Some(&*expected),
            "{question}"
        );
        assert_eq!(direct.header("Nats-Subject"), Some(subject));
        assert_eq!(direct.header("Nats-Stream"), Some("O"));
        assert_eq!(direct.header("Kind"), Some("k e y"));
        assert_eq!(text(&direct), payload);
    }
    let by_subject = get(&client, "O.O.b", &Value::Null).await;
    assert_eq!(by_subject.header("Nats-Sequence"), Some("2"));
}

/// What is not there is missing, which is not the same as nobody being there.
pub async fn what_is_not_there_is_said_to_be_missing<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make(&client, "Z", json!({"allow_direct": true})).await;
    store(&client, NatsMessage::new("Z.a", "1")).await;
    for question in [
        json!({"last_by_subj": "Z.b"}),
        json!({"seq": 2}),
        json!({"seq": 2, "next_by_subj": "Z.a"}),
    ] {
        let missing = read(&client, "Z", question.clone()).await;
        assert_eq!(
            (refused(&missing), &missing["error"]["code"]),
            (10_037, &json!(404))
        );
        assert_eq!(get(&client, "Z", &question).await.status, Some(404));
    }
    assert_eq!(get(&client, "Z", &Value::Null).await.status, Some(408));
    let other = read(&client, "Y", json!({"seq": 1})).await;
    assert_eq!(refused(&other), 10_059);
}

/// Where it is not permitted, nobody listens.
pub async fn nobody_reads_directly_where_it_is_not_permitted<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make(&client, "U", json!({})).await;
    store(&client, NatsMessage::new("U.a", "1")).await;
    let question = NatsMessage::new("$JS.API.DIRECT.GET.U", json!({"seq": 1}).to_string());
    let answer = client.request(question, WITHIN).await;
    assert_eq!(answer, Err(RequestFailure::NoResponders));
}

#![expect(
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use serde_json::{Value, json};

use super::{
    Servers, Transport,
    fixture::{after, ask, held, leader, next, read, refused, store, stored, stream, text},
};
use crate::simulation::nats::NatsMessage;

/// Makes a key-value bucket as clients of NATS do.
async fn make_bucket<T: Transport>(client: &T, name: &str, settings: Value) {
    let mut all = json!({
        "subjects": [format!("$KV.{name}.>")],
        "discard": "new",
        "max_msgs_per_subject": 1,
        "allow_rollup_hdrs": true,
        "allow_direct": true,
        "deny_delete": true,
    });
    if let (Some(all), Value::Object(settings)) = (all.as_object_mut(), settings) {
        all.extend(settings);
    }
    let config = stream(&format!("KV_{name}"), all);
    let made = ask(client, &format!("STREAM.CREATE.KV_{name}"), config).await;
    assert_eq!(refused(&made), 0, "{made}");
    leader(client, &format!("KV_{name}")).await;
}

/// Who creates a key must find none; who updates it must know its revision; only the last is kept.
pub async fn a_key_is_created_once_and_updated_by_revision<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make_bucket(&client, "one", json!({})).await;
    let write = |revision, value: &'static str| after("$KV.one.key", revision, value);
    assert_eq!(stored(&store(&client, write(0, "a")).await), Some(1));
    assert_eq!(refused(&store(&client, write(0, "b")).await), 10_071);
    assert_eq!(stored(&store(&client, write(1, "b")).await), Some(2));
    assert_eq!(refused(&store(&client, write(1, "c")).await), 10_071);
    let other = after("$KV.one.other", 0, "x");
    assert_eq!(stored(&store(&client, other).await), Some(3));
    assert_eq!(held(&client, "KV_one").await, (2, 3));
    let gone = read(&client, "KV_one", json!({"seq": 1})).await;
    assert_eq!(refused(&gone), 10_037);
    // What is put without a revision is written whatever is there.
    let put = NatsMessage::new("$KV.one.key", "d");
    assert_eq!(stored(&store(&client, put).await), Some(4));
}

/// A key that is gone leaves a revision behind, which says so.
pub async fn a_key_that_was_deleted_is_created_again_over_its_last_revision<S: Servers>(
    servers: &S,
) {
    let client = servers.connect(0).await;
    make_bucket(&client, "two", json!({})).await;
    let key = "$KV.two.key";
    assert_eq!(stored(&store(&client, after(key, 0, "a")).await), Some(1));
    let delete = |revision| after(key, revision, "").with("KV-Operation", "DEL");
    assert_eq!(refused(&store(&client, delete(7)).await), 10_071);
    assert_eq!(stored(&store(&client, delete(1)).await), Some(2));
    let found = &read(&client, "KV_two", json!({"last_by_subj": key})).await["message"];
    assert_eq!((&found["seq"], &found["data"]), (&json!(2), &Value::Null));
    assert!(found["hdrs"].is_string());
    assert_eq!(refused(&store(&client, after(key, 0, "b")).await), 10_071);
    assert_eq!(stored(&store(&client, after(key, 2, "b")).await), Some(3));
}

/// What is stored is told under other subjects, with where it lies; what is refused is not.
pub async fn what_is_written_is_told<S: Servers>(servers: &S) {
    let (client, other) = (servers.connect(0).await, servers.connect(0).await);
    let told = json!({"src": "$KV.three.>", "dest": "told.three.>"});
    make_bucket(&client, "three", json!({"republish": told})).await;
    let mut notices = other.subscribe("told.three.>", None).await;
    store(&client, after("$KV.three.a.b", 0, "1").with("Kind", "k")).await;
    assert_eq!(
        refused(&store(&client, after("$KV.three.a.b", 0, "2")).await),
        10_071
    );
    store(&client, after("$KV.three.a.b", 1, "3")).await;
    for (value, sequence, before) in [("1", "1", "0"), ("3", "2", "1")] {
        let notice = next(&mut notices).await;
        assert_eq!(
            (notice.subject.as_str(), text(&notice)),
            ("told.three.a.b", value)
        );
        assert_eq!(notice.header("Nats-Stream"), Some("KV_three"));
        assert_eq!(notice.header("Nats-Subject"), Some("$KV.three.a.b"));
        assert_eq!(notice.header("Nats-Sequence"), Some(sequence));
        assert_eq!(notice.header("Nats-Last-Sequence"), Some(before));
        assert_eq!(notice.reply, None);
        assert_eq!(notice.header("Kind").is_some(), value == "1");
    }
}

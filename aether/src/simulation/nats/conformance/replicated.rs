#![expect(
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use std::{collections::BTreeMap, time::Duration};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{
    Servers, Transport,
    fixture::{
        WITHIN, after, ask, beside_leader, held, last, leader, make, read, refused, store,
        store_patiently, stored,
    },
};
use crate::simulation::nats::{NatsMessage, ServerMishap};

/// A stream on three servers.
async fn make_three<T: Transport>(client: &T, name: &str) {
    make(
        client,
        name,
        json!({"num_replicas": 3, "allow_direct": true}),
    )
    .await;
}

/// Counts what was answered: stored, or why not.
fn counted(answers: &[Value]) -> BTreeMap<u64, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(refused(answer)).or_default() += 1;
    }
    counts
}

/// Sends messages one after the other without waiting, and gives what is answered to each.
async fn store_all<T: Transport>(client: &T, messages: Vec<NatsMessage>) -> Vec<Value> {
    let sent = messages.into_iter().map(|message| store(client, message));
    join_all(sent).await
}

/// Of writers that expect the same, at several servers, one is stored.
pub async fn of_writers_that_race_one_wins<S: Servers>(servers: &S) {
    let mut clients = Vec::new();
    for server in 0..3 {
        clients.push(servers.connect(server).await);
    }
    let [client, ..] = clients.as_slice() else {
        return;
    };
    make_three(client, "R").await;
    let mut expected = 0;
    for _ in 0..30 {
        let racing = clients
            .iter()
            .map(|it| store(it, after("R.a", expected, "x")));
        let answers = join_all(racing).await;
        let winners: Vec<u64> = answers.iter().filter_map(stored).collect();
        assert!(winners.len() == 1 || winners.is_empty(), "{answers:?}");
        let known = counted(&answers).into_keys();
        assert!(
            known
                .into_iter()
                .all(|it| [0, 10_071, 10_164].contains(&it))
        );
        expected = last(client, "R", "R.a").await;
        assert_eq!(winners.first().copied().unwrap_or(expected), expected);
    }
    assert_eq!(held(client, "R").await.0, expected);
}

/// Until the replicas have a write, others of its subject that expect something are refused by
/// another code: it is not known yet what they would find.
pub async fn a_write_on_its_way_holds_up_those_that_expect_something_of_its_subject<S: Servers>(
    servers: &S,
) {
    let client = servers.connect(0).await;
    make_three(&client, "H").await;
    let mut held_up = 0;
    for round in 0..20 {
        let subject = format!("H.{round}");
        let burst = (0..10).map(|_| after(&subject, 0, "x")).collect();
        let answers = store_all(&client, burst).await;
        let counts = counted(&answers);
        assert_eq!(counts.get(&0), Some(&1), "{counts:?}");
        assert!(
            counts.keys().all(|it| [0, 10_071, 10_164].contains(it)),
            "{counts:?}"
        );
        held_up += counts.get(&10_164).copied().unwrap_or_default();
    }
    assert!(held_up > 0, "no write was on its way");
}

/// Guards of different subjects have nothing to do with each other.
pub async fn writes_on_their_way_hold_up_no_other_subject<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make_three(&client, "S").await;
    let burst = (0..200).map(|number| after(&format!("S.{number}"), 0, "x"));
    let answers = store_all(&client, burst.collect()).await;
    assert_eq!(counted(&answers), BTreeMap::from([(0, 200)]));
    let mut sequences: Vec<u64> = answers.iter().filter_map(stored).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=200).collect::<Vec<_>>());
}

/// What expects nothing of its subject is stored, and what expects what was before it is not.
pub async fn an_unguarded_write_on_its_way_is_not_written_over<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make_three(&client, "V").await;
    for round in 0..20 {
        let subject = format!("V.{round}");
        let burst = vec![
            NatsMessage::new(&*subject, "first"),
            after(&subject, 0, "second"),
        ];
        let counts = counted(&store_all(&client, burst).await);
        assert_eq!(counts.get(&0), Some(&1), "{counts:?}");
        assert!(
            counts.keys().all(|it| [0, 10_071, 10_164].contains(it)),
            "{counts:?}"
        );
    }
}

/// A message that is on its way is not stored a second time.
pub async fn a_message_id_on_its_way_is_stored_once<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make_three(&client, "J").await;
    for round in 0..20 {
        let message = NatsMessage::new("J.a", "x").with("Nats-Msg-Id", round);
        let answers = store_all(&client, vec![message; 5]).await;
        let counts = counted(&answers);
        assert!(
            counts.keys().all(|it| [0, 10_158].contains(it)),
            "{counts:?}"
        );
        let is_first = |answer: &&Value| stored(answer).is_some() && answer["duplicate"] != true;
        assert_eq!(answers.iter().filter(is_first).count(), 1, "{answers:?}");
    }
    assert_eq!(held(&client, "J").await, (20, 20));
    // With replicas, the id is looked at first.
    for sequence in [0, 7, 20] {
        let again = after("J.a", sequence, "x").with("Nats-Msg-Id", 3);
        assert_eq!(store(&client, again).await["duplicate"], true);
    }
}

/// Another leads soon, and has all that was acknowledged.
pub async fn a_leader_that_steps_down_loses_nothing<S: Servers>(servers: &S) {
    let client = servers.connect(0).await;
    make_three(&client, "L").await;
    for round in 1..=5 {
        let sequence = store_patiently(&client, after("L.a", round - 1, "x")).await;
        assert_eq!(sequence, round);
        let answer = ask(&client, "STREAM.LEADER.STEPDOWN.L", json!({})).await;
        assert_eq!(answer["success"], true, "{answer}");
        leader(&client, "L").await;
        assert_eq!(last(&client, "L", "L.a").await, round);
    }
}

/// For seconds nothing is acknowledged; then another leads, and goes on after what was.
pub async fn a_leader_that_dies_leaves_a_stream_silent_for_seconds_and_loses_nothing<S: Servers>(
    servers: &S,
) {
    let first = servers.connect(0).await;
    make_three(&first, "K").await;
    for number in 1..=10 {
        let answer = store(&first, NatsMessage::new("K.a", "x")).await;
        assert_eq!(stored(&answer), Some(number));
    }
    let (client, leading) = beside_leader(servers, &first, "K").await;
    servers.befall(leading, ServerMishap::Kill).await;
    let begun = Instant::now();
    let early = client
        .request(NatsMessage::new("K.a", "early"), Duration::from_secs(1))
        .await;
    assert!(early.is_err(), "{early:?}");
    let sequence = store_patiently(&client, NatsMessage::new("K.b", "later")).await;
    let silent = begun.elapsed();
    assert!(silent > Duration::from_secs(2), "{silent:?}");
    assert!(silent < Duration::from_secs(18), "{silent:?}");
    assert!(sequence >= 11, "{sequence}");
    for number in 1..=10 {
        let found = read(&client, "K", json!({"seq": number})).await;
        assert_eq!(found["message"]["subject"], "K.a", "{found}");
    }
    servers.befall(leading, ServerMishap::Start).await;
    assert_eq!(last(&client, "K", "K.b").await, sequence);
}

/// It answers nothing; another leads after some seconds, and it is one of many when it goes on.
pub async fn a_leader_that_stands_still_is_replaced<S: Servers>(servers: &S) {
    let first = servers.connect(0).await;
    make_three(&first, "T").await;
    assert_eq!(stored(&store(&first, after("T.a", 0, "x")).await), Some(1));
    let (client, leading) = beside_leader(servers, &first, "T").await;
    servers.befall(leading, ServerMishap::Freeze).await;
    let short = Duration::from_secs(1);
    let early = client.request(after("T.a", 1, "early"), short).await;
    assert!(early.is_err(), "{early:?}");
    let sequence = store_patiently(&client, NatsMessage::new("T.b", "later")).await;
    let name = leader(&client, "T").await;
    assert_ne!(servers.named(&name), Some(leading));
    servers.befall(leading, ServerMishap::Thaw).await;
    let until = Instant::now() + WITHIN * 2;
    // What was said to the one that stood still is not stored when it goes on.
    while Instant::now() < until {
        let stale = store(&client, after("T.b", 0, "stale")).await;
        assert!([10_071, 10_164].contains(&refused(&stale)), "{stale}");
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(last(&client, "T", "T.b").await, sequence);
}

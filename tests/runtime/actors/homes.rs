//! The same on stores that are somewhere else.

use aether::{
    EmbeddedEventStore, Namespace, Store, Version,
    runtime::{ActorOptions, Aether, CommandError},
    store::jetstream::JetStreamOptions,
};
use aether_tests::harness::NatsServer;
use futures_util::{StreamExt as _, future::join_all};

use super::{running, running_as};
use crate::{
    meters::{Meter, measure},
    shop::{Seating, Selling, Ticket, ticket},
};

fn options(name: &str) -> JetStreamOptions {
    let name = format!("actors {name} {}", std::process::id());
    JetStreamOptions::new().namespace(Namespace::new(name).unwrap())
}

#[tokio::test]
async fn a_command_to_an_actor_in_memory_is_one_question_to_a_server() {
    let server = NatsServer::start().await;
    let store = options("warm").connect(&server.url()).await.unwrap();
    let aether = running(store, ActorOptions::new()).await;
    aether.send(measure("a", 1)).await.unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let mut heard = client.subscribe(">").await.unwrap();
    client.publish("the-beginning", "".into()).await.unwrap();
    while heard.next().await.unwrap().subject.as_str() != "the-beginning" {}
    for _ in 0..50 {
        aether.send(measure("a", 1)).await.unwrap();
    }
    client.publish("the-end", "".into()).await.unwrap();
    let mut asked = Vec::new();
    while let Some(message) = heard.next().await {
        let subject = message.subject.to_string();
        if subject == "the-end" {
            break;
        }
        // Where the log ends is asked twice a second, whatever the commands, and the server says
        // that it was.
        let others = ["_INBOX.", "$JS.API.STREAM.INFO.", "$JS.EVENT.ADVISORY."];
        if !others.iter().any(|it| subject.starts_with(it)) {
            asked.push(subject);
        }
    }
    assert_eq!(asked.len(), 50, "{asked:?}");
    assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 51);
}

/// Two processes' worth of runtimes buy the same tickets at once, and each sells on.
async fn race(stores: [impl Store; 2]) {
    let [one, two] = stores;
    let both = |store| async {
        let builder = Aether::builder().store(store).actors(ActorOptions::new());
        let builder = builder.context::<Selling>().context::<Seating>();
        builder.start().await.unwrap()
    };
    let runtimes = [both(one).await, both(two).await];
    for round in 0..3 {
        let buys = (0..40)
            .zip(runtimes.iter().cycle())
            .map(|(number, aether)| {
                let aether = aether.clone();
                async move {
                    aether
                        .send(ticket(&format!("{round}.{}", number / 2)))
                        .await
                }
            });
        let sent = join_all(buys).await;
        let bought = sent.iter().filter(|sent| sent.is_ok()).count();
        assert_eq!(bought, 20);
        for err in sent.into_iter().filter_map(Result::err) {
            assert!(matches!(err, CommandError::Refused(_)), "{err:?}");
        }
    }
    for aether in &runtimes {
        aether.settled().await.unwrap();
        let hall = aether.load::<crate::shop::Hall>("1").await.unwrap();
        assert_eq!((hall.seats, hall.version()), (60, Version::new(60)));
        let ticket = aether.load::<Ticket>("2.7").await.unwrap();
        assert_eq!(ticket.version(), Version::FIRST);
        aether.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runtimes_race_over_a_server() {
    let server = NatsServer::shared().await;
    let store = || async { options("race").connect(&server.url()).await.unwrap() };
    race([store().await, store().await]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runtimes_race_over_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    race([store.clone(), store]).await;
}

#[tokio::test]
async fn an_actor_on_disk_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    let store = crate::watched_store::WatchedStore::over(store);
    let aether = running_as::<crate::meters::Gauging>(store.clone(), ActorOptions::new()).await;
    for _ in 0..10 {
        aether.send(measure("a", 1)).await.unwrap();
    }
    assert_eq!(store.seen.take().0, 1);
}

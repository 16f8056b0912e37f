//! What is parked, as an operator meets it.

use std::time::Duration;

use aether::{
    DynEventStore, EmbeddedEventStore, Event, EventStoreExt as _, Store, prelude::*,
    runtime::Aether,
};
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::program::{Room, ends, json as rows};

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rung {
    by: u32,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
struct Count {
    #[command(id)]
    counter: String,
    by: u32,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Counted {
    by: u32,
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Counted))]
struct Counter {
    total: u32,
}

#[handlers]
impl Counter {
    #[handle]
    fn count(&self, command: Count) -> Result<Counted, std::convert::Infallible> {
        Ok(Counted { by: command.by })
    }

    #[apply]
    fn counted(&mut self, event: &Counted) {
        self.total += event.by;
    }
}

/// Counts rings.
#[derive(Policy, Default)]
struct CountRings;

#[handlers]
impl CountRings {
    #[react]
    fn rung(&self, event: &Rung) -> Count {
        Count {
            counter: "all".to_owned(),
            by: event.by,
        }
    }
}

#[derive(ExternalSystem)]
#[external_system(emits(Rung))]
struct Doorbell;

bounded_context! {
    /// Counts things.
    Counting { aggregates: [Counter], policies: [CountRings], external_systems: [Doorbell] }
}

async fn running(store: impl Store) -> Aether {
    let builder = Aether::builder().store(store).context::<Counting>();
    builder.start().await.unwrap()
}

async fn open(path: &str) -> DynEventStore {
    DynEventStore::new(EmbeddedEventStore::open(path).await.unwrap())
}

#[tokio::test]
async fn what_is_parked_is_listed_and_discarded() {
    let room = Room::new();
    let (path, store) = (room.path("bells"), room.store("bells"));
    let aether = running(open(&path).await).await;
    for (version, data) in [(1, json!("loud")), (2, json!({ "by": 2 }))] {
        let event = Event::new("Bell.1", version, "Rung", &data).unwrap();
        aether.store().save(event).await.unwrap();
    }
    aether.settled().await.unwrap();
    aether.shutdown().await;
    drop(aether);

    let listed = ends(1, &["parked", "list", "--store", &store]).out;
    assert!(
        listed.contains("policy/CountRings  Bell.1  parked after 1, 1 behind it"),
        "{listed}"
    );
    let listed = rows(&ends(1, &["parked", "list", "--store", &store, "--json"]).out);
    assert_eq!(
        (&listed[0]["actor"], &listed[0]["waiting"]),
        (&json!("Bell.1"), &json!(1))
    );
    let answer = ends(1, &["parked", "retry", "--store", &store, "Bell.2"]);
    assert!(
        answer.err.contains("nothing is parked of Bell.2"),
        "{}",
        answer.err
    );
    let answer = ends(0, &["parked", "discard", "--store", &store, "--all"]);
    assert_eq!(answer.err, "1 are to be skipped\n");

    let aether = running(open(&path).await).await;
    let heard = async {
        while aether.load::<Counter>("all").await.unwrap().total != 2 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(20), heard).await.unwrap();
    aether.shutdown().await;
    drop(aether);
    assert_eq!(
        ends(0, &["parked", "list", "--store", &store]).err,
        "nothing is parked\n"
    );
}

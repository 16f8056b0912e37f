use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aether::{
    ActorId, CommandId, EventStore, EventStoreExt as _, Version, cluster::nats::ClusterClient,
};
use serde_json::json;
use tokio::{sync::watch, task::JoinSet, time::Instant};

/// How long an ask may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Counters that are asked to count, each again as soon as it has answered.
pub(crate) struct Load {
    tasks: JoinSet<Vec<Answered>>,
    stop: Arc<AtomicBool>,
    /// How many counters have answered.
    count: watch::Sender<usize>,
}

/// What became of an ask.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) counter: String,
    id: CommandId,
    version: u64,
    pub(crate) node: String,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
}

#[derive(serde::Deserialize)]
struct Reply {
    version: u64,
    node: String,
}

impl Load {
    pub(crate) fn start(client: &ClusterClient, counters: usize) -> Self {
        let (mut tasks, stop) = (JoinSet::new(), Arc::new(AtomicBool::new(false)));
        let answered = watch::Sender::new(0);
        for number in 0..counters {
            let (client, stop) = (client.clone(), Arc::clone(&stop));
            let answered = answered.clone();
            tasks.spawn(async move {
                let mut all = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    all.push(count(&client, format!("c{number}")).await);
                    answered.send_modify(|known| *known += usize::from(all.len() == 1));
                }
                all
            });
        }
        Self {
            tasks,
            stop,
            count: answered,
        }
    }

    /// Waits until each of so many counters has answered.
    pub(crate) async fn all_at_work(&self, counters: usize) {
        let mut count = self.count.subscribe();
        count.wait_for(|count| *count == counters).await.unwrap();
    }

    /// Lets each counter come to its end; all answers, in the order in which they came.
    pub(crate) async fn end(self) -> Vec<Answered> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all: Vec<_> = self.tasks.join_all().await.into_iter().flatten().collect();
        all.sort_by_key(|it| it.ended);
        all
    }
}

/// Asks a counter to count. Fails the test if it does not, in all that time.
pub(crate) async fn count(client: &ClusterClient, counter: String) -> Answered {
    let (id, began) = (CommandId::new(), Instant::now());
    let payload = json!({ "counter": counter, "id": id });
    let payload = serde_json::to_vec(&payload).unwrap();
    let reply = client.ask("Counter", &counter, payload, PATIENCE).await;
    let reply = reply.unwrap_or_else(|err| panic!("{counter}: {err}; {:?}", client.table()));
    let Reply { version, node } = serde_json::from_slice(&reply).unwrap();
    Answered {
        counter,
        id,
        version,
        node,
        began,
        ended: Instant::now(),
    }
}

/// Every command took effect once, at the version that was answered, and nothing else happened.
pub(crate) async fn check_each_took_effect_once(store: &impl EventStore, answers: &[Answered]) {
    let mut counters: BTreeMap<&str, Vec<&Answered>> = BTreeMap::new();
    for answer in answers {
        counters.entry(&answer.counter).or_default().push(answer);
    }
    for (counter, answers) in counters {
        let actor = ActorId::of("Counter", counter).unwrap();
        let events = store.events(&actor, Version::NONE).await.unwrap();
        let found = events.iter().map(|it| it.metadata.command_id);
        let found: Vec<_> = found.collect();
        let wanted: Vec<_> = answers.iter().map(|it| Some(it.id)).collect();
        assert_eq!(found, wanted, "of {counter}");
        let versions: Vec<_> = answers.iter().map(|it| it.version).collect();
        let gapless: Vec<_> = (1..).take(versions.len()).collect();
        assert_eq!(versions, gapless, "of {counter}");
    }
}

/// After a moment, how long it took until the first counter of those that these nodes served was
/// answered by another one, and until the last was.
pub(crate) fn taken_over(answers: &[Answered], from: &str, since: Instant) -> (Duration, Duration) {
    let mut affected: BTreeMap<&str, Option<Duration>> = BTreeMap::new();
    for answer in answers {
        if answer.ended <= since {
            // The last one before it decides.
            affected.remove(answer.counter.as_str());
            if answer.node == from {
                affected.insert(&answer.counter, None);
            }
        } else if let Some(first @ None) = affected.get_mut(answer.counter.as_str())
            && answer.node != from
        {
            *first = Some(answer.ended - since);
        }
    }
    assert!(!affected.is_empty(), "nobody was affected");
    let times = affected.iter().map(|(counter, first)| {
        first.unwrap_or_else(|| panic!("{counter} was never answered elsewhere"))
    });
    let times: Vec<_> = times.collect();
    let (first, last) = (times.iter().min(), times.iter().max());
    (*first.unwrap(), *last.unwrap())
}

/// The longest that anyone waited for an answer that came in this time.
pub(crate) fn worst(answers: &[Answered], from: Instant, until: Instant) -> Duration {
    let within = answers
        .iter()
        .filter(|it| it.ended > from && it.began < until);
    let waits = within.map(|it| it.ended - it.began);
    waits.max().expect("nobody asked")
}

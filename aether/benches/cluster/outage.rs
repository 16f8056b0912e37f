use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use aether::cluster::{Epoch, Shard, ShardTable};
use async_nats::jetstream::{self, context::Context};
use tokio::time::{sleep, timeout};

use crate::{
    Counter, Failure, Outcome, Settings, figures,
    fleet::{Fleet, Kind},
    load::{self, Answer, Load},
    node::MOVERS,
};

/// How long all may take to be as it was before a server was killed.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often it is looked.
const LOOK: Duration = Duration::from_millis(50);
/// How long the load runs before something happens, and after it is over.
const CALM: Duration = Duration::from_secs(2);

/// The commands of each actor that were answered, and those that were not.
#[derive(Default)]
struct Tally {
    actors: HashMap<usize, (u64, u64)>,
    /// Why the first of them failed.
    failure: Option<String>,
}

impl Tally {
    fn take(&mut self, answers: &[Answer]) {
        for answer in answers {
            let (done, failed) = self.actors.entry(answer.actor).or_default();
            if let Some(failure) = &answer.failed {
                *failed += 1;
                self.failure.get_or_insert_with(|| failure.clone());
            } else {
                *done += 1;
            }
        }
    }

    /// All that was answered is there once, and no more is than may be.
    async fn check(&self, fleet: &Fleet) -> Result<(u64, u64), Failure> {
        let (mut all, mut all_failed) = (0, 0);
        for (actor, (done, failed)) in &self.actors {
            let total = fleet
                .aether
                .load::<Counter>(load::name(*actor))
                .await?
                .total;
            if !(*done..=done + failed).contains(&total) {
                let actor = load::name(*actor);
                return Err(format!("{actor}: {total} stored, {done} answered").into());
            }
            all += done;
            all_failed += failed;
        }
        Ok((all, all_failed))
    }
}

/// Has the server killed (-9) that leads the log, and says how long anyone has waited, whether all
/// is there that was answered, and how many shards have moved.
pub(crate) async fn run(settings: &Settings, servers: usize) -> Outcome {
    if !settings.wants("nats") || servers < 3 {
        return Ok(());
    }
    let kind = Kind::plain(MOVERS);
    let mut fleet = Fleet::start(servers, &["a", "b", "c"], kind).await?;
    let servers = fleet.servers.urls.split(',').map(str::to_owned);
    let client = async_nats::connect(servers.collect::<Vec<_>>()).await?;
    let context = jetstream::new(client);
    let load = Load::start(&fleet.aether, &fleet.client, settings);
    let (mut waits, mut moved, mut tally) = (Vec::new(), 0, Tally::default());
    for _ in 0..settings.trials {
        fleet.shared().await?;
        sleep(CALM).await;
        tally.take(&load.take());
        let before = tenures(&fleet);
        let leader = leader(&context).await?;
        let began = Instant::now();
        fleet.servers.kill(&leader).await?;
        let answers = all_answered(&load, settings.actors, began).await?;
        tally.take(&answers);
        let wait = |it: &Answer| it.ended.saturating_duration_since(it.began.max(began));
        waits.extend(answers.iter().map(wait).max());
        sleep(CALM).await;
        let after = tenures(&fleet);
        moved += before.iter().filter(|it| !after.contains(it)).count();
        fleet.servers.revive(&leader).await?;
        timeout(PATIENCE, all_current(&context)).await??;
    }
    let rest = load.end().await;
    tally.take(&rest);
    let (done, failed) = tally.check(&fleet).await?;
    println!(
        "nats, the leader of the log: the longest wait {}",
        figures(&waits)
    );
    println!(
        "nats, the leader of the log: {moved} shards have moved; {done} commands answered and \
         stored once, {failed} failed"
    );
    if let Some(failure) = &tally.failure {
        println!("  the first that failed: {failure}");
    }
    Ok(())
}

/// Since when each shard is where it is.
fn tenures(fleet: &Fleet) -> Vec<(Shard, Epoch)> {
    let table = fleet.client.table();
    let since = |table: &ShardTable| {
        let shards = table.count().shards();
        shards.map(|it| (it, table.owned_since(it))).collect()
    };
    table.as_deref().map(since).unwrap_or_default()
}

/// The server that leads the stream of the log.
async fn leader(context: &Context) -> Result<String, Failure> {
    let stream = context.get_stream("aether-counters").await?;
    let cluster = stream.cached_info().cluster.as_ref();
    let leader = cluster.and_then(|it| it.leader.clone());
    leader.ok_or_else(|| "the log has no leader".into())
}

/// Waits until a command of each actor was answered that was sent after a moment, and gives all
/// answers.
async fn all_answered(load: &Load, actors: usize, began: Instant) -> Result<Vec<Answer>, Failure> {
    let mut answers: Vec<Answer> = Vec::new();
    let answered = async {
        loop {
            answers.extend(load.take());
            let later = answers.iter().filter(|it| it.began > began);
            let done = later.filter(|it| it.failed.is_none());
            let mut done: Vec<_> = done.map(|it| it.actor).collect();
            done.sort_unstable();
            done.dedup();
            if done.len() == actors {
                break;
            }
            sleep(LOOK).await;
        }
    };
    timeout(PATIENCE, answered).await?;
    Ok(answers)
}

/// Waits until all replicas of all streams have what their leaders have.
async fn all_current(context: &Context) -> Outcome {
    for stream in ["aether-counters", "aether_state-counters", "KV_AE_bench"] {
        loop {
            if let Ok(stream) = context.get_stream(stream).await
                && let Some(cluster) = &stream.cached_info().cluster
                && cluster.leader.is_some()
                && cluster.replicas.iter().all(|it| it.current && !it.offline)
            {
                break;
            }
            sleep(LOOK).await;
        }
    }
    Ok(())
}

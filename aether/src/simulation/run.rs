//! One run, under one seed.

use std::{
    any::Any,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tokio::time::{sleep, timeout};

use super::{
    Simulation, chaos,
    checks::{self, Broken},
    client::Client,
    clustered::Clustered,
    dice::Dice,
    executor::{Executor, Place, Steps},
    failure::Failure,
    node::Host,
    present,
    report::{Replay, Report},
    server::Server,
    trace::Trace,
    world::Acknowledged,
};
use crate::{
    Position,
    runtime::{FollowerState, ReadError},
};

/// How long clients may take, by the clock of the simulation.
const WORK: Duration = Duration::from_mins(30);
/// How long everything may take to get on once nothing goes wrong any more.
const SETTLING: Duration = Duration::from_mins(10);

/// What the parts of a run share.
pub(super) struct Shared {
    pub(super) executor: Executor,
    pub(super) server: Server,
    pub(super) cluster: Option<Clustered>,
    pub(super) trace: Trace,
    pub(super) hosts: Vec<Arc<Host>>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    acknowledged: Vec<Acknowledged>,
    mishaps: u64,
    healing: Duration,
    failed: Option<Broken>,
}

impl Shared {
    pub(super) fn acknowledge(&self, done: Acknowledged) {
        self.seen().acknowledged.push(done);
    }

    pub(super) fn count_mishap(&self) {
        self.seen().mishaps += 1;
    }

    /// Has the run fail at its end.
    pub(super) fn fail(&self, broken: Broken) {
        self.seen().failed.get_or_insert(broken);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs something on a thread that is in no tokio runtime.
pub(super) fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let ended = scope.spawn(work).join();
        ended.unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Runs a simulation for a seed, on this thread.
pub(super) fn run(simulation: &Simulation, seed: u64) -> Replay {
    let trace = Trace::default();
    let ran = catch_unwind(AssertUnwindSafe(|| run_to_end(simulation, seed, &trace)));
    let (outcome, taken) = ran.unwrap_or_else(|panic| {
        let broken = Broken::of("nothing panics", message(&*panic));
        let none = Steps {
            count: 0,
            digest: 0,
        };
        (Err(broken), none)
    });
    let steps = trace.take();
    let outcome = outcome.map_err(|broken| Box::new(Failure::new(seed, broken, steps.clone())));
    Replay::new(outcome, steps, taken)
}

fn run_to_end(
    simulation: &Simulation,
    seed: u64,
    trace: &Trace,
) -> (Result<Report, Broken>, Steps) {
    let mut tokio = tokio::runtime::Builder::new_current_thread();
    let tokio = match tokio.enable_time().start_paused(true).build() {
        Ok(tokio) => tokio,
        Err(err) => {
            let broken = Broken::of("there is a tokio runtime", err.to_string());
            return (
                Err(broken),
                Steps {
                    count: 0,
                    digest: 0,
                },
            );
        }
    };
    let mut dice = Dice::of(seed);
    tokio.block_on(async {
        let executor = Executor::new(dice.split());
        let _entered = present::enter(executor.clone(), dice.split());
        let work = Work::new(simulation, &executor, trace, &mut dice);
        let shared = Arc::clone(&work.shared);
        let played = executor.run(work.play()).await;
        let taken = executor.steps();
        let outcome = played.unwrap_or_else(|| Err(Broken::of("a run ends", "it was cut off")));
        let outcome = outcome.and_then(|()| verify(simulation, &shared, taken));
        executor.close();
        (outcome, taken)
    })
}

/// What a run does.
struct Work {
    shared: Arc<Shared>,
    dice: Dice,
    clients: usize,
    plan: Plan,
}

/// What a run needs to know of its simulation.
struct Plan {
    faults: super::Faults,
    mishaps: super::Mishaps,
    elapsing: Duration,
    workload: Option<super::client::Workload>,
}

impl Work {
    fn new(simulation: &Simulation, executor: &Executor, trace: &Trace, dice: &mut Dice) -> Self {
        let namespace = crate::Namespace::default();
        let server = Server::with(namespace, dice.split(), Some(trace.clone()));
        let defects = simulation.defects.iter().copied();
        let server = defects.fold(server, Server::defect);
        let cluster = simulation.cluster(dice);
        let parts = (executor, &server, trace);
        let hosts = (1..=simulation.nodes).map(|number| {
            let setups = &simulation.setups;
            Arc::new(Host::new(number, parts, cluster.as_ref(), setups))
        });
        let shared = Shared {
            executor: executor.clone(),
            hosts: hosts.collect(),
            server,
            cluster,
            trace: trace.clone(),
            seen: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
            dice: dice.split(),
            clients: simulation.clients,
            plan: Plan {
                faults: simulation.faults,
                mishaps: simulation.mishaps,
                elapsing: simulation.elapsing,
                workload: simulation.workload.clone(),
            },
        }
    }

    async fn play(mut self) -> Result<(), Broken> {
        for host in &self.shared.hosts {
            host.start().await?;
        }
        self.shared.server.set_faults(self.plan.faults);
        if let Some(cluster) = &self.shared.cluster {
            cluster.set_faults(&self.plan.faults);
        }
        let chaos = chaos::rage(
            Arc::clone(&self.shared),
            self.plan.mishaps,
            self.dice.split(),
        );
        let chaos = self.world().driven(chaos);
        let worked = timeout(WORK, self.work()).await;
        drop(chaos);
        worked.map_err(|_late| Broken::of("the clients end", "half an hour was not enough"))??;
        self.shared.trace.note(
            "run",
            "the clients are done, and nothing goes wrong any more",
        );
        self.heal().await?;
        self.settle().await?;
        if !self.plan.elapsing.is_zero() {
            present::jump(self.plan.elapsing);
            self.shared
                .trace
                .note("clock", format!("jumps by {:?}", self.plan.elapsing));
            self.settle().await?;
        }
        self.shared.seen().failed.take().map_or(Ok(()), Err)
    }

    fn world(&self) -> Place {
        Place::of(&self.shared.executor, super::executor::Life::WORLD)
    }

    /// Has all clients do the workload.
    async fn work(&mut self) -> Result<(), Broken> {
        let Some(workload) = self.plan.workload.clone() else {
            return Ok(());
        };
        let mut working = Vec::new();
        for number in 1..=self.clients {
            let client = Client::new(number, self.dice.split(), Arc::clone(&self.shared));
            working.push(self.world().driven(workload(client)));
        }
        for client in working {
            client
                .await
                .ok_or_else(|| Broken::of("the clients end", "one was cut off"))?;
        }
        Ok(())
    }

    /// Nothing goes wrong any more, and every node is there.
    async fn heal(&self) -> Result<(), Broken> {
        self.shared.server.heal();
        if let Some(cluster) = &self.shared.cluster {
            cluster.heal();
        }
        for host in &self.shared.hosts {
            if let Some(store) = host.store() {
                store.cut(false);
            }
            if let Some(life) = host.life() {
                self.shared.executor.pause(life, false);
            }
            let started = timeout(SETTLING, host.start()).await;
            started.map_err(|_late| Broken::of("every node starts", "it takes too long"))??;
        }
        self.come_together().await
    }

    /// Waits until the nodes are one cluster, if they are to be.
    async fn come_together(&self) -> Result<(), Broken> {
        let Some(cluster) = &self.shared.cluster else {
            return Ok(());
        };
        let running = self.shared.hosts.iter().filter_map(|host| host.running());
        let members: Vec<_> = running.filter_map(|alive| alive.member).collect();
        let took = cluster.settled(&members).await?;
        self.shared
            .trace
            .note("cluster", format!("is whole after {took:?}"));
        let mut seen = self.shared.seen();
        seen.healing = seen.healing.max(took);
        Ok(())
    }

    /// Whether each follower is at work on some node: in a cluster, the one that has its shard has
    /// to have noticed.
    fn is_followed(&self) -> bool {
        let mut working = BTreeMap::<&str, bool>::new();
        let running = self.shared.hosts.iter().filter_map(|host| host.running());
        for status in running
            .filter_map(|alive| alive.aether)
            .flat_map(|it| it.status())
        {
            let is_here = status.state != FollowerState::Elsewhere;
            *working.entry(status.name).or_default() |= is_here;
        }
        working.values().all(|is_somewhere| *is_somewhere)
    }

    /// Waits until every follower of every node has done its work, and that has added nothing.
    async fn settle(&self) -> Result<(), Broken> {
        let settling = async {
            let mut before = None;
            loop {
                while !self.is_followed() {
                    sleep(Duration::from_millis(10)).await;
                }
                let mut heads = Vec::new();
                for host in &self.shared.hosts {
                    heads.push(settled(&self.shared, host).await?);
                }
                let now = heads.iter().max().copied();
                if before == Some(now) && heads.iter().min().copied() == now {
                    return Ok(());
                }
                before = Some(now);
            }
        };
        let settled = timeout(SETTLING, settling).await;
        let late = || {
            let states = self.shared.hosts.iter().map(|host| standing(host));
            Broken::of(
                "every follower gets on",
                states.collect::<Vec<_>>().join("; "),
            )
        };
        settled.unwrap_or_else(|_late| Err(late()))
    }
}

/// Waits until every follower of a node has done its work.
async fn settled(shared: &Shared, host: &Host) -> Result<Position, Broken> {
    let gets_on =
        |why: &str| Broken::of("every follower gets on", format!("{}: {why}", host.name()));
    let alive = host.running().ok_or_else(|| gets_on("it does not run"))?;
    let aether = alive.aether.ok_or_else(|| gets_on("it does not run"))?;
    let work = async move {
        let settled = aether.settled().await;
        (settled, aether.parked().await)
    };
    let done = Place::of(&shared.executor, alive.life).driven(work).await;
    let (settled, parked) = done.ok_or_else(|| gets_on("it ended"))?;
    let position = settled.map_err(|err: ReadError| gets_on(&err.to_string()))?;
    let parked = parked.map_err(|err| gets_on(&err.to_string()))?;
    match parked.first() {
        None => Ok(position),
        Some(first) => Err(Broken::of("nothing is parked", format!("{first:?}"))),
    }
}

/// How the followers of a node are doing.
fn standing(host: &Host) -> String {
    let aether = host.running().and_then(|alive| alive.aether);
    let followers = aether.map(|aether| aether.status()).unwrap_or_default();
    let followers = followers.iter().map(|it| {
        format!(
            "{} at {} is {:?}, timers {:?}",
            it.name, it.position, it.state, it.timers
        )
    });
    format!(
        "{}: {}",
        host.name(),
        followers.collect::<Vec<_>>().join(", ")
    )
}

/// Asks all that must hold.
fn verify(simulation: &Simulation, shared: &Shared, taken: Steps) -> Result<Report, Broken> {
    let (log, commands) = (shared.server.log(), shared.server.commands());
    let seen = shared.seen();
    checks::check(&log, &commands, &seen.acknowledged)?;
    checks::ask(&simulation.invariants, &log, &seen.acknowledged)?;
    Ok(Report {
        seeds: 1,
        commands: seen.acknowledged.len() as u64,
        commits: log.len() as u64,
        mishaps: seen.mishaps,
        healing: seen.healing,
        steps: taken.count,
        time: present::elapsed(),
    })
}

/// What a panic says.
pub(super) fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_owned()
}

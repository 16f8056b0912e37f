use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use aether::{
    ActorId, CommandId, StoreErrorKind, Version,
    domain::Command,
    runtime::{Aether, CommandError},
};
use aether_examples::order_fulfilment::{
    Cents,
    day::{Day, Visit},
    inventory::ReceiveGoods,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::failure::Failure;

/// A command that was acknowledged.
#[derive(Debug, Clone)]
pub(crate) struct Acknowledged {
    pub(crate) command: CommandId,
    pub(crate) actor: ActorId,
    pub(crate) version: Version,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
}

/// Customers, each of whom orders again after a while.
pub(crate) struct Load {
    customers: JoinSet<Result<Vec<Acknowledged>, Failure>>,
    stop: Arc<AtomicBool>,
}

/// How many orders there are that could be placed.
const ORDERS: usize = 4_000;
/// How often a command is sent of which it is not known what became.
const ATTEMPTS: usize = 5;

/// What the shop offers and what its shelves hold, before anyone comes.
pub(crate) async fn prepare(aether: &Aether) -> Result<Vec<Acknowledged>, Failure> {
    let day = day();
    let mut done = Vec::new();
    for article in day.articles {
        debug_assert!(article.price > Cents::new(0), "it has a price");
        done.push(send(aether, article).await?);
    }
    let lorries = day.hours.into_iter().flat_map(|it| it.lorries);
    for lorry in lorries {
        done.push(send::<ReceiveGoods>(aether, lorry).await?);
    }
    Ok(done)
}

fn day() -> Day {
    Day::of(7, ORDERS)
}

impl Load {
    pub(crate) fn start(aether: &Aether, customers: u32, pause: Duration) -> Self {
        let visits: Arc<[Visit]> = day().hours.into_iter().flat_map(|it| it.visits).collect();
        let (next, stop) = (
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let mut tasks = JoinSet::new();
        for number in 0..customers {
            let (aether, visits) = (aether.clone(), Arc::clone(&visits));
            let (next, stop) = (Arc::clone(&next), Arc::clone(&stop));
            tasks.spawn(async move {
                let mut done = Vec::new();
                // They do not all come in at the same moment.
                sleep(pause * number / customers.max(1)).await;
                while !stop.load(Ordering::Relaxed) {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    let visit = usize::try_from(nth).ok().and_then(|nth| visits.get(nth));
                    let Some(visit) = visit else { break };
                    done.push(send(&aether, visit.order.clone()).await?);
                    sleep(pause).await;
                }
                Ok(done)
            });
        }
        let customers = tasks;
        Self { customers, stop }
    }

    /// Waits until a customer could not be served, if that happens at all.
    pub(crate) async fn fails(&mut self) -> Failure {
        loop {
            match self.customers.join_next().await {
                Some(Ok(Err(failure))) => return failure,
                Some(_) => {}
                None => std::future::pending().await,
            }
        }
    }

    /// Lets each customer come to an end; all commands, in the order in which they were answered.
    pub(crate) async fn end(mut self) -> Result<Vec<Acknowledged>, Failure> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        while let Some(done) = self.customers.join_next().await {
            all.extend(done.map_err(|_panicked| Failure::Late("a customer"))??);
        }
        all.sort_by_key(|it| it.ended);
        Ok(all)
    }
}

/// Sends a command until it is known what became of it.
async fn send<C: Command + Clone>(aether: &Aether, command: C) -> Result<Acknowledged, Failure> {
    let (id, began) = (CommandId::new(), Instant::now());
    let mut attempts = 1..=ATTEMPTS;
    loop {
        attempts.next();
        match aether.send(command.clone()).with_id(id).await {
            Ok(sent) => {
                return Ok(Acknowledged {
                    command: id,
                    actor: sent.actor_id,
                    version: sent.version,
                    began,
                    ended: Instant::now(),
                });
            }
            Err(err) if is_passing(&err) && !attempts.is_empty() => {}
            Err(source) => {
                return Err(Failure::Command {
                    command: C::META.name.as_str(),
                    actor: command.key(),
                    source,
                });
            }
        }
    }
}

fn is_passing(err: &CommandError) -> bool {
    matches!(err, CommandError::Store(err)
        if matches!(err.kind(), StoreErrorKind::InDoubt | StoreErrorKind::Unavailable))
}

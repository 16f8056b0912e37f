use std::{
    error::Error,
    io::{self, Write as _},
    iter::successors,
    path::Path,
    pin::Pin,
    time::Duration,
};

use aether::{
    CommandId, DynEventStore, EmbeddedEventStore, EventStore as _, JetStreamOptions, Namespace,
    Position, Recorded, StoreError, StoreErrorKind,
    runtime::{Aether, Parking},
};
use futures_util::{Stream, StreamExt as _};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, stdin},
    time::sleep,
};
use uuid::Uuid;

use super::{
    carrier::Ledger,
    proof::{Digest, Settled},
    shop::{Journal, PlaceOrder, Shop, Totals},
};
use crate::crash::asks::Failed;

/// How many orders a worker lets be under way.
const UNDER_WAY: u64 = 60;
/// How often what a server that is away did not do is tried.
const TRIES: u32 = 100;

/// What a worker is to do: the orders `first`, `first + step` and so on, below `end`.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// Its first order.
    pub first: u64,
    /// How many workers there are.
    pub step: u64,
    /// Where orders end.
    pub end: u64,
}

/// Opens the store at a place: the address of a server, or a folder.
pub(super) async fn open(place: &str) -> Result<DynEventStore, Failed> {
    if !place.starts_with("nats://") {
        return Ok(DynEventStore::new(EmbeddedEventStore::open(place).await?));
    }
    let options = JetStreamOptions::new()
        .namespace(Namespace::new("orders")?)
        .patience(Duration::from_secs(30));
    let connect = async || Ok(options.clone().connect(place).await?);
    Ok(DynEventStore::new(insist(connect).await?))
}

/// Does something again while the server is away, as who starts a service again does.
async fn insist<T>(mut what: impl AsyncFnMut() -> Result<T, Failed>) -> Result<T, Failed> {
    for _ in 1..TRIES {
        match what().await {
            Err(err) if is_away(&*err) => sleep(Duration::from_millis(200)).await,
            said => return said,
        }
    }
    what().await
}

/// Whether it is the server's being away that made something fail.
fn is_away(err: &(dyn Error + 'static)) -> bool {
    let is_away = |err: &StoreError| {
        matches!(
            err.kind(),
            StoreErrorKind::Unavailable | StoreErrorKind::InDoubt
        )
    };
    successors(Some(err), |err| (**err).source())
        .filter_map(|err| err.downcast_ref())
        .any(is_away)
}

/// Runs the domain over a store.
pub(super) async fn start(
    store: DynEventStore,
    ledger: &Path,
    is_repaired: bool,
) -> Result<Aether, Failed> {
    let ledger = Ledger {
        file: ledger.to_owned(),
        is_repaired,
    };
    let begin = async || {
        let builder = Aether::builder().store(store.clone()).context::<Shop>();
        let builder = builder.adapter(ledger.clone());
        Ok(builder.parking(Parking::new().attempts(3)).start().await?)
    };
    insist(begin).await
}

/// Places its orders, while policies, timers, process managers and an adapter do what follows;
/// then does that until it is told to settle, and says what its projections have come to.
///
/// # Errors
/// If anything fails.
pub async fn work(place: &str, ledger: &Path, share: Share) -> Result<(), Failed> {
    let aether = start(open(place).await?, ledger, false).await?;
    let mut pace = insist(async || Pace::new(aether.store().clone(), share).await).await?;
    tell("open")?;
    let mut number = share.first;
    while number < share.end {
        pace.wait().await;
        let place = async || {
            let order = number.to_string();
            let sent = aether.send(PlaceOrder { order, number });
            Ok(sent.with_id(id_of(number)).await?)
        };
        insist(place).await?;
        pace.placed += 1;
        tell(&format!("placed {number}"))?;
        number += share.step;
    }
    tell("all")?;
    heard().await?;
    let reached = insist(async || Ok(aether.settled().await?)).await?;
    let settled = Settled {
        journal: Digest::of(&aether.read::<Journal>().await?)?,
        totals: Digest::of(&aether.read::<Totals>().await?)?,
    };
    let applied = settled.journal.position.min(settled.totals.position);
    assert!(applied >= reached, "{settled:?} is not at {reached}");
    aether.shutdown().await;
    tell(&format!("settled {}", serde_json::to_string(&settled)?))
}

/// One write, so that it is told whole or not at all.
fn tell(line: &str) -> Result<(), Failed> {
    Ok(io::stdout().write_all(format!("{line}\n").as_bytes())?)
}

/// Waits until there is something to be heard.
async fn heard() -> Result<(), Failed> {
    let mut line = String::new();
    BufReader::new(stdin()).read_line(&mut line).await?;
    Ok(())
}

/// The id under which an order is placed, however often.
fn id_of(number: u64) -> CommandId {
    CommandId::derived(&Uuid::nil(), &format!("order {number}"))
}

/// Sees to it that what follows keeps up with the orders.
struct Pace {
    store: DynEventStore,
    log: Pin<Box<dyn Stream<Item = Result<Recorded, StoreError>> + Send>>,
    position: Position,
    share: Share,
    placed: u64,
    done: u64,
}

impl Pace {
    async fn new(store: DynEventStore, share: Share) -> Result<Self, Failed> {
        let position = store.head().await?;
        Ok(Self {
            log: Box::pin(store.follow(position)),
            store,
            position,
            share,
            placed: 0,
            done: 0,
        })
    }

    async fn wait(&mut self) {
        while self.placed.saturating_sub(self.done) >= UNDER_WAY {
            if let Some(Ok(recorded)) = self.log.next().await {
                self.position = recorded.position;
                self.done += u64::from(self.is_done(&recorded));
            } else {
                // The server is away.
                sleep(Duration::from_millis(100)).await;
                self.log = Box::pin(self.store.follow(self.position));
            }
        }
    }

    /// Whether an order of its own was counted.
    fn is_done(&self, recorded: &Recorded) -> bool {
        let event = recorded.commit.events().first();
        let event = event.filter(|it| it.event_type == "ParcelCounted");
        let number = event.and_then(super::proof::number);
        number.is_some_and(|number| number % self.share.step == self.share.first % self.share.step)
    }
}

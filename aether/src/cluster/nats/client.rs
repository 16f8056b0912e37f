use std::{
    fmt,
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_nats::{Message, RequestError, RequestErrorKind};
use bytes::Bytes;
use tokio::{
    sync::{Notify, Semaphore, watch},
    time::{Instant, sleep_until, timeout_at},
};
use uuid::Uuid;

use super::{
    AskError, ClusterError, ClusterOptions,
    confirming::Confirming,
    follower::{Follower, Tables},
    frame::{AnswerFrame, AskFrame},
    link::Link,
    peers::{Peers, Waiting},
    tasks::Tasks,
};
use crate::{
    CommandId,
    cluster::{Epoch, NodeProcess, Shard, ShardTable},
};

/// Asks actors, wherever they are.
///
/// It knows the cluster's shard table, and sends each ask to the node that has the shard of its
/// actor: there is no hop in between. If that node is gone, or has the shard no more, the ask is
/// sent again, to the node that has it then; so an ask may arrive more than once, with the same
/// session and sequence. It reports nodes that it cannot reach, which is how the cluster learns of
/// a crash first. It also sends an ask again whose answer takes long: what is on its way through a
/// server that dies is lost, and nobody says so.
///
/// Clones share the client.
#[derive(Clone)]
pub struct ClusterClient(Arc<Inner>);

struct Inner {
    link: Arc<Link>,
    tables: Tables,
    /// Whoever keeps the tables reads them anew.
    look: Arc<Notify>,
    session: Uuid,
    asked: AtomicU64,
    room: Semaphore,
    peers: Peers,
    /// Ends when it is dropped.
    _follower: Tasks,
}

/// An ask under way.
struct Asking<'a> {
    actor_type: &'a str,
    key: &'a str,
    sequence: u64,
    deadline: Instant,
    payload: Bytes,
    /// Whether a node may have it of which nothing was heard.
    in_doubt: bool,
    /// How long its answer may take before it is sent again.
    again: Duration,
    /// How often nobody was there, by the table of which epoch.
    nobody: (Epoch, u32),
}

/// What came of sending an ask once.
enum Outcome {
    Answered(Bytes),
    Expired,
    Unsendable(RequestError),
    Closed,
    /// It is to be sent again: at once, or after so long, or earlier if the table changes.
    Again(Duration),
}

/// Where the shard of an ask is by a later table.
enum Whereabouts {
    Same,
    /// It was handed over: whoever had the ask sends it on, or has carried it out.
    HandedOver,
    /// It was taken from whoever had it.
    Taken,
}

/// How long an answer may take once the shard has been handed over.
const FORWARDING: Duration = Duration::from_secs(2);
/// How long an answer may take at first before the ask is sent again, though its node is there: it
/// may have been lost with a connection to a server, or its answer may. Then twice as long.
const AGAIN: Duration = Duration::from_secs(2);
/// After how long it is tried again if nothing is heard of the table.
const RETRY: Duration = Duration::from_millis(20);

impl ClusterClient {
    /// A client that follows the table itself.
    pub(super) async fn follow(
        options: &ClusterOptions,
        link: Arc<Link>,
    ) -> Result<Self, ClusterError> {
        let look = Arc::new(Notify::new());
        let every = options.settings.look;
        let follower = Follower::start(Arc::clone(&link), Arc::clone(&look), every);
        let (follower, tables) = follower.await?;
        Ok(Self::over(options, link, tables, look, follower))
    }

    /// A client whose tables someone else keeps.
    pub(super) fn over(
        options: &ClusterOptions,
        link: Arc<Link>,
        tables: Tables,
        look: Arc<Notify>,
        follower: Tasks,
    ) -> Self {
        let peers = Peers::new(Arc::clone(&link), options.settings.membership.ping);
        Self(Arc::new(Inner {
            link,
            peers,
            tables,
            look,
            session: *CommandId::new().as_uuid(),
            asked: AtomicU64::new(0),
            room: Semaphore::new(options.in_flight.clamp(1, Semaphore::MAX_PERMITS)),
            _follower: follower,
        }))
    }

    /// The session that all asks of this client belong to.
    pub fn session(&self) -> Uuid {
        self.0.session
    }

    /// Tells the cluster from all others, and from one of the same name before it.
    #[cfg(feature = "runtime")]
    pub(super) fn cluster(&self) -> Arc<str> {
        self.0.link.bucket.cluster()
    }

    /// Finds out, for the node whose client it is, whether it goes by the present table.
    pub(super) fn confirming(&self, gone_by: watch::Receiver<u64>) -> Confirming {
        let (link, look) = (Arc::clone(&self.0.link), Arc::clone(&self.0.look));
        Confirming::new(link, gone_by, look)
    }

    /// The shard table as it is known here; none, as long as no node ever led.
    pub fn table(&self) -> Option<Arc<ShardTable>> {
        self.0.tables.borrow().clone()
    }

    /// Waits for a table of which this is true; none, if the client was closed before.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn wait_for(
        &self,
        mut is_so: impl FnMut(&ShardTable) -> bool + Send,
    ) -> Option<Arc<ShardTable>> {
        let mut tables = self.0.tables.clone();
        let found = tables.wait_for(|it| it.as_deref().is_some_and(&mut is_so));
        found.await.ok().and_then(|it| it.clone())
    }

    /// Waits until it is known where every actor is; false, if the client was closed before.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn ready(&self) -> bool {
        let is_whole = |table: &ShardTable| table.owners().all(|(_, owner)| owner.is_some());
        self.wait_for(is_whole).await.is_some()
    }

    /// Asks the actor of this type and id, and waits so long for its answer, wherever the actor
    /// goes meanwhile.
    ///
    /// # Errors
    /// See [`AskError`]: each says whether the ask may have been carried out.
    ///
    /// # Cancel safety
    /// If the future is dropped, it may be carried out or not.
    pub async fn ask(
        &self,
        actor_type: &str,
        id: &str,
        payload: impl Into<Bytes>,
        within: Duration,
    ) -> Result<Bytes, AskError> {
        let inner = &*self.0;
        let deadline = Instant::now() + within;
        let room = timeout_at(deadline, inner.room.acquire()).await;
        let _room = room.map_err(|_elapsed| AskError::Overloaded)?;
        let mut asking = Asking {
            actor_type,
            key: id,
            sequence: inner.asked.fetch_add(1, Ordering::Relaxed) + 1,
            deadline,
            payload: payload.into(),
            in_doubt: false,
            again: AGAIN,
            nobody: (Epoch::default(), 0),
        };
        let mut tables = inner.tables.clone();
        while Instant::now() < deadline {
            let table = tables.borrow_and_update().clone();
            let outcome = inner.send(&mut asking, table.as_deref(), &mut tables).await;
            tracing::trace!(
                actor = id,
                sequence = asking.sequence,
                outcome = outcome.name()
            );
            match outcome {
                Outcome::Answered(answer) => return Ok(answer),
                Outcome::Unsendable(err) => return Err(AskError::Unsendable(err)),
                Outcome::Closed => return Err(AskError::Closed),
                Outcome::Expired => break,
                Outcome::Again(Duration::ZERO) => {}
                Outcome::Again(pause) => {
                    let until = deadline.min(Instant::now() + pause);
                    if let Ok(Err(_closed)) = timeout_at(until, tables.changed()).await {
                        return Err(AskError::Closed);
                    }
                }
            }
        }
        Err(asking.given_up())
    }
}

impl Outcome {
    const fn name(&self) -> &'static str {
        match self {
            Self::Answered(_) => "answered",
            Self::Expired => "expired",
            Self::Unsendable(_) => "unsendable",
            Self::Closed => "closed",
            Self::Again(_) => "again",
        }
    }
}

impl Asking<'_> {
    /// It is to be sent again at once: nothing was heard of whoever has it.
    const fn at_once(&mut self) -> Outcome {
        self.in_doubt = true;
        Outcome::Again(Duration::ZERO)
    }

    /// Nobody is there by the table of this epoch: says whether it should be looked for a later one,
    /// which may not have been heard of. At first it is given some time, then it is ever less likely.
    const fn is_to_look(&mut self, epoch: Epoch) -> bool {
        let (last, times) = self.nobody;
        let before = if last.0 == epoch.0 { times } else { 0 };
        self.nobody = (epoch, before + 1);
        before > 0 && (before + 1).is_power_of_two()
    }

    fn given_up(&self) -> AskError {
        if self.in_doubt {
            AskError::InDoubt
        } else if Instant::now() < self.deadline {
            AskError::Expired
        } else {
            AskError::NotTaken
        }
    }
}

impl Inner {
    /// Sends an ask to the owner of its actor, and waits for what comes of it.
    async fn send(
        &self,
        asking: &mut Asking<'_>,
        table: Option<&ShardTable>,
        tables: &mut Tables,
    ) -> Outcome {
        let found = table.and_then(|table| {
            let shard = table.count().shard_of(asking.actor_type, asking.key);
            Some((shard, table.epoch(), table.owner(shard)?))
        });
        let Some((shard, epoch, owner)) = found else {
            self.look.notify_one();
            return Outcome::Again(RETRY);
        };
        let frame = AskFrame {
            shard,
            epoch,
            session: self.session,
            sequence: asking.sequence,
            budget: asking.deadline.saturating_duration_since(Instant::now()),
            payload: asking.payload.clone(),
        };
        let (actor, sequence) = (asking.key, asking.sequence);
        tracing::trace!(actor, sequence, %owner, epoch = epoch.0, "asks");
        let waiting = self.peers.ask(owner);
        let asked = (None, frame.encode());
        let client = &self.link.client;
        let request = pin!(client.request(waiting.subject(), asked, None));
        let sent = (shard, epoch, &waiting);
        self.wait(asking, request, sent, tables).await
    }

    /// Waits for what comes of it. What has changed in the tables since it was addressed counts.
    async fn wait(
        &self,
        asking: &mut Asking<'_>,
        mut request: Pin<&mut (impl Future<Output = Result<Message, RequestError>> + Send)>,
        (shard, epoch, waiting): (Shard, Epoch, &Waiting<'_>),
        tables: &mut Tables,
    ) -> Outcome {
        let again_at = asking.deadline.min(Instant::now() + asking.again);
        let mut again = pin!(sleep_until(again_at));
        let mut is_handed_over = false;
        loop {
            tokio::select! {
                biased;
                answer = &mut request => {
                    return self.answered(asking, answer, (epoch, waiting)).await;
                }
                changed = tables.changed() => {
                    if changed.is_err() {
                        return Outcome::Closed;
                    }
                    let table = tables.borrow_and_update().clone();
                    let owner = waiting.process();
                    match table.map_or(Whereabouts::Same, |it| whereabouts(&it, shard, owner)) {
                        Whereabouts::Same => {}
                        Whereabouts::HandedOver => {
                            is_handed_over = true;
                            let soon = Instant::now() + FORWARDING;
                            let deadline = again.deadline().min(soon);
                            again.as_mut().reset(deadline);
                            // Should it go before it has sent the ask on, that shows.
                            waiting.hurry();
                        }
                        Whereabouts::Taken => return asking.at_once(),
                    }
                }
                () = waiting.lost(), if is_handed_over => return asking.at_once(),
                () = &mut again => {
                    asking.again = asking.again.saturating_mul(2);
                    return asking.at_once();
                }
            }
        }
    }

    async fn answered(
        &self,
        asking: &mut Asking<'_>,
        answer: Result<Message, RequestError>,
        (epoch, waiting): (Epoch, &Waiting<'_>),
    ) -> Outcome {
        let message = match answer {
            Ok(message) => message,
            Err(err) => return self.unanswered(asking, err, (epoch, waiting)).await,
        };
        waiting.hear();
        match AnswerFrame::decode(&message.payload) {
            Some(AnswerFrame::Ok(payload)) => Outcome::Answered(payload),
            Some(AnswerFrame::Expired) => Outcome::Expired,
            Some(AnswerFrame::Busy(pause)) => Outcome::Again(pause),
            Some(AnswerFrame::Moved(known)) => {
                let present = self.table_epoch();
                if epoch < known && known <= present {
                    return Outcome::Again(Duration::ZERO);
                }
                if present < known {
                    self.look.notify_one();
                }
                Outcome::Again(RETRY)
            }
            None => {
                asking.in_doubt = true;
                Outcome::Again(RETRY)
            }
        }
    }

    /// That of the table as it is known here.
    fn table_epoch(&self) -> Epoch {
        let table = self.tables.borrow();
        table.as_ref().map_or_else(Epoch::default, |it| it.epoch())
    }

    async fn unanswered(
        &self,
        asking: &mut Asking<'_>,
        err: RequestError,
        (epoch, waiting): (Epoch, &Waiting<'_>),
    ) -> Outcome {
        match err.kind() {
            RequestErrorKind::NoResponders => {
                waiting.complain().await;
                if asking.is_to_look(epoch) {
                    self.look.notify_one();
                }
                Outcome::Again(RETRY)
            }
            RequestErrorKind::TimedOut | RequestErrorKind::Other => {
                asking.in_doubt = true;
                Outcome::Again(RETRY)
            }
            RequestErrorKind::InvalidSubject | RequestErrorKind::MaxPayloadExceeded => {
                Outcome::Unsendable(err)
            }
        }
    }
}

fn whereabouts(table: &ShardTable, shard: Shard, owner: &NodeProcess) -> Whereabouts {
    if table.owner(shard) == Some(owner) {
        Whereabouts::Same
    } else if table.seized_in(shard) == table.owned_since(shard) {
        Whereabouts::Taken
    } else {
        Whereabouts::HandedOver
    }
}

impl fmt::Debug for ClusterClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterClient")
            .field("session", &self.0.session)
            .field("table", &self.0.tables.borrow())
            .finish_non_exhaustive()
    }
}

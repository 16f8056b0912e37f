use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Waker},
    time::Duration,
};

use async_nats::Subject;

use super::{
    AskReply, ReceivedAsk, ShardHandler,
    bundle::bundles,
    frame::AnswerFrame,
    letter::{Letter, answer},
    link::Link,
    meters::AskMeters,
    names::Names,
    tasks::Tasks,
    tenures::Tenures,
    wire::Wire,
};
use crate::{
    cluster::{Epoch, ReleasedShard, Shard},
    tenancy::Tenancy,
};

/// Has asks carried out, and answers them.
pub(super) struct Desk<H> {
    pub(super) handler: H,
    pub(super) client: Wire,
    /// Which shards are here, so that what is for them may begin.
    pub(super) gates: Tenures,
    pub(super) meters: Arc<AskMeters>,
    /// How many asks are carried out and held at a time.
    pub(super) most: usize,
    /// How many are carried out.
    running: AtomicUsize,
    /// How many wait for their shards.
    held: AtomicUsize,
    /// That of the table that the node goes by.
    epoch: AtomicU64,
}

/// A desk, and the asks that are being carried out: they end when the last of these is dropped.
pub(super) struct Attendance<H> {
    pub(super) desk: Arc<Desk<H>>,
    tasks: Arc<Mutex<Tasks>>,
}

/// An ask that has begun, of a shard that waits for its end before it goes.
struct Begun<'a, H> {
    desk: &'a Desk<H>,
    tenancy: Tenancy,
}

/// Counts an ask as long as it is carried out.
struct Counted<'a>(&'a AtomicUsize);

/// How long a client waits that is refused because a node has too much to do.
pub(super) const BUSY: Duration = Duration::from_millis(10);

impl<H: ShardHandler> Desk<H> {
    pub(super) fn new(
        handler: H,
        client: Wire,
        gates: Tenures,
        (meters, most): (Arc<AskMeters>, usize),
    ) -> Self {
        Self {
            handler,
            client,
            gates,
            meters,
            most,
            running: AtomicUsize::new(0),
            held: AtomicUsize::new(0),
            epoch: AtomicU64::new(Epoch::default().0),
        }
    }

    /// How many asks are being carried out.
    pub(super) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    /// So many wait for their shards.
    pub(super) fn holds(&self, held: usize) {
        self.held.store(held, Ordering::Relaxed);
    }

    /// The node goes by the table of this epoch.
    pub(super) fn goes_by(&self, epoch: Epoch) {
        self.epoch.store(epoch.0, Ordering::Relaxed);
    }

    fn epoch(&self) -> Epoch {
        Epoch(self.epoch.load(Ordering::Relaxed))
    }

    /// What is said to an ask that there is no use in, or no room for.
    pub(super) fn refusal(&self, letter: &Letter) -> Option<AnswerFrame> {
        if letter.left().is_zero() {
            Some(AnswerFrame::Expired)
        } else if self.running() + self.held.load(Ordering::Relaxed) >= self.most {
            Some(AnswerFrame::Busy(BUSY))
        } else {
            None
        }
    }

    pub(super) async fn answer(&self, reply: Subject, frame: &AnswerFrame) {
        self.meters.answered(frame);
        answer(&self.client, reply, frame).await;
    }

    /// Carries out an ask that has begun, and answers it.
    async fn attend(self: Arc<Self>, letter: Letter, tenancy: Tenancy) {
        let _begun = Begun {
            desk: &self,
            tenancy,
        };
        self.carry_out(letter, Epoch(tenancy.since)).await;
    }

    /// Carries out an ask to an actor that is here since that epoch, and answers it.
    pub(super) async fn carry_out(&self, letter: Letter, since: Epoch) {
        let _counted = Counted::one_of(&self.running);
        let ask = ReceivedAsk {
            shard: letter.shard,
            since,
            session: letter.session,
            sequence: letter.sequence,
            deadline: letter.deadline,
            payload: letter.payload,
        };
        let reply = match self.handler.handle(ask).await {
            AskReply::Ok(payload) => AnswerFrame::Ok(payload),
            AskReply::Moved => AnswerFrame::Moved(self.epoch()),
            AskReply::Busy(pause) => AnswerFrame::Busy(pause),
            AskReply::Expired => AnswerFrame::Expired,
        };
        self.answer(letter.reply, &reply).await;
    }
}

impl<H: ShardHandler> Attendance<H> {
    pub(super) fn of(desk: Desk<H>) -> Self {
        Self {
            desk: Arc::new(desk),
            tasks: Arc::default(),
        }
    }

    /// Waits until nothing of the shard is under way.
    pub(super) async fn quiet(&self, shard: Shard) {
        self.desk.gates.quiet(shard).await;
        self.desk.handler.quiet(shard).await;
    }

    /// Tells those who get these shards what the handler has to say of them. If that fails, they find
    /// out by themselves.
    pub(super) async fn hand_over(&self, link: &Link, shards: &[ReleasedShard]) {
        let mut said: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for it in shards {
            if let Some(text) = self.desk.handler.hand_over(it.shard) {
                said.entry(&it.to).or_default().push((it.shard, text));
            }
        }
        for (process, said) in said {
            for bundle in bundles(said) {
                let subject = link.subject(process, Names::WARM);
                if let Err(error) = link.client.publish(subject, bundle).await {
                    tracing::debug!(%error, %process, "what is handed over is not sent");
                }
            }
        }
    }

    /// Begins with an ask of a shard that is here, or gives it back if the shard is not.
    ///
    /// What need not wait is done when this returns, if that is `in_place`; all else has a task.
    pub(super) fn begin(&self, letter: Letter, in_place: bool) -> Result<(), Letter> {
        let Some(tenancy) = self.desk.gates.enter(letter.shard) else {
            return Err(letter);
        };
        let work = Arc::clone(&self.desk).attend(letter, tenancy);
        if !in_place {
            self.spawn(work);
        } else if let Some(rest) = looked_at(Box::pin(work)) {
            self.spawn(rest);
        }
        Ok(())
    }

    /// Gives an ask a task, and lets go of those that have ended.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.tidy();
        tasks.spawn(work);
    }
}

/// Looks at it once; what is left of it, if it has to wait. A panic ends it, as it ends a task.
fn looked_at<F: Future<Output = ()>>(mut work: Pin<Box<F>>) -> Option<Pin<Box<F>>> {
    let mut context = Context::from_waker(Waker::noop());
    let looked = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(&mut context)));
    looked.is_ok_and(|it| it.is_pending()).then_some(work)
}

impl<H> Clone for Attendance<H> {
    fn clone(&self) -> Self {
        Self {
            desk: Arc::clone(&self.desk),
            tasks: Arc::clone(&self.tasks),
        }
    }
}

impl<H> Drop for Begun<'_, H> {
    fn drop(&mut self) {
        self.desk.gates.leave(self.tenancy);
    }
}

impl<'a> Counted<'a> {
    fn one_of(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

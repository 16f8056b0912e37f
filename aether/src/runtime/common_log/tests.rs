use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll},
};

use futures_core::Stream;
use futures_util::{FutureExt as _, StreamExt as _, stream};

use super::*;
use crate::{
    Event, EventStoreExt as _, InMemoryEventStore, StoreError, StoreErrorKind,
    runtime::follower::chain,
};

/// Someone who follows, and hears when there is more.
struct Reader {
    log: Followed,
    bell: Arc<Rung>,
}

#[derive(Default)]
struct Rung(AtomicBool);

impl Wake for Rung {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Reader {
    fn of(log: &CommonLog, after: u64) -> Self {
        Self {
            log: log.follow(Position::new(after)),
            bell: Arc::default(),
        }
    }

    /// The position of the next commit, if there is one.
    fn poll(&mut self) -> Poll<u64> {
        let waker = Waker::from(Arc::clone(&self.bell));
        let next = Pin::new(&mut self.log).poll_next(&mut Context::from_waker(&waker));
        next.map(|next| next.unwrap().unwrap().position.as_u64())
    }

    /// Why it has ended.
    fn failure(&mut self) -> String {
        let next = self.log.next().now_or_never().flatten();
        let failure = next.and_then(Result::err).unwrap();
        assert!(matches!(self.log.next().now_or_never(), Some(None)));
        chain(&failure)
    }

    fn is_rung(&self) -> bool {
        self.bell.0.swap(false, Ordering::SeqCst)
    }

    fn is_seated(&self) -> bool {
        self.log.is_seated()
    }

    /// Takes what is there; how much that was, and that it was all after `from`, in order.
    fn take_all(&mut self, from: u64) -> u64 {
        let mut last = from;
        while let Poll::Ready(position) = self.poll() {
            assert_eq!(position, last + 1);
            last = position;
        }
        last
    }
}

fn log() -> (InMemoryEventStore, CommonLog) {
    let store = InMemoryEventStore::new();
    let log = CommonLog::of(DynEventStore::new(store.clone()));
    (store, log)
}

async fn add(store: &InMemoryEventStore, count: u64) {
    for _ in 0..count {
        let version = store.version(&"a".parse().unwrap()).await.unwrap();
        let event = Event::new("a", version.next(), "Done", &()).unwrap();
        store.save(event).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_waits_is_woken_and_reads_on_though_another_one_is_busy() {
    let (store, log) = log();
    let (mut busy, mut waiting) = (Reader::of(&log, 0), Reader::of(&log, 0));
    assert!(waiting.poll().is_pending());
    assert!(busy.poll().is_pending(), "it was the last to look");
    add(&store, 2).await;
    assert!(waiting.is_rung() && busy.is_rung());
    assert_eq!(waiting.take_all(0), 2);
    add(&store, 1).await;
    assert!(waiting.is_rung());
    assert_eq!(waiting.take_all(2), 3);
    assert_eq!(busy.take_all(0), 3);
}

#[tokio::test]
async fn whoever_asks_while_another_one_looks_is_woken_when_that_one_finds_more() {
    let (store, _) = log();
    add(&store, 1).await;
    let asking = Arc::new(Mutex::new(None::<Reader>));
    let meanwhile = Arc::clone(&asking);
    let open = move |after| -> Log {
        let (mut log, meanwhile) = (Box::pin(store.follow(after)), Arc::clone(&meanwhile));
        Box::pin(stream::poll_fn(move |context| {
            let next = log.poll_next_unpin(context);
            if let Some(asking) = &mut *meanwhile.lock().unwrap() {
                assert!(asking.poll().is_pending(), "the other one has the log");
            }
            next
        }))
    };
    let log = CommonLog::read_by(open, true);
    let mut looking = Reader::of(&log, 0);
    *asking.lock().unwrap() = Some(Reader::of(&log, 0));
    assert_eq!(looking.poll(), Poll::Ready(1));
    let mut asking = asking.lock().unwrap().take().unwrap();
    assert!(asking.is_rung());
    assert_eq!(asking.poll(), Poll::Ready(1));
}

#[tokio::test]
async fn whoever_falls_behind_reads_by_itself_until_it_is_near_again() {
    let (store, log) = log();
    let (mut slow, mut fast) = (Reader::of(&log, 0), Reader::of(&log, 0));
    add(&store, 5_000).await;
    assert_eq!(fast.take_all(0), 5_000);
    assert!(slow.is_seated());
    assert_eq!(slow.poll(), Poll::Ready(1));
    assert!(!slow.is_seated());
    assert_eq!(slow.take_all(1), 5_000);
    assert!(slow.is_seated() && fast.is_seated());
    add(&store, 1).await;
    assert_eq!(slow.take_all(5_000), 5_001);
    assert_eq!(fast.take_all(5_000), 5_001);
}

#[tokio::test]
async fn whoever_is_far_from_the_others_reads_by_itself() {
    let (store, log) = log();
    add(&store, 1_000).await;
    let mut late = Reader::of(&log, 990);
    assert_eq!(late.take_all(990), 1_000);
    let mut early = Reader::of(&log, 0);
    assert!(!early.is_seated());
    assert_eq!(early.take_all(0), 1_000);
    assert!(early.is_seated());
}

#[tokio::test]
async fn when_all_have_gone_nothing_is_left_to_be_read_from() {
    let (store, log) = log();
    add(&store, 3).await;
    let (mut one, other) = (Reader::of(&log, 0), Reader::of(&log, 0));
    assert_eq!(one.poll(), Poll::Ready(1));
    drop(one);
    drop(other);
    assert!(log.0.lock().is_idle());
    assert_eq!(Reader::of(&log, 2).take_all(2), 3);
}

#[tokio::test]
async fn all_are_told_that_the_log_broke_off_and_the_next_who_follows_opens_it() {
    let (store, _) = log();
    add(&store, 3).await;
    let broken = || StoreError::new(StoreErrorKind::Unavailable, "it broke off").because("a test");
    // After each commit.
    let open = move |after| -> Log {
        let end = stream::once(async move { Err(broken()) });
        Box::pin(store.follow(after).take(1).chain(end))
    };
    let log = CommonLog::read_by(open, true);
    let (mut one, mut other) = (Reader::of(&log, 0), Reader::of(&log, 0));
    assert_eq!(one.poll(), Poll::Ready(1));
    assert_eq!(one.failure(), "it broke off: a test");
    assert_eq!(other.poll(), Poll::Ready(1));
    assert_eq!(other.failure(), "it broke off: a test");
    assert_eq!(Reader::of(&log, 1).poll(), Poll::Ready(2));
}

#[tokio::test]
async fn what_opens_the_log_goes_with_its_last_reader_though_a_bell_rings_just_then() {
    /// Lets go of everything when it is woken, which is while the bell rings.
    struct Leaves(
        Mutex<Option<(CommonLog, Reader)>>,
        Mutex<Option<usize>>,
        Weak<()>,
    );

    impl Wake for Leaves {
        fn wake(self: Arc<Self>) {
            drop(self.0.lock().unwrap().take());
            *self.1.lock().unwrap() = Some(self.2.strong_count());
        }
    }

    let (store, _) = log();
    let opens = Arc::new(());
    let leaves = Arc::new(Leaves(
        Mutex::default(),
        Mutex::default(),
        Arc::downgrade(&opens),
    ));
    let reading = store.clone();
    let open = move |after| -> Log {
        drop(Arc::clone(&opens));
        Box::pin(reading.follow(after))
    };
    let log = CommonLog::read_by(open, true);
    let mut reader = Reader::of(&log, 0);
    let waker = Waker::from(Arc::clone(&leaves));
    let next = Pin::new(&mut reader.log).poll_next(&mut Context::from_waker(&waker));
    assert!(next.is_pending());
    *leaves.0.lock().unwrap() = Some((log, reader));
    add(&store, 1).await;
    assert_eq!(*leaves.1.lock().unwrap(), Some(0));
}

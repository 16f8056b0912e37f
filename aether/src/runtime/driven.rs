use std::{
    any::Any,
    future::Future,
    mem,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
};

use super::tasks::{Driving, Spawner};
use crate::waking;

type Panic = Box<dyn Any + Send>;
type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Work that goes on by itself from when it first has to wait, whether or not whoever wants its
/// answer looks after it; it ends when that one is dropped.
///
/// A command holds its actor's turn. Were it driven by its sender, a sender that has begun to send
/// and then does something else first would hold up everyone behind it, itself included. What
/// does not have to wait, as in memory, has no task; and what waits has none until what it waits
/// for has come, where that came: a task that is begun at once wakes another thread for nothing.
/// It has none either if it can be ended right there, by one who [allows](waking::in_place) that.
pub(super) struct Driven<T: Send + 'static>(State<T>);

enum State<T: Send + 'static> {
    New(Work<T>, Spawner),
    Begun(Begun<T>),
    Done,
}

/// Ends what it stands for when it is dropped.
struct Begun<T: Send + 'static>(Arc<Waiting<T>>);

/// Work that was begun, and who wants its answer.
struct Waiting<T: Send + 'static> {
    stage: Mutex<Stage<T>>,
    spawner: Spawner,
}

enum Stage<T: Send + 'static> {
    /// It is looked at for the first time, or is about to have a task.
    Busy(Waker),
    /// What it waited for came while it was still looked at for the first time.
    Woken(Waker),
    /// It waits, and has no task.
    Asleep(Work<T>, Waker),
    Driven(Driving<T>),
    Ended(Option<T>),
    /// It panicked in somebody else's task.
    Panicked(Panic),
    /// Nobody wants its answer any more.
    Dropped,
}

impl<T: Send + 'static> Driven<T> {
    pub(super) fn new(work: impl Future<Output = T> + Send + 'static, spawner: Spawner) -> Self {
        Self(State::New(Box::pin(work), spawner))
    }
}

impl<T: Send + 'static> Future for Driven<T> {
    /// Nothing, if tokio is shut down.
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        match mem::replace(&mut self.0, State::Done) {
            State::New(work, spawner) => match Begun::new(work, spawner, context.waker()) {
                Ok(answer) => return Poll::Ready(Some(answer)),
                Err(begun) => self.0 = State::Begun(begun),
            },
            State::Begun(begun) => {
                if let Poll::Ready(ended) = begun.0.poll(context) {
                    return Poll::Ready(ended);
                }
                self.0 = State::Begun(begun);
            }
            State::Done => {}
        }
        Poll::Pending
    }
}

impl<T: Send + 'static> Begun<T> {
    /// Looks at the work for the first time: its answer, or what it is while it waits.
    fn new(mut work: Work<T>, spawner: Spawner, asker: &Waker) -> Result<T, Self> {
        let waiting = Arc::new(Waiting {
            stage: Mutex::new(Stage::Busy(asker.clone())),
            spawner,
        });
        let begun = Self(Arc::clone(&waiting));
        let waker = Waker::from(waiting);
        match work.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(answer) => Ok(answer),
            Poll::Pending => {
                begun.0.sleep(work);
                Err(begun)
            }
        }
    }
}

impl<T: Send + 'static> Drop for Begun<T> {
    fn drop(&mut self) {
        let stage = mem::replace(&mut *self.0.lock(), Stage::Dropped);
        drop(stage);
    }
}

impl<T: Send + 'static> Waiting<T> {
    fn lock(&self) -> MutexGuard<'_, Stage<T>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has it wait without a task, unless it need not wait any more.
    fn sleep(&self, work: Work<T>) {
        let mut stage = self.lock();
        match mem::replace(&mut *stage, Stage::Dropped) {
            Stage::Busy(asker) if !self.spawner.is_simulated() => {
                *stage = Stage::Asleep(work, asker);
            }
            Stage::Busy(asker) | Stage::Woken(asker) => {
                *stage = Stage::Busy(asker);
                drop(stage);
                self.drive(work);
            }
            other @ (Stage::Asleep(..)
            | Stage::Driven(_)
            | Stage::Ended(_)
            | Stage::Panicked(_)
            | Stage::Dropped) => {
                *stage = other;
            }
        }
    }

    /// Looks at it where what it waited for has come, and gives it a task if it has to wait again.
    fn go_on(self: Arc<Self>, mut work: Work<T>) {
        let waker = Waker::from(Arc::clone(&self));
        let mut context = Context::from_waker(&waker);
        let looked = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(&mut context)));
        match looked {
            Ok(Poll::Pending) => self.drive(work),
            Ok(Poll::Ready(answer)) => self.end(Stage::Ended(Some(answer))),
            Err(panic) => self.end(Stage::Panicked(panic)),
        }
    }

    /// Tells whoever wants the answer, if there is still one who does.
    fn end(&self, end: Stage<T>) {
        let mut stage = self.lock();
        if !matches!(&*stage, Stage::Busy(_) | Stage::Woken(_)) {
            drop(stage);
            return drop(end);
        }
        let before = mem::replace(&mut *stage, end);
        drop(stage);
        if let Stage::Busy(asker) | Stage::Woken(asker) = before {
            asker.wake();
        }
    }

    /// Gives it a task.
    fn drive(&self, work: Work<T>) {
        // Not under the lock: a runtime that is shut down drops the work at once.
        let mut task = self.spawner.driven(work);
        let mut stage = self.lock();
        let (Stage::Busy(asker) | Stage::Woken(asker)) = &*stage else {
            drop(stage);
            return drop(task);
        };
        let asker = asker.clone();
        // So that whoever wants the answer need not look before it is there.
        let looked = Pin::new(&mut task).poll(&mut Context::from_waker(&asker));
        *stage = match looked {
            Poll::Pending => Stage::Driven(task),
            Poll::Ready(ended) => Stage::Ended(ended),
        };
        if matches!(&*stage, Stage::Ended(_)) {
            drop(stage);
            asker.wake();
        }
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut stage = self.lock();
        match &mut *stage {
            Stage::Ended(ended) => Poll::Ready(ended.take()),
            Stage::Busy(asker) | Stage::Woken(asker) | Stage::Asleep(_, asker) => {
                asker.clone_from(context.waker());
                Poll::Pending
            }
            Stage::Driven(task) => Pin::new(task).poll(context),
            Stage::Panicked(_) => {
                let end = mem::replace(&mut *stage, Stage::Dropped);
                drop(stage);
                if let Stage::Panicked(panic) = end {
                    resume_unwind(panic);
                }
                Poll::Pending
            }
            Stage::Dropped => Poll::Pending,
        }
    }
}

impl<T: Send + 'static> Wake for Waiting<T> {
    fn wake(self: Arc<Self>) {
        let mut stage = self.lock();
        match mem::replace(&mut *stage, Stage::Dropped) {
            Stage::Busy(asker) => *stage = Stage::Woken(asker),
            Stage::Asleep(work, asker) => {
                *stage = Stage::Busy(asker);
                drop(stage);
                if waking::may_go_on() {
                    self.go_on(work);
                } else {
                    self.drive(work);
                }
            }
            other @ (Stage::Woken(_)
            | Stage::Driven(_)
            | Stage::Ended(_)
            | Stage::Panicked(_)
            | Stage::Dropped) => {
                *stage = other;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::{FutureExt as _, poll};
    use tokio::{
        sync::oneshot,
        task::{JoinSet, yield_now},
        time::timeout,
    };

    use super::*;
    use crate::runtime::tasks::Tasks;

    fn driven<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Driven<T> {
        Driven::new(work, Tasks::new().spawner())
    }

    #[tokio::test]
    async fn what_need_not_wait_is_there_at_once() {
        assert_eq!(driven(async { 7 }).now_or_never(), Some(Some(7)));
    }

    #[tokio::test]
    async fn it_goes_on_though_nobody_looks() {
        let (go, gone) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let mut work = driven(async move {
            gone.await.unwrap();
            yield_now().await;
            tell.send(7).unwrap();
            8
        });
        assert!(poll!(&mut work).is_pending());
        go.send(()).unwrap();
        assert_eq!(told.await, Ok(7), "while it is held and not polled");
        assert_eq!(work.await, Some(8));
    }

    #[tokio::test]
    async fn it_has_no_task_until_it_can_go_on() {
        let tasks = tokio::runtime::Handle::current().metrics();
        let (go, gone) = oneshot::channel();
        let mut work = driven(async move { gone.await.unwrap() });
        assert!(poll!(&mut work).is_pending());
        assert_eq!(tasks.num_alive_tasks(), 0);
        go.send(7).unwrap();
        assert_eq!(tasks.num_alive_tasks(), 1);
        assert_eq!(work.await, Some(7));
    }

    #[tokio::test]
    async fn it_ends_in_place_and_without_a_task_where_that_is_allowed() {
        let tasks = tokio::runtime::Handle::current().metrics();
        let (go, gone) = oneshot::channel();
        let (tell, mut told) = oneshot::channel();
        let (next, following) = oneshot::channel::<()>();
        let work = driven(async move {
            tell.send(gone.await.unwrap()).unwrap();
            next.send(()).unwrap();
            8
        });
        let mut behind = driven(async move { following.await.unwrap() });
        assert!(poll!(&mut behind).is_pending());
        let mut asker = JoinSet::new();
        asker.spawn(work);
        yield_now().await;
        waking::in_place(|| go.send(7)).unwrap();
        assert_eq!(told.try_recv(), Ok(7), "though nobody looks");
        assert_eq!(tasks.num_alive_tasks(), 2, "the asker, and what it wakes");
        let answer = timeout(Duration::from_mins(1), asker.join_next()).await;
        assert_eq!(answer.unwrap().unwrap().unwrap(), Some(8));
        assert_eq!(behind.await, Some(()));
        assert!(!waking::may_go_on());
    }

    #[tokio::test]
    async fn what_has_to_wait_again_goes_on_in_a_task() {
        let (go, gone) = oneshot::channel::<()>();
        let mut work = driven(async move {
            gone.await.unwrap();
            yield_now().await;
            8
        });
        assert!(poll!(&mut work).is_pending());
        waking::in_place(|| go.send(())).unwrap();
        assert_eq!(timeout(Duration::from_mins(1), work).await, Ok(Some(8)));
    }

    #[tokio::test]
    async fn what_comes_while_it_is_looked_at_is_not_missed() {
        let mut polls = 0;
        let work = std::future::poll_fn(move |context| {
            polls += 1;
            if polls == 1 {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(polls)
        });
        let patience = Duration::from_mins(1);
        assert_eq!(timeout(patience, driven(work)).await, Ok(Some(2)));
    }

    #[tokio::test]
    async fn it_ends_when_nobody_wants_its_answer_any_more() {
        for wakes in [false, true] {
            let (go, gone) = oneshot::channel::<()>();
            let (held, dropped) = oneshot::channel::<()>();
            let mut work = driven(async move {
                let _held = held;
                gone.await.unwrap();
                std::future::pending::<()>().await;
            });
            assert!(poll!(&mut work).is_pending());
            if wakes {
                go.send(()).unwrap();
                yield_now().await;
                drop(work);
            } else {
                drop(work);
                assert!(go.send(()).is_err());
            }
            assert!(dropped.await.is_err());
        }
    }

    #[tokio::test]
    async fn its_panic_comes_to_who_wants_its_answer() {
        for in_place in [false, true] {
            let (go, gone) = oneshot::channel::<()>();
            let mut work = driven(async move {
                gone.await.unwrap();
                panic!("of the work");
            });
            assert!(poll!(&mut work).is_pending());
            if in_place {
                waking::in_place(|| go.send(())).unwrap();
            } else {
                go.send(()).unwrap();
            }
            let caught = AssertUnwindSafe(work).catch_unwind().await;
            let caught = caught.map(|ended: Option<()>| ended).unwrap_err();
            assert_eq!(caught.downcast_ref(), Some(&"of the work"));
        }
    }
}

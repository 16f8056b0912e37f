//! Runs tasks one after the other, in an order that a seed decides, until none can go on.
//!
//! What runs them is on one thread, so a node can be taken away between any two steps. Timers are
//! tokio's, whose clock moves on when no task can.

mod place;
mod ready;
mod running;

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use tokio::task::unconstrained;

use self::ready::{Ready, TaskWaker};
pub(crate) use self::{place::Place, running::Running};
use super::dice::Dice;

type TaskId = u64;
type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Which life of which node a task belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Life(u64);

impl Life {
    /// What never ends before the run does: the server, the network, the clients.
    pub(super) const WORLD: Self = Self(0);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Running,
    Paused,
}

/// The tasks of a run.
#[derive(Clone)]
pub(super) struct Executor(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    ready: Arc<Ready>,
}

struct State {
    dice: Dice,
    tasks: BTreeMap<TaskId, Task>,
    next_task: TaskId,
    lives: BTreeMap<Life, Condition>,
    next_life: u64,
    /// The task that is being polled, and its life.
    polling: Option<(TaskId, Life)>,
    /// Whether the task that is being polled is to go.
    aborted: bool,
    steps: u64,
    digest: u64,
}

struct Task {
    life: Life,
    work: Work,
    waker: Waker,
}

/// How many steps there were, and what tells one order of them from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Steps {
    pub(super) count: u64,
    pub(super) digest: u64,
}

impl Executor {
    /// How many steps are taken before tokio looks at its timers.
    const AT_ONCE: usize = 256;

    pub(super) fn new(dice: Dice) -> Self {
        let state = State {
            dice,
            tasks: BTreeMap::new(),
            next_task: 0,
            lives: BTreeMap::from([(Life::WORLD, Condition::Running)]),
            next_life: 1,
            polling: None,
            aborted: false,
            steps: 0,
            digest: 0xcbf2_9ce4_8422_2325,
        };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            ready: Arc::default(),
        }))
    }

    /// Runs tasks until this one, which belongs to the world, has ended.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        main: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let mut main = Place::of(self, Life::WORLD).driven(main);
        let mut ended = None;
        poll_fn(|context| {
            self.0.ready.watch(context.waker());
            for _ in 0..Self::AT_ONCE {
                if let Poll::Ready(answer) = Pin::new(&mut main).poll(context) {
                    ended = answer;
                    return Poll::Ready(());
                }
                if !self.step() {
                    return Poll::Pending;
                }
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        ended
    }

    pub(super) fn steps(&self) -> Steps {
        let state = self.state();
        Steps {
            count: state.steps,
            digest: state.digest,
        }
    }

    /// Begins the life of a node.
    pub(super) fn begin(&self) -> Life {
        let mut state = self.state();
        let life = Life(state.next_life);
        state.next_life += 1;
        state.lives.insert(life, Condition::Running);
        life
    }

    /// Ends the life of a node: none of its tasks takes another step, or is told why.
    pub(super) fn end(&self, life: Life) {
        let gone: Vec<Task> = {
            let mut state = self.state();
            state.lives.remove(&life);
            let tasks = mem::take(&mut state.tasks);
            let (gone, stay) = tasks.into_iter().partition(|(_, task)| task.life == life);
            state.tasks = stay;
            let gone: BTreeMap<TaskId, Task> = gone;
            gone.into_values().collect()
        };
        // What a task holds may end other tasks as it goes.
        drop(gone);
    }

    /// Ends all that is left of a run, in the order in which it came.
    pub(super) fn close(&self) {
        self.state().lives.clear();
        while let Some(task) = self.take_first() {
            drop(task);
        }
    }

    fn take_first(&self) -> Option<Task> {
        let (_, task) = self.state().tasks.pop_first()?;
        Some(task)
    }

    /// Holds up the tasks of a node, or lets them go on.
    pub(super) fn pause(&self, life: Life, is_paused: bool) {
        let condition = if is_paused {
            Condition::Paused
        } else {
            Condition::Running
        };
        if let Some(at) = self.state().lives.get_mut(&life) {
            *at = condition;
        }
        self.0.ready.wake_root();
    }

    /// The life of the task that is being polled.
    fn present_life(&self) -> Life {
        let polling = self.state().polling;
        polling.map_or(Life::WORLD, |(_, life)| life)
    }

    /// Starts a task, unless the life it is for is over.
    fn spawn(&self, life: Life, work: impl Future<Output = ()> + Send + 'static) -> TaskId {
        let work: Work = Box::pin(unconstrained(work));
        let mut state = self.state();
        let id = state.next_task;
        state.next_task += 1;
        if !state.lives.contains_key(&life) {
            drop(state);
            return id;
        }
        let waker = Waker::from(Arc::new(TaskWaker::new(id, &self.0.ready)));
        state.tasks.insert(id, Task { life, work, waker });
        drop(state);
        self.0.ready.wake(id);
        id
    }

    /// Ends a task.
    fn abort(&self, id: TaskId) {
        let task = {
            let mut state = self.state();
            state.aborted |= state.polling.is_some_and(|(polling, _)| polling == id);
            state.tasks.remove(&id)
        };
        drop(task);
    }

    /// Polls one of the tasks that can go on; says whether there was one.
    fn step(&self) -> bool {
        let Some((id, mut task)) = self.choose() else {
            return false;
        };
        let waker = task.waker.clone();
        let polled = task.work.as_mut().poll(&mut Context::from_waker(&waker));
        let mut state = self.state();
        state.polling = None;
        let goes = mem::take(&mut state.aborted) || !state.lives.contains_key(&task.life);
        if polled.is_pending() && !goes {
            state.tasks.insert(id, task);
            return true;
        }
        drop(state);
        drop(task);
        true
    }

    fn choose(&self) -> Option<(TaskId, Task)> {
        let mut state = self.state();
        let can_go_on = |id: &TaskId| {
            let life = state.tasks.get(id).map(|task| task.life);
            life.is_some_and(|life| state.lives.get(&life) == Some(&Condition::Running))
        };
        let able: Vec<TaskId> = {
            let mut woken = self.0.ready.woken();
            woken.retain(|id| state.tasks.contains_key(id));
            woken.iter().copied().filter(can_go_on).collect()
        };
        let chosen = state.dice.index(able.len());
        let id = *able.get(chosen)?;
        self.0.ready.woken().remove(&id);
        let task = state.tasks.remove(&id)?;
        state.polling = Some((id, task.life));
        state.steps += 1;
        // One round of FNV.
        state.digest = (state.digest ^ id).wrapping_mul(0x0100_0000_01b3);
        Some((id, task))
    }

    // A panic while it is held can only be our own bug, and ends the run.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Executor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Executor").finish_non_exhaustive()
    }
}

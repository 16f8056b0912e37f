use aether::{EventStore as _, JetStreamEventStore, Position, Recorded, StoreErrorKind};
use futures_util::StreamExt as _;
use tokio::{
    sync::watch::{self, Ref},
    task::JoinSet,
};

/// Follows the log while servers die, as readers do: whenever it is cut off, it goes on where it
/// was.
pub(crate) struct Follower {
    followed: watch::Receiver<Followed>,
    held: watch::Sender<bool>,
    _task: JoinSet<()>,
}

#[derive(Default)]
struct Followed {
    log: Vec<Recorded>,
    /// Why it goes no further.
    trouble: Option<String>,
}

impl Follower {
    pub(crate) fn of(store: JetStreamEventStore) -> Self {
        let (follows, followed) = watch::channel(Followed::default());
        let (held, is_held) = watch::channel(false);
        let mut task = JoinSet::new();
        task.spawn(follow(store, follows, is_held));
        Self {
            followed,
            held,
            _task: task,
        }
    }

    /// Keeps it from reading on, or lets it. What it has asked for comes, and nobody takes it.
    pub(crate) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// Waits until it has got to a position.
    pub(crate) async fn reach(&mut self, head: Position) {
        let there = |it: &Followed| it.position() >= head || it.trouble.is_some();
        let followed = self.followed.wait_for(there).await;
        let followed = followed.expect("the follower has ended for no reason");
        assert_eq!(followed.trouble, None, "the log cannot be followed");
    }

    /// Everything up to where it is.
    pub(crate) fn followed(&self) -> LogRef<'_> {
        LogRef(self.followed.borrow())
    }
}

/// The log as far as it has been followed.
pub(crate) struct LogRef<'a>(Ref<'a, Followed>);

impl LogRef<'_> {
    pub(crate) fn log(&self) -> &[Recorded] {
        &self.0.log
    }
}

impl Followed {
    fn position(&self) -> Position {
        self.log
            .last()
            .map_or(Position::START, |last| last.position)
    }
}

async fn follow(
    store: JetStreamEventStore,
    follows: watch::Sender<Followed>,
    mut held: watch::Receiver<bool>,
) {
    loop {
        let from = follows.borrow().position();
        let mut log = Box::pin(store.follow(from));
        while held.wait_for(|held| !held).await.is_ok()
            && let Some(next) = log.next().await
        {
            match next {
                Ok(recorded) => follows.send_modify(|it| it.log.push(recorded)),
                Err(err) if err.kind() == StoreErrorKind::Unavailable => break,
                Err(err) => {
                    follows.send_modify(|it| it.trouble = Some(err.to_string()));
                    return;
                }
            }
        }
    }
}

use std::{collections::VecDeque, sync::Arc};

use futures_core::Stream;
use futures_util::stream;
use tokio::{sync::watch, task::JoinHandle};

use super::{
    core::{Core, ended},
    reading::{self, Block},
    tables::Tables,
};
use crate::{Namespace, Position, Recorded, StoreError, StoreErrorKind};

/// How many commits, and how many bytes give or take a commit, are read at once. Twice as much
/// lies ahead of a reader.
const AHEAD: (usize, usize) = (256, 1 << 20);

/// Every commit after a position, those to come included.
pub(super) fn follow(
    core: Arc<Core>,
    namespace: &Namespace,
    head: watch::Receiver<Position>,
    after: Position,
) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
    let follower = Follower {
        core,
        tables: Tables::of(namespace),
        head,
        last: after,
        ahead: VecDeque::new(),
        coming: None,
        trouble: None,
    };
    // The future of the next item lives in the stream, so that dropping `next()` loses nothing.
    stream::unfold(Some(follower), |follower| async move {
        let mut follower = follower?;
        match follower.next().await {
            Ok(recorded) => Some((Ok(recorded), Some(follower))),
            Err(err) => Some((Err(err), None)),
        }
    })
}

struct Follower {
    core: Arc<Core>,
    tables: Tables,
    head: watch::Receiver<Position>,
    /// The position of the last commit that was given out or lies ahead.
    last: Position,
    ahead: VecDeque<Recorded>,
    /// Those after these, which are read while these are looked at.
    coming: Option<JoinHandle<Result<Block, StoreError>>>,
    /// What is wrong after those that lie ahead.
    trouble: Option<StoreError>,
}

impl Follower {
    async fn next(&mut self) -> Result<Recorded, StoreError> {
        loop {
            if let Some(recorded) = self.ahead.pop_front() {
                return Ok(recorded);
            }
            if let Some(err) = self.trouble.take() {
                return Err(err);
            }
            self.look_ahead().await?;
        }
    }

    async fn look_ahead(&mut self) -> Result<(), StoreError> {
        let after = self.last;
        let coming = if let Some(coming) = self.coming.take() {
            coming
        } else {
            let more = self.head.wait_for(|head| *head > after).await;
            more.map_err(|_closed| closed())?;
            self.read_on()
        };
        let mut block = ended(coming.await)?;
        match block.commits.last() {
            Some(recorded) => self.last = recorded.position,
            None if block.trouble.is_none() => {
                // The log is known to go on.
                let next = Position::new(after.as_u64() + 1);
                block.trouble = Some(super::record::missing(next));
            }
            None => {}
        }
        self.ahead = block.commits.into();
        self.trouble = block.trouble;
        let is_more = self.trouble.is_none() && *self.head.borrow() > self.last;
        self.coming = is_more.then(|| self.read_on());
        Ok(())
    }

    /// Begins to read what comes after the last one.
    fn read_on(&self) -> JoinHandle<Result<Block, StoreError>> {
        let (tables, after) = (self.tables.clone(), self.last);
        self.core
            .reading(move |database| reading::block(database, &tables, after, AHEAD))
    }
}

fn closed() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the store is closed")
}

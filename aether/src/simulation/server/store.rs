use futures_core::Stream;

use super::{
    Connection, following,
    state::{Kept, State},
};
use crate::{
    ActorId, ActorSnapshot, Capabilities, Checkpoint, CheckpointStore, Commit, Durability,
    EventStore, Namespace, Page, Position, Receipt, Recorded, SnapshotStore, StoreError, Timestamp,
    Transaction, Version,
    store::{Span, Stretch, not_expected},
};

/// How many commits a page holds at most.
const PAGE: usize = 256;

impl EventStore for Connection {
    fn namespace(&self) -> &Namespace {
        &self.server.namespace
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::lasting(Durability::Majority).with_transactions(1_000)
    }

    async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        self.try_append(commit).await
    }

    async fn transact(&self, transaction: Transaction) -> Result<Vec<Receipt>, StoreError> {
        self.try_transact(transaction).await
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        let actor = actor.clone();
        let look = move |state: &mut State| (state.log.page(&actor, after, PAGE), state.log.head());
        let (mut page, head) = self.ask_for(look).await?;
        let view = self.view(head);
        let seen = page.commits.partition_point(|it| it.position <= view);
        page.more &= seen == page.commits.len();
        page.commits.truncate(seen);
        Ok(page)
    }

    async fn read_back(&self, actor: &ActorId, before: Version) -> Result<Page, StoreError> {
        let actor = actor.clone();
        let look =
            move |state: &mut State| (state.log.page_back(&actor, before, PAGE), state.log.head());
        let (mut page, head) = self.ask_for(look).await?;
        let view = self.view(head);
        // What is older than the page is not behind it.
        if !page.more || page.commits.last().is_some_and(|it| it.position <= view) {
            page.commits.retain(|it| it.position <= view);
        }
        Ok(page)
    }

    async fn version(&self, actor: &ActorId) -> Result<Version, StoreError> {
        let page = self.read_back(actor, Version::END).await?;
        Ok(page
            .commits
            .first()
            .map_or(Version::NONE, |last| last.commit.version()))
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.ask_for(|state| state.log.head()).await
    }

    async fn namespaces(&self) -> Result<Vec<Namespace>, StoreError> {
        let is_empty = self.head().await? == Position::START;
        let own = (!is_empty).then(|| self.server.namespace.clone());
        Ok(own.into_iter().collect())
    }

    async fn stored_before(&self, moment: Timestamp) -> Result<Position, StoreError> {
        self.ask_for(move |state| state.log.stored_before(moment))
            .await
    }

    async fn scan(&self, span: Span) -> Result<Stretch, StoreError> {
        let look = move |state: &mut State| state.log.stretch(span.within(state.log.head()), PAGE);
        self.ask_for(look).await
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        following::follow(self.clone(), after)
    }
}

impl CheckpointStore for Connection {
    async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        Ok(self.kept(reader).await?.checkpoint)
    }

    async fn save_checkpoint(
        &self,
        reader: &str,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        let (reader, noted) = (reader.to_owned(), (reader.to_owned(), checkpoint.position));
        let save = move |state: &mut State| {
            state.save_checkpoint(&reader, checkpoint.clone());
        };
        let answer = self.ask_for(save).await;
        self.server.note(&self.line, || {
            let ((reader, position), is_saved) = (noted, answer.is_ok());
            format!("saves the checkpoint {position} of `{reader}`: {is_saved}")
        });
        answer
    }

    /// Replaces what was read, and not what is equal to it: what it was a while ago counts for
    /// nothing.
    async fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        let kept = self.kept(reader).await?;
        if kept.checkpoint == checkpoint {
            return Ok(());
        }
        if kept.checkpoint != *expected {
            return Err(not_expected(reader));
        }
        let (name, revision) = (reader.to_owned(), kept.revision);
        let write = move |state: &mut State| state.write_checkpoint(&name, revision, &checkpoint);
        let is_written = self.ask_for(write).await?;
        is_written.then_some(()).ok_or_else(|| not_expected(reader))
    }
}

impl Connection {
    async fn kept(&self, reader: &str) -> Result<Kept, StoreError> {
        let reader = reader.to_owned();
        let look =
            move |state: &mut State| state.checkpoints.get(&reader).cloned().unwrap_or_default();
        self.ask_for(look).await
    }
}

impl SnapshotStore for Connection {
    async fn snapshot(&self, actor: &ActorId) -> Result<Option<ActorSnapshot>, StoreError> {
        let actor = actor.clone();
        self.ask_for(move |state| state.snapshots.get(&actor).cloned())
            .await
    }

    async fn save_snapshot(&self, snapshot: ActorSnapshot) -> Result<(), StoreError> {
        self.ask_for(move |state| state.save_snapshot(snapshot.clone()))
            .await
    }

    fn admit_snapshot(&self, _snapshot: &ActorSnapshot) -> bool {
        true
    }
}

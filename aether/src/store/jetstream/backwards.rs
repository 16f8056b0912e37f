use super::{block::Block, memo::Place, store::Shared, stored::Stored};
use crate::{ActorId, Page, Position, StoreError, StoreErrorKind, Version};

/// How many commits are read backwards at once, each of which is a question of its own.
const STEPS: usize = 64;

/// Reading a history from its end: each commit says where the one before it lies.
impl Shared {
    /// Commits of an actor with events earlier than `before`, newest first, back to a place in the
    /// log.
    pub(super) async fn page_back(
        &self,
        actor: &ActorId,
        before: Version,
        place: Position,
    ) -> Result<Page, StoreError> {
        let (mut page, mut block) = (Page::default(), Block::default());
        let (mut bytes, mut next) = (0, self.newest(actor, before).await?);
        while let Some(message) = next {
            let (heading, recorded) = (
                message.heading()?,
                message.recorded(&self.names, Some(actor), &mut block)?,
            );
            if let Some(first) = page.first_version() {
                check_chain(heading.last, first, heading.sequence)?;
            }
            bytes += message.len();
            page.commits.push(recorded);
            if heading.previous == 0 {
                check_chain(Version::NONE, heading.first, heading.sequence)?;
                return Ok(page);
            }
            if heading.previous <= place.as_u64() {
                return Ok(page);
            }
            if page.commits.len() >= STEPS || bytes >= self.options.page_bytes {
                let (version, sequence) = (heading.first, heading.previous);
                self.memo.saw_page_back(actor, Place { version, sequence });
                page.more = true;
                return Ok(page);
            }
            next = Some(self.earlier(heading.previous, heading.sequence).await?);
        }
        Ok(page)
    }

    /// The last commit with events earlier than `before`.
    async fn newest(&self, actor: &ActorId, before: Version) -> Result<Option<Stored>, StoreError> {
        let Some(wanted) = before.previous().filter(|it| *it > Version::NONE) else {
            return Ok(None);
        };
        let back = self.memo.known(actor).back;
        if back.version == before && back.sequence > 0 {
            return Ok(Some(self.earlier(back.sequence, back.sequence + 1).await?));
        }
        let last = self.newest_of_all(actor).await?;
        let Some(last) = last else {
            return Ok(None);
        };
        let heading = last.heading()?;
        if heading.first <= wanted || before == Version::END {
            return Ok(Some(last));
        }
        self.holding(actor, wanted).await
    }

    async fn newest_of_all(&self, actor: &ActorId) -> Result<Option<Stored>, StoreError> {
        let version = self.current(actor).await?;
        if version == Version::NONE {
            return Ok(None);
        }
        let subject = self.names.subject(actor);
        let last = self.replica_last(&subject).await?;
        match last {
            Some(last) if last.heading()?.last >= version => Ok(Some(last)),
            Some(_) | None => self.leader_last(&subject).await,
        }
    }

    /// The commit that holds a version, which is not the last one.
    async fn holding(
        &self,
        actor: &ActorId,
        version: Version,
    ) -> Result<Option<Stored>, StoreError> {
        let before = version.previous().unwrap_or(Version::NONE);
        let page = self.page(actor, before).await?;
        let Some(recorded) = page.commits.first() else {
            return Err(self.behind());
        };
        let sequence = recorded.position.as_u64();
        Ok(Some(self.earlier(sequence, sequence).await?))
    }
}

/// Versions of an actor have no gaps.
fn check_chain(last: Version, first: Version, sequence: u64) -> Result<(), StoreError> {
    if first == last.next() {
        return Ok(());
    }
    let text = format!("an actor's version {first} comes after its version {last}");
    Err(StoreError::new(StoreErrorKind::Corrupt, text).at(Position::new(sequence)))
}

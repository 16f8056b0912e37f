use super::{
    memo::{KeptSnapshot, Place},
    state::{Kept, State},
    store::Shared,
};
use crate::{
    ActorId, ActorSnapshot, CommitRef, Position, Sessions, StoreError, StoreErrorKind, Version,
};

/// The header with the version of the last event that a snapshot contains.
const VERSION: &str = "Aether-Version";
/// The header with the id of the last commit that a snapshot contains.
const COMMIT: &str = "Aether-Commit";
/// The header with the version of the actor before that commit.
const EXPECTED: &str = "Aether-Expected-Version";
/// The header with the place of that commit in the log.
const POSITION: &str = "Aether-Position";
/// The header with what an actor knows of sessions; left out if that would be very long.
const SESSIONS: &str = "Aether-Sessions";
/// The most bytes it may have.
const LONGEST_SESSIONS: usize = 4 << 10;
/// The header that says when a snapshot was taken.
const TIMESTAMP: &str = "Aether-Timestamp";

impl Shared {
    pub(super) async fn snapshot(
        &self,
        actor: &ActorId,
    ) -> Result<Option<ActorSnapshot>, StoreError> {
        let subject = self.names.snapshot(actor);
        let question = || async {
            let Some(kept) = self.kept(&subject).await? else {
                return Ok(None);
            };
            let snapshot = read(actor, &kept);
            let snapshot = snapshot.ok_or_else(|| self.corrupt_state(&kept, "snapshot"))?;
            self.memo.saw_snapshot(actor, before(snapshot.last_commit));
            let seen = KeptSnapshot::of(&snapshot, kept.sequence);
            self.memo.saw_kept(actor, Some(seen));
            Ok(Some(snapshot))
        };
        self.patience().ask(question).await
    }

    /// Remembers where its last commit lies.
    pub(super) fn admit_snapshot(&self, snapshot: &ActorSnapshot) {
        let place = before(snapshot.last_commit);
        self.memo.saw_snapshot(&snapshot.actor_id, place);
    }

    pub(super) async fn save_snapshot(&self, snapshot: &ActorSnapshot) -> Result<(), StoreError> {
        self.check_state(&state(snapshot))?;
        let (actor, subject) = (&snapshot.actor_id, self.names.snapshot(&snapshot.actor_id));
        let known = self.memo.known(actor).kept;
        if let Some(known) = known.filter(|known| known.yields_to(snapshot)) {
            // The server looks whether it is still the one that is kept.
            match self.put(&subject, known.sequence, snapshot).await {
                Err(err) if err.kind() == StoreErrorKind::Unavailable => {
                    self.memo.saw_kept(actor, None);
                }
                saved => return saved,
            }
        }
        let question = || self.keep(&subject, snapshot);
        self.patience().ask(question).await
    }

    /// Replaces the snapshot that is kept, unless that is to be kept. One that cannot be read is
    /// of no use to anyone.
    async fn keep(&self, subject: &str, snapshot: &ActorSnapshot) -> Result<(), StoreError> {
        let kept = self.kept(subject).await?;
        let old = kept.as_ref().and_then(|it| read(&snapshot.actor_id, it));
        if old.is_some_and(|old| !snapshot.replaces(&old)) {
            return Ok(());
        }
        let sequence = kept.map_or(0, |kept| kept.sequence);
        self.put(subject, sequence, snapshot).await
    }

    /// Puts a snapshot in the place of the one with this sequence, and remembers where it is.
    async fn put(
        &self,
        subject: &str,
        kept: u64,
        snapshot: &ActorSnapshot,
    ) -> Result<(), StoreError> {
        let sequence = self.replace(subject, kept, state(snapshot)).await?;
        let kept = KeptSnapshot::of(snapshot, sequence);
        self.memo.saw_kept(&snapshot.actor_id, Some(kept));
        Ok(())
    }
}

impl KeptSnapshot {
    const fn of(snapshot: &ActorSnapshot, sequence: u64) -> Self {
        Self {
            sequence,
            version: snapshot.version,
            schema_hash: snapshot.schema_hash,
        }
    }

    /// Whether a snapshot is to be kept rather than this one: see [`ActorSnapshot::replaces`].
    fn yields_to(&self, snapshot: &ActorSnapshot) -> bool {
        self.schema_hash != snapshot.schema_hash || self.version < snapshot.version
    }
}

/// The place before a commit: a history that is read from there begins with that commit.
fn before(commit: CommitRef) -> Place {
    Place {
        version: commit.expected,
        sequence: commit.position.as_u64().saturating_sub(1),
    }
}

fn state(snapshot: &ActorSnapshot) -> State {
    let sessions = snapshot.sessions.to_string();
    let state = if sessions.len() > LONGEST_SESSIONS {
        State::default()
    } else {
        State::default().with(SESSIONS, &sessions)
    };
    state
        .with(VERSION, &snapshot.version)
        .with(COMMIT, &snapshot.last_commit.id)
        .with(EXPECTED, &snapshot.last_commit.expected)
        .with(POSITION, &snapshot.last_commit.position)
        .with(TIMESTAMP, &snapshot.timestamp)
        .of(snapshot.schema_hash, &snapshot.state)
}

pub(super) fn read(actor: &ActorId, kept: &Kept) -> Option<ActorSnapshot> {
    let position = Position::new(kept.header(POSITION)?);
    Some(ActorSnapshot {
        actor_id: actor.clone(),
        version: Version::new(kept.header(VERSION)?),
        last_commit: CommitRef {
            id: kept.header(COMMIT)?,
            expected: Version::new(kept.header(EXPECTED)?),
            position,
        },
        sessions: kept
            .header(SESSIONS)
            .unwrap_or_else(|| Sessions::unknown_until(position)),
        state: kept.data()?,
        schema_hash: kept.schema_hash()?,
        timestamp: kept.header(TIMESTAMP)?,
    })
}

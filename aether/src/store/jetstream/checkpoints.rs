use super::{
    state::{Kept, State},
    store::Shared,
};
use crate::{
    ActorId, Checkpoint, Position, ReaderState, StoreError, StoreErrorKind, store::not_expected,
};

/// The header with the position of a checkpoint. The body is the state, if there is one.
const POSITION: &str = "Aether-Position";

impl Shared {
    pub(super) async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        check_reader(reader)?;
        let subject = self.names.checkpoint(reader);
        let question = || async {
            match self.kept(&subject).await? {
                Some(kept) => self.read_checkpoint(&kept),
                None => Ok(Checkpoint::default()),
            }
        };
        self.patience().ask(question).await
    }

    pub(super) async fn save_checkpoint(
        &self,
        reader: &str,
        checkpoint: &Checkpoint,
    ) -> Result<(), StoreError> {
        check_reader(reader)?;
        self.check_state(&state(checkpoint))?;
        let subject = self.names.checkpoint(reader);
        let question = || self.advance(&subject, checkpoint);
        self.patience().ask(question).await
    }

    pub(super) async fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        checkpoint: &Checkpoint,
    ) -> Result<(), StoreError> {
        check_reader(reader)?;
        self.check_state(&state(checkpoint))?;
        let subject = self.names.checkpoint(reader);
        let question = || self.exchange(&subject, reader, (expected, checkpoint));
        self.patience().ask(question).await
    }

    /// Replaces the checkpoint that is kept, if it is the one that is expected. The new one may be
    /// kept already, by an earlier try.
    async fn exchange(
        &self,
        subject: &str,
        reader: &str,
        (expected, checkpoint): (&Checkpoint, &Checkpoint),
    ) -> Result<(), StoreError> {
        let kept = self.kept(subject).await?;
        let found = match &kept {
            Some(kept) => self.read_checkpoint(kept)?,
            None => Checkpoint::default(),
        };
        if found == *checkpoint {
            return Ok(());
        }
        if found != *expected {
            return Err(not_expected(reader));
        }
        let sequence = kept.map_or(0, |kept| kept.sequence);
        self.replace(subject, sequence, state(checkpoint)).await?;
        Ok(())
    }

    /// Replaces the checkpoint that is kept, unless it is further.
    async fn advance(&self, subject: &str, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let kept = self.kept(subject).await?;
        let reached = match &kept {
            Some(kept) => self.reached(kept)?,
            None => Position::START,
        };
        if reached > checkpoint.position {
            return Ok(());
        }
        let sequence = kept.map_or(0, |kept| kept.sequence);
        self.replace(subject, sequence, state(checkpoint)).await?;
        Ok(())
    }

    fn reached(&self, kept: &Kept) -> Result<Position, StoreError> {
        reached(kept).ok_or_else(|| self.corrupt_state(kept, "checkpoint"))
    }

    fn read_checkpoint(&self, kept: &Kept) -> Result<Checkpoint, StoreError> {
        read(kept).ok_or_else(|| self.corrupt_state(kept, "checkpoint"))
    }
}

/// A longer name would not fit into a line of the protocol, and a server ends a connection that
/// sends one.
fn check_reader(reader: &str) -> Result<(), StoreError> {
    let (length, limit) = (reader.len(), ActorId::MAX_BYTES);
    if length <= limit {
        return Ok(());
    }
    let text = format!(
        "nothing was asked: the name of the reader is {length} bytes long; at most {limit} are \
         allowed"
    );
    Err(StoreError::new(StoreErrorKind::Invalid, text))
}

fn reached(kept: &Kept) -> Option<Position> {
    kept.header(POSITION).map(Position::new)
}

/// The checkpoint, if that is what is kept.
pub(super) fn read(kept: &Kept) -> Option<Checkpoint> {
    let position = reached(kept)?;
    if kept.is_empty() {
        return Some(position.into());
    }
    let (schema_hash, data) = (kept.schema_hash()?, kept.data()?);
    let state = Some(ReaderState { schema_hash, data });
    Some(Checkpoint { position, state })
}

fn state(checkpoint: &Checkpoint) -> State {
    let state = State::default().with(POSITION, &checkpoint.position);
    match &checkpoint.state {
        Some(ReaderState { schema_hash, data }) => state.of(*schema_hash, data),
        None => state,
    }
}

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{Checkpoint, InvalidPayload, Payload, Position, ReaderState};

/// What tells the shape of what is kept of a subscription.
const SHAPE: u64 = 0x5375_6273_6372_0001;

/// What is kept of a partition besides its position.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Claim {
    /// The worker that has it.
    pub(super) owner: Option<String>,
    /// Grows each time it changes hands.
    pub(super) token: u64,
    /// Grows each time its worker says that it is there.
    pub(super) beat: u64,
    /// What the subscriber has made of it; none if that is nothing yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<Box<RawValue>>,
}

impl Claim {
    pub(super) fn state<T: DeserializeOwned + Default>(&self) -> Result<T, InvalidPayload> {
        match &self.state {
            Some(state) => Ok(serde_json::from_str(state.get())?),
            None => Ok(T::default()),
        }
    }

    pub(super) fn set_state<T: Serialize>(&mut self, state: &T) -> Result<(), InvalidPayload> {
        self.state = Some(serde_json::value::to_raw_value(state)?);
        Ok(())
    }

    /// The same partition in other hands, or in none.
    pub(super) fn passed_to(mut self, owner: Option<&str>) -> Self {
        self.owner = owner.map(ToOwned::to_owned);
        self.token += 1;
        self
    }

    /// The same partition without what was made of it.
    pub(super) fn anew(self) -> Self {
        Self {
            state: None,
            ..self.passed_to(None)
        }
    }
}

/// A checkpoint that holds something.
pub(super) fn write<T: Serialize>(
    position: Position,
    what: &T,
) -> Result<Checkpoint, InvalidPayload> {
    let data = Payload::of(what)?;
    let state = Some(ReaderState {
        schema_hash: SHAPE,
        data,
    });
    Ok(Checkpoint { position, state })
}

/// What a checkpoint holds; none if there is nothing in it.
pub(super) fn read<T: DeserializeOwned>(
    checkpoint: &Checkpoint,
) -> Result<Option<T>, InvalidPayload> {
    let state = checkpoint.state.as_ref();
    state.map(|state| state.data.decode()).transpose()
}

use async_nats::jetstream::{ErrorCode, response::Response};
use serde::{Deserialize, Serialize};

use super::store::Shared;
use crate::{Position, StoreError, StoreErrorKind, Timestamp};

/// Asks the leader for the first message that was stored at a moment or later.
#[derive(Serialize)]
struct Question<'a> {
    start_time: Timestamp,
    next_by_subj: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    message: Found,
}

#[derive(Deserialize)]
struct Found {
    seq: u64,
}

impl Shared {
    /// Up to where the stream was stored before a moment.
    pub(super) async fn place_of(&self, moment: Timestamp) -> Result<Position, StoreError> {
        let head = self.head().await?;
        let question = Question {
            start_time: moment,
            next_by_subj: &self.names.everything(),
        };
        let to = format!("STREAM.MSG.GET.{}", self.names.stream());
        let answer = self.context.request(to, &question).await;
        let silent = || self.unavailable("was not answered for");
        match answer.map_err(|err| silent().because(err))? {
            Response::Ok(Answer { message }) => Ok(Position::new(message.seq - 1)),
            Response::Err { error } if error.error_code() == ErrorCode::NO_MESSAGE_FOUND => {
                Ok(head)
            }
            Response::Err { error } if error.error_code() == ErrorCode::BAD_REQUEST => {
                let what = "the server does not find messages by time";
                Err(StoreError::new(StoreErrorKind::Misconfigured, what).because(error))
            }
            Response::Err { error } => Err(silent().because(error)),
        }
    }
}

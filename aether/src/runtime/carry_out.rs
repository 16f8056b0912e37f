use std::sync::Arc;

use super::{
    command_error::CommandError,
    engine::Engine,
    envelope::{Envelope, Known},
    follower::{Failure, chain},
};
use crate::{Event, OutgoingCommand, StoreErrorKind, domain::Outgoing};

/// What a command that was carried out has left in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Its events, now or before.
    Stored,
    /// Nothing: it gave no event.
    Nothing,
    /// Nothing: the domain refused it.
    Refused,
}

/// Carries out a command that something in the log asks for.
pub(super) async fn carry_out(
    engine: &Arc<Engine>,
    issuer: &'static str,
    envelope: &Envelope,
) -> Result<Effect, Failure> {
    match engine.execute(envelope, None).await {
        Ok(sent) if sent.position.is_none() => Ok(Effect::Nothing),
        Ok(_) => Ok(Effect::Stored),
        Err(CommandError::Refused(refusal)) => {
            let command = envelope.outgoing.command;
            tracing::info!(issuer, command, %refusal, "command refused");
            Ok(Effect::Refused)
        }
        Err(err) if may_pass(&err) => Err(Failure::Retry(chain(&err))),
        Err(err) => Err(Failure::Halt(chain(&err))),
    }
}

/// The command that a commit asks for, with what is known of why.
pub(super) fn asked_for(
    engine: &Engine,
    cause: &Event,
    asked: &OutgoingCommand,
    known: Known,
) -> Result<Envelope, Failure> {
    let Some(command) = engine.known(&asked.command) else {
        return Err(Failure::Halt(format!(
            "event {} of `{}` asks for the command `{}`, which no running context handles",
            cause.version, cause.actor_id, asked.command
        )));
    };
    let outgoing = Outgoing {
        command,
        key: asked.key.clone(),
        data: asked.data.clone(),
        timing: crate::domain::Timing::Now,
    };
    Ok(Envelope::asked_for_by(cause, asked.id, outgoing, known))
}

/// Whether the same command may succeed later.
fn may_pass(err: &CommandError) -> bool {
    match err {
        CommandError::Conflict { .. } | CommandError::Moved => true,
        CommandError::Store(err) => {
            matches!(
                err.kind(),
                StoreErrorKind::Unavailable | StoreErrorKind::InDoubt
            )
        }
        CommandError::Refused(_)
        | CommandError::Unhandled { .. }
        | CommandError::Address { .. }
        | CommandError::Shape { .. }
        | CommandError::Unreadable(_)
        | CommandError::Busy { .. }
        | CommandError::Expired
        | CommandError::Overdue { .. }
        | CommandError::Remote { .. }
        | CommandError::Stopped
        | CommandError::Unprojected { .. } => false,
    }
}

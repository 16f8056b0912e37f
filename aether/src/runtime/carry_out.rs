use super::{
    command_error::CommandError,
    engine::Engine,
    envelope::Envelope,
    follower::{Failure, chain},
};
use crate::{Event, OutgoingCommand, StoreErrorKind, domain::Outgoing};

/// Carries out a command that something in the log asks for, and says how many commands the
/// domain refused: none or one.
pub(super) async fn carry_out(
    engine: &Engine,
    issuer: &'static str,
    envelope: &Envelope,
) -> Result<u64, Failure> {
    match engine.execute(envelope).await {
        Ok(_) => Ok(0),
        Err(CommandError::Refused(refusal)) => {
            let command = envelope.outgoing.command;
            tracing::info!(issuer, command, %refusal, "command refused");
            Ok(1)
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
    Ok(Envelope::asked_for_by(cause, asked.id, outgoing))
}

/// Whether the same command may succeed later.
fn may_pass(err: &CommandError) -> bool {
    match err {
        CommandError::Conflict { .. } => true,
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
        | CommandError::Stopped => false,
    }
}

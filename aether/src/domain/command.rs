use std::time::Duration;

use eventstorming::meta::{self, Flow};
use serde::{Serialize, de::DeserializeOwned};

use crate::{InvalidPayload, Payload, Timestamp};

/// Something that is asked for.
///
/// `#[derive(Command)]` implements it.
///
/// What is read must be what was written: a command is handled as its sender has made it where that
/// can be, and as it was written where it has waited, travelled, or is decided on again.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "not a command",
    note = "add `#[derive(Command)]` to `{Self}`"
)]
pub trait Command: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What the model says about it.
    const META: &'static meta::Command;

    /// The key of the instance it is addressed to: the field marked `#[command(id)]`.
    fn key(&self) -> String;
}

/// A command on its way, with its type forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The name it travels under.
    pub command: &'static str,
    /// The key of the instance it is addressed to.
    pub key: String,
    /// The command itself.
    pub data: Payload,
    /// When it is to be carried out.
    pub timing: Timing,
}

/// When a command is to be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Timing {
    /// At once.
    #[default]
    Now,
    /// So long after the event that gave rise to it. It replaces the one that is pending under
    /// the same key.
    After {
        /// How long after.
        delay: Duration,
        /// What it is cancelled by.
        key: String,
    },
    /// At a moment, or later. It replaces the one that is pending under the same key.
    At {
        /// The moment.
        moment: Timestamp,
        /// What it is cancelled by.
        key: String,
    },
    /// Never: the one that is pending under this key is taken back.
    Cancel {
        /// The key.
        key: String,
    },
}

impl Outgoing {
    /// Forgets the type of a command that is to be carried out at once.
    ///
    /// # Errors
    /// If the command cannot be written as JSON.
    pub fn of<C: Command>(command: &C) -> Result<Self, InvalidPayload> {
        let data = Payload::of(command)?;
        Ok(Self {
            command: C::META.name.as_str(),
            key: command.key(),
            data,
            timing: Timing::Now,
        })
    }
}

/// Issues a command that is to be carried out at once.
///
/// # Errors
/// If the command cannot be written as JSON.
pub fn issue<C: Command>(command: &C, out: &mut Vec<Outgoing>) -> Result<(), InvalidPayload> {
    out.push(Outgoing::of(command)?);
    Ok(())
}

/// What a policy may return: a command, one [`After`](super::After) some time, the
/// [`Cancel`](super::Cancel) of such, or an `Option`, `Vec`, array, `Box`, tuple or
/// `#[derive(Command)]` enum of these.
///
/// [`Issues::ISSUES`] is what the board shows, so the board shows what the return type permits.
#[diagnostic::on_unimplemented(
    message = "a policy cannot issue `{Self}`",
    label = "neither a command nor an `After`, `Option`, `Vec`, tuple or `#[derive(Command)]` enum of commands",
    note = "add `#[derive(Command)]` to `{Self}` if it is a command"
)]
pub trait Issues {
    /// The commands it may be, and how often each.
    const ISSUES: &'static Flow<meta::Command>;

    /// Adds the commands to `out`, in order.
    ///
    /// # Errors
    /// If a command cannot be written as JSON.
    fn issue(self, out: &mut Vec<Outgoing>) -> Result<(), InvalidPayload>;
}

impl Issues for () {
    const ISSUES: &'static Flow<meta::Command> = &Flow::Nothing;

    fn issue(self, _out: &mut Vec<Outgoing>) -> Result<(), InvalidPayload> {
        Ok(())
    }
}

impl<C: Issues> Issues for Option<C> {
    const ISSUES: &'static Flow<meta::Command> = &Flow::Maybe(C::ISSUES);

    fn issue(self, out: &mut Vec<Outgoing>) -> Result<(), InvalidPayload> {
        self.map_or(Ok(()), |command| command.issue(out))
    }
}

impl<C: Issues> Issues for Box<C> {
    const ISSUES: &'static Flow<meta::Command> = C::ISSUES;

    fn issue(self, out: &mut Vec<Outgoing>) -> Result<(), InvalidPayload> {
        (*self).issue(out)
    }
}

impl<C: Issues> Issues for Vec<C> {
    const ISSUES: &'static Flow<meta::Command> = &Flow::Many(C::ISSUES);

    fn issue(self, out: &mut Vec<Outgoing>) -> Result<(), InvalidPayload> {
        self.into_iter().try_for_each(|command| command.issue(out))
    }
}

impl<C: Issues, const N: usize> Issues for [C; N] {
    const ISSUES: &'static Flow<meta::Command> = &Flow::Many(C::ISSUES);

    fn issue(self, out: &mut Vec<Outgoing>) -> Result<(), InvalidPayload> {
        self.into_iter().try_for_each(|command| command.issue(out))
    }
}

macro_rules! tuples {
    ($($($command:ident)+;)+) => {$(
        impl<$($command: Issues),+> Issues for ($($command,)+) {
            const ISSUES: &'static Flow<meta::Command> = &Flow::AllOf(&[$($command::ISSUES),+]);

            #[expect(non_snake_case, reason = "each value is named after its type parameter")]
            fn issue(self, out: &mut Vec<Outgoing>) -> Result<(), InvalidPayload> {
                let ($($command,)+) = self;
                $($command.issue(out)?;)+
                Ok(())
            }
        }
    )+};
}

tuples! {
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}

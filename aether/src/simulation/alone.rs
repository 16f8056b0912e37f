//! Without the features `cluster` and `nats` no nodes share their actors.

use std::{convert::Infallible, future::Ready, time::Duration};

use super::{
    Dice, Faults,
    checks::Broken,
    nats::{LineId, NatsConnection},
};
use crate::Aether;

/// There is none.
#[derive(Debug, Clone, Copy)]
pub(super) enum Clustered {}

/// There is none.
#[derive(Debug, Clone, Copy)]
pub(super) enum Member {}

impl Clustered {
    pub(super) fn connect(&self) -> NatsConnection {
        match *self {}
    }

    pub(super) fn join(
        self,
        _number: usize,
        _connection: NatsConnection,
        _aether: Aether,
    ) -> Ready<Result<Member, Infallible>> {
        match self {}
    }

    pub(super) fn leave(&self, _line: LineId) {
        match *self {}
    }

    pub(super) fn set_faults(&self, _faults: &Faults) {
        match *self {}
    }

    pub(super) fn heal(&self) {
        match *self {}
    }

    pub(super) fn cut(&self, _line: LineId, _duration: Duration, _dice: &mut Dice) -> &'static str {
        match *self {}
    }

    pub(super) fn outage(&self, _duration: Duration, _dice: &mut Dice) -> &'static str {
        match *self {}
    }

    pub(super) fn settled(&self, _members: &[Member]) -> Ready<Result<Duration, Broken>> {
        match *self {}
    }
}

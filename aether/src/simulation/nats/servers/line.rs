use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use super::interest::Wanted;
use crate::simulation::nats::NatsMessage;

/// A connection of a client, as long as the client has it: it may break, and be made again.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they have nothing to do with each other"
)]
pub(super) struct Line {
    /// The server that it is connected to.
    pub(super) server: usize,
    /// How often it was connected: what was sent over an earlier connection never arrives.
    pub(super) life: u64,
    pub(super) is_up: bool,
    /// Whether nothing passes for now, and nobody is told.
    pub(super) is_held: bool,
    /// Whether what the servers say gets lost.
    pub(super) is_muted: bool,
    /// Until when nothing arrives that a stream tells of itself.
    pub(super) blind_until: Duration,
    pub(super) there: Lane<Frame>,
    pub(super) back: Lane<Said>,
    /// What the client has said while there was no connection.
    pub(super) waiting: Vec<Frame>,
    /// What the client wants, to say it again when it is connected again.
    pub(super) wanted: BTreeMap<u64, Wanted>,
    /// What it wants no more, until its server has said so.
    pub(super) ending: BTreeSet<u64>,
}

/// One direction of a line: nothing overtakes anything.
#[derive(Debug)]
pub(super) struct Lane<T> {
    /// When the last thing arrives.
    pub(super) last: Duration,
    /// What has arrived while the line was held.
    pub(super) held: VecDeque<T>,
}

/// What a client says to its server.
#[derive(Debug, Clone)]
pub(super) enum Frame {
    Subscribe(u64, Wanted),
    Unsubscribe(u64),
    Publish(NatsMessage),
    Close,
}

/// What a server says to a client.
#[derive(Debug, Clone)]
pub(super) enum Said {
    /// A message for a subscription.
    Message(u64, NatsMessage),
    /// There is nothing more for a subscription.
    End(u64),
}

impl Line {
    pub(super) fn new() -> Self {
        Self {
            server: 0,
            life: 0,
            is_up: false,
            is_held: false,
            is_muted: false,
            blind_until: Duration::ZERO,
            there: Lane::new(),
            back: Lane::new(),
            waiting: Vec::new(),
            wanted: BTreeMap::new(),
            ending: BTreeSet::new(),
        }
    }

    /// The connection is gone, and with it all that is on its way.
    pub(super) fn break_off(&mut self) {
        self.is_up = false;
        self.is_held = false;
        self.is_muted = false;
        self.life += 1;
        self.there = Lane::new();
        self.back = Lane::new();
    }
}

impl<T> Lane<T> {
    const fn new() -> Self {
        Self {
            last: Duration::ZERO,
            held: VecDeque::new(),
        }
    }
}

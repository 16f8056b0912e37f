use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use serde_json::Value;

use super::{
    answer::{Acknowledgement, Refusal},
    batch::Batch,
    config::Config,
};
use crate::simulation::nats::{NatsMessage, subject::matches};

/// The headers by which a message says what must be so for it to be stored.
pub(super) const MESSAGE_ID: &str = "Nats-Msg-Id";
const EXPECTED_STREAM: &str = "Nats-Expected-Stream";
const EXPECTED_LAST: &str = "Nats-Expected-Last-Sequence";
const EXPECTED_LAST_ID: &str = "Nats-Expected-Last-Msg-Id";
const EXPECTED_LAST_OF_SUBJECT: &str = "Nats-Expected-Last-Subject-Sequence";
const EXPECTED_SUBJECT: &str = "Nats-Expected-Last-Subject-Sequence-Subject";
const ROLLUP: &str = "Nats-Rollup";

/// A stream, who leads it, and what it holds.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) config: Config,
    /// The configuration as it was given.
    pub(super) said: Value,
    pub(super) created: Duration,
    /// The servers that keep it.
    pub(super) peers: Vec<usize>,
    pub(super) leader: Option<usize>,
    /// Which election it is, so that the end of an earlier one says nothing.
    pub(super) term: u64,
    pub(super) last: u64,
    last_id: Option<String>,
    messages: BTreeMap<u64, Kept>,
    /// What is kept no more, and after which sequence it went.
    gone: VecDeque<(u64, Kept)>,
    /// Message ids, where they are stored, and when.
    ids: BTreeMap<String, (u64, Duration)>,
    /// What is accepted and not yet on the replicas, in order.
    pub(super) in_flight: VecDeque<Proposal>,
    /// When the last of these is there.
    pub(super) settled: Duration,
    pub(super) batches: BTreeMap<String, Batch>,
}

/// A message as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) sequence: u64,
    pub(super) at: Duration,
    pub(super) message: NatsMessage,
}

/// Messages that are stored together, and whom to tell.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    pub(super) messages: Vec<NatsMessage>,
    pub(super) reply: Option<String>,
    /// The id of the batch that they are, if they are one.
    pub(super) batch: Option<String>,
}

/// What a question asks for.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    seq: u64,
    #[serde(default)]
    last_by_subj: Option<String>,
    #[serde(default)]
    next_by_subj: Option<String>,
}

impl Wish {
    pub(super) const fn last_of(subject: String) -> Self {
        Self {
            seq: 0,
            last_by_subj: Some(subject),
            next_by_subj: None,
        }
    }
}

impl Stream {
    /// How many messages that are kept no more a replica may still show.
    const PAST: usize = 1_024;

    pub(super) fn new(config: Config, said: Value, created: Duration, peers: Vec<usize>) -> Self {
        Self {
            config,
            said,
            created,
            peers,
            leader: None,
            term: 0,
            last: 0,
            last_id: None,
            messages: BTreeMap::new(),
            gone: VecDeque::new(),
            ids: BTreeMap::new(),
            in_flight: VecDeque::new(),
            settled: Duration::ZERO,
            batches: BTreeMap::new(),
        }
    }

    pub(super) fn is_of(&self, subject: &str) -> bool {
        let mut subjects = self.config.subjects.iter();
        subjects.any(|pattern| matches(pattern, subject))
    }

    pub(super) const fn is_replicated(&self) -> bool {
        self.config.num_replicas > 1
    }

    /// The leader is gone, and with it what only it knew.
    pub(super) fn depose(&mut self) {
        self.leader = None;
        self.term += 1;
        self.batches.clear();
    }

    /// Says what is against storing a message, or where it is stored already. With replicas, its id
    /// is looked at first, without them what it expects.
    pub(super) fn check(
        &mut self,
        message: &NatsMessage,
        now: Duration,
    ) -> Result<(), Acknowledgement> {
        if !self.is_replicated() {
            self.check_expected(message)?;
        }
        self.check_id(message, now)?;
        self.check_expected(message).map_err(Into::into)
    }

    fn check_id(&mut self, message: &NatsMessage, now: Duration) -> Result<(), Acknowledgement> {
        let Some(id) = message.header(MESSAGE_ID) else {
            return Ok(());
        };
        if let Some(sequence) = self.known(id, now) {
            return Err(Acknowledgement::Duplicate(sequence));
        }
        if self.is_in_flight(|it| it.header(MESSAGE_ID) == Some(id)) {
            return Err(Refusal::ID_IN_FLIGHT.into());
        }
        Ok(())
    }

    /// Where a message of this id is stored, as long as that is known.
    pub(super) fn known(&mut self, id: &str, now: Duration) -> Option<u64> {
        let window = self.config.window();
        self.ids.retain(|_, (_, at)| now < *at + window);
        self.ids.get(id).map(|(sequence, _)| *sequence)
    }

    pub(super) fn check_expected(&self, message: &NatsMessage) -> Result<(), Refusal> {
        if message
            .header(EXPECTED_STREAM)
            .is_some_and(|name| name != self.config.name)
        {
            return Err(Refusal::OTHER_STREAM);
        }
        if let Some(expected) = message.number(EXPECTED_LAST_OF_SUBJECT) {
            let subject = message.header(EXPECTED_SUBJECT);
            let subject = subject.unwrap_or(&message.subject);
            if self.is_in_flight(|it| it.subject == subject) {
                return Err(Refusal::IN_FLIGHT);
            }
            let last = self.last_of(subject).map_or(0, |kept| kept.sequence);
            if last != expected {
                return Err(Refusal::WRONG_LAST);
            }
        }
        let in_flight = self.in_flight.iter().map(|it| it.messages.len() as u64);
        let coming = self.last + in_flight.sum::<u64>();
        if message
            .number(EXPECTED_LAST)
            .is_some_and(|expected| expected != coming)
        {
            return Err(Refusal::WRONG_LAST);
        }
        let id = message.header(EXPECTED_LAST_ID);
        if id.is_some_and(|id| self.last_id.as_deref().unwrap_or_default() != id) {
            return Err(Refusal::OTHER_MESSAGE_ID);
        }
        if message.header(ROLLUP).is_some() {
            return Err(Refusal::NOT_SUPPORTED);
        }
        Ok(())
    }

    fn is_in_flight(&self, mut is_meant: impl FnMut(&NatsMessage) -> bool) -> bool {
        let messages = self.in_flight.iter().flat_map(|it| &it.messages);
        messages.into_iter().any(&mut is_meant)
    }

    /// Stores messages that were checked; gives them as they are stored.
    pub(super) fn apply(&mut self, messages: Vec<NatsMessage>, now: Duration) -> Vec<Kept> {
        let stored = messages.into_iter().map(|message| self.store(message, now));
        stored.collect()
    }

    fn store(&mut self, message: NatsMessage, now: Duration) -> Kept {
        self.last += 1;
        let id = message.header(MESSAGE_ID).map(str::to_owned);
        if let Some(id) = &id {
            self.ids.insert(id.clone(), (self.last, now));
        }
        self.last_id = id;
        let kept = Kept {
            sequence: self.last,
            at: now,
            message,
        };
        self.messages.insert(self.last, kept.clone());
        self.make_room(&kept.message.subject);
        kept
    }

    fn make_room(&mut self, subject: &str) {
        let Some(most) = self.config.per_subject() else {
            return;
        };
        let of_subject = self.messages.values().rev();
        let of_subject = of_subject.filter(|kept| kept.message.subject == subject);
        let too_many: BTreeSet<u64> = of_subject.skip(most).map(|kept| kept.sequence).collect();
        for sequence in too_many {
            let gone = self.messages.remove(&sequence);
            self.gone.extend(gone.map(|kept| (self.last, kept)));
        }
        let over = self.gone.len().saturating_sub(Self::PAST);
        self.gone.drain(..over);
    }

    fn last_of(&self, subject: &str) -> Option<&Kept> {
        let mut newest = self.messages.values().rev();
        newest.find(|kept| matches(subject, &kept.message.subject))
    }

    /// What is asked for, as a replica sees it that has the stream up to a sequence.
    pub(super) fn find(&self, wish: &Wish, view: u64) -> Result<Kept, Refusal> {
        let seen = |kept: &&Kept| kept.sequence <= view;
        let past = self.gone.iter().filter(|(until, _)| *until > view);
        let all = self.messages.values().chain(past.map(|(_, kept)| kept));
        let all = all.filter(seen);
        let found = match (&wish.last_by_subj, &wish.next_by_subj, wish.seq) {
            (Some(subject), None, 0) => all
                .filter(|kept| matches(subject, &kept.message.subject))
                .max_by_key(|kept| kept.sequence),
            (None, Some(subject), from) => all
                .filter(|kept| kept.sequence >= from && matches(subject, &kept.message.subject))
                .min_by_key(|kept| kept.sequence),
            (None, None, sequence) if sequence > 0 => {
                all.into_iter().find(|kept| kept.sequence == sequence)
            }
            _ => return Err(Refusal::BAD_REQUEST),
        };
        found.cloned().ok_or(Refusal::NO_MESSAGE)
    }

    /// What is stored, in order.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Kept> {
        self.messages.values()
    }

    /// The sequence of the message of the same subject before one; 0, if there is none.
    pub(super) fn before(&self, kept: &Kept) -> u64 {
        let subject = &kept.message.subject;
        let known = self.messages.range(..kept.sequence).map(|(_, it)| it);
        let gone = self.gone.iter().map(|(_, it)| it);
        let earlier = known.chain(gone);
        let earlier = earlier.filter(|it| it.message.subject == *subject);
        let earlier = earlier.map(|it| it.sequence);
        earlier.filter(|it| *it < kept.sequence).max().unwrap_or(0)
    }

    pub(super) fn count(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn first(&self) -> u64 {
        let first = self.messages.first_key_value();
        first.map_or(self.last + 1, |(sequence, _)| *sequence)
    }
}

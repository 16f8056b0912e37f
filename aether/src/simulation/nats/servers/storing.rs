//! What becomes of messages that a stream is to store.

use std::time::Duration;

use super::{
    Due, NatsServers, OUTSET,
    answer::Acknowledgement,
    batch::{self, Gathered},
    line::Said,
    stream::{Kept, Proposal, Stream},
};
use crate::{
    Timestamp,
    simulation::nats::{NatsMessage, subject::mapped},
};

impl Stream {
    pub(super) fn all(&self) -> Vec<NatsMessage> {
        self.kept().map(|kept| kept.message.clone()).collect()
    }
}

impl NatsServers {
    /// Gives a message to the stream that stores its subject; says whether its leader is there.
    pub(super) fn capture(&mut self, message: &NatsMessage) -> bool {
        let mut streams = self.streams.iter();
        let Some((name, stream)) = streams.find(|(_, it)| it.is_of(&message.subject)) else {
            return false;
        };
        let (name, is_led) = (name.clone(), self.is_led(&name.clone()));
        let Some(leader) = stream.leader else {
            return false;
        };
        // One that stands still takes it, and says nothing.
        let is_there = self.servers.get(leader).is_some_and(|it| it.is_up);
        if is_there && is_led {
            self.offer(&name, message.clone());
        }
        is_there
    }

    pub(super) fn offer(&mut self, name: &str, message: NatsMessage) {
        let now = self.now;
        let Some(stream) = self.streams.get_mut(name) else {
            return;
        };
        let reply = message.reply.clone();
        let Some(id) = batch::id_of(&message).map(str::to_owned) else {
            match stream.check(&message, now) {
                Ok(()) => self.propose(name, alone(message)),
                Err(answer) => self.acknowledge(name, reply.as_deref(), &answer),
            }
            return;
        };
        match stream.gather(message, now) {
            Gathered::Waits => {
                if let Some(reply) = reply {
                    self.say(&NatsMessage::new(reply, ""));
                }
                let abandon = Due::Abandon(name.to_owned(), id, now);
                self.at(now + batch::PATIENCE, abandon);
            }
            Gathered::Whole(proposal) => self.propose(name, proposal),
            Gathered::Refused(answer) => self.acknowledge(name, reply.as_deref(), &answer),
        }
    }

    /// Has the replicas store something, one after the other.
    fn propose(&mut self, name: &str, proposal: Proposal) {
        let lag = self.lag();
        let Some(stream) = self.streams.get_mut(name) else {
            return;
        };
        stream.in_flight.push_back(proposal);
        let term = stream.term;
        if stream.is_replicated() {
            stream.settled = stream.settled.max(self.now + lag);
            let at = stream.settled;
            self.at(at, Due::Apply(name.to_owned(), term));
        } else {
            self.apply(name, term);
        }
    }

    /// The first of what is in flight is stored.
    pub(super) fn apply(&mut self, name: &str, term: u64) {
        let now = self.now;
        let is_led = self.is_led(name);
        let Some(stream) = self.streams.get_mut(name).filter(|it| it.term == term) else {
            return;
        };
        if !is_led {
            // It stands still with all it was about to do; a successor decides.
            return;
        }
        let Some(Proposal {
            messages,
            reply,
            batch,
        }) = stream.in_flight.pop_front()
        else {
            return;
        };
        let kept = stream.apply(messages, now);
        self.tell_of(name, &kept);
        let last = kept.last().map_or(0, |kept| kept.sequence);
        let answer = match batch {
            Some(id) => Acknowledgement::Batch(last, id, kept.len()),
            None => Acknowledgement::Stored(last),
        };
        self.acknowledge(name, reply.as_deref(), &answer);
    }

    fn acknowledge(&mut self, name: &str, reply: Option<&str>, answer: &Acknowledgement) {
        self.answer(reply, &answer.json(name));
    }

    /// A stream tells what it has stored, if it is to.
    fn tell_of(&mut self, name: &str, all: &[Kept]) {
        let stream = self.streams.get(name);
        let Some(told) = stream.and_then(|it| it.config.republish.clone()) else {
            return;
        };
        for kept in all {
            let stored = &kept.message;
            let Some(subject) = mapped(&told.src, &told.dest, &stored.subject) else {
                continue;
            };
            let payload = if told.headers_only {
                bytes::Bytes::new()
            } else {
                stored.payload.clone()
            };
            let mut notice = NatsMessage::new(subject, payload);
            notice.headers.clone_from(&stored.headers);
            let before = self.before(name, kept);
            let notice = notice
                .with("Nats-Stream", name)
                .with("Nats-Subject", &stored.subject)
                .with("Nats-Sequence", kept.sequence)
                .with(
                    "Nats-Time-Stamp",
                    Timestamp::UNIX_EPOCH.after(OUTSET + kept.at),
                )
                .with("Nats-Last-Sequence", before);
            self.notify(&notice);
        }
    }

    /// The message of the same subject before one.
    fn before(&self, name: &str, kept: &Kept) -> u64 {
        let stream = self.streams.get(name);
        stream.map_or(0, |it| it.before(kept))
    }

    /// Tells what a stream has stored, those who see it.
    fn notify(&mut self, notice: &NatsMessage) {
        for (line, number) in self.interest.of(&notice.subject, &mut self.dice) {
            let known = self.lines.get(&line);
            if known.is_some_and(|it| it.blind_until <= self.now) {
                self.give(line, Said::Message(number, notice.clone()));
            }
        }
    }

    pub(super) fn abandon(&mut self, name: &str, batch: &str, since: Duration) {
        let Some(stream) = self.streams.get_mut(name) else {
            return;
        };
        if stream
            .batches
            .get(batch)
            .is_some_and(|it| it.since == since)
        {
            stream.batches.remove(batch);
        }
    }
}

fn alone(message: NatsMessage) -> Proposal {
    Proposal {
        reply: message.reply.clone(),
        messages: vec![message],
        batch: None,
    }
}

//! What `JetStream` is asked under `$JS.API`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    NatsServers, OUTSET,
    answer::Refusal,
    config::Config,
    stream::{Kept, Stream, Wish},
};
use crate::{
    Timestamp,
    simulation::nats::{NatsMessage, subject::overlap},
};

const API: &str = "$JS.API.";

/// Whether somebody takes a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Yes,
    Nobody,
}

impl NatsServers {
    /// Takes a question to `JetStream`; says whether anyone is there for it.
    pub(super) fn ask_jetstream(&mut self, message: &NatsMessage) -> Taken {
        let Some(question) = message.subject.strip_prefix(API) else {
            return Taken::Nobody;
        };
        if let Some(asked) = question.strip_prefix("DIRECT.GET.") {
            return self.get_directly(asked, message);
        }
        let Some((what, name)) = question.rsplit_once('.') else {
            return Taken::Nobody;
        };
        let (kind, answer) = match what {
            "STREAM.CREATE" => ("stream_create", self.create(name, &message.payload)),
            "STREAM.INFO" => ("stream_info", self.inform(name)),
            "STREAM.DELETE" => ("stream_delete", self.delete(name)),
            "STREAM.MSG.GET" => ("stream_msg_get", self.get(name, &message.payload)),
            "STREAM.LEADER.STEPDOWN" => ("stream_leader_stepdown", self.step_down(name)),
            _ => return Taken::Nobody,
        };
        // A leader that is not there, or stands still, answers nothing.
        if let Some(answer) = answer {
            let mut answer = answer.unwrap_or_else(|refusal| json!({"error": refusal.json()}));
            let kind = format!("io.nats.jetstream.api.v1.{kind}_response");
            if let Some(fields) = answer.as_object_mut() {
                fields.insert("type".to_owned(), Value::String(kind));
            }
            self.answer(message.reply.as_deref(), &answer);
        }
        Taken::Yes
    }

    fn create(&mut self, name: &str, payload: &[u8]) -> Option<Result<Value, Refusal>> {
        self.has_majority().then(|| {
            let (config, said) = Config::read(payload)?;
            if config.name != name {
                return Err(Refusal::BAD_REQUEST);
            }
            if let Some(known) = self.streams.get(name) {
                let is_same = known.said == said;
                return if is_same {
                    Ok(self.described(name))
                } else {
                    Err(Refusal::NAME_IN_USE)
                };
            }
            self.make(config, said)?;
            Ok(self.described(name))
        })
    }

    fn make(&mut self, config: Config, said: Value) -> Result<(), Refusal> {
        let mut taken = self.streams.values().flat_map(|it| &it.config.subjects);
        if taken.any(|known| config.subjects.iter().any(|it| overlap(known, it))) {
            return Err(Refusal::OVERLAP);
        }
        let able = self.able();
        if able.len() < config.num_replicas {
            return Err(Refusal::TOO_FEW_SERVERS);
        }
        let first = self.dice.index(able.len());
        let peers = able.iter().cycle().skip(first).take(config.num_replicas);
        let name = config.name.clone();
        let mut stream = Stream::new(config, said, self.now, peers.copied().collect());
        stream.leader = stream.peers.first().copied();
        self.streams.insert(name, stream);
        Ok(())
    }

    fn inform(&self, name: &str) -> Option<Result<Value, Refusal>> {
        match self.streams.get(name) {
            None => self.has_majority().then_some(Err(Refusal::NO_STREAM)),
            Some(_) if self.is_led(name) => Some(Ok(self.described(name))),
            Some(_) => None,
        }
    }

    fn described(&self, name: &str) -> Value {
        let Some(stream) = self.streams.get(name) else {
            return json!({});
        };
        let name_of = |server: usize| self.servers.get(server).map(|it| it.name.clone());
        let others = stream.peers.iter().filter(|it| Some(**it) != stream.leader);
        let others = others.map(|it| json!({"name": name_of(*it), "current": true, "active": 0}));
        let time = |at| Timestamp::UNIX_EPOCH.after(OUTSET + at).to_string();
        json!({
            "config": filled(&stream.said),
            "created": time(stream.created),
            "state": {
                "messages": stream.count(),
                "bytes": 0,
                "first_seq": stream.first(),
                "first_ts": time(stream.created),
                "last_seq": stream.last,
                "last_ts": time(self.now),
                "consumer_count": 0,
            },
            "cluster": {
                "name": "double",
                "leader": stream.leader.and_then(name_of),
                "replicas": others.collect::<Vec<_>>(),
            },
        })
    }

    fn delete(&mut self, name: &str) -> Option<Result<Value, Refusal>> {
        self.has_majority().then(|| {
            let known = self.streams.remove(name);
            known
                .map(|_| json!({"success": true}))
                .ok_or(Refusal::NO_STREAM)
        })
    }

    fn get(&self, name: &str, payload: &[u8]) -> Option<Result<Value, Refusal>> {
        let Some(stream) = self.streams.get(name) else {
            return self.has_majority().then_some(Err(Refusal::NO_STREAM));
        };
        if !self.is_led(name) {
            return None;
        }
        let wish = serde_json::from_slice::<Wish>(payload);
        let wish = wish.map_err(|_garbled| Refusal::BAD_REQUEST);
        let found = wish.and_then(|wish| stream.find(&wish, u64::MAX));
        Some(found.map(|kept| json!({"message": written(&kept)})))
    }

    fn step_down(&mut self, name: &str) -> Option<Result<Value, Refusal>> {
        if !self.streams.contains_key(name) {
            return Some(Err(Refusal::NO_STREAM));
        }
        self.is_led(name).then(|| {
            self.elect(name, super::STEPPING_DOWN);
            Ok(json!({"success": true}))
        })
    }

    /// Any replica answers, and knows what it knows.
    fn get_directly(&mut self, asked: &str, message: &NatsMessage) -> Taken {
        let (name, subject) = asked.split_once('.').unwrap_or((asked, ""));
        let Some(stream) = self.streams.get(name).filter(|it| it.config.allow_direct) else {
            return Taken::Nobody;
        };
        let mut peers = stream.peers.iter();
        if !peers.any(|it| self.servers.get(*it).is_some_and(|it| it.is_up)) {
            return Taken::Nobody;
        }
        if !self.has_able(&stream.peers) {
            return Taken::Yes;
        }
        let wish = if subject.is_empty() {
            serde_json::from_slice::<Wish>(&message.payload).ok()
        } else {
            Some(Wish::last_of(subject.to_owned()))
        };
        let is_stale = stream.is_replicated() && self.dice.percent(self.faults.stale);
        let view = if is_stale {
            self.dice.below(stream.last + 1)
        } else {
            u64::MAX
        };
        let reply = message.reply.clone().unwrap_or_default();
        let answer = match wish.ok_or(408).map(|wish| stream.find(&wish, view)) {
            Err(status) => NatsMessage::status(reply, status),
            Ok(Err(Refusal::NO_MESSAGE)) => NatsMessage::status(reply, 404),
            Ok(Err(_)) => NatsMessage::status(reply, 408),
            Ok(Ok(kept)) => found(&kept, name, reply),
        };
        self.say(&answer);
        Taken::Yes
    }
}

/// A configuration with what a server fills in.
fn filled(said: &Value) -> Value {
    let mut config = said.clone();
    if let Some(fields) = config.as_object_mut() {
        let usual = [
            ("retention", json!("limits")),
            ("discard", json!("old")),
            ("storage", json!("file")),
            ("num_replicas", json!(1)),
            ("max_age", json!(0)),
        ];
        for (name, value) in usual {
            fields.entry(name).or_insert(value);
        }
    }
    config
}

/// A stored message in an answer of the leader.
fn written(kept: &Kept) -> Value {
    let message = &kept.message;
    let mut value = json!({
        "subject": message.subject,
        "seq": kept.sequence,
        "time": Timestamp::UNIX_EPOCH.after(OUTSET + kept.at).to_string(),
    });
    let lines = message.headers.iter();
    let lines = lines.fold(String::new(), |lines, (name, value)| {
        lines + name + ": " + value + "\r\n"
    });
    if let Some(fields) = value.as_object_mut() {
        if !message.payload.is_empty() {
            fields.insert("data".to_owned(), json!(STANDARD.encode(&message.payload)));
        }
        if !lines.is_empty() {
            let headers = format!("NATS/1.0\r\n{lines}\r\n");
            fields.insert("hdrs".to_owned(), json!(STANDARD.encode(headers)));
        }
    }
    value
}

/// A stored message as a replica gives it.
fn found(kept: &Kept, stream: &str, reply: String) -> NatsMessage {
    let time = Timestamp::UNIX_EPOCH.after(OUTSET + kept.at);
    let message = NatsMessage {
        subject: reply,
        reply: None,
        ..kept.message.clone()
    };
    message
        .with("Nats-Stream", stream)
        .with("Nats-Subject", &kept.message.subject)
        .with("Nats-Sequence", kept.sequence)
        .with("Nats-Time-Stamp", time)
}

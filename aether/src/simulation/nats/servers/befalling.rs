//! What befalls connections and servers.

use std::{mem, sync::Arc, time::Duration};

use super::{
    Due, ELECTING, LineId, LineMishap, NatsFaults, NatsOutput, NatsServers, RECONNECTING,
    STEPPING_DOWN, ServerMishap, TRYING,
    line::{Frame, Line},
    stream::Stream,
};

impl NatsServers {
    // Connections.

    /// Connects a client to one of the servers, if one is there.
    pub(super) fn connect(&mut self, id: LineId, wanted: Option<usize>) {
        let able = self.able();
        let chosen = self.dice.index(able.len());
        let chosen = able.get(chosen).copied();
        let Some(server) = wanted.filter(|it| able.contains(it)).or(chosen) else {
            self.at(self.now + TRYING, Due::Connect(id));
            return;
        };
        let Some(line) = self.lines.get_mut(&id).filter(|it| !it.is_up) else {
            return;
        };
        (line.server, line.is_up) = (server, true);
        let wanted = line.wanted.iter();
        let wanted = wanted.map(|(number, it)| Frame::Subscribe(*number, it.clone()));
        let mut said: Vec<Frame> = wanted.collect();
        said.append(&mut line.waiting);
        let server = self.servers.get(server).map(|it| Arc::clone(&it.id));
        self.outputs
            .extend(server.map(|server| NatsOutput::Connected(id, server)));
        for frame in said {
            self.send(id, frame);
        }
    }

    pub(super) fn befall_line(&mut self, id: LineId, mishap: LineMishap) {
        let now = self.now;
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        match mishap {
            LineMishap::Hold => line.is_held = true,
            LineMishap::Release => {
                line.is_held = false;
                self.flush(id);
            }
            LineMishap::Mute => line.is_muted = true,
            LineMishap::Cut => self.cut(id),
            LineMishap::Blind(duration) => line.blind_until = now + duration,
        }
    }

    fn cut(&mut self, id: LineId) {
        let Some(line) = self.lines.get_mut(&id).filter(|it| it.is_up) else {
            return;
        };
        line.break_off();
        self.interest.forget(id);
        self.outputs.push(NatsOutput::Disconnected(id));
        self.end_subscriptions(id);
        let pause = self.dice.time(Duration::ZERO, RECONNECTING);
        self.at(self.now + pause, Due::Connect(id));
    }

    /// What was held up goes on, in order.
    fn flush(&mut self, id: LineId) {
        if self.is_still(id) {
            return;
        }
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        let life = line.life;
        let there = mem::take(&mut line.there.held);
        let back = mem::take(&mut line.back.held);
        for frame in there {
            self.arrive(id, life, frame);
        }
        for said in back {
            self.reach(id, life, said);
        }
    }

    fn lines_of(&self, server: usize) -> Vec<LineId> {
        let lines = self.lines.iter();
        let lines = lines.filter(|(_, line)| line.is_up && line.server == server);
        lines.map(|(id, _): (&LineId, &Line)| *id).collect()
    }

    // Servers.

    pub(super) fn befall_server(&mut self, number: usize, mishap: ServerMishap) {
        let Some(server) = self.servers.get_mut(number) else {
            return;
        };
        match mishap {
            ServerMishap::Kill => {
                (server.is_up, server.is_frozen) = (false, false);
                for line in self.lines_of(number) {
                    self.cut(line);
                }
                self.depose(number);
            }
            ServerMishap::Start => {
                server.is_up = true;
                self.revive();
            }
            ServerMishap::Freeze => {
                server.is_frozen = true;
                for stream in self.led_by(number) {
                    if self.streams.get(&stream).is_some_and(Stream::is_replicated) {
                        self.look_for_leader(&stream, ELECTING);
                    }
                }
            }
            ServerMishap::Thaw => {
                server.is_frozen = false;
                for line in self.lines_of(number) {
                    self.flush(line);
                }
                self.revive();
                self.resume(number);
            }
        }
    }

    pub(super) fn heal(&mut self) {
        self.faults = NatsFaults::none();
        for number in 0..self.servers.len() {
            self.befall_server(number, ServerMishap::Thaw);
            self.befall_server(number, ServerMishap::Start);
        }
        let lines: Vec<LineId> = self.lines.keys().copied().collect();
        for id in lines {
            if let Some(line) = self.lines.get_mut(&id) {
                line.blind_until = Duration::ZERO;
                line.is_muted = false;
            }
            self.befall_line(id, LineMishap::Release);
        }
    }

    // Leaders.

    fn led_by(&self, server: usize) -> Vec<String> {
        let streams = self.streams.iter();
        let led = streams.filter(|(_, it)| it.leader == Some(server));
        led.map(|(name, _)| name.clone()).collect()
    }

    /// Whether a stream has a leader that does something.
    pub(super) fn is_led(&self, name: &str) -> bool {
        let Some(stream) = self.streams.get(name) else {
            return false;
        };
        let able = self.able();
        let there = stream.peers.iter().filter(|it| able.contains(it)).count();
        let leads = stream.leader.is_some_and(|it| able.contains(&it));
        leads && there * 2 > stream.peers.len()
    }

    fn depose(&mut self, server: usize) {
        for stream in self.led_by(server) {
            self.elect(&stream, ELECTING);
        }
    }

    /// A stream has no leader from now on; another one is found after a while.
    pub(super) fn elect(&mut self, name: &str, within: (Duration, Duration)) {
        if let Some(stream) = self.streams.get_mut(name) {
            stream.depose();
        }
        self.look_for_leader(name, within);
    }

    fn look_for_leader(&mut self, name: &str, (least, most): (Duration, Duration)) {
        let after = self.dice.time(least, most);
        if let Some(stream) = self.streams.get(name) {
            let term = stream.term;
            self.at(self.now + after, Due::Lead(name.to_owned(), term));
        }
    }

    /// A majority of a stream's servers has found a leader, if there is one.
    pub(super) fn lead(&mut self, name: &str, term: u64) {
        let able = self.able();
        let Some(stream) = self.streams.get_mut(name).filter(|it| it.term == term) else {
            return;
        };
        if stream.leader.is_some_and(|it| able.contains(&it)) {
            return;
        }
        let peers = stream.peers.iter().copied();
        let there: Vec<usize> = peers.filter(|it| able.contains(it)).collect();
        if there.len() * 2 <= stream.peers.len() {
            return;
        }
        stream.term += 1;
        stream.batches.clear();
        let chosen = self.dice.index(there.len());
        stream.leader = there.get(chosen).copied();
        self.inherit(name);
    }

    /// What the former leader had accepted is on the replicas or not: up to some place, all of it.
    fn inherit(&mut self, name: &str) {
        let now = self.now;
        let Some(stream) = self.streams.get_mut(name) else {
            return;
        };
        let mut left = mem::take(&mut stream.in_flight);
        let most = u64::try_from(left.len()).unwrap_or_default();
        let survivors = usize::try_from(self.dice.below(most + 1)).unwrap_or_default();
        left.truncate(survivors);
        for proposal in left {
            let kept = stream.apply(proposal.messages, now);
            // Whoever waits for an answer gets none.
            drop(kept);
        }
    }

    /// Streams without a leader find one, now that a server is there again.
    fn revive(&mut self) {
        let names: Vec<String> = self.streams.keys().cloned().collect();
        for name in names {
            if !self.is_led(&name) {
                let is_alone = self
                    .streams
                    .get(&name)
                    .is_some_and(|it| !it.is_replicated());
                let within = if is_alone { STEPPING_DOWN } else { ELECTING };
                self.look_for_leader(&name, within);
            }
        }
    }

    /// A leader that stood still goes on where it was, if nobody has taken its place.
    fn resume(&mut self, server: usize) {
        for name in self.led_by(server) {
            let waiting = self
                .streams
                .get(&name)
                .map(|it| (it.in_flight.len(), it.term));
            let (count, term) = waiting.unwrap_or_default();
            for _ in 0..count {
                self.at(self.now, Due::Apply(name.clone(), term));
            }
        }
    }
}

//! How things reach nodes and the store, and what these answer.

use super::*;

impl Model {
    /// Tells all, but for so many in a hundred.
    pub(super) fn broadcast(&mut self, lost: u64, input: &Input) {
        let all: Vec<_> = self
            .running
            .iter()
            .map(|(to, it)| (*to, it.incarnation))
            .collect();
        for (to, incarnation) in all {
            if self.now >= NETWORK_HEALS || !self.goes_astray(lost) {
                self.later(1, 5, Event::Told(to, incarnation, input.clone()));
            }
        }
    }

    /// There is one server, which lives.
    pub(super) fn server_answers(&mut self, (to, incarnation): (usize, u64), question: u64) {
        let answered = NodeInput::ServerAnswered { question };
        self.later(1, 3, Event::Told(to, incarnation, answered));
    }

    pub(super) fn pinged(
        &mut self,
        (by, incarnation): (usize, u64),
        ping: u64,
        process: &NodeProcess,
    ) {
        let there = self.alive(number(process), process.incarnation.0);
        let answer = match there.map(|it| it.frozen.is_some()) {
            Some(true) => return,
            Some(false) => PingAnswer::Alive(Arc::from("s")),
            None => PingAnswer::NoResponders,
        };
        self.answer(by, incarnation, NodeInput::Pinged { ping, answer });
    }

    // The store.

    /// A request that may be lost.
    pub(super) fn ask(&mut self, event: Event) {
        if !self.goes_astray(3) {
            self.later(1, 5, event);
        }
    }

    /// Only a leader has its table read.
    pub(super) fn read_if_it_leads(&mut self, from: usize, incarnation: u64) {
        let event = if self.running[&from].node.leads() {
            Event::ReadTable(from, incarnation)
        } else {
            Event::Told(from, incarnation, NodeInput::TableUnread)
        };
        self.later(1, 5, event);
    }

    /// A request of which it is known if there is no answer.
    pub(super) fn ask_for_sure(&mut self, (by, incarnation): (usize, u64), event: Event) {
        if self.goes_astray(3) {
            let failed = if let Event::WriteTable(_, _, request, ..) = event {
                NodeInput::TableUnwritten { request }
            } else {
                NodeInput::TableUnread
            };
            self.later(100, 500, Event::Told(by, incarnation, failed));
        } else {
            self.later(1, 5, event);
        }
    }

    pub(super) fn answer(&mut self, to: usize, incarnation: u64, input: Input) {
        self.later(1, 5, Event::Told(to, incarnation, input));
    }

    pub(super) fn write_leader(
        &mut self,
        (by, incarnation): (usize, u64),
        request: u64,
        expected: u64,
        record: Option<LeaderRecord>,
    ) {
        if self.leader.revision != expected {
            let refused = ElectionInput::Refused { request };
            return self.answer(by, incarnation, NodeInput::Election(refused));
        }
        self.revision += 1;
        let revision = self.revision;
        self.leader = LeaderKey { revision, record };
        let written = ElectionInput::Written { request, revision };
        self.answer(by, incarnation, NodeInput::Election(written));
        let watched = ElectionInput::Watched(self.leader.clone());
        self.broadcast(10, &NodeInput::Election(watched));
    }

    pub(super) fn write_table(
        &mut self,
        (by, incarnation): (usize, u64),
        request: u64,
        expected: u64,
        table: ShardTable,
    ) -> Result<(), String> {
        let revision = self.table.as_ref().map_or(0, |it| it.revision);
        if revision != expected {
            self.answer(by, incarnation, NodeInput::TableUnwritten { request });
            return Ok(());
        }
        if table.token() < self.token {
            return Err("an earlier leader wrote over a later one".to_owned());
        }
        self.check_dropped(&table)?;
        self.token = table.token();
        self.revision += 1;
        let revision = self.revision;
        let stored = StoredTable { revision, table };
        self.table = Some(stored.clone());
        let written = NodeInput::TableWritten { request, revision };
        self.answer(by, incarnation, written);
        self.broadcast(10, &NodeInput::TableHeard(stored));
        Ok(())
    }

    /// Whoever had shards, and was left none while it served some, is not let back: its node has a
    /// later process.
    pub(super) fn check_dropped(&mut self, table: &ShardTable) -> Result<(), String> {
        let is_back = |it: &&NodeProcess| {
            let dropped = self.dropped.get(&it.node);
            dropped.is_some_and(|last| it.incarnation <= *last)
        };
        if let Some(process) = table.nodes().iter().find(is_back) {
            return Err(format!("{process} is in the table again: {table:?}"));
        }
        let serves = |it: &&NodeProcess| {
            let running = self.running.get(&number(it));
            running.is_some_and(|running| running.node.process() == *it && running.has_shards())
        };
        let before = self.table.iter().flat_map(|it| it.table.nodes());
        let dropped = before.filter(|it| !table.nodes().contains(it));
        let dropped = dropped.filter(serves);
        let dropped = dropped.map(|it| (it.node.clone(), it.incarnation));
        self.dropped.extend(dropped.collect::<Vec<_>>());
        Ok(())
    }
}

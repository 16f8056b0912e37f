//! What happens to nodes, and what operators do.

use super::*;

impl Model {
    pub(super) fn trouble(&mut self) {
        if self.now >= TROUBLE_ENDS {
            return;
        }
        let number = usize::try_from(self.chance.below(NODES as u64)).unwrap();
        self.later(1_000, 6_000, Event::Trouble);
        let Some(running) = self.running.get_mut(&number) else {
            return;
        };
        match self.chance.below(3) {
            0 => {
                let dead = running.node.process().clone();
                self.remove(number);
                self.seen.note("crash");
                self.later(500, 4_000, Event::Start(number));
                // A client notices, or nobody does.
                if self.chance.percent(50) {
                    self.broadcast(0, &NodeInput::Unreachable(dead));
                }
            }
            1 if running.frozen.is_none() => {
                running.frozen = Some(Vec::new());
                let frozen = running.node.process().clone();
                self.seen.note("freeze");
                self.later(100, 4_000, Event::Thaw(number));
                if self.chance.percent(50) {
                    self.broadcast(0, &NodeInput::Unanswered(frozen));
                }
            }
            _ => {
                let incarnation = running.incarnation;
                self.later(0, 1, Event::Told(number, incarnation, NodeInput::Leave));
            }
        }
    }

    pub(super) fn follow_script(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::Start(number) => self.start(number),
            Trouble::Crash(number) => {
                let dead = self.remove(number).unwrap();
                let process = dead.node.process().clone();
                // A client notices.
                self.broadcast(0, &NodeInput::Unreachable(process));
            }
            Trouble::Freeze(number, time) => {
                let running = self.running.get_mut(&number).unwrap();
                running.frozen = Some(Vec::new());
                self.trace.node(self.now, number, State::Frozen);
                self.at(self.now + time, Event::Thaw(number));
            }
            Trouble::Order(order) => self.order(order),
        }
    }

    /// Someone wants something of whoever leads.
    pub(super) fn order(&mut self, order: ClusterOrder) {
        let mut running = self.running.iter();
        let leader = running.find(|(_, it)| it.node.leads());
        if let Some((to, incarnation)) = leader.map(|(to, it)| (*to, it.incarnation)) {
            let number = self.count;
            let ordered = NodeInput::Ordered { number, order };
            self.later(1, 5, Event::Told(to, incarnation, ordered));
        }
    }

    pub(super) fn operate(&mut self) {
        if self.now >= OPERATORS_END {
            return;
        }
        self.later(200, 3_000, Event::Operate);
        let node = NodeId::new(format!("node-{}", self.chance.below(NODES as u64))).unwrap();
        let order = match self.chance.below(5) {
            0 => ClusterOrder::Cordon(node),
            1 => ClusterOrder::Drain(node),
            2 => ClusterOrder::Rebalance,
            _ => ClusterOrder::Uncordon(node),
        };
        if self.chance.percent(80) {
            return self.order(order);
        }
        // Whoever asks went by what was known a while ago.
        let to = self.chance.below(NODES as u64);
        let to = usize::try_from(to).unwrap();
        if let Some(incarnation) = self.running.get(&to).map(|it| it.incarnation) {
            let number = self.count;
            let ordered = NodeInput::Ordered { number, order };
            self.later(1, 5, Event::Told(to, incarnation, ordered));
        }
    }

    /// Every node is to take its share.
    pub(super) fn rest(&mut self) {
        let running = self.running.iter();
        let all: Vec<_> = running.map(|(to, it)| (*to, it.incarnation)).collect();
        for (to, incarnation) in all {
            let told = NodeInput::Instructed(Availability::Active);
            self.later(1, 5, Event::Told(to, incarnation, told));
        }
    }

    pub(super) fn thaw(&mut self, number: usize) {
        let running = self.running.get_mut(&number);
        if running.as_ref().is_some_and(|it| it.frozen.is_some()) {
            self.trace.node(self.now, number, State::Here);
        }
        let waiting = running.and_then(|it| it.frozen.take());
        for event in waiting.into_iter().flatten() {
            self.at(self.now, event);
        }
        if let Some(incarnation) = self.running.get(&number).map(|it| it.incarnation) {
            self.at(self.now, Event::Wake(number, incarnation));
        }
    }
}

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{Epoch, Monotonic, NodeProcess, Shard, ShardTable};

mod held;

use self::held::Held;

/// How much a node keeps for others, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostLimits {
    /// How many messages of a shard wait at most while it changes hands.
    pub held: usize,
    /// How many bytes they have together at most; a single message may have more.
    pub held_bytes: usize,
    /// How long a message waits for the table by which its sender went.
    pub early: Duration,
    /// How often it is said again that a shard is released, until a table answers.
    pub repeat: Duration,
}

impl Default for HostLimits {
    /// 1,000 messages or a mebibyte, two seconds, and four times a second.
    fn default() -> Self {
        Self {
            held: 1_000,
            held_bytes: 1 << 20,
            early: Duration::from_secs(2),
            repeat: Duration::from_millis(250),
        }
    }
}

/// Tells the times apart that a node had a shard: what was given out in one is not finished in
/// another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenure(u64);

/// Why a message is given back to its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// By the table of this epoch, another node has the shard, or nobody.
    Moved {
        /// The epoch of the table.
        epoch: Epoch,
        /// Who has it.
        owner: Option<NodeProcess>,
    },
    /// More messages wait already than may.
    Busy,
}

/// What happens to a host. `M` is a message to an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostInput<M> {
    /// Time passes.
    Tick,
    /// The cluster's table is this one, as far as is known.
    Table(ShardTable),
    /// A message came.
    Arrived {
        /// The shard of its actor.
        shard: Shard,
        /// The epoch of the table by which it was sent here.
        epoch: Epoch,
        /// The message.
        message: M,
        /// How many bytes it has.
        size: usize,
    },
    /// A message that was [dispatched](HostOutput::Dispatch) has taken its effect, or has failed.
    Finished {
        /// The shard of its actor.
        shard: Shard,
        /// As it was dispatched.
        tenure: Tenure,
    },
    /// The others take this process for dead: whatever it had, it has no more.
    Dismissed,
}

/// What follows for the shards of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostOutput<M> {
    /// The node has the shard from now on. What it kept of its actors is void; what it reads of one
    /// has to be held against these epochs: see [`ShardHost`].
    Begin {
        /// Which shard.
        shard: Shard,
        /// The epoch since which the node has it.
        since: Epoch,
        /// The epoch in which it was last taken from a node that may not know it.
        seized: Epoch,
    },
    /// Let the actor have the message, and say when it is [finished](HostInput::Finished).
    Dispatch {
        /// The shard of the actor.
        shard: Shard,
        /// To be named when it is finished.
        tenure: Tenure,
        /// The message.
        message: M,
    },
    /// Send the message on, in this order, to the node that has its shard now.
    Forward {
        /// The shard of its actor.
        shard: Shard,
        /// Who has it.
        to: NodeProcess,
        /// The message.
        message: M,
    },
    /// Give the message back.
    Refuse {
        /// The message.
        message: M,
        /// Why.
        refusal: Refusal,
    },
    /// The shard is going to come here: what its actors need may be read already.
    Warm(Shard),
    /// Tell the leader that the node has done with the shard. It comes again until a table answers.
    Release {
        /// Which shard.
        shard: Shard,
        /// Who is to have it.
        to: NodeProcess,
        /// The epoch of the table that asked for it.
        epoch: Epoch,
    },
    /// The shard is another's, who did not wait for a release: give up its actors. What they are
    /// doing may still be stored, if it comes before the barrier of the new owner.
    Lose(Shard),
}

/// What a node does with its shards while the table of the cluster changes.
///
/// It serves what the table gives it. When one of its shards is to move, it finishes what it has
/// begun, holds what comes in the meantime, releases the shard, and sends on in order what it has
/// held once the table names the new owner. No other shard waits for that, and no other node.
///
/// A message that was sent by a later table than the one known here waits for that table.
///
/// # Barriers
///
/// If a node does not release a shard in time, or seems dead, the leader gives the shard away all
/// the same: the table says that it was [seized](ShardTable::seized_in). Its former owner may not
/// know it, and would still write to its actors. A barrier keeps it from that: a record in the
/// actor's history with the epoch [since](ShardTable::owned_since) which its writer has the shard,
/// stored like any other commit on the condition that the actor is at the version that was read.
/// Whoever has read an actor for the first time since the shard [began](HostOutput::Begin) looks at
/// its last barrier, and
/// - if that is of a later epoch than `since`, another has the shard by now: nothing may be decided
///   on it here;
/// - if it is of an earlier epoch than `seized`, or there is none and `seized` is not the first
///   epoch, appends one of the epoch `since` before anything else.
///
/// The barrier may lie in the same commit as what is decided first. If nothing is to be stored, it is
/// stored all the same before that is answered: else the former owner, which may have the same
/// message, could give it an effect after that.
///
/// Likewise, who is refused a write because the version is another looks at the last barrier before
/// anything is decided anew: reading the actor again and writing once more would get by the guard.
#[derive(Debug)]
pub struct ShardHost<M> {
    node: NodeProcess,
    limits: HostLimits,
    table: Option<ShardTable>,
    shards: BTreeMap<Shard, Place<M>>,
    /// What was said to be coming.
    warm: BTreeSet<Shard>,
    tenures: u64,
    /// How many messages wait.
    held: usize,
    /// When something is to be done without anything happening before.
    wake: Option<Monotonic>,
}

/// A shard that is here, or may be coming.
#[derive(Debug)]
struct Place<M> {
    stage: Stage,
    /// The epoch since which the shard is here.
    since: Epoch,
    tenure: Tenure,
    /// How many messages were given out and are not finished.
    running: usize,
    held: Held<M>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// A table of this epoch or a later one is to say whether it comes.
    Awaited {
        epoch: Epoch,
        since: Monotonic,
    },
    Serving,
    /// What has begun is finished, and nothing else begins.
    Draining {
        to: NodeProcess,
    },
    /// It was said last then that it is released.
    Released {
        to: NodeProcess,
        said: Monotonic,
    },
}

type Outputs<M> = Vec<HostOutput<M>>;

impl<M> ShardHost<M> {
    /// The host of a process that has just come up.
    pub fn new(node: NodeProcess, limits: HostLimits) -> Self {
        Self {
            node,
            limits,
            table: None,
            shards: BTreeMap::new(),
            warm: BTreeSet::new(),
            tenures: 0,
            held: 0,
            wake: None,
        }
    }

    /// The table that the host goes by; none as long as it was told of none.
    pub fn table(&self) -> Option<&ShardTable> {
        self.table.as_ref()
    }

    /// Whether messages to a shard are dispatched here.
    pub fn serves(&self, shard: Shard) -> bool {
        let place = self.shards.get(&shard);
        place.is_some_and(|it| it.stage == Stage::Serving)
    }

    /// How many messages wait.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Takes in what happened, and says what follows.
    pub fn step(&mut self, now: Monotonic, input: HostInput<M>) -> Vec<HostOutput<M>> {
        let mut outputs = Vec::new();
        let is_routine = self.is_routine(&input);
        match input {
            HostInput::Tick => {}
            HostInput::Table(table) => self.learn(now, table, &mut outputs),
            HostInput::Arrived {
                shard,
                epoch,
                message,
                size,
            } => self.arrive(now, (shard, epoch), (message, size), &mut outputs),
            HostInput::Finished { shard, tenure } => {
                self.finish(now, shard, tenure, &mut outputs);
            }
            HostInput::Dismissed => self.give_up(&mut outputs),
        }
        if !is_routine || self.wake.is_some_and(|wake| wake <= now) {
            self.watch(now, &mut outputs);
            self.wake = self.next_turn();
            // Nothing is held where all is routine.
            self.held = self.shards.values().map(|it| it.held.len()).sum();
        }
        outputs
    }

    /// When [`step`](Self::step) has to be called again, if nothing happens before; never, if there
    /// is nothing to wait for.
    pub fn next_wake(&self) -> Option<Monotonic> {
        self.wake
    }

    /// Whether a shard that is here, and stays, is all that is concerned: that is so for each
    /// message, so it must not take a look at all shards.
    fn is_routine(&self, input: &HostInput<M>) -> bool {
        match input {
            HostInput::Arrived { shard, .. } | HostInput::Finished { shard, .. } => {
                self.serves(*shard)
            }
            HostInput::Tick => true,
            HostInput::Table(_) | HostInput::Dismissed => false,
        }
    }

    fn next_turn(&self) -> Option<Monotonic> {
        let turns = self.shards.values().filter_map(|it| match it.stage {
            Stage::Awaited { since, .. } => Some(since + self.limits.early),
            Stage::Released { said, .. } => Some(said + self.limits.repeat),
            Stage::Serving | Stage::Draining { .. } => None,
        });
        turns.min()
    }

    fn epoch(&self) -> Option<Epoch> {
        self.table.as_ref().map(ShardTable::epoch)
    }

    fn arrive(
        &mut self,
        now: Monotonic,
        (shard, epoch): (Shard, Epoch),
        (message, size): (M, usize),
        outputs: &mut Outputs<M>,
    ) {
        let is_early = self.epoch().is_none_or(|known| epoch > known);
        if is_early && !self.shards.contains_key(&shard) {
            let stage = Stage::Awaited { epoch, since: now };
            let place = self.place(stage);
            self.shards.insert(shard, place);
        }
        let limits = (self.limits.held, self.limits.held_bytes);
        let Some(place) = self.shards.get_mut(&shard) else {
            let refusal = self.moved(shard);
            outputs.push(HostOutput::Refuse { message, refusal });
            return;
        };
        match &mut place.stage {
            Stage::Serving => {
                place.dispatch(shard, message, outputs);
                return;
            }
            Stage::Awaited { epoch: latest, .. } => *latest = epoch.max(*latest),
            Stage::Draining { .. } | Stage::Released { .. } => {}
        }
        if let Err(message) = place.held.hold(message, size, limits) {
            let refusal = Refusal::Busy;
            outputs.push(HostOutput::Refuse { message, refusal });
        }
    }

    fn finish(&mut self, now: Monotonic, shard: Shard, tenure: Tenure, outputs: &mut Outputs<M>) {
        let epoch = self.epoch().unwrap_or_default();
        let place = self.shards.get_mut(&shard);
        if let Some(place) = place.filter(|it| it.tenure == tenure) {
            place.running = place.running.saturating_sub(1);
            place.release(now, (shard, epoch), outputs);
        }
    }

    fn learn(&mut self, now: Monotonic, table: ShardTable, outputs: &mut Outputs<M>) {
        if self.epoch().is_some_and(|known| table.epoch() <= known) {
            return;
        }
        let concerned = self.concerned(&table);
        self.table = Some(table);
        for shard in concerned {
            self.follow(now, shard, outputs);
        }
    }

    /// The shards that are here or to be here, but for those of which the table says what is so.
    fn concerned(&self, table: &ShardTable) -> Vec<Shard> {
        let me = table.place_of(&self.node);
        let is_mine = |shard: Shard| me.is_some() && table.owner_place(shard) == me;
        let shards = table.count().shards();
        let mut all: Vec<_> = shards.map(is_mine).collect();
        let mut note = |shard: Shard, is_concerned: bool| {
            if let Some(it) = all.get_mut(shard.index()) {
                *it = is_concerned;
            }
        };
        for (shard, place) in &self.shards {
            let is_same = place.stage == Stage::Serving
                && is_mine(*shard)
                && place.since == table.owned_since(*shard);
            note(*shard, !is_same);
        }
        for (shard, to) in table.moving() {
            if *to == self.node || is_mine(shard) {
                note(shard, true);
            }
        }
        for shard in &self.warm {
            note(*shard, true);
        }
        let shards = table.count().shards().zip(all);
        let concerned = shards.filter(|(_, is_concerned)| *is_concerned);
        concerned.map(|(shard, _)| shard).collect()
    }

    /// Does what the table wants done with a shard.
    fn follow(&mut self, now: Monotonic, shard: Shard, outputs: &mut Outputs<M>) {
        let Some(table) = &self.table else { return };
        let epoch = table.epoch();
        let to = table.moving_to(shard).cloned();
        let (since, seized) = (table.owned_since(shard), table.seized_in(shard));
        if table.owner(shard) != Some(&self.node) {
            let coming = to.as_ref() == Some(&self.node);
            self.leave(shard, epoch, outputs);
            if !coming {
                self.warm.remove(&shard);
            } else if self.warm.insert(shard) {
                outputs.push(HostOutput::Warm(shard));
            }
            return;
        }
        self.warm.remove(&shard);
        let mut place = match self.shards.remove(&shard) {
            Some(place) => place,
            None => self.place(Stage::Awaited { epoch, since: now }),
        };
        if place.since != since {
            // It may have been elsewhere in the tables that were missed.
            if place.is_in_use() {
                outputs.push(HostOutput::Lose(shard));
            }
            let held = std::mem::take(&mut place.held);
            place = self.place(Stage::Awaited { epoch, since: now });
            (place.since, place.held) = (since, held);
        }
        match to {
            None => place.serve(shard, seized, outputs),
            Some(to) => {
                place.drain(to);
                place.release(now, (shard, epoch), outputs);
            }
        }
        self.shards.insert(shard, place);
    }

    /// A shard is another's, or nobody's.
    fn leave(&mut self, shard: Shard, epoch: Epoch, outputs: &mut Outputs<M>) {
        let place = self.shards.get(&shard).map(|it| &it.stage);
        if matches!(place, Some(Stage::Awaited { epoch: awaited, .. }) if *awaited > epoch) {
            return;
        }
        let Some(mut place) = self.shards.remove(&shard) else {
            return;
        };
        if place.is_in_use() {
            outputs.push(HostOutput::Lose(shard));
        }
        let was_here = !matches!(place.stage, Stage::Awaited { .. });
        for message in place.held.take() {
            let refusal = self.moved(shard);
            let output = match (was_here, &refusal) {
                (
                    true,
                    Refusal::Moved {
                        owner: Some(to), ..
                    },
                ) => {
                    let to = to.clone();
                    HostOutput::Forward { shard, to, message }
                }
                (true | false, _) => HostOutput::Refuse { message, refusal },
            };
            outputs.push(output);
        }
    }

    fn give_up(&mut self, outputs: &mut Outputs<M>) {
        self.warm.clear();
        for (shard, mut place) in std::mem::take(&mut self.shards) {
            if place.is_in_use() {
                outputs.push(HostOutput::Lose(shard));
            }
            for message in place.held.take() {
                let refusal = Refusal::Busy;
                outputs.push(HostOutput::Refuse { message, refusal });
            }
        }
    }

    fn watch(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        let (epoch, limits) = (self.epoch().unwrap_or_default(), self.limits);
        self.shards.retain(|shard, place| match &mut place.stage {
            Stage::Awaited { since, .. } if *since + limits.early <= now => {
                outputs.extend(place.held.take().map(|message| HostOutput::Refuse {
                    message,
                    refusal: Refusal::Busy,
                }));
                false
            }
            Stage::Released { to, said } if *said + limits.repeat <= now => {
                *said = now;
                let (shard, to) = (*shard, to.clone());
                outputs.push(HostOutput::Release { shard, to, epoch });
                true
            }
            Stage::Awaited { .. }
            | Stage::Serving
            | Stage::Draining { .. }
            | Stage::Released { .. } => true,
        });
    }

    fn moved(&self, shard: Shard) -> Refusal {
        let owner = self.table.as_ref().and_then(|it| it.owner(shard)).cloned();
        let epoch = self.epoch().unwrap_or_default();
        Refusal::Moved { epoch, owner }
    }

    fn place(&mut self, stage: Stage) -> Place<M> {
        self.tenures += 1;
        Place {
            stage,
            since: Epoch::default(),
            tenure: Tenure(self.tenures),
            running: 0,
            held: Held::default(),
        }
    }
}

impl<M> Place<M> {
    /// Whether actors of the shard may be at work here.
    fn is_in_use(&self) -> bool {
        matches!(self.stage, Stage::Serving | Stage::Draining { .. })
    }

    fn dispatch(&mut self, shard: Shard, message: M, outputs: &mut Outputs<M>) {
        self.running += 1;
        let tenure = self.tenure;
        outputs.push(HostOutput::Dispatch {
            shard,
            tenure,
            message,
        });
    }

    /// The shard is here, and stays.
    fn serve(&mut self, shard: Shard, seized: Epoch, outputs: &mut Outputs<M>) {
        // What was released is kept no more.
        let begins = !self.is_in_use();
        self.stage = Stage::Serving;
        if begins {
            let since = self.since;
            outputs.push(HostOutput::Begin {
                shard,
                since,
                seized,
            });
        }
        for message in self.held.take() {
            self.dispatch(shard, message, outputs);
        }
    }

    /// The shard is here, and is to go.
    fn drain(&mut self, to: NodeProcess) {
        if let Stage::Released { to: known, .. } = &mut self.stage {
            *known = to;
        } else {
            self.stage = Stage::Draining { to };
        }
    }

    /// Releases the shard if it is to go and nothing runs any more.
    fn release(
        &mut self,
        now: Monotonic,
        (shard, epoch): (Shard, Epoch),
        outputs: &mut Outputs<M>,
    ) {
        let (Stage::Draining { to } | Stage::Released { to, .. }) = &self.stage else {
            return;
        };
        if self.running == 0 {
            let to = to.clone();
            self.stage = Stage::Released {
                to: to.clone(),
                said: now,
            };
            outputs.push(HostOutput::Release { shard, to, epoch });
        }
    }
}

#[cfg(test)]
mod tests;

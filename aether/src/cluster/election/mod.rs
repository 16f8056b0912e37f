use super::{FencingToken, Monotonic, NodeProcess};

mod timing;

pub use self::timing::{InvalidLeaseTiming, LeaseTiming};

/// What the key of the leader holds: an answer of the store, or what a watch told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaderKey {
    /// The revision of its last write or removal; 0 if there was none.
    pub revision: u64,
    /// Who holds the lease; nobody, if it was released.
    pub record: Option<LeaderRecord>,
}

/// What the holder of the lease wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaderRecord {
    /// Who wrote it.
    pub leader: NodeProcess,
    /// The number of the request it was written with, so that its author knows it again.
    pub request: u64,
    /// The token of the tenure that it renews; none in the write that acquires the lease, whose
    /// own revision is the token.
    pub token: Option<FencingToken>,
}

/// What happens to an election.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ElectionInput {
    /// Time passes.
    Tick,
    /// The answer to [`ElectionOutput::Read`].
    Read {
        /// Of which request.
        request: u64,
        /// What the store said.
        key: LeaderKey,
    },
    /// A watch of the key, or a notice, told what it holds now.
    Watched(LeaderKey),
    /// The write was made.
    Written {
        /// Of which request.
        request: u64,
        /// The revision that it has.
        revision: u64,
    },
    /// The key had another revision; the write was not made, or was made before.
    Refused {
        /// Of which request.
        request: u64,
    },
    /// There will be no answer; a write may have been made.
    Failed {
        /// Of which request.
        request: u64,
    },
    /// A process is known to be gone. It may be wrong: the fencing token makes that safe.
    Died(NodeProcess),
    /// This process is going, and does not stand again.
    Resign,
}

/// What is to be done for an election.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ElectionOutput {
    /// Ask the store what the key holds. The answer must not be older than the question: ask the
    /// leader of the stream, not a replica.
    Read {
        /// To be named in the answer.
        request: u64,
    },
    /// Write the key, if it still has the expected revision.
    Write {
        /// To be named in the answer.
        request: u64,
        /// The revision that it must have; 0 if it must never have been written.
        expected: u64,
        /// What to write; to remove it, if nothing.
        record: Option<LeaderRecord>,
    },
    /// This process leads from now on, until it is told to stop. All it writes has this token.
    Lead(FencingToken),
    /// This process does not lead any more: it writes nothing more with this token.
    Stop(FencingToken),
    /// Another process has the lease now, or nobody.
    Follow(Option<NodeProcess>),
}

/// Lets one process at a time lead, by a lease that each measures on its own clock.
///
/// The lease is a key of a store that writes by compare-and-swap and gives every write a larger
/// revision. No wall clock and no expiry in the store has a part in it. The holder writes the key
/// anew every second. Another process may take the lease when it has seen one revision for as long
/// as the lease, 4 seconds; the holder stops 2.6 seconds after it *sent* its last good write. So
/// the two do not overlap as long as no clock runs more than half again as fast as another
/// ([`LeaseTiming::clock_tolerance`]).
///
/// A process that was paused between looking at its lease and writing may write too late all the
/// same, and a death may be reported that was none. That is what the [`FencingToken`] is for: a
/// later leader has a larger one, and what is written with a smaller one has to be refused. The
/// first thing a leader does is to write its token where that is checked.
///
/// While the store is out of reach, the lease lapses and nobody leads. Once it is back, or once the
/// holder is gone without having resigned, there is a leader after at most the lease, two answers
/// that are waited for in vain and one pause; at once, if the holder resigned or its death is
/// [known](ElectionInput::Died).
///
/// It does nothing by itself: feed it with [`step`](Self::step), carry out what that says, and call
/// it again at [`next_wake`](Self::next_wake) at the latest. Answers may be late, doubled or lost.
///
/// ```
/// use aether::cluster::{
///     ElectionInput, ElectionOutput, FencingToken, Incarnation, LeaderElection, LeaderKey,
///     LeaseTiming, Monotonic, NodeId,
/// };
///
/// let me = NodeId::new("a")?.process(Incarnation(1));
/// let mut election = LeaderElection::new(me, LeaseTiming::default());
/// let now = Monotonic::ORIGIN;
///
/// let asked = election.step(now, ElectionInput::Tick);
/// assert_eq!(asked, [ElectionOutput::Read { request: 1 }]);
///
/// let key = LeaderKey { revision: 0, record: None };
/// let asked = election.step(now, ElectionInput::Read { request: 1, key });
/// assert!(matches!(asked[..], [ElectionOutput::Write { request: 2, expected: 0, .. }]));
///
/// let won = election.step(now, ElectionInput::Written { request: 2, revision: 17 });
/// assert_eq!(won, [ElectionOutput::Lead(FencingToken(17))]);
/// # Ok::<(), aether::cluster::InvalidNodeId>(())
/// ```
#[derive(Debug)]
pub struct LeaderElection {
    me: NodeProcess,
    timing: LeaseTiming,
    seen: Option<Seen>,
    tenure: Option<Tenure>,
    /// The one request that is under way.
    asked: Option<Asked>,
    /// The number of the last write, and when it was sent.
    written: Option<(u64, Monotonic)>,
    requests: u64,
    /// The key has to be read before anything else is done.
    unsure: bool,
    quiet_until: Monotonic,
    look_at: Monotonic,
    dead: Option<NodeProcess>,
    resigned: bool,
}

/// The key as it is known to be, and since when.
#[derive(Debug)]
struct Seen {
    key: LeaderKey,
    at: Monotonic,
}

#[derive(Debug)]
struct Tenure {
    token: FencingToken,
    /// When the last good write was sent.
    sent: Monotonic,
}

#[derive(Debug)]
struct Asked {
    request: u64,
    sent: Monotonic,
    question: Question,
}

#[derive(Debug)]
enum Question {
    Read,
    /// What it writes; nothing is a removal.
    Write(Option<LeaderRecord>),
}

impl LeaderElection {
    /// An election in which this process stands.
    pub fn new(me: NodeProcess, timing: LeaseTiming) -> Self {
        Self {
            me,
            timing,
            seen: None,
            tenure: None,
            asked: None,
            written: None,
            requests: 0,
            unsure: true,
            quiet_until: Monotonic::ORIGIN,
            look_at: Monotonic::ORIGIN,
            dead: None,
            resigned: false,
        }
    }

    /// The token of this process, if it leads at this moment. Ask before each write that only a
    /// leader may make.
    pub fn token(&self, now: Monotonic) -> Option<FencingToken> {
        let tenure = self.tenure.as_ref()?;
        (now < self.stops(tenure)).then_some(tenure.token)
    }

    /// Who has the lease, as far as is known. That it may have lapsed is not considered.
    pub fn leader(&self) -> Option<&NodeProcess> {
        let record = self.seen.as_ref()?.key.record.as_ref()?;
        Some(&record.leader)
    }

    /// Takes in what happened, and says what follows.
    pub fn step(&mut self, now: Monotonic, input: ElectionInput) -> Vec<ElectionOutput> {
        let mut outputs = Vec::new();
        // Before anything else: whoever was paused may have lost the lease meanwhile.
        if self.tenure.as_ref().is_some_and(|it| self.stops(it) <= now) {
            self.stop(&mut outputs);
        }
        self.take(now, input, &mut outputs);
        self.act(now, &mut outputs);
        outputs
    }

    /// When [`step`](Self::step) has to be called again, if nothing happens before.
    pub fn next_wake(&self) -> Monotonic {
        let stop = self.tenure.as_ref().map(|it| self.stops(it));
        let next = match &self.asked {
            Some(asked) => asked.sent + self.timing.answer_within(),
            None if self.unsure => self.quiet_until,
            None => {
                let turn = self.next_turn().unwrap_or(self.look_at);
                turn.min(self.look_at).max(self.quiet_until)
            }
        };
        stop.map_or(next, |stop| stop.min(next))
    }

    fn stops(&self, tenure: &Tenure) -> Monotonic {
        tenure.sent + self.timing.stop()
    }

    fn take(&mut self, now: Monotonic, input: ElectionInput, outputs: &mut Vec<ElectionOutput>) {
        match input {
            ElectionInput::Tick => {}
            ElectionInput::Watched(key) => {
                // What a watch tells may be older than what is known.
                if self.revision().is_none_or(|known| key.revision > known) {
                    self.see(now, key, outputs);
                }
            }
            ElectionInput::Read { request, key } => self.read(now, request, key, outputs),
            ElectionInput::Written { request, revision } => {
                let asked = self.answered(request).map(|it| it.question);
                if let Some(Question::Write(record)) = asked
                    && self.revision().is_none_or(|known| revision > known)
                {
                    self.see(now, LeaderKey { revision, record }, outputs);
                }
            }
            ElectionInput::Refused { request } => {
                self.unsure |= self.answered(request).is_some();
            }
            ElectionInput::Failed { request } => {
                if self.answered(request).is_some() {
                    self.unsure = true;
                    self.quiet_until = now + self.timing.pause();
                }
            }
            ElectionInput::Died(process) => self.dead = Some(process),
            ElectionInput::Resign => {
                self.resigned = true;
                self.stop(outputs);
            }
        }
    }

    fn read(
        &mut self,
        now: Monotonic,
        request: u64,
        key: LeaderKey,
        outputs: &mut Vec<ElectionOutput>,
    ) {
        let asked = self.answered(request);
        let asked = asked.filter(|it| matches!(it.question, Question::Read));
        let Some(asked) = asked else {
            return;
        };
        self.unsure = false;
        self.look_at = now + self.timing.look();
        let overtaken = |seen: &Seen| seen.at >= asked.sent && seen.key.revision > key.revision;
        if !self.seen.as_ref().is_some_and(overtaken) {
            // An older revision than one seen before the question: the key was made anew.
            self.see(now, key, outputs);
        }
    }

    /// The request that is under way, if it is this one.
    fn answered(&mut self, request: u64) -> Option<Asked> {
        self.asked.take_if(|asked| asked.request == request)
    }

    fn revision(&self) -> Option<u64> {
        self.seen.as_ref().map(|seen| seen.key.revision)
    }

    fn see(&mut self, now: Monotonic, key: LeaderKey, outputs: &mut Vec<ElectionOutput>) {
        let before = self.leader().cloned();
        if self.revision() != Some(key.revision) {
            self.look_at = now + self.timing.look();
            self.seen = Some(Seen { key, at: now });
        }
        let record = self.seen.as_ref().and_then(|it| it.key.record.as_ref());
        match record.filter(|it| it.leader == self.me).cloned() {
            Some(record) => self.hold(now, &record, outputs),
            None => self.stop(outputs),
        }
        let leader = self.leader().cloned();
        if leader != before && before == self.dead {
            // Should it live and lead again, that counts no more.
            self.dead = None;
        }
        if leader != before && leader.as_ref() != Some(&self.me) {
            outputs.push(ElectionOutput::Follow(leader));
        }
    }

    /// The lease is this process's own. It counts from when the write was sent that is seen now.
    fn hold(&mut self, now: Monotonic, record: &LeaderRecord, outputs: &mut Vec<ElectionOutput>) {
        let Some((_, sent)) = self.written.filter(|(last, _)| *last == record.request) else {
            return;
        };
        if let Some(tenure) = &mut self.tenure {
            tenure.sent = sent;
        } else if record.token.is_none() && !self.resigned && now < sent + self.timing.stop() {
            let token = FencingToken(self.revision().unwrap_or_default());
            self.tenure = Some(Tenure { token, sent });
            outputs.push(ElectionOutput::Lead(token));
        }
    }

    fn stop(&mut self, outputs: &mut Vec<ElectionOutput>) {
        let tenure = self.tenure.take();
        outputs.extend(tenure.map(|it| ElectionOutput::Stop(it.token)));
    }

    /// Makes the request whose turn it is. There is one at a time.
    fn act(&mut self, now: Monotonic, outputs: &mut Vec<ElectionOutput>) {
        let late = |asked: &mut Asked| asked.sent + self.timing.answer_within() <= now;
        self.unsure |= self.asked.take_if(late).is_some();
        if self.asked.is_some() || now < self.quiet_until {
            return;
        }
        let turn = self.next_turn().is_some_and(|turn| turn <= now);
        let Some(seen) = self.seen.as_ref().filter(|_| !self.unsure) else {
            self.look(now, outputs);
            return;
        };
        let expected = seen.key.revision;
        if turn {
            self.write(now, expected, outputs);
        } else if self.look_at <= now {
            self.look(now, outputs);
        }
    }

    /// When this process has to write: to renew its lease, to take that of another, or to give up
    /// its own; never, if it has resigned and has none.
    fn next_turn(&self) -> Option<Monotonic> {
        let seen = self.seen.as_ref()?;
        let holder = seen.key.record.as_ref().map(|it| &it.leader);
        let own = holder == Some(&self.me);
        if self.resigned {
            return own.then_some(self.quiet_until);
        }
        if let Some(tenure) = &self.tenure {
            return Some(tenure.sent + self.timing.renew());
        }
        let free = own || holder.is_none() || holder == self.dead.as_ref();
        Some(if free {
            self.quiet_until
        } else {
            seen.at + self.timing.lease()
        })
    }

    fn look(&mut self, now: Monotonic, outputs: &mut Vec<ElectionOutput>) {
        let request = self.ask(now, Question::Read);
        outputs.push(ElectionOutput::Read { request });
    }

    /// Writes its own record, or none if it has resigned.
    fn write(&mut self, now: Monotonic, expected: u64, outputs: &mut Vec<ElectionOutput>) {
        let request = self.requests + 1;
        let record = (!self.resigned).then(|| LeaderRecord {
            leader: self.me.clone(),
            request,
            token: self.tenure.as_ref().map(|it| it.token),
        });
        self.written = Some((request, now));
        let request = self.ask(now, Question::Write(record.clone()));
        outputs.push(ElectionOutput::Write {
            request,
            expected,
            record,
        });
    }

    fn ask(&mut self, sent: Monotonic, question: Question) -> u64 {
        self.requests += 1;
        let request = self.requests;
        self.asked = Some(Asked {
            request,
            sent,
            question,
        });
        request
    }
}

#[cfg(test)]
mod tests;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use aether::{
    cluster::nats::ClusterClient,
    runtime::{Aether, RemoteRefusal, Sent},
};
use tokio::{sync::watch, task::JoinSet, time::Instant};

use super::{
    account::{Change, Changed},
    judge::{Answer, Outcome},
};
use crate::dice::Dice;

/// How many send at a time.
const SENDERS: usize = 64;
/// How many accounts there are: so few that some are changed by several at once.
pub(crate) const ACCOUNTS: usize = 600;

/// Those who change accounts, each again as soon as there is an answer.
pub(crate) struct Load {
    tasks: JoinSet<Vec<Answer>>,
    stop: Arc<AtomicBool>,
    answered: watch::Receiver<u64>,
    origin: Instant,
    /// Keeps the runtime, which is in no cluster without it.
    _client: ClusterClient,
}

struct Sender {
    aether: Aether,
    dice: Dice,
    next: Arc<AtomicU64>,
    origin: Instant,
    answered: watch::Sender<u64>,
}

impl Load {
    pub(crate) fn start(aether: &Aether, client: ClusterClient, dice: &mut Dice) -> Self {
        let (mut tasks, stop) = (JoinSet::new(), Arc::new(AtomicBool::new(false)));
        let (answered, next) = (watch::Sender::new(0), Arc::new(AtomicU64::new(0)));
        let origin = Instant::now();
        for _ in 0..SENDERS {
            let mut sender = Sender {
                aether: aether.clone(),
                dice: dice.other(),
                next: Arc::clone(&next),
                origin,
                answered: answered.clone(),
            };
            let stop = Arc::clone(&stop);
            tasks.spawn(async move {
                let mut answers = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    answers.push(sender.change().await);
                }
                answers
            });
        }
        Self {
            tasks,
            stop,
            answered: answered.subscribe(),
            origin,
            _client: client,
        }
    }

    /// What time it is for those who send, in nanoseconds.
    pub(crate) fn now(&self) -> u64 {
        nanos(self.origin)
    }

    /// How many commands were answered.
    pub(crate) fn answered(&self) -> u64 {
        *self.answered.borrow()
    }

    /// Waits until so many are answered in all.
    pub(crate) async fn reaches(&self, count: u64) {
        let mut answered = self.answered.clone();
        let reached = answered.wait_for(|it| *it >= count).await;
        reached.expect("somebody sends");
    }

    /// Lets everyone come to an end; all answers.
    pub(crate) async fn end(self) -> Vec<Answer> {
        self.stop.store(true, Ordering::Relaxed);
        self.tasks.join_all().await.concat()
    }
}

impl Sender {
    async fn change(&mut self) -> Answer {
        let account = self.dice.below(ACCOUNTS);
        let by = i64::try_from(self.dice.below(40)).expect("it is small") - 18;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let began = self.now();
        let sent = self.aether.send(Change {
            account: account.to_string(),
            number,
            by,
        });
        let outcome = match sent.await {
            Ok(sent) => Outcome::Done {
                version: sent.version.as_u64(),
                total: total(&sent),
            },
            Err(err) => match err.refusal::<RemoteRefusal>() {
                Some(refusal) => Outcome::Refused {
                    total: refused_at(&refusal.to_string()),
                },
                None => Outcome::InDoubt(err.to_string()),
            },
        };
        let ended = self.now();
        if !matches!(outcome, Outcome::InDoubt(_)) {
            self.answered.send_modify(|count| *count += 1);
        }
        Answer {
            number,
            account,
            by,
            outcome,
            began,
            ended,
        }
    }

    /// In nanoseconds.
    fn now(&self) -> u64 {
        nanos(self.origin)
    }
}

fn nanos(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).expect("not in that many years")
}

/// What is there after it, if the answer says so.
fn total(sent: &Sent) -> Option<i64> {
    let event = sent.events().first()?;
    let changed: Changed = event.data.decode().expect("it is a change");
    Some(changed.total)
}

/// What a refusal says that there is.
fn refused_at(text: &str) -> i64 {
    let total = text.rsplit(' ').next().and_then(|it| it.parse().ok());
    total.unwrap_or_else(|| panic!("a refusal says: {text}"))
}

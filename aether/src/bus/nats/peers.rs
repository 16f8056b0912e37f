use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_nats::{Client, Message};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep, timeout},
};

use super::subjects;
use crate::bus::{BusError, BusErrorKind};

/// The other buses, as far as they were heard of, and what they were asked.
#[derive(Debug)]
pub(super) struct Peers {
    node: String,
    client: Client,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Since when each is known.
    known: HashMap<String, Instant>,
    questions: HashMap<u64, Question>,
    next: u64,
}

/// Who has not answered yet.
#[derive(Debug)]
struct Question {
    silent: HashSet<String>,
    answered: Option<oneshot::Sender<()>>,
}

/// What buses say to each other.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "word", rename_all = "lowercase")]
enum Word {
    /// Who hears this is to answer.
    Ask { node: String, question: u64 },
    /// An answer.
    Here { node: String, question: u64 },
    /// A bus is closed.
    Bye { node: String },
}

impl Peers {
    /// How long the others of a cluster have to answer before they are taken for gone.
    const ANSWER: Duration = Duration::from_secs(1);
    /// How long a new bus waits to hear of the others, twice.
    const GREETING: Duration = Duration::from_millis(50);

    pub(super) fn new(node: &str, client: &Client) -> Self {
        Self {
            node: node.to_owned(),
            client: client.clone(),
            state: Mutex::default(),
        }
    }

    /// The bus whose peers they are.
    pub(super) fn node(&self) -> &str {
        &self.node
    }

    /// Answers others, and takes their answers, for ever.
    pub(super) async fn listen(
        self: &Arc<Self>,
    ) -> Result<impl Future<Output = ()> + Send + 'static, BusError> {
        let silent = |err| unavailable().because(err);
        let all = self.client.subscribe(subjects::all_nodes()).await;
        let own = self.client.subscribe(subjects::node(&self.node)).await;
        let mut words = stream::select(all.map_err(silent)?, own.map_err(silent)?);
        let peers = Arc::clone(self);
        Ok(async move {
            while let Some(message) = words.next().await {
                peers.hear(&message).await;
            }
        })
    }

    /// Makes the bus known to the others, and them to it.
    pub(super) async fn greet(&self, patience: Duration) -> Result<(), BusError> {
        self.confirm(patience).await?;
        if self.is_alone() {
            return Ok(());
        }
        // Another bus may just be opening as well: then one of them hears the other.
        for _ in 0..2 {
            sleep(Self::GREETING).await;
            self.confirm(patience).await?;
        }
        Ok(())
    }

    /// Waits until every server has heard all that this bus has said to its own so far.
    pub(super) async fn confirm(&self, patience: Duration) -> Result<(), BusError> {
        let (question, mut answered) = self.question();
        let asked = Word::Ask {
            node: self.node.clone(),
            question,
        };
        self.say(subjects::all_nodes(), &asked).await?;
        if timeout(Self::ANSWER.min(patience), &mut answered)
            .await
            .is_ok()
        {
            return Ok(());
        }
        if self.give_up(question) {
            // The own server has answered; whoever has not is gone.
            return Ok(());
        }
        let answered = timeout(patience.saturating_sub(Self::ANSWER), answered).await;
        self.state().questions.remove(&question);
        match answered {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(unavailable()),
        }
    }

    /// Whether there is but one server, which knows all.
    fn is_alone(&self) -> bool {
        self.client.server_info().cluster.is_none()
    }

    fn question(&self) -> (u64, oneshot::Receiver<()>) {
        let (answered, is_answered) = oneshot::channel();
        let is_alone = self.is_alone();
        let mut state = self.state();
        let mut silent = HashSet::from([self.node.clone()]);
        if !is_alone {
            silent.extend(state.known.keys().cloned());
        }
        let number = state.next;
        state.next += 1;
        let question = Question {
            silent,
            answered: Some(answered),
        };
        state.questions.insert(number, question);
        drop(state);
        (number, is_answered)
    }

    /// Takes those that have not answered for gone; says whether the own server has answered.
    fn give_up(&self, question: u64) -> bool {
        let mut state = self.state();
        let State {
            known, questions, ..
        } = &mut *state;
        let Some(asked) = questions.get_mut(&question) else {
            return true;
        };
        let has_answered = !asked.silent.contains(&self.node);
        if has_answered {
            known.retain(|node, _| !asked.silent.contains(node));
            questions.remove(&question);
        } else {
            asked.silent.retain(|node| *node == self.node);
        }
        has_answered
    }

    async fn hear(&self, message: &Message) {
        match serde_json::from_slice(&message.payload) {
            Ok(Word::Ask { node, question }) => {
                self.know(&node);
                let here = Word::Here {
                    node: self.node.clone(),
                    question,
                };
                if let Err(err) = self.say(subjects::node(&node), &here).await {
                    tracing::debug!(error = %err, "another bus is not answered");
                }
            }
            Ok(Word::Here { node, question }) => {
                self.know(&node);
                self.state().answer(question, &node);
            }
            Ok(Word::Bye { node }) => {
                let mut state = self.state();
                state.known.remove(&node);
                let open: Vec<_> = state.questions.keys().copied().collect();
                for question in open {
                    state.answer(question, &node);
                }
                drop(state);
            }
            Err(err) => tracing::warn!(error = %err, "a foreign word among buses"),
        }
    }

    fn know(&self, node: &str) {
        if node != self.node {
            let mut state = self.state();
            state
                .known
                .entry(node.to_owned())
                .or_insert_with(Instant::now);
        }
    }

    /// Whether a bus that is heard of was not known at a time, so that it was not waited for then.
    /// It is known from now on.
    pub(super) fn was_unknown(&self, node: &str, at: Instant) -> bool {
        // A server that is alone knows all that its clients have said before.
        if self.is_alone() {
            return false;
        }
        self.know(node);
        self.state()
            .known
            .get(node)
            .is_some_and(|since| *since > at)
    }

    async fn say(&self, subject: String, word: &Word) -> Result<(), BusError> {
        let word = serde_json::to_vec(word).map_err(|err| unavailable().because(err))?;
        let said = self.client.publish(subject, word.into()).await;
        said.map_err(|err| unavailable().because(err))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it is held can only be our own bug.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answer(&mut self, question: u64, node: &str) {
        let Some(asked) = self.questions.get_mut(&question) else {
            return;
        };
        asked.silent.remove(node);
        if asked.silent.is_empty() {
            let answered = asked.answered.take();
            self.questions.remove(&question);
            let nobody_waits = answered.map(|it| it.send(()).is_err());
            tracing::trace!(?nobody_waits, question, "all have answered");
        }
    }
}

/// Says that a bus is closed.
pub(super) fn bye(node: &str) -> Bytes {
    let node = node.to_owned();
    let word = serde_json::to_vec(&Word::Bye { node });
    word.unwrap_or_default().into()
}

pub(super) fn unavailable() -> BusError {
    BusError::new(
        BusErrorKind::Unavailable,
        "the servers of the bus do not answer",
    )
}

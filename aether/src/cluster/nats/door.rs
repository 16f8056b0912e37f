use std::{sync::Arc, time::Duration};

use async_nats::Message;
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{
    ShardHandler, bundle::said, desk::Attendance, letter::Letter, link::Link, names::Names,
    tasks::Tasks, wire::Inbox,
};
#[cfg(feature = "simulation")]
use crate::simulation::Place;

/// Takes in what comes for a process of a node.
///
/// An ask of a shard that is here begins where it is read; all that is for the node itself to decide
/// is handed on to its driver, in the order in which it came.
pub(super) struct Door<H> {
    inbox: Inbox,
    attendance: Attendance<H>,
    link: Arc<Link>,
    rest: mpsc::Sender<Message>,
    close: oneshot::Receiver<()>,
    /// Until then each ask has a task: they take long.
    aside_until: Instant,
}

/// What a driver has of a door. It ends when this is dropped.
pub(super) struct Doorway {
    rest: mpsc::Receiver<Message>,
    close: Option<oneshot::Sender<()>>,
    _door: Tasks,
}

/// How much may wait for a driver: it is rarely behind.
const ROOM: usize = 1_024;
/// What takes longer than this to begin with keeps others from being read.
const LONG: Duration = Duration::from_micros(200);
/// For how long what comes after that has tasks, which run side by side.
const ASIDE: Duration = Duration::from_millis(50);

impl Doorway {
    /// Opens a door for what comes here.
    pub(super) fn open<H: ShardHandler>(
        link: &Arc<Link>,
        inbox: Inbox,
        attendance: Attendance<H>,
    ) -> Self {
        let (handed_on, rest) = mpsc::channel(ROOM);
        let (close, closing) = oneshot::channel();
        let door = Door {
            inbox,
            attendance,
            link: Arc::clone(link),
            rest: handed_on,
            close: closing,
            aside_until: Instant::now(),
        };
        Self {
            rest,
            close: Some(close),
            _door: Tasks::of(door.run()),
        }
    }

    /// What is not for the door to do; none, if there will be no more.
    ///
    /// # Cancel safety
    /// Cancel safe: nothing is lost.
    pub(super) async fn next(&mut self) -> Option<Message> {
        self.rest.recv().await
    }

    /// Lets nothing more come: what has arrived still does.
    pub(super) fn close(&mut self) {
        if let Some(close) = self.close.take() {
            // It may have ended.
            _ = close.send(());
        }
    }
}

impl<H: ShardHandler> Door<H> {
    async fn run(mut self) {
        let mut is_open = true;
        loop {
            let message = tokio::select! {
                biased;
                _ = &mut self.close, if is_open => {
                    is_open = false;
                    if let Err(error) = self.inbox.drain().await {
                        tracing::debug!(%error, "the node hears no more");
                    }
                    continue;
                }
                message = self.inbox.next() => message,
            };
            let Some(message) = message else { return };
            let Some(rest) = self.take(message).await else {
                continue;
            };
            if self.rest.send(rest).await.is_err() {
                return;
            }
        }
    }

    /// Does what can be done here, or gives the message back.
    async fn take(&mut self, message: Message) -> Option<Message> {
        let (_, what) = message.subject.rsplit_once('.')?;
        match what {
            Names::PING => {
                let payload = self.link.server().as_bytes().to_vec();
                // If it fails, the ping is in vain, and that is so.
                let client = &self.link.client;
                drop(client.publish(message.reply?, payload.into()).await);
                None
            }
            Names::ASK => self.admit(message).await,
            Names::WARM => {
                for (shard, text) in said(&message.payload) {
                    self.attendance.desk.handler.warm(shard, text);
                }
                None
            }
            _ => Some(message),
        }
    }

    async fn admit(&mut self, message: Message) -> Option<Message> {
        let (letter, _) = Letter::open(&message.payload, message.reply.clone()?)?;
        if let Some(refusal) = self.attendance.desk.refusal(&letter) {
            self.attendance.desk.answer(letter.reply, &refusal).await;
            return None;
        }
        let came = Instant::now();
        let in_place = self.aside_until <= came && !is_simulated();
        let is_begun = self.attendance.begin(letter, in_place).is_ok();
        let now = Instant::now();
        if in_place && came + LONG < now {
            self.aside_until = now + ASIDE;
        }
        (!is_begun).then_some(message)
    }
}

/// Whether it is a simulation that says what runs when.
fn is_simulated() -> bool {
    #[cfg(feature = "simulation")]
    return Place::present().is_some();
    #[cfg(not(feature = "simulation"))]
    false
}

use std::{sync::Arc, time::Duration};

use async_nats::Message;
use futures_util::FutureExt as _;
use tokio::{
    sync::{Notify, broadcast, mpsc, watch},
    time::{Instant, sleep, sleep_until, timeout_at},
};

use super::{
    BegunShard, ClusterError, ClusterStatus, ShardHandler,
    control::{self, Control},
    desk::{Attendance, BUSY},
    door::Doorway,
    follower::subscribe,
    frame::AnswerFrame,
    letter::{Finishing, Letter},
    link::{self, Connection, Link},
    messages::{
        HeartbeatForm, Lost, LostForm, NodeForm, ProcessForm, ReleasedForm, from_json, to_json,
    },
    meters::Meters,
    names::Names,
    orders::{self, Orders},
    release::Release,
    tasks::Tasks,
    wire::Inbox,
};
use crate::cluster::{
    ClusterEvent, ClusterNode, ElectionInput, Epoch, Incarnation, Monotonic, NodeId, NodeInput,
    NodeOutput, NodeProcess, NodeSettings, Refusal, ReleasedShard, Shard, ShardTable, Tenure,
};

/// What a node's driver shares with its manager.
pub(super) struct Shared {
    pub(super) orders: mpsc::UnboundedReceiver<NodeInput<Letter>>,
    pub(super) tables: watch::Sender<Option<Arc<ShardTable>>>,
    /// The revision of the table that the node goes by in full.
    pub(super) gone_by: watch::Sender<u64>,
    pub(super) look: Arc<Notify>,
    pub(super) events: broadcast::Sender<ClusterEvent>,
    pub(super) status: watch::Sender<ClusterStatus>,
}

/// Runs a node: carries out what [`ClusterNode`] says, and tells it what happens.
pub(super) struct Driver<H> {
    link: Arc<Link>,
    settings: NodeSettings,
    attendance: Attendance<H>,
    shared: Shared,
    connection: watch::Receiver<Connection>,
    origin: Instant,
    life: Life,
    told: Inbox,
    notices: Inbox,
    is_leaving: bool,
    orders: Orders,
    meters: Meters,
    /// Pings, and questions to the store.
    tasks: Tasks,
}

/// One process of the node: after a dismissal it has another.
pub(super) struct Life {
    node: ClusterNode<Letter>,
    doorway: Doorway,
    inbox: mpsc::UnboundedReceiver<NodeInput<Letter>>,
    /// Not many are ever in it: one for each ask and question under way.
    sender: mpsc::UnboundedSender<NodeInput<Letter>>,
}

/// Whether a node goes on.
enum Next {
    GoOn,
    ComeBack,
    End,
}

/// How long a node that has left listens for those who do not know it yet.
const PARTING: Duration = Duration::from_millis(200);
/// How long a node waits that cannot come back.
const PAUSE: Duration = Duration::from_millis(250);

impl Life {
    pub(super) async fn begin<H: ShardHandler>(
        link: &Arc<Link>,
        node: &NodeId,
        settings: &NodeSettings,
        attendance: &Attendance<H>,
    ) -> Result<Self, ClusterError> {
        let form = NodeForm {
            version: settings.version.to_string(),
            weight: settings.weight,
        };
        // A later process has a larger revision.
        let revision = link.bucket.register(node.as_str(), to_json(&form)).await?;
        let process = node.process(Incarnation(revision));
        let asks = subscribe(link, link.names.all_of(&process)).await?;
        let (sender, inbox) = mpsc::unbounded_channel();
        Ok(Self {
            node: ClusterNode::new(process, settings.clone()),
            doorway: Doorway::open(link, asks, attendance.clone()),
            inbox,
            sender,
        })
    }

    pub(super) fn process(&self) -> &NodeProcess {
        self.node.process()
    }
}

impl<H: ShardHandler> Driver<H> {
    pub(super) async fn new(
        link: Arc<Link>,
        life: Life,
        settings: NodeSettings,
        (attendance, meters): (Attendance<H>, Meters),
        shared: Shared,
    ) -> Result<Self, ClusterError> {
        Ok(Self {
            told: subscribe(&link, link.names.told("*")).await?,
            notices: subscribe(&link, link.names.notices()).await?,
            connection: link.connection.clone(),
            link,
            settings,
            attendance,
            shared,
            origin: Instant::now(),
            life,
            is_leaving: false,
            orders: Orders::default(),
            meters,
            tasks: Tasks::default(),
        })
    }

    /// Runs until the node has left.
    pub(super) async fn run(mut self) {
        let mut input = NodeInput::Connected(self.link.server());
        loop {
            match self.step(input).await {
                Next::GoOn => {}
                Next::ComeBack if self.is_leaving => return,
                Next::ComeBack => self.come_back().await,
                Next::End => return self.end().await,
            }
            self.tasks.tidy();
            self.attendance.desk.holds(self.life.node.held());
            input = self.next().await;
        }
    }

    async fn step(&mut self, input: NodeInput<Letter>) -> Next {
        let now = Monotonic::after(self.origin.elapsed());
        self.meters.happens(&input);
        for output in self.life.node.step(now, input) {
            self.meters.follows(&output, &self.life.node);
            match self.carry_out(output).await {
                Next::GoOn => {}
                end @ (Next::ComeBack | Next::End) => return end,
            }
        }
        let revision = self.life.node.revision();
        let go_by = |gone_by: &mut u64| std::mem::replace(gone_by, revision) != revision;
        self.shared.gone_by.send_if_modified(go_by);
        Next::GoOn
    }

    /// The next thing that happens.
    async fn next(&mut self) -> NodeInput<Letter> {
        let wake = self.life.node.next_wake().since(Monotonic::ORIGIN);
        let wake = self.origin + wake;
        loop {
            let input = tokio::select! {
                biased;
                () = sleep_until(wake) => Some(NodeInput::Tick),
                Some(order) = self.shared.orders.recv() => {
                    self.is_leaving |= matches!(order, NodeInput::Leave | NodeInput::LeaveNow);
                    Some(order)
                }
                Some(input) = self.life.inbox.recv() => Some(input),
                Ok(()) = self.connection.changed() => Some(self.connected()),
                () = self.shared.look.notified() => Some(NodeInput::Look),
                Some(message) = self.told.next() => self.hear(&message),
                Some(message) = self.notices.next() => self.notice(&message),
                Some(message) = self.life.doorway.next() => self.receive(message).await,
            };
            if let Some(input) = input {
                return input;
            }
        }
    }

    // What happens.

    fn connected(&mut self) -> NodeInput<Letter> {
        let is_lost = self.connection.borrow_and_update().is_lost;
        if is_lost {
            NodeInput::Disconnected
        } else {
            NodeInput::Connected(self.link.server())
        }
    }

    /// What the nodes and the clients of the cluster tell all nodes.
    fn hear(&self, message: &Message) -> Option<NodeInput<Letter>> {
        let (_, what) = message.subject.rsplit_once('.')?;
        let json = &message.payload;
        match what {
            Names::HEARTBEAT => {
                let form: HeartbeatForm = from_json(json)?;
                Some(NodeInput::Heard(form.heartbeat()?))
            }
            Names::LOST => {
                let LostForm { process, how } = from_json(json)?;
                Some(match how {
                    Lost::Unreachable => NodeInput::Unreachable(process.process()?),
                    Lost::Unanswered => NodeInput::Unanswered(process.process()?),
                })
            }
            Names::RELEASED => {
                let form: ReleasedForm = from_json(json)?;
                let count = self.life.node.table()?.count();
                Some(NodeInput::Released(form.released(count)?))
            }
            Names::LEFT => {
                let form: ProcessForm = from_json(json)?;
                Some(NodeInput::Left(form.process()?))
            }
            _ => None,
        }
    }

    /// What is told of the bucket.
    fn notice(&self, message: &Message) -> Option<NodeInput<Letter>> {
        let (key, found) = link::noticed(&self.link.names, message)?;
        match key {
            Names::MAP => link::table_of(&found).map(NodeInput::TableHeard),
            Names::LEADER => {
                let key = control::leader_key(&found)?;
                Some(NodeInput::Election(ElectionInput::Watched(key)))
            }
            _ => None,
        }
    }

    /// What comes for this process alone.
    async fn receive(&mut self, message: Message) -> Option<NodeInput<Letter>> {
        let (_, what) = message.subject.rsplit_once('.')?;
        match what {
            Names::DISMISS => Some(NodeInput::Dismissed),
            Names::INSTRUCT => orders::instructed(&message.payload),
            Names::ORDER => self.orders.take(&self.link.client, message).await,
            Names::ASK => self.admit(message).await,
            _ => None,
        }
    }

    async fn admit(&self, message: Message) -> Option<NodeInput<Letter>> {
        let size = message.payload.len();
        let (letter, epoch) = Letter::open(&message.payload, message.reply?)?;
        let desk = &self.attendance.desk;
        if let Some(refusal) = desk.refusal(&letter) {
            desk.answer(letter.reply, &refusal).await;
            return None;
        }
        Some(NodeInput::Arrived {
            shard: letter.shard,
            epoch,
            message: letter,
            size,
        })
    }

    // What is to be done.

    async fn carry_out(&mut self, output: NodeOutput<Letter>) -> Next {
        let control = Control(Arc::clone(&self.link));
        match output {
            NodeOutput::Beat(mut heartbeat) => {
                heartbeat.server = self.link.server();
                let load = self.attendance.desk.running();
                heartbeat.load = u64::try_from(load).unwrap_or(u64::MAX);
                // What waits for a connection would be late.
                if self.link.is_connected() {
                    let json = to_json(&HeartbeatForm::from(&heartbeat));
                    self.link.tell(Names::HEARTBEAT, json).await;
                }
            }
            NodeOutput::Ping { ping, process } => {
                self.find_out(control.ping(ping, process, self.settings.membership.ping));
            }
            NodeOutput::AskServer { question, server } => {
                let patience = self.settings.membership.ping;
                self.find_out(control.ask_server(question, server, patience));
            }
            NodeOutput::Dismiss(process) => self.dismiss(&process).await,
            NodeOutput::ReadLeader { request } => self.find_out(control.read_leader(request)),
            NodeOutput::WriteLeader {
                request,
                expected,
                record,
            } => self.find_out(control.write_leader(request, expected, record)),
            NodeOutput::ReadTable => self.find_out(control.read_table()),
            NodeOutput::WriteTable {
                request,
                expected,
                table,
            } => self.find_out(control.write_table(request, expected, table)),
            NodeOutput::Release(all) => self.release(all).await,
            NodeOutput::Table(table) => {
                self.attendance.desk.goes_by(table.epoch());
                self.shared.tables.send_replace(Some(Arc::new(table)));
            }
            NodeOutput::Begin {
                shard,
                since,
                seized,
            } => self.begin(BegunShard {
                shard,
                since,
                seized,
            }),
            NodeOutput::End(shard) => self.end_shard(shard),
            // What there is to read ahead is said by who has the shard.
            NodeOutput::Warm(_) => {}
            NodeOutput::Dispatch {
                shard,
                tenure,
                message,
            } => self.dispatch(shard, tenure, message),
            NodeOutput::Forward { to, message, .. } => self.forward(&to, message).await,
            NodeOutput::Refuse { message, refusal } => self.refuse(message, refusal).await,
            NodeOutput::Instruct {
                process,
                availability,
            } => orders::instruct(&self.link, &process, availability).await,
            NodeOutput::Answer { number, outcome } => {
                self.orders.answer(&self.link.client, number, outcome).await;
            }
            NodeOutput::Event(event) => self.tell(event),
            NodeOutput::Expelled => return Next::ComeBack,
            NodeOutput::Gone => return Next::End,
        }
        Next::GoOn
    }

    /// Lets a task find out what the node wants to know.
    fn find_out(
        &mut self,
        question: impl Future<Output = Option<NodeInput<Letter>>> + Send + 'static,
    ) {
        let sender = self.life.sender.clone();
        self.tasks.spawn(async move {
            if let Some(answer) = question.await {
                // A node that has gone needs not know.
                drop(sender.send(answer));
            }
        });
    }

    /// Says that the node has done with shards: at once, or when what its handler does of itself is
    /// done.
    async fn release(&mut self, all: Vec<ReleasedShard>) {
        let is_quiet =
            |it: &ReleasedShard| self.attendance.quiet(it.shard).now_or_never().is_some();
        let (quiet, busy): (Vec<_>, Vec<_>) = all.into_iter().partition(is_quiet);
        if !quiet.is_empty() {
            self.releases().say(quiet).await;
        }
        for shard in busy {
            self.tasks.spawn(self.releases().when_quiet(shard));
        }
    }

    fn releases(&self) -> Release<H> {
        let leads = self.life.node.leads();
        Release {
            link: Arc::clone(&self.link),
            attendance: self.attendance.clone(),
            process: self.life.process().clone(),
            leader: leads.then(|| self.life.sender.clone()),
        }
    }

    fn begin(&self, begun: BegunShard) {
        let desk = &self.attendance.desk;
        desk.handler.begin(begun);
        desk.gates.begin(begun);
    }

    fn end_shard(&self, shard: Shard) {
        let desk = &self.attendance.desk;
        desk.gates.end(shard);
        desk.handler.end(shard);
    }

    async fn dismiss(&self, process: &NodeProcess) {
        let subject = self.link.subject(process, Names::DISMISS);
        let told = self.link.client.publish(subject, Vec::new().into()).await;
        if let Err(error) = told {
            tracing::debug!(%error, %process, "a process cannot be told that it counts as dead");
        }
    }

    /// Carries out an ask that has waited for its shard.
    fn dispatch(&self, shard: Shard, tenure: Tenure, letter: Letter) {
        let table = self.life.node.table();
        let since = table.map_or_else(Epoch::default, |it| it.owned_since(shard));
        let finishing = Finishing {
            inbox: self.life.sender.clone(),
            shard,
            tenure,
        };
        let desk = Arc::clone(&self.attendance.desk);
        self.attendance.spawn(async move {
            let _finishing = finishing;
            desk.carry_out(letter, since).await;
        });
    }

    async fn forward(&self, to: &NodeProcess, letter: Letter) {
        let epoch = self.life.node.table().map(ShardTable::epoch);
        let sealed = letter.seal(epoch.unwrap_or_default());
        let subject = self.link.subject(to, Names::ASK);
        let client = &self.link.client;
        let sent = client
            .publish_with_reply(subject, letter.reply, sealed)
            .await;
        if let Err(error) = sent {
            tracing::debug!(%error, %to, "an ask is not sent on");
        }
    }

    async fn refuse(&self, letter: Letter, refusal: Refusal) {
        let refusal = match refusal {
            Refusal::Moved { epoch, .. } => AnswerFrame::Moved(epoch),
            Refusal::Busy => AnswerFrame::Busy(BUSY),
        };
        self.attendance.desk.answer(letter.reply, &refusal).await;
    }

    /// Tells whoever listens what has happened.
    fn tell(&self, event: ClusterEvent) {
        tracing::debug!(?event, process = %self.life.process(), "cluster");
        let node = &self.life.node;
        let me = node.process();
        let owned = node.table().map(|it| it.owned_by(me));
        self.shared.status.send_modify(|status| {
            status.process = me.clone();
            status.leader = node.leader().cloned();
            status.epoch = node.table().map(ShardTable::epoch).unwrap_or_default();
            status.shards = owned.unwrap_or_default();
            status.members = node.members().map(|it| it.process.clone()).collect();
            status.availability = node.availability();
            status.is_drained = node.is_drained();
        });
        // Nobody may be listening.
        drop(self.shared.events.send(event));
    }

    // Coming back, and going.

    /// Comes back as a later process, which is to offer what the earlier one was to.
    async fn come_back(&mut self) {
        let node = self.life.process().node.clone();
        let availability = self.life.node.availability();
        loop {
            match Life::begin(&self.link, &node, &self.settings, &self.attendance).await {
                Ok(life) => {
                    self.life = life;
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, %node, "the node cannot come back yet");
                    sleep(PAUSE).await;
                }
            }
        }
        let connected = NodeInput::Connected(self.link.server());
        for input in [NodeInput::Instructed(availability), connected] {
            // It cannot be over already.
            drop(self.life.sender.send(input));
        }
        self.meters.returned();
        self.tell(ClusterEvent::Returned(self.life.process().clone()));
    }

    /// Tells whoever asks, until that moment or until nothing more comes, that all has moved: not
    /// everyone knows yet, and what comes to a server that still takes this process to be there, when
    /// it is not, is lost without a notice.
    async fn see_off(&mut self, until: Instant) {
        let epoch = self.life.node.table().map(ShardTable::epoch);
        let moved = AnswerFrame::Moved(epoch.unwrap_or_default());
        while let Ok(Some(message)) = timeout_at(until, self.life.doorway.next()).await {
            let reply = message
                .reply
                .filter(|_| message.subject.ends_with(Names::ASK));
            if let Some(reply) = reply {
                self.attendance.desk.answer(reply, &moved).await;
            }
        }
    }

    async fn end(mut self) {
        let left = ProcessForm::from(self.life.process());
        self.link.tell(Names::LEFT, to_json(&left)).await;
        self.attendance.desk.gates.end_all();
        self.see_off(Instant::now() + PARTING).await;
        self.life.doorway.close();
        // What has arrived by then is there soon.
        self.see_off(Instant::now() + PARTING).await;
        if let Err(error) = self.link.client.flush().await {
            tracing::warn!(%error, "that the node has left may not be known yet");
        }
    }
}

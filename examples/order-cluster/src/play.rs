use std::{sync::Arc, time::Duration};

use aether::{
    Position,
    cluster::{
        ClusterOrder, NodeId, ShardTable,
        nats::{ClusterClient, ClusterObserver},
    },
    runtime::Aether,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::{Instant, sleep, timeout},
};

use super::{
    account::{self, Phase, millis},
    args::PlayArgs,
    crew::Member,
    failure::Failure,
    judge::Log,
    load::{self, Acknowledged, Load},
    maps::{Maps, heirs, is_shared, owned, shares},
    say,
    server::Server,
    shop,
};

const NAMES: [&str; 3] = ["a", "b", "c"];
/// How long all of it may take.
const BUDGET: Duration = Duration::from_secs(58);
/// For how long after a kill it is counted to it what anyone waits.
const AFTERMATH: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(20);

/// Shows everything, unless it takes too long or Ctrl-C comes; the processes are gone then.
pub(crate) async fn run(args: &PlayArgs) -> Result<(), Failure> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::Signals)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Signals)?;
    let whole = timeout(BUDGET, Box::pin(show(args)));
    tokio::select! {
        biased;
        _told = interrupt.recv() => Err(Failure::BrokenOff),
        _told = terminate.recv() => Err(Failure::BrokenOff),
        shown = whole => shown.unwrap_or(Err(Failure::Late("the whole"))),
    }
}

/// The processes, and what is known of them.
struct Stage {
    members: Vec<Member>,
    client: ClusterClient,
    observer: ClusterObserver,
    maps: Maps,
    began: Instant,
}

async fn show(args: &PlayArgs) -> Result<(), Failure> {
    let server = Server::start(&args.nats_server).await?;
    let aether = shop::visit(&server.url).await?;
    let mut stage = Stage::set(args, &server.url, &aether).await?;
    let mut commands = load::prepare(&aether).await?;
    let mut load = Load::start(&aether, args.customers, args.pause);
    stage.began = Instant::now();
    stage.tell(&format!(
        "{} customers come in, and order again every {} ms",
        args.customers,
        args.pause.as_millis()
    ))?;
    let phases = tokio::select! {
        phases = stage.act(args) => phases?,
        failure = load.fails() => return Err(failure),
    };
    commands.extend(load.end().await?);
    stage.tell("the customers have gone")?;
    let log = settled(&server.url).await?;
    stage.tell("all that follows from their orders has happened")?;
    account::waits(&phases, &commands)?;
    judged(&log, &commands)?;
    aether.shutdown().await;
    for member in stage.members {
        member.leave().await?;
    }
    Ok(())
}

fn judged(log: &Log, commands: &[Acknowledged]) -> Result<(), Failure> {
    account::verdict(&log.judge(commands)?)
}

/// The log, once every order is confirmed or turned down.
async fn settled(url: &str) -> Result<Log, Failure> {
    let (store, mut log) = (shop::store(url).await?, Log::default());
    let settled = async {
        let mut after = Position::START;
        loop {
            let head = log.read_on(&store, after).await?;
            if head == after && log.is_settled() {
                return Ok(());
            }
            after = head;
            sleep(Duration::from_millis(200)).await;
        }
    };
    let late = Failure::Late("every order is confirmed or turned down");
    timeout(PATIENCE, settled).await.unwrap_or(Err(late))?;
    Ok(log)
}

impl Stage {
    /// Three processes, each with its share of the shards.
    async fn set(args: &PlayArgs, url: &str, aether: &Aether) -> Result<Self, Failure> {
        let began = Instant::now();
        let start = |name: &&str| Member::start(name, url, args.shards);
        let mut members = NAMES.iter().map(start).collect::<Result<Vec<_>, _>>()?;
        for member in &mut members {
            member.ready().await?;
        }
        let options = shop::cluster(args.shards)?;
        let observer = options.clone().observe(url).await?;
        let client = options.client_with(url, aether).await?;
        let maps = Maps::follow(&client);
        let stage = Self {
            members,
            client,
            observer,
            maps,
            began,
        };
        let table = stage
            .until("the nodes share the shards", |it| is_shared(it, 3))
            .await?;
        let shares = shares(&table);
        let shares = shares
            .iter()
            .map(|(node, shards)| format!("{} {shards}", node.node));
        let shares = shares.collect::<Vec<_>>().join(", ");
        say(&format!(
            "\n  Three processes and a NATS server on this machine; {} shards: {shares}\n",
            args.shards
        ))?;
        Ok(stage)
    }

    fn tell(&self, what: &str) -> Result<(), Failure> {
        let seconds = self.began.elapsed().as_secs_f64();
        say(&format!("  {seconds:>5.1} s  {what}"))
    }

    async fn until(
        &self,
        what: &'static str,
        is_so: impl FnMut(&ShardTable) -> bool + Send,
    ) -> Result<Arc<ShardTable>, Failure> {
        let found = timeout(PATIENCE, self.client.wait_for(is_so)).await;
        found.ok().flatten().ok_or(Failure::Late(what))
    }

    /// What happens to the nodes.
    async fn act(&mut self, args: &PlayArgs) -> Result<Vec<Phase>, Failure> {
        sleep(args.calm).await;
        let killed = self.kill().await?;
        sleep(args.calm).await;
        let drained = self.drain().await?;
        sleep(args.calm).await;
        Ok(vec![killed, drained])
    }

    /// Kills the node that leads.
    async fn kill(&mut self) -> Result<Phase, Failure> {
        let leader = self.observer.look().await?.leader;
        let leader = leader.map(|(process, _)| process.node.to_string());
        let place = self.members.iter();
        let place = place
            .clone()
            .position(|it| Some(&it.name) == leader.as_ref());
        let member = self.members.remove(place.unwrap_or_default());
        let before = self.until("there is a table", |_| true).await?;
        let (name, shards) = (member.name.clone(), owned(&before, &member.name));
        let from = Instant::now();
        member.kill().await?;
        self.tell(&format!(
            "{name}, which leads the cluster and has {shards} shards, is killed (-9)"
        ))?;
        let found = self.maps.first(from, |it| owned(it, &name) == 0);
        let found = timeout(PATIENCE, found).await.ok().flatten();
        let (at, after) = found.ok_or(Failure::Late("the shards of the dead have gone"))?;
        self.tell(&format!(
            "its shards have new owners after {}: {}",
            millis(at - from),
            heirs(&before, &after, &name)
        ))?;
        sleep((from + AFTERMATH).saturating_duration_since(Instant::now())).await;
        Ok(Phase {
            name: "in the second after the kill",
            from,
            until: from + AFTERMATH,
        })
    }

    /// Has one of the others give its shards away, and leave.
    async fn drain(&mut self) -> Result<Phase, Failure> {
        let member = self.members.remove(0);
        let node = NodeId::new(&member.name).map_err(|_long| Failure::Late("a name"))?;
        let before = self.until("there is a table", |_| true).await?;
        let shards = owned(&before, &member.name);
        let from = Instant::now();
        self.tell(&format!("{node} is to give its {shards} shards away"))?;
        self.observer
            .order(&ClusterOrder::Drain(node.clone()))
            .await?;
        let name = member.name.clone();
        let after = self
            .until("a node is drained", |it| owned(it, &name) == 0)
            .await?;
        self.tell(&format!(
            "it has none any more after {}: {}",
            millis(from.elapsed()),
            heirs(&before, &after, &name)
        ))?;
        member.leave().await?;
        let until = Instant::now();
        self.tell(&format!("{name} has left"))?;
        Ok(Phase {
            name: "while a node was drained and left",
            from,
            until,
        })
    }
}

use std::time::Duration;

use aether::cluster::{
    Availability, ClusterOrder, NodeProcess,
    nats::{ClusterObserver, ClusterView, ObservedNode, OrderTaken},
};
use serde::Serialize;
use tokio::time::sleep;

use super::{
    Failure, Outcome, Screen,
    args::{ClusterArgs, NodeArgs, RebalanceArgs, WaitingArgs},
    observe,
};

/// What was done, as programs are told it.
#[derive(Serialize)]
struct Done<'a> {
    order: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    process: Option<String>,
    /// How many shards the node had, or how many were to move.
    shards: usize,
    /// How many of them are still to go; nothing, if that was not waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<usize>,
    told: &'a str,
}

/// How far a drain has come.
enum Progress {
    Left(usize),
    Done,
    Over(usize, &'static str),
}

/// How often it is looked how far what was ordered is.
const EVERY: Duration = Duration::from_millis(100);

pub(super) async fn cordon(args: NodeArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let observer = observe(&args.of).await?;
    let order = ClusterOrder::Cordon(args.node);
    let (process, shards) = obeyed(&observer, &order).await?;
    let told = format!("{process} is cordoned: it keeps its {shards} shards, and gets no more");
    done("cordon", Some(&process), (shards, None), &told, screen)
}

pub(super) async fn uncordon(args: NodeArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let observer = observe(&args.of).await?;
    let order = ClusterOrder::Uncordon(args.node);
    let (process, shards) = obeyed(&observer, &order).await?;
    let told = format!("{process} takes its share again; it has {shards} shards now");
    done("uncordon", Some(&process), (shards, None), &told, screen)
}

pub(super) async fn drain(args: WaitingArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let WaitingArgs { node, no_wait } = args;
    let observer = observe(&node.of).await?;
    let order = ClusterOrder::Drain(node.node);
    let (process, shards) = obeyed(&observer, &order).await?;
    if no_wait {
        let told = format!("{process} gives its {shards} shards away");
        return done("drain", Some(&process), (shards, None), &told, screen);
    }
    let (left, told) = drained(&observer, &node.of, (&process, shards)).await?;
    done("drain", Some(&process), (shards, Some(left)), &told, screen)
}

/// Waits until a node has no shards. Says how many are left if it does not come to that.
async fn drained(
    observer: &ClusterObserver,
    of: &ClusterArgs,
    (process, shards): (&NodeProcess, usize),
) -> Result<(usize, String), Failure> {
    let bar = Screen::progress("draining", shards as u64);
    loop {
        let view = observer.look().await.map_err(|err| of.failed(err))?;
        match progress(&view, process) {
            Progress::Left(left) => bar.set_position(shards.saturating_sub(left) as u64),
            Progress::Done => {
                bar.finish_and_clear();
                return Ok((0, format!("{process} has given its {shards} shards away")));
            }
            Progress::Over(left, why) => {
                bar.finish_and_clear();
                return Ok((left, format!("{process} {why}, and had {left} shards left")));
            }
        }
        sleep(EVERY).await;
    }
}

fn progress(view: &ClusterView, process: &NodeProcess) -> Progress {
    let mut nodes = view.nodes.iter();
    let Some(node) = nodes.find(|it| it.process == *process) else {
        return Progress::Done;
    };
    let ObservedNode {
        shards, heartbeat, ..
    } = node;
    match heartbeat {
        _ if *shards == 0 => Progress::Done,
        None => Progress::Over(*shards, "is not heard any more"),
        Some(heard) if heard.availability == Availability::Draining => Progress::Left(*shards),
        Some(_) => Progress::Over(*shards, "was told otherwise"),
    }
}

pub(super) async fn rebalance(args: RebalanceArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let observer = observe(&args.of).await?;
    let moves = rebalanced(&observer).await?;
    let told = match moves {
        0 => "nothing was done: every node has its share".to_owned(),
        1 => "1 shard moves".to_owned(),
        moves => format!("{moves} shards move"),
    };
    if args.no_wait || moves == 0 {
        return done("rebalance", None, (moves, None), &told, screen);
    }
    let bar = Screen::progress("moving", moves as u64);
    // To order it again asks how far it is, and another leader does not know of it.
    loop {
        let left = rebalanced(&observer).await?;
        if left == 0 {
            break;
        }
        bar.set_position(moves.saturating_sub(left) as u64);
        sleep(EVERY).await;
    }
    bar.finish_and_clear();
    let told = format!("{moves} shards have moved, and every node has its share");
    done("rebalance", None, (moves, Some(0)), &told, screen)
}

async fn rebalanced(observer: &ClusterObserver) -> Result<usize, Failure> {
    let taken = observer.order(&ClusterOrder::Rebalance).await;
    Ok(match taken.map_err(Failure::Order)? {
        OrderTaken::Rebalancing { moves } => moves,
        _ => 0,
    })
}

/// Has a node go by an order; which process that is, and how many shards it has.
async fn obeyed(
    observer: &ClusterObserver,
    order: &ClusterOrder,
) -> Result<(NodeProcess, usize), Failure> {
    match observer.order(order).await.map_err(Failure::Order)? {
        OrderTaken::Obeyed { process, shards } => Ok((process, shards)),
        _ => Err(Failure::Answer),
    }
}

fn done(
    order: &'static str,
    process: Option<&NodeProcess>,
    (shards, left): (usize, Option<usize>),
    told: &str,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let process = process.map(ToString::to_string);
    let facts = Done {
        order,
        process,
        shards,
        left,
        told,
    };
    screen.sum_up(told, &facts)?;
    let is_done = left.is_none_or(|left| left == 0);
    Ok(if is_done {
        Outcome::Well
    } else {
        Outcome::Findings
    })
}

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::{
    Failure, Outcome, Settings,
    account::{self, Account, Line},
    calm::{self, Calm},
    figures,
    fleet::{Fleet, Kind},
    load::{self, Answer, Load, owner},
    node::MOVERS,
};

/// What is done to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It is killed (-9); whether it leads.
    Kill(bool),
    /// It is stopped, and goes on when the others have done without it.
    Freeze,
}

/// How long it took after a fault until someone else had done the first command; and, of the actors
/// that had been there, how long the first command of each had to wait at most, from the fault on or
/// from when it was sent.
struct Trial {
    first: Duration,
    all: Duration,
    account: Vec<String>,
}

/// How long the load runs before something happens, and after it is over.
const CALM: Duration = Duration::from_millis(700);

pub(crate) async fn run(settings: &Settings, servers: usize) -> Outcome {
    let faults = [
        ("kill", Fault::Kill(false)),
        ("leader", Fault::Kill(true)),
        ("freeze", Fault::Freeze),
    ];
    let wanted = faults.into_iter().filter(|(name, _)| settings.wants(name));
    let wanted: Vec<_> = wanted.collect();
    if wanted.is_empty() && !settings.wants("restart") {
        return Ok(());
    }
    let account = Account::begin(settings.account);
    let kind = Kind {
        is_fine: settings.account,
        moves: settings.moves.unwrap_or(Kind::plain(MOVERS).moves),
        ..Kind::plain(MOVERS)
    };
    let mut fleet = Fleet::start(servers, &["a", "b", "c"], kind).await?;
    let calm = Calm::measure(settings, &fleet, servers).await?;
    let load = Load::start(&fleet.aether, &fleet.client, settings);
    tokio::time::sleep(CALM * 3).await;
    drop(load.take());
    calm::ours(settings, &load, (&calm, servers)).await;
    for (name, fault) in wanted {
        let mut trials = Vec::new();
        for _ in 0..settings.trials {
            trials.push(happens(&mut fleet, &load, &account, fault).await?);
        }
        report(
            settings,
            (&calm, &format!("{name}, {servers} servers")),
            &trials,
        );
    }
    if settings.wants("restart") {
        restart(settings, &mut fleet, (&load, &account), (&calm, servers)).await?;
    }
    drop(load.end().await);
    Ok(())
}

fn report(settings: &Settings, (calm, what): (&Calm, &str), trials: &[Trial]) {
    let first: Vec<_> = trials.iter().map(|it| it.first).collect();
    let all: Vec<_> = trials.iter().map(|it| it.all).collect();
    println!(
        "{what}: first command elsewhere {}: {:.1} times a raw request and guarded publish",
        figures(&first),
        calm.times(&first)
    );
    println!(
        "{what}: all affected actors, the longest wait {}",
        figures(&all)
    );
    let slowest = trials.iter().max_by_key(|it| it.all);
    if let Some(slowest) = slowest.filter(|_| settings.account) {
        println!("  the slowest:");
        for line in &slowest.account {
            println!("  {line}");
        }
    }
    let mut sorted: Vec<_> = trials.iter().collect();
    sorted.sort_by_key(|it| it.all);
    if let Some(middle) = sorted.get(sorted.len() / 2).filter(|_| settings.account) {
        println!("  the middle one:");
        for line in &middle.account {
            println!("  {line}");
        }
    }
}

/// Has something happen to a node, and waits until all is as it was before.
async fn happens(
    fleet: &mut Fleet,
    load: &Load,
    account: &Account,
    fault: Fault,
) -> Result<Trial, Failure> {
    settle(fleet).await?;
    let mut node = fleet.take(fault == Fault::Kill(true)).await?;
    drop((gather(fleet, account).await?, load.take()));
    tokio::time::sleep(Duration::from_millis(50)).await;
    let affected = of(fleet, &node.name);
    let (at, began) = (account::now(), Instant::now());
    match fault {
        Fault::Kill(_) => node.kill().await?,
        Fault::Freeze => node.signal("STOP")?,
    }
    fleet.without(&node.name).await?;
    tokio::time::sleep(CALM).await;
    let (answers, lines) = (load.take(), gather(fleet, account).await?);
    if fault == Fault::Freeze {
        node.signal("CONT")?;
        fleet.nodes.push(node);
    } else {
        fleet.add(&node.name).await?;
    }
    judge(&answers, &affected, began, (at, lines))
}

/// Waits until each node has its share, and a while more.
async fn settle(fleet: &Fleet) -> Outcome {
    fleet.shared().await?;
    tokio::time::sleep(CALM).await;
    Ok(())
}

/// What the nodes and this process have noted since they were asked last, and whose it is.
async fn gather(fleet: &mut Fleet, account: &Account) -> Result<Vec<(String, Line)>, Failure> {
    let mut lines = fleet.accounts().await?;
    let own = account.take().into_iter();
    lines.extend(own.map(|line| ("client".to_owned(), line)));
    Ok(lines)
}

/// The actors that a node has, and its process.
fn of(fleet: &Fleet, node: &str) -> HashMap<usize, String> {
    let actors = (0..1_000).map(|actor| (actor, owner(&fleet.client, actor)));
    let is_its = |(_, owner): &(usize, String)| owner.split('/').next() == Some(node);
    actors.filter(is_its).collect()
}

fn judge(
    answers: &[Answer],
    affected: &HashMap<usize, String>,
    began: Instant,
    (at, lines): (u64, Vec<(String, Line)>),
) -> Result<Trial, Failure> {
    let failed = answers.iter().find_map(|it| it.failed.clone());
    if let Some(failed) = failed {
        return Err(format!("a command failed: {failed}").into());
    }
    let mut answered: HashMap<usize, &Answer> = HashMap::new();
    for answer in answers.iter().filter(|it| it.ended > began) {
        let before = affected.get(&answer.actor);
        if before.is_some_and(|before| *before != answer.node) {
            answered.entry(answer.actor).or_insert(answer);
        }
    }
    let first = answered.values().map(|it| it.ended - began).min();
    let wait = |it: &Answer| it.ended - it.began.max(began);
    let slowest = answered.values().max_by_key(|it| wait(it));
    let (Some(first), Some(slowest)) = (first, slowest) else {
        return Err("nobody was affected".into());
    };
    let mut ends: Vec<_> = answered.values().map(|it| it.ended - began).collect();
    ends.sort();
    Ok(Trial {
        first,
        all: wait(slowest),
        account: told(at, lines, &ends, slowest.actor),
    })
}

/// All that was noted after a moment, in order, with what the load saw; of the commands, what
/// became of those for one actor.
fn told(at: u64, mut lines: Vec<(String, Line)>, waits: &[Duration], actor: usize) -> Vec<String> {
    let actor = load::name(actor);
    lines.retain(|(_, line)| line.concerns(&actor));
    let last = waits.len().saturating_sub(1);
    for (number, wait) in waits.iter().enumerate() {
        if [0, last / 2, last].contains(&number) {
            let at = at + u64::try_from(wait.as_micros()).unwrap_or_default();
            let text = format!("actor {} of {} is answered", number + 1, waits.len());
            let is_fine = false;
            lines.push(("load".to_owned(), Line { at, is_fine, text }));
        }
    }
    lines.sort_by_key(|(_, line)| line.at);
    let until = waits.last().map_or(0, Duration::as_micros);
    let until = at + u64::try_from(until).unwrap_or_default();
    let told = lines
        .into_iter()
        .filter(|(_, it)| it.at >= at && it.at <= until);
    let told = told.map(|(who, line)| {
        let after = Duration::from_micros(line.at - at).as_secs_f64() * 1e3;
        format!("{after:8.2} ms {who}: {}", line.text)
    });
    told.collect()
}

/// Has one node after the other leave and come back.
async fn restart(
    settings: &Settings,
    fleet: &mut Fleet,
    (load, account): (&Load, &Account),
    (calm, servers): (&Calm, usize),
) -> Outcome {
    let (mut drains, mut joins, mut times) = (Worst::default(), Worst::default(), Vec::new());
    for _ in 0..settings.trials {
        settle(fleet).await?;
        let node = fleet.nodes.remove(0);
        let name = node.name.clone();
        drop((gather(fleet, account).await?, load.take()));
        let (at, began) = (account::now(), Instant::now());
        let noted = node.leave().await?;
        times.push(began.elapsed());
        tokio::time::sleep(CALM).await;
        let (answers, mut lines) = (load.take(), gather(fleet, account).await?);
        lines.extend(noted.into_iter().map(|line| (name.clone(), line)));
        drains.note(worst(&answers)?, (at, began), lines);
        let (at, began) = (account::now(), Instant::now());
        fleet.add(&name).await?;
        fleet.shared().await?;
        let (answers, lines) = (load.take(), gather(fleet, account).await?);
        joins.note(worst(&answers)?, (at, began), lines);
    }
    println!("drain, {servers} servers: takes {}", figures(&times));
    drains.report(settings, (calm, &format!("drain, {servers} servers")));
    joins.report(settings, (calm, &format!("join, {servers} servers")));
    Ok(())
}

/// The worst command of each trial, and what happened around the worst of all.
#[derive(Default)]
struct Worst {
    all: Vec<Duration>,
    account: Vec<String>,
}

impl Worst {
    fn note(&mut self, answer: &Answer, (at, began): (u64, Instant), lines: Vec<(String, Line)>) {
        let took = answer.took();
        if self.all.iter().all(|it| *it < took) {
            let ended = answer.ended.saturating_duration_since(began);
            let sent = answer.began.saturating_duration_since(began);
            self.account = told(at, lines, &[sent, ended], answer.actor);
        }
        self.all.push(took);
    }

    fn report(&self, settings: &Settings, (calm, what): (&Calm, &str)) {
        println!(
            "{what}: worst command {}: {:.1} times the raw client's of a second",
            figures(&self.all),
            calm.times_worst(&self.all)
        );
        for line in self.account.iter().filter(|_| settings.account) {
            println!("  {line}");
        }
    }
}

/// The command that took the longest.
fn worst(answers: &[Answer]) -> Result<&Answer, Failure> {
    if let Some(failed) = answers.iter().find_map(|it| it.failed.clone()) {
        return Err(format!("a command failed: {failed}").into());
    }
    let worst = answers.iter().max_by_key(|it| it.took());
    worst.ok_or_else(|| "nobody asked".into())
}

//! A process whose process manager is at work when it is killed: -9, at any moment, again and
//! again. Whatever was begun comes to its end once.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use aether::{
    Clock as _, EmbeddedEventStore, Event, EventStoreExt as _, Position, SystemClock, prelude::*,
    runtime::Aether,
};
use aether_tests::crash::Dice;

/// Says to a process of this test that it is the one to be killed, and where it is to work.
const FOLDER: &str = "AETHER_KILLED_IN";
/// How often it is killed; a few times if it is not set.
const KILLS: &str = "AETHER_KILLS";
/// How many steps a job has.
const STEPS: u32 = 3;

macro_rules! messages {
    ($($derive:ident: $($message:ident { $(#[$id:meta])? job $(, $field:ident: $type:ty)? })+;)+) => {$($(
        #[derive($derive, Debug, Clone, PartialEq, Serialize, Deserialize)]
        struct $message {
            $(#[$id])?
            job: String,
            $($field: $type,)?
        }
    )+)+};
}

messages! {
    Event: JobBegun { job } JobStepped { job } JobEnded { job } BellRung { job, late: bool };
    Command: Begin { #[command(id)] job } Step { #[command(id)] job } End { #[command(id)] job }
        Ring { #[command(id)] job, late: bool };
}

/// Does what it is told, as often as it is told: what takes effect twice is in its history twice.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(JobBegun, JobStepped, JobEnded, BellRung))]
struct Job {}

#[handlers]
impl Job {
    #[handle]
    fn begin(&self, command: Begin) -> Result<JobBegun, Infallible> {
        Ok(JobBegun { job: command.job })
    }

    #[handle]
    fn step(&self, command: Step) -> Result<JobStepped, Infallible> {
        Ok(JobStepped { job: command.job })
    }

    #[handle]
    fn end(&self, command: End) -> Result<JobEnded, Infallible> {
        Ok(JobEnded { job: command.job })
    }

    #[handle]
    fn ring(&self, command: Ring) -> Result<BellRung, Infallible> {
        let Ring { job, late } = command;
        Ok(BellRung { job, late })
    }

    #[apply]
    fn begun(&mut self, _: &JobBegun) {}

    #[apply]
    fn stepped(&mut self, _: &JobStepped) {}

    #[apply]
    fn ended(&mut self, _: &JobEnded) {}

    #[apply]
    fn rung(&mut self, _: &BellRung) {}
}

/// Lets a job take its steps, counts them, and ends it. It has two bells: one that rings soon, and
/// one that the end calls off.
#[derive(ProcessManager, Debug, Default)]
#[process_manager(key = String)]
struct Foreman {
    steps: u32,
}

#[handlers]
impl Foreman {
    #[react(key = job)]
    fn begun(&self, event: &JobBegun) -> (Step, After<Ring>, After<Ring>) {
        let job = || event.job.clone();
        let ring = |late| Ring { job: job(), late };
        let late = After::hours(1, ring(true)).keyed("late");
        let soon = Duration::from_millis(200);
        (Step { job: job() }, After::new(soon, ring(false)), late)
    }

    #[apply(key = job)]
    fn count(&mut self, _: &JobStepped) {
        self.steps += 1;
    }

    #[react]
    fn stepped(&self, event: &JobStepped) -> (Option<Step>, Option<End>) {
        let job = || event.job.clone();
        let goes_on = self.steps < STEPS;
        let (step, end) = (Step { job: job() }, End { job: job() });
        (goes_on.then_some(step), (!goes_on).then_some(end))
    }

    #[react(key = job)]
    fn ended(&self, event: &JobEnded) -> Cancel<Ring> {
        Cancel::of(&event.job).keyed("late")
    }
}

bounded_context! {
    /// Where jobs are done.
    Workshop {
        aggregates: [Job],
        process_managers: [Foreman],
    }
}

async fn running(folder: &Path) -> Aether {
    let store = EmbeddedEventStore::open(folder).await.unwrap();
    let builder = Aether::builder().store(store).context::<Workshop>();
    builder.start().await.unwrap()
}

/// Begins jobs until it is killed, and tells of each that was answered.
#[expect(clippy::print_stderr, reason = "it tells the process that kills it")]
async fn work(folder: &Path) {
    let aether = running(folder).await;
    let started = SystemClock.now().as_unix_millis();
    for number in 0.. {
        let job = format!("{started}-{number}");
        aether.send(Begin { job: job.clone() }).await.unwrap();
        eprintln!("begun {job}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// This very test in a process of its own.
fn start(folder: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills it at some moment, and says which jobs it had told of by then.
fn kill_at_random(mut child: Child, dice: &mut Dice) -> Vec<String> {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let wanted = dice.roll(60);
    let mut told: Vec<String> = Vec::new();
    let is_early = dice.roll(8) == 0;
    while !is_early && (told.len() as u64) <= wanted {
        let line = lines
            .next()
            .expect("it goes on until it is killed")
            .unwrap();
        told.extend(line.strip_prefix("begun ").map(str::to_owned));
    }
    // Where it is in its work then is up to the machine.
    thread::sleep(Duration::from_micros(dice.roll(250_000)));
    child.kill().unwrap();
    child.wait().unwrap();
    let rest = lines.map_while(Result::ok);
    told.extend(rest.filter_map(|line| Some(line.strip_prefix("begun ")?.to_owned())));
    told
}

/// Carries out all that is left, and gives the log.
async fn finish(folder: &Path) -> Vec<Event> {
    let aether = running(folder).await;
    loop {
        aether.settled().await.unwrap();
        let soon = SystemClock.now().after(Duration::from_mins(5));
        let status = aether.status();
        let dues = status.iter().filter_map(|it| it.timers?.next_due);
        match dues.min().filter(|due| *due < soon) {
            Some(due) => SystemClock.wait_until(due).await,
            None => break,
        }
    }
    let log = aether.store().log(Position::START).await.unwrap();
    aether.shutdown().await;
    let events = log.iter().flat_map(|it| it.commit.events());
    events.cloned().collect()
}

/// What happened to each actor, by the names of its events.
fn histories(log: &[Event]) -> BTreeMap<&str, Vec<&str>> {
    let mut histories: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for event in log {
        let history = histories.entry(event.actor_id.as_str()).or_default();
        history.push(&event.event_type);
    }
    histories
}

/// Each job was begun, took its steps, ended and rang once, and its manager received each of that
/// once.
fn judge(log: &[Event]) -> usize {
    let histories = histories(log);
    let mut jobs = 0;
    for (actor, history) in &histories {
        let Some(job) = actor.strip_prefix("Job.") else {
            continue;
        };
        let how_often = |event| history.iter().filter(|it| **it == event).count();
        let counts = ["JobBegun", "JobStepped", "JobEnded", "BellRung"].map(how_often);
        assert_eq!(counts, [1, STEPS as usize, 1, 1], "{actor}: {history:?}");
        let received = histories.get(&*format!("Foreman.{job}"));
        let count = received.map(Vec::len);
        assert_eq!(count, Some(2 + STEPS as usize), "{actor}: {received:?}");
        jobs += 1;
    }
    let late = r#""late":true"#;
    let in_vain = log
        .iter()
        .find(|it| it.event_type == "BellRung" && it.data.as_str().contains(late));
    assert_eq!(in_vain, None, "a bell that was called off has rung");
    jobs
}

const TEST: &str = "processes_killed::whatever_a_process_manager_began_comes_to_its_end_once";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_process_manager_began_comes_to_its_end_once() {
    if let Ok(folder) = env::var(FOLDER) {
        return work(folder.as_ref()).await;
    }
    let kills = env::var(KILLS).map_or(5, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (mut dice, mut told) = (Dice::new(11), Vec::new());
    for _ in 0..kills {
        told.extend(kill_at_random(start(folder.path()), &mut dice));
    }
    let log = finish(folder.path()).await;
    let jobs = judge(&log);
    let known = histories(&log);
    for job in &told {
        assert!(
            known.contains_key(&*format!("Job.{job}")),
            "{job} was answered and is lost"
        );
    }
    // One at a time is begun, so of each process one may be stored and not told of.
    assert!(
        jobs > 0 && jobs <= told.len() + kills,
        "{jobs} of {}",
        told.len()
    );
}

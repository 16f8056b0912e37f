//! A domain in which it matters when something is decided: letters that are posted in time or not at
//! all.

use std::{cell::RefCell, collections::HashSet, time::Duration};

use aether::{
    Timestamp,
    prelude::*,
    simulation::{Client, Simulation, World},
};

/// A letter was posted.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Posted {
    pub(crate) letter: u64,
}

/// Post a letter, if it is not too late.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Post {
    #[command(id)]
    pub(crate) letterbox: String,
    pub(crate) letter: u64,
    pub(crate) by: Timestamp,
}

#[derive(Debug, thiserror::Error)]
#[error("the letterbox was emptied")]
pub(crate) struct TooLate;

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Posted))]
pub(crate) struct Letterbox {
    letters: u64,
}

#[handlers]
impl Letterbox {
    #[handle]
    fn post(&self, command: Post, context: &Context) -> Result<Posted, TooLate> {
        let Post { letter, by, .. } = command;
        if by < context.now() {
            return Err(TooLate);
        }
        Ok(Posted { letter })
    }

    #[apply]
    fn posted(&mut self, _event: &Posted) {
        self.letters += 1;
    }
}

bounded_context! {
    /// Takes letters.
    pub(crate) Posting { aggregates: [Letterbox] }
}

thread_local! {
    /// The letters that were refused in the runs of this thread: a run is on one thread, and no two
    /// seeds have a letter of the same number.
    static REFUSED: RefCell<HashSet<u64>> = RefCell::default();
}

async fn post(mut client: Client) {
    for _ in 0..16 {
        let letterbox = (*client.dice().pick(&["a", "b", "c", "d"])).to_owned();
        let letter = client.dice().below(u64::MAX);
        let in_time = Duration::from_millis(client.dice().below(3_000));
        let by = client.now().after(in_time);
        let posting = Post {
            letterbox,
            letter,
            by,
        };
        if client.send(posting).await.is_err() {
            REFUSED.with_borrow_mut(|all| all.insert(letter));
        }
        client
            .rest(Duration::ZERO, Duration::from_millis(500))
            .await;
    }
}

fn first_late(world: &World<'_>) -> Option<u64> {
    let posted = world.events::<LetterboxEvent>().into_iter();
    let mut letters = posted.map(|LetterboxEvent::Posted(it)| it.letter);
    REFUSED.with_borrow(|all| letters.find(|letter| all.contains(letter)))
}

pub(crate) fn posting() -> Simulation {
    Simulation::new()
        .context::<Posting>()
        .nodes(3)
        .clients(4)
        .workload(post)
        .eventually("what came too late is not posted", |world| {
            let late = first_late(world);
            late.map_or(Ok(()), |letter| Err(format!("{letter} was refused")))
        })
}

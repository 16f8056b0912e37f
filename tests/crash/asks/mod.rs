//! Processes that ask for commands, now and later, and are killed while these are carried out;
//! and what must have come of it in the end.
//!
//! Nothing here knows of the kind of store, but that it lives in a folder or at an address.

mod bells;
mod judge;
mod worker;

use std::{error::Error, path::Path, time::Duration};

use aether::{Clock as _, EventStoreExt as _, Position, SystemClock};
use tokio::time::sleep;

pub use self::{judge::Effects, worker::ask_for_ever};
use super::{Dice, Writer};

/// Whatever went wrong.
pub type Failed = Box<dyn Error + Send + Sync>;

/// Kills a process that asks and carries out, again and again.
///
/// `program` is the path of `asker`.
pub async fn kill_again_and_again(program: &Path, place: &str, seed: u64, rounds: u64) {
    let mut dice = Dice::new(seed);
    for _ in 0..rounds {
        let mut asker = Writer::start_at(program, place);
        if dice.roll(8) > 0 {
            asker.opened().await;
            for _ in 0..dice.roll(80) {
                asker.line().await;
            }
        }
        // Where it is in its work then is up to the machine.
        sleep(Duration::from_micros(dice.roll(200_000))).await;
        asker.kill_unheard().await;
    }
}

/// Carries out what is left to do, and judges what came of it all.
///
/// # Errors
/// If the store or the runtime fails.
pub async fn finish(place: &str) -> Result<Effects, Failed> {
    let aether = worker::start(worker::open(place).await?).await?;
    loop {
        aether.settled().await?;
        let soon = SystemClock.now().after(Duration::from_mins(5));
        let status = aether.status();
        let dues = status.iter().filter_map(|it| it.timers?.next_due);
        match dues.min().filter(|due| *due < soon) {
            Some(due) => SystemClock.wait_until(due).await,
            None => break,
        }
    }
    let log = aether.store().log(Position::START).await?;
    aether.shutdown().await;
    Ok(judge::judge(&log))
}

//! Places orders and sees to what follows from them, until it is killed or told to settle.

#![expect(clippy::expect_used, reason = "a test process that cannot go on ends")]

use std::path::PathBuf;

use aether_tests::crash::{
    asks::Failed,
    orders::{Share, work},
};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("a place, a file and three numbers");
    let (place, ledger) = (next(), PathBuf::from(next()));
    let mut number = || next().parse().expect("a number");
    let share = Share {
        first: number(),
        step: number(),
        end: number(),
    };
    work(&place, &ledger, share).await
}

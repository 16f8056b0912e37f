//! Workers that are killed while orders flow through policies, timers, process managers, an
//! adapter and projections: every reaction takes effect once.

use std::path::Path;

use aether_tests::{
    crash::orders::{Campaign, Outcome, run},
    harness::NatsServer,
};
use tempfile::TempDir;

/// How much of it there is to be.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) orders: u64,
    pub(crate) kills: u64,
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_order-worker"))
}

fn check(outcome: Outcome, size: &Size) {
    println!("{outcome:?}");
    assert_eq!(outcome.kills, size.kills);
    assert!(outcome.before_opening < size.kills, "{outcome:?}");
    // One order in a hundred is not to the carrier's liking.
    assert_eq!(outcome.parked as u64, size.orders / 100);
    // Nine commits for an order that is paid for, and five for each fourth one, which is not.
    assert_eq!(outcome.commits as u64, size.orders * 8);
}

pub(crate) async fn on_disk(size: Size, seed: u64) {
    let (folder, beside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let campaign = Campaign {
        program: program(),
        place: folder.path().to_str().unwrap(),
        ledger: &beside.path().join("carrier"),
        orders: size.orders,
        workers: 1,
        kills: size.kills,
    };
    check(run(campaign, seed, async |_| {}).await.unwrap(), &size);
}

/// With several workers at once; the server is killed as well, after each so many of them.
pub(crate) async fn on_jetstream(size: Size, seed: u64, server_every: u64) {
    let (mut server, beside) = (NatsServer::start().await, TempDir::new().unwrap());
    let url = server.url();
    let campaign = Campaign {
        program: program(),
        place: &url,
        ledger: &beside.path().join("carrier"),
        orders: size.orders,
        workers: 3,
        kills: size.kills,
    };
    let each = async |kills: u64| {
        if kills.is_multiple_of(server_every) {
            server.restart().await;
        }
    };
    check(run(campaign, seed, each).await.unwrap(), &size);
}

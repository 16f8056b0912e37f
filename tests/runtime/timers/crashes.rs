//! Processes that are killed while they carry out what was asked for.

use std::path::Path;

use aether_tests::{crash::asks, harness::NatsServer};

const ROUNDS: u64 = 10;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_asker"))
}

fn check(effects: asks::Effects) {
    let all = [
        effects.outgoing,
        effects.timers,
        effects.unfired,
        effects.of_policy,
    ];
    assert!(all.iter().all(|count| *count > 100), "{effects:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_folder_each_command_takes_effect_once_though_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    asks::kill_again_and_again(program(), place, 1, ROUNDS).await;
    check(asks::finish(place).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_nats_each_command_takes_effect_once_though_the_process_is_killed() {
    let server = NatsServer::start().await;
    asks::kill_again_and_again(program(), &server.url(), 2, ROUNDS).await;
    check(asks::finish(&server.url()).await.unwrap());
}

use std::path::Path;

use aether_tests::{crash::asks, harness::NatsServer};

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_asker"))
}

fn check(effects: asks::Effects) {
    println!("{effects:?}");
    let all = [
        effects.outgoing,
        effects.timers,
        effects.unfired,
        effects.of_policy,
    ];
    assert!(all.iter().all(|count| *count > 100), "{effects:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_for_takes_effect_once_though_the_process_is_killed_a_hundred_times() {
    // A folder that is opened after a kill is looked through first, so it is not to grow too large.
    for seed in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().to_str().unwrap();
        asks::kill_again_and_again(program(), place, seed, 10).await;
        check(asks::finish(place).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_for_takes_effect_once_though_processes_and_the_server_are_killed() {
    let mut server = NatsServer::start().await;
    for round in 0..10 {
        asks::kill_again_and_again(program(), &server.url(), round, 10).await;
        server.restart().await;
    }
    check(asks::finish(&server.url()).await.unwrap());
}

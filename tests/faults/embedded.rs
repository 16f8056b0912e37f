use std::path::Path;

use aether_tests::crash;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_two_hundred_times_loses_nothing_that_was_answered() {
    let program = Path::new(env!("CARGO_BIN_EXE_embedded-writer"));
    let outcome = crash::rounds(program, 20_261_121, 200).await;
    println!("{outcome:?}");
    assert_eq!(outcome.kills, 200);
    assert!(outcome.answered > 5_000, "{outcome:?}");
    assert!(outcome.before_opening > 0, "{outcome:?}");
    assert!(outcome.unanswered > 0, "{outcome:?}");
    assert!(outcome.transactions > 500, "{outcome:?}");
}

//! Works on a subscription, until it is killed or whoever has started it ends.

#![expect(clippy::expect_used, reason = "a test process that cannot go on ends")]
#![expect(clippy::print_stderr, reason = "whoever has started it reads it")]

use aether_tests::crash::tally::work;
use tokio::io::{AsyncReadExt as _, stdin};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let url = std::env::args().nth(1).expect("an address");
    let (mut input, mut said) = (stdin(), Vec::new());
    tokio::select! {
        end = input.read_to_end(&mut said) => drop(end.expect("an input")),
        failed = work(&url) => {
            if let Err(err) = failed {
                eprintln!("subscriber: {err}: {:?}", err.source());
            }
        }
    }
}

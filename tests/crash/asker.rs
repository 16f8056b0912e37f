//! Asks for commands, now and later, and carries out what was asked for, until it is killed or
//! whoever has started it ends.

#![expect(clippy::expect_used, reason = "a test process that cannot go on ends")]
#![expect(clippy::print_stderr, reason = "whoever has started it reads it")]

use aether_tests::crash::asks::ask_for_ever;
use tokio::io::{AsyncReadExt as _, stdin};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let place = std::env::args().nth(1).expect("a folder or an address");
    let (mut input, mut said) = (stdin(), Vec::new());
    tokio::select! {
        end = input.read_to_end(&mut said) => drop(end.expect("an input")),
        failed = ask_for_ever(&place) => {
            if let Err(err) = failed {
                eprintln!("asker: {err}");
            }
        }
    }
}

//! What the macros write against what a person would write: the ratio of their times.
//!
//! `cargo bench -p aether --bench domain` prints a line for each comparison. The two sides run in
//! turns, in many short rounds, and the ratio is that of their fastest rounds, which is what a
//! busy machine disturbs least; the ratio of the medians stands beside it. Run otherwise (as
//! `cargo test --all-targets` does), each side runs a few times, only to see that both give the
//! same. Nothing fails when a bar is missed: times are for people to look at.
//!
//! A figure that does not depend on what else the machine does is the number of instructions, which
//! `scripts/bench-instructions` counts: each side is a function of its own, `.._ours` and
//! `.._by_hand`.

mod by_hand;
mod dispatch;
mod generated;
mod inline;
mod rounds;
mod structs;

use rounds::Rounds;

fn main() {
    let rounds = Rounds::from_arguments(std::env::args());
    structs::compare(&rounds);
    inline::compare(&rounds);
    dispatch::compare(&rounds);
}

//! The command line of Aether, and how a program of yours becomes one that knows your domain.
//!
//! The program `aether` looks into any store, and knows of no types: it shows events, moves
//! namespaces, sees to what is parked. A state is made by your code, so a program of a few lines
//! makes the same command line for your domain; in it `actor state` folds the state at any version
//! and says what each event changed, `verify` compares each snapshot with the replay, `projections
//! rebuild` builds a read model at once and without a runtime, and `timers`, `followers` and
//! `observe` need no file that holds the model:
//!
//! ```no_run
//! # use aether::prelude::*;
//! # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
//! # pub struct Counted { pub by: u32 }
//! # #[derive(Command, Serialize, Deserialize)]
//! # pub struct Count { #[command(id)] pub counter: String, pub by: u32 }
//! # #[derive(Aggregate, Debug, Default, Serialize, Deserialize)]
//! # #[aggregate(events(Counted))]
//! # pub struct Counter { total: u32 }
//! # #[handlers]
//! # impl Counter {
//! #     #[handle]
//! #     fn count(&self, command: Count) -> Result<Counted, std::convert::Infallible> {
//! #         Ok(Counted { by: command.by })
//! #     }
//! #     #[apply]
//! #     fn counted(&mut self, event: &Counted) { self.total += event.by; }
//! # }
//! # bounded_context! {
//! #     /// Counts things.
//! #     pub Counting { aggregates: [Counter] }
//! # }
//! use std::process::ExitCode;
//!
//! use aether_cli::Cli;
//!
//! #[tokio::main]
//! async fn main() -> ExitCode {
//!     Cli::new().context::<Counting>().showing::<Counter>().run().await
//! }
//! ```
//!
//! It only uses what the library offers to everyone, and reads only, unless told otherwise.

mod actor;
mod args;
mod cli;
mod cluster;
mod differ;
mod domain;
mod events;
mod export;
mod failure;
mod followers;
mod import;
mod interrupt;
mod lines;
mod namespaces;
mod observe;
mod outcome;
mod parked;
mod place;
mod projections;
mod roster;
mod screen;
mod state;
mod table;
mod timers;
mod verify;

pub use self::cli::Cli;

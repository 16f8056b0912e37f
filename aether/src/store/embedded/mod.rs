//! The store that keeps events in a folder of one machine, without a server.
//!
//! A folder holds one file of [redb](https://docs.rs/redb), an embedded B-tree that never writes
//! over what is in use, with the logs of any number of namespaces. One store at a time has a
//! folder open.
//!
//! - *Durable when it answers.* A commit is answered after its bytes were synced to the disk.
//! - *Group commit.* One thread writes; whatever waits for it is written in one transaction with
//!   one sync, and answered each by itself.
//! - *Transactions.* The commits and guards of a transaction are checked and written within one
//!   such write, with one sync, and so are found whole or not at all after a crash.
//! - *Checked.* Each record carries a checksum over its position and its bytes, each checkpoint
//!   and each snapshot one over its name and its bytes. What is damaged is an error that names the
//!   position, the reader or the actor; nothing is passed over.
//!
//! # Figures
//! On two cores, with a disk that appends and syncs 450 bytes in 0.15 ms, commits of one event of
//! 450 bytes, over 10,000 actors, with 300,000 commits in the log:
//!
//! | | commits a second |
//! |---|---|
//! | append, one after the other | 3,200 (0.32 ms each) |
//! | append, 64 in flight | 49,000 |
//! | append, 256 in flight | 79,000 |
//! | replay of the log, decoded | 278,000 |
//!
//! `cargo bench -p aether --bench embedded` measures them again.
//!
//! # Why redb
//! It was measured on this work against fjall, a log-structured merge tree. fjall answers a
//! single commit in 0.10 ms where redb takes 0.30, and writes groups 1.2 to 1.8 times as fast.
//! redb loads an actor in two thirds of the time, keeps to the memory it is given (72 MB where
//! fjall took 400), never pauses to compact, and brings in no other crate where fjall brings some
//! thirty. What decided is damage: fjall cuts its journal off where it cannot parse it, redb says
//! that the file is corrupt.
//!
//! # After a crash
//! After a process was killed or the power was cut, opening reads the whole file to check it:
//! about 1.3 seconds a gigabyte. A file that is damaged then is refused, with one exception that
//! no log can tell: damage to the very last transaction looks like a write that was cut short, and
//! the file is opened as it was before.
//!
//! A disk that fails while it writes is asked again: the file is opened anew, and each commit that
//! was being stored is looked up in it, and answered by what is found. That is as true as what the
//! operating system reads back after its disk has failed to sync.
//!
//! A file that was closed in good order is opened in about a millisecond, and is checked as it is
//! read; [`EmbeddedEventStore::verify`] checks all of it.
//!
//! # Beside the log
//! Checkpoints, with the state they belong to, and snapshots lie in the same file, are written by
//! the same thread, and are on the disk when they are answered. A snapshot that is damaged is
//! replaced by the next one that is saved, for it can be made from the log. A checkpoint that is
//! damaged is not: how far it had come is not known any more, and it must not go back.
//!
//! Nothing here knows of a network or of domain types.

mod beside;
mod core;
mod engine;
mod failure;
mod follow;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzz;
mod heads;
mod home;
mod ledger;
mod options;
mod reading;
mod record;
mod scan;
mod seal;
mod store;
mod tables;
mod verify;
mod writer;

#[cfg(test)]
mod tests;

pub use self::{options::EmbeddedOptions, store::EmbeddedEventStore, verify::Verified};

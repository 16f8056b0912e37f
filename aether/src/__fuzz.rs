//! What the targets in `fuzz/` need of the insides. Not part of the public API.

pub use crate::store::{
    embedded::fuzz::{read_checkpoint, read_record, read_snapshot, write_record},
    jetstream::fuzz::{
        Addresses, Message, addresses, read_answer, read_kept_checkpoint, read_kept_snapshot,
        read_message, write_message,
    },
};

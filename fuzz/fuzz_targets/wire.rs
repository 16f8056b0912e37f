//! The body of a message: whatever it is, it is read or refused; and what is read survives.

#![no_main]

use aether::{Commit, wire};
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    match wire::decode(&Bytes::copy_from_slice(body)) {
        Ok(contents) => {
            if let Ok(commit) = Commit::try_from(contents) {
                aether_fuzz::survives(&commit);
            }
        }
        Err(err) => assert!(!err.to_string().is_empty()),
    }
});

//! A message of a stream, headers and body: it is read or refused with its position; and what is
//! read survives.

#![no_main]

use aether::{
    __fuzz::{read_message, write_message},
    Namespace, Position, StoreErrorKind,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let namespace = Namespace::default();
    let Some(read) = aether_fuzz::message(bytes).and_then(|it| read_message(&namespace, it)) else {
        return;
    };
    let commit = match read {
        Ok(recorded) => recorded.commit,
        Err(err) => {
            assert_eq!(err.kind(), StoreErrorKind::Corrupt);
            assert_eq!(err.position(), Some(Position::new(7)));
            return;
        }
    };
    aether_fuzz::survives(&commit);
    let written = write_message(&namespace, &commit);
    let read = read_message(&namespace, written).expect("headers that were written are headers");
    assert_eq!(read.expect("what is written can be read").commit, commit);
});

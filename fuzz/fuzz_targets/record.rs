//! A record of the embedded store: it is read or refused with its position; and what is read
//! survives. Its checksum is made good, for without that nothing is read any further.

#![no_main]

use aether::{
    __fuzz::{read_record, write_record},
    Position, StoreErrorKind,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match read_record(bytes.to_vec()) {
        Ok(recorded) => {
            let written = write_record(&recorded.commit);
            let read = read_record(written).expect("what is written can be read");
            assert_eq!(read, recorded);
        }
        Err(err) => {
            assert_eq!(err.kind(), StoreErrorKind::Corrupt);
            assert_eq!(err.position(), Some(Position::new(7)));
        }
    }
});

//! Checkpoints and snapshots, as they lie on servers and on disks: they are read or refused; and
//! what is read survives.

#![no_main]

use aether::{
    __fuzz::{read_checkpoint, read_kept_checkpoint, read_kept_snapshot, read_snapshot},
    ActorId, StoreErrorKind,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let actor = ActorId::new("actor").expect("a text is an id");
    if let Some(message) = aether_fuzz::message(bytes) {
        let checkpoint = read_kept_checkpoint(&message);
        let snapshot = read_kept_snapshot(&actor, &message);
        let state = checkpoint.and_then(|it| it.state).map(|it| it.data);
        for data in snapshot.map(|it| it.state).into_iter().chain(state) {
            assert!(!data.as_str().is_empty(), "JSON is never empty");
        }
    }
    match read_checkpoint(bytes.to_vec()) {
        Ok([read, again]) => assert_eq!(read, again),
        Err(err) => assert_eq!(err.kind(), StoreErrorKind::Corrupt),
    }
    match read_snapshot(&actor, bytes.to_vec()) {
        Ok([read, again]) => assert_eq!(read, again),
        Err(err) => assert_eq!(err.kind(), StoreErrorKind::Corrupt),
    }
});

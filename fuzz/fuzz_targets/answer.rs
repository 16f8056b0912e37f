//! What a server answers to an append: whatever it is, it is taken for something; and only what
//! has a sequence is taken for an acknowledgement.

#![no_main]

use aether::__fuzz::read_answer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let answer = read_answer(bytes);
    for stored in ["Stored(0)", "Duplicate(0)"] {
        assert_ne!(answer, stored);
    }
});

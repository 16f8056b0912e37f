//! Numbers and pieces of bytes, as they lie in what a cluster writes: LEB128.

pub(super) fn put_bytes(bytes: &mut Vec<u8>, value: &[u8]) {
    put_number(bytes, u64::try_from(value.len()).unwrap_or_default());
    bytes.extend(value);
}

pub(super) fn number(value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_number(&mut bytes, value);
    bytes
}

/// How many bytes a number takes.
#[cfg(feature = "nats")]
pub(super) fn number_length(value: u64) -> u64 {
    let bits = u64::BITS - value.leading_zeros();
    u64::from(bits.max(1).div_ceil(7))
}

pub(super) fn put_number(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return bytes.push(low & 0x7f);
        }
        bytes.push(low | 0x80);
    }
}

pub(super) fn take_bytes<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_number(bytes)?).ok()?;
    bytes.split_off(..length)
}

pub(super) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = *bytes.split_off_first()?;
        let bits = u64::from(byte & 0x7f);
        if (bits << shift) >> shift != bits {
            return None;
        }
        value |= bits << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

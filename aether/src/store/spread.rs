/// One of so many places for a text: the same in every process and in every version.
pub(crate) fn spread(text: &str, places: u64) -> u64 {
    // The hash of Fowler, Noll and Vo (FNV-1a), and once more over all of its bits.
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash >> 32).checked_rem(places).unwrap_or_default()
}

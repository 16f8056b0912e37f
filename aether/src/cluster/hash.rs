use twox_hash::XxHash3_64;

/// A hash that is the same in every build of every release: keys are placed by it.
pub(super) fn stable_hash(seed: u64, bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot_with_seed(seed, bytes)
}

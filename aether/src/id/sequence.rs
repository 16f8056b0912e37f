use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::{Clock as _, SystemClock};

/// The bits of a UUID of version 7 behind its variant.
const COUNTED: u128 = (1 << 62) - 1;
/// The first of them, which is not set to begin with: so counting never runs out of bits.
const ROOM: u128 = 1 << 61;
/// Where its milliseconds begin.
const MILLIS: u32 = 80;

/// The last one that was made.
static LAST: Mutex<u128> = Mutex::new(0);

/// Makes a UUID of version 7 that sorts after all that this process has made before.
///
/// The first of a millisecond is random, in 72 bits; those that follow it in the same millisecond
/// count on from there, as RFC 9562 (6.2) has it. So who makes many asks the system for chance once
/// a millisecond.
///
/// - *Two processes*, on one machine or on many, and one that was *started again*, begin each
///   millisecond at random places: two that make a thousand ids each in the same millisecond meet
///   with a chance of one to 2^61.
/// - *Threads* count on from one number, under a lock.
/// - *If the clock goes back*, ids count on in the last millisecond there was, until the clock is
///   past it; there is room for 2^61 of them.
/// - Whoever has seen one id can guess the next ones: none of them is a secret.
///
/// Within a simulation, its seed is the only chance there is.
pub(super) fn next() -> Uuid {
    #[cfg(feature = "simulation")]
    if let Some(simulated) = crate::simulation::unique() {
        return simulated;
    }
    let now = u128::from(SystemClock.now().as_unix_millis().cast_unsigned());
    // A panic while the lock is held can only be our own bug, and leaves nothing half done.
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    *last = after(*last, now, Uuid::now_v7);
    Uuid::from_u128(*last)
}

fn after(last: u128, now: u128, random: impl FnOnce() -> Uuid) -> u128 {
    let random = (now > last >> MILLIS).then(|| random().as_u128() & !ROOM);
    // The clock may have been set back in between.
    let random = random.filter(|random| *random > last);
    random.unwrap_or((last & !COUNTED) | ((last + 1) & COUNTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sorts_after_those_before_it_whatever_the_clock_says() {
        let random = |millis: u128| {
            let bits = (millis << MILLIS) | (7 << 76) | (2 << 62) | COUNTED;
            move || Uuid::from_u128(bits)
        };
        let never = || panic!("the millisecond has not changed");
        let first = after(0, 5, random(5));
        let second = after(first, 5, never);
        let third = after(second, 3, never);
        let fourth = after(third, 6, random(6));
        assert!(first < second && second < third && third < fourth);
        for id in [first, second, third, fourth] {
            let id = Uuid::from_u128(id);
            assert_eq!(id.get_version(), Some(uuid::Version::SortRand));
            assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        }
    }

    #[test]
    fn threads_share_the_order() {
        let make = || (0..1_000).map(|_| next()).collect::<Vec<_>>();
        let made = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
            let made = threads.into_iter().map(|thread| thread.join().unwrap());
            made.collect::<Vec<_>>()
        });
        assert!(made.iter().all(|ids| ids.is_sorted()));
        let mut all = made.concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 4_000);
    }
}

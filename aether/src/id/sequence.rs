use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::{Clock as _, SystemClock, Timestamp};

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
    made_after(millis(SystemClock.now()), lock())
}

/// The same, by who has just read a clock: it is read again only if the millisecond is another than
/// that of the last one.
#[cfg(feature = "runtime")]
pub(super) fn next_at(moment: Timestamp) -> Uuid {
    #[cfg(feature = "simulation")]
    if let Some(simulated) = crate::simulation::unique() {
        return simulated;
    }
    let last = lock();
    let same = millis(moment);
    let is_same = same == *last >> MILLIS;
    let now = if is_same {
        same
    } else {
        millis(SystemClock.now())
    };
    made_after(now, last)
}

fn made_after(now: u128, mut last: MutexGuard<'_, u128>) -> Uuid {
    *last = after(*last, now, Uuid::now_v7);
    Uuid::from_u128(*last)
}

/// A panic while the lock is held can only be our own bug, and leaves nothing half done.
fn lock() -> MutexGuard<'static, u128> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner)
}

fn millis(moment: Timestamp) -> u128 {
    u128::from(moment.as_unix_millis().cast_unsigned())
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

    #[cfg(feature = "runtime")]
    #[test]
    fn a_moment_that_was_read_before_changes_neither_order_nor_time() {
        let before = next();
        let (far, now) = (
            Timestamp::from_unix_millis(1 << 45).unwrap(),
            SystemClock.now(),
        );
        let made = [far, Timestamp::UNIX_EPOCH, now, now].map(next_at);
        assert!(before < made[0] && made.is_sorted());
        let latest = millis(SystemClock.now());
        assert!(made.iter().all(|id| id.as_u128() >> MILLIS <= latest));
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

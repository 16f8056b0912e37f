//! Where what is woken may go on at once: a waker must not do so anywhere, for whoever wakes may
//! hold what it needs.

use std::cell::Cell;

thread_local! {
    static IN_PLACE: Cell<bool> = const { Cell::new(false) };
}

/// Ends the permission, also if there is a panic.
struct Permission;

/// Wakes one by `wake`, which may go on within that: the caller holds no lock, and can wait for
/// what it does until it has to wait.
#[cfg(any(feature = "nats", test))]
pub(crate) fn in_place<T>(wake: impl FnOnce() -> T) -> T {
    IN_PLACE.set(true);
    let _permission = Permission;
    wake()
}

/// Whether the one that is woken may go on at once. What it wakes in turn may not.
#[cfg(feature = "runtime")]
pub(crate) fn may_go_on() -> bool {
    IN_PLACE.replace(false)
}

impl Drop for Permission {
    fn drop(&mut self) {
        IN_PLACE.set(false);
    }
}

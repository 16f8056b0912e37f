//! Where what is woken may go on at once: a waker must not do so anywhere, for whoever wakes may
//! hold what it needs.

use std::cell::Cell;

thread_local! {
    static IN_PLACE: Cell<bool> = const { Cell::new(false) };
}

/// Ends the permission, also if there is a panic.
#[cfg(any(feature = "nats", test))]
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

#[cfg(any(feature = "nats", test))]
impl Drop for Permission {
    fn drop(&mut self) {
        IN_PLACE.set(false);
    }
}

#[cfg(all(test, feature = "runtime"))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn one_may_go_on_once_and_only_within() {
        assert!(!may_go_on());
        assert_eq!(in_place(|| [may_go_on(), may_go_on()]), [true, false]);
        in_place(|| ());
        assert!(!may_go_on(), "it was not used");
        let panics = || in_place(|| panic!("of the waker"));
        catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
        assert!(!may_go_on());
    }
}

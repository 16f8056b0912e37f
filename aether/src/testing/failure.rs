use std::{error::Error, fmt::Debug};

use super::diff;

/// Fails the test, at the line that called the assertion.
#[track_caller]
#[expect(clippy::panic, reason = "a failed assertion is a panic")]
pub(super) fn fail(message: &str) -> ! {
    panic!("{message}")
}

/// Fails the test because of an error, with everything the error says.
#[track_caller]
pub(super) fn fail_because(message: &str, err: &dyn Error) -> ! {
    let mut reasons = String::new();
    let mut source = Some(err);
    while let Some(err) = source {
        reasons.push_str("\n  because: ");
        reasons.push_str(&err.to_string());
        source = err.source();
    }
    fail(&format!("{message}{reasons}"))
}

/// Fails the test with the lines in which two texts differ.
#[track_caller]
pub(super) fn fail_with_diff(message: &str, expected: &str, actual: &str) -> ! {
    let diff = diff::lines(expected, actual);
    fail(&format!("{message}\n(- expected, + actual)\n\n{diff}"))
}

/// Fails the test unless both are equal.
#[track_caller]
pub(super) fn expect_equal<T: PartialEq + Debug + ?Sized>(message: &str, expected: &T, actual: &T) {
    if expected != actual {
        fail_with_diff(message, &format!("{expected:#?}"), &format!("{actual:#?}"));
    }
}

use std::fmt::Display;

/// Whether something holds: a `bool`, or a `Result` that says why not.
pub trait Verdict {
    /// Why it does not hold; none if it does.
    fn reason(self) -> Option<String>;
}

impl Verdict for bool {
    fn reason(self) -> Option<String> {
        (!self).then(|| "it does not hold".to_owned())
    }
}

impl<E: Display> Verdict for Result<(), E> {
    fn reason(self) -> Option<String> {
        self.err().map(|err| err.to_string())
    }
}

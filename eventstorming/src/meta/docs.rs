/// Prose taken from a `///` comment, split by what EventStorming does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Docs {
    /// The comment without its `Hotspot:`, `Invariant:` and `Note:` paragraphs.
    pub text: &'static str,
    /// Open questions: paragraphs that begin with `Hotspot:`.
    pub hotspots: &'static [&'static str],
    /// What holds at all times: paragraphs that begin with `Invariant:`.
    pub invariants: &'static [&'static str],
    /// Remarks: paragraphs that begin with `Note:`.
    pub notes: &'static [&'static str],
}

impl Docs {
    /// No comment at all.
    pub const NONE: Self = Self::new("");

    /// A comment that is text alone.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self {
            text,
            hotspots: &[],
            invariants: &[],
            notes: &[],
        }
    }
}

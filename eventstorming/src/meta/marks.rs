/// What is said about the use of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Who may consume it.
    pub visibility: Visibility,
    /// That it is to be replaced, if it is.
    pub deprecated: Option<Deprecated>,
    /// Whether it is read, but no longer emitted.
    pub retired: bool,
}

impl Marks {
    /// Nothing is said.
    pub const NONE: Self = Self {
        visibility: Visibility::Unsaid,
        deprecated: None,
        retired: false,
    };
}

/// Who may consume an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Nothing is said: whoever wants to.
    Unsaid,
    /// The context that emits it, and no other.
    Private,
    /// Everyone: it is part of what the context promises.
    Public,
}

/// An event that is to be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deprecated {
    /// Since when; empty where that is not said.
    pub since: &'static str,
    /// The Rust type of what is to be emitted instead; empty where that is not said.
    pub instead: &'static str,
}

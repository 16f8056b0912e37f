/// A field that holds personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Personal {
    /// The name it is stored under.
    pub field: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whom it is about.
    pub subject: Subject,
}

/// Whom personal data is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The one that the actor's key names.
    Actor,
    /// The one that another field names: the names that lead to it, as they are stored.
    Field(&'static [&'static str]),
}

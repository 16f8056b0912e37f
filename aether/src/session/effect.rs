use crate::Version;

/// What is known of the effect of a command on its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It has had none.
    None,
    /// It has had one: the commit that follows this version of the receiver.
    Behind(Version),
    /// It may have had one: look for its id in the history, back to what was stored when it was first
    /// sent, if that is known.
    Unknown,
}

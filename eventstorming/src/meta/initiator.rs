use super::{ExternalSystem, Name, Persona};

/// Who may issue a command from outside.
#[derive(Debug, Clone, Copy)]
pub enum Initiator {
    /// A person in a role.
    Persona(&'static Persona),
    /// A system that is not ours.
    ExternalSystem(&'static ExternalSystem),
}

impl Initiator {
    /// The name of the persona or system.
    pub const fn name(&self) -> &'static Name {
        match self {
            Self::Persona(persona) => &persona.name,
            Self::ExternalSystem(system) => &system.name,
        }
    }
}

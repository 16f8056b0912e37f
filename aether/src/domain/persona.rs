use eventstorming::meta;

/// Someone who acts on the system: what `EventStorming` calls an actor.
///
/// `#[derive(Persona)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a persona",
    label = "not a persona",
    note = "add `#[derive(Persona)]` to `{Self}`"
)]
pub trait Persona: 'static {
    /// What the model says about it.
    const META: &'static meta::Persona;
}

/// Who may issue a command from outside: a persona or an external system.
///
/// `#[derive(Persona)]` and `#[derive(ExternalSystem)]` implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot issue a command: it is neither a persona nor an external system",
    label = "neither a persona nor an external system",
    note = "add `#[derive(Persona)]` or `#[derive(ExternalSystem)]` to `{Self}`"
)]
pub trait Initiator: 'static {
    /// Who it is.
    const INITIATOR: meta::Initiator;
}

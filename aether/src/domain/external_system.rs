use eventstorming::meta;

/// A system that is not ours.
///
/// `#[derive(ExternalSystem)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an external system",
    label = "not an external system",
    note = "add `#[derive(ExternalSystem)]` to `{Self}`"
)]
pub trait ExternalSystem: Send + Sync + 'static {
    /// What the model says about it.
    const META: &'static meta::ExternalSystem;
}

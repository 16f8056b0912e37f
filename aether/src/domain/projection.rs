use eventstorming::meta;

/// A read model: what is known, derived from events.
///
/// `#[derive(Projection)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection",
    label = "not a projection",
    note = "add `#[derive(Projection)]` to `{Self}`"
)]
pub trait Projection: Default + Send + Sync + 'static {
    /// What the model says about it.
    const META: &'static meta::Projection;
}

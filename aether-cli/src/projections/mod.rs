//! The read models that are kept beside a log: what there is, how far behind, and built anew.

mod lag;
mod list;
mod rebuild;

pub(crate) use self::{
    lag::lag,
    list::list,
    rebuild::{cancel, rebuild},
};
use super::{
    args::ProjectionsArgs, failure::Failure, interrupt::Interrupt, outcome::Outcome, place::Use,
    screen::Screen, table::plain,
};
use aether::{
    DynEventStore,
    runtime::projections::{self, KeptProjection},
};

/// What is kept, of a projection or of all.
async fn kept(
    store: &DynEventStore,
    args: &ProjectionsArgs,
) -> Result<Vec<KeptProjection>, Failure> {
    let mut all = projections::kept(store).await?;
    if let Some(name) = &args.projection {
        all.retain(|it| it.name == *name);
    }
    Ok(all)
}

/// Says that there is nothing, if there is nothing.
fn none(all: &[KeptProjection], screen: &Screen) {
    if all.is_empty() {
        screen.note("no projection is kept");
    }
}

/// A schema as it is in the names of what is kept.
fn schema(kept: &KeptProjection) -> String {
    format!("{:016x}", kept.schema)
}

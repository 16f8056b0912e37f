//! Projections that lie outside of the event store, in an SQL database say.

mod beside;
mod bookmark;
mod changes;
mod following;
mod launch;
mod projection_store;

pub(in crate::runtime) use self::launch::Elsewhere;
pub use self::{
    bookmark::{Bookmark, InvalidBookmark, Side, Step},
    projection_store::ProjectionStore,
};

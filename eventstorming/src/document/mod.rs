//! Documents: what people and tools read beside the board.
//!
//! Each is text and a pure function of the model, in the conventions of its own ecosystem.
//! [`Model::documents`](crate::Model::documents) puts all of them into one folder.

mod async_api;
mod dot;
mod event_catalog;
mod event_model;
mod folder;
mod markdown;
mod words;

pub use self::folder::Documents;

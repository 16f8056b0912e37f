//! The EventStorming model of a domain, and everything drawn or written from it.
//!
//! [`meta`] is what the macros of `aether` leave behind in the user's crate: constants that say
//! which events, commands, aggregates and policies there are, read off signatures that the
//! compiler has checked. [`model`] is the graph built from them. Everything else is a pure
//! function of that graph: [`layout`] turns it into a scene of rectangles, texts and lines,
//! [`render`] writes it down, [`check`] says what is wrong
//! with it, [`contract`] whether what was released is still read, and [`reality`] what a log
//! shows of it.
//!
//! ```
//! # use eventstorming::meta::{Context, Docs, Location, Name};
//! # struct Ordering;
//! # impl eventstorming::BoundedContext for Ordering {
//! #     const NAME: Name = Name::new("Ordering");
//! #     const META: &'static Context = &Context {
//! #         name: Self::NAME, owner: None, aggregates: &[], policies: &[], process_managers: &[], projections: &[],
//! #         external_systems: &[], upstream: &[], docs: Docs::NONE,
//! #         location: Location { file: "src/lib.rs", line: 1 },
//! #     };
//! # }
//! use eventstorming::Model;
//!
//! let model = Model::of::<(Ordering,)>();
//! let svg = model.board().title("Order to delivery").svg();
//! assert!(svg.starts_with("<svg"));
//! ```

pub mod check;
pub mod contract;
pub mod diff;
pub mod document;
pub mod files;
mod json;
pub mod layout;
pub mod meta;
pub mod model;
pub mod reality;
pub mod render;

pub use self::{
    meta::{BoundedContext, Contexts},
    model::Model,
    render::Board,
};

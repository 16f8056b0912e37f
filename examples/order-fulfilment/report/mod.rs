//! How a day turned out, from the log and the read models, as text.
//!
//! Pure: numbers in, text out. It knows no terminal; whoever prints says whether to use colours.

mod facts;
mod paint;
mod story;
mod text;

pub use self::{
    facts::{Outcome, Report, Run, Seller},
    paint::Paint,
    story::{Step, Story},
};

//! Writing a model down: as a picture or as a diagram's text.
//!
//! Each output is a pure function of the model, the same bytes every time. It knows nothing of
//! where the model came from, and a picture nothing of how its scene was laid out.

mod board;
mod mermaid;
mod page;
#[cfg(feature = "png")]
mod png;
mod svg;
mod theme;
mod xml;

#[cfg(feature = "png")]
pub use self::png::{Pixels, PngError};
pub use self::{board::Board, theme::Theme};

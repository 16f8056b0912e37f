//! Where everything on a board goes: pure computation from a model to a [`Scene`].
//!
//! The unit is the slice: what triggers a command, the command, who handles it, and the events
//! that come of it, as notes that touch. Slices are ranked in time, folded into bands, put into
//! the lanes of their contexts, and wired through gutters and corridors that hold no notes. No
//! font is opened and nothing is measured: widths come from a constant table. It knows nothing
//! of SVG.

mod band;
mod draft;
mod fit;
mod flow;
mod frame;
mod geometry;
mod grid;
mod joint;
mod lane;
mod legend;
mod level;
mod measure;
mod note;
mod occurrence;
mod order;
mod paint;
mod prose;
mod scene;
mod seen;
mod slice;
mod table;
mod track;
mod width;
mod wire;

pub use self::{
    fit::Lettering,
    geometry::{Point, Rect},
    level::Level,
    scene::{
        Anchor, Badge, Band, Dot, Edge, Halo, Ink, Lane, LegendItem, Look, Mark, Note, Phase,
        Sample, Scene, Shade, SliceGroup, Strip, Text,
    },
    width::{Weight, text_width},
};
pub(crate) use self::{
    grid::Folding,
    paint::{Asked, Marks, paint},
    prose::Finding,
    seen::Seen,
};

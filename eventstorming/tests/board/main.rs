//! The board of a model, judged by what is where on it.

mod check;
mod fixture;
mod generate;

mod geometry;
mod mermaid;
mod metadata;
mod round_trip;
mod svg;

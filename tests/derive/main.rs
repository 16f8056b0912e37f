//! What the macros write.
mod shop;

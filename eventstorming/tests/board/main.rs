//! The board of a model, judged by what is where on it.

#[cfg(test)]
mod check;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod geometry;
#[cfg(test)]
mod mermaid;
#[cfg(test)]
mod metadata;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod svg;

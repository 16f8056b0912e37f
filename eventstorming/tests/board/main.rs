//! The board of a model, judged by what is where on it.

#[cfg(test)]
mod check;
#[cfg(test)]
mod diff;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod geometry;
#[cfg(test)]
mod levels;
#[cfg(test)]
mod mermaid;
#[cfg(test)]
mod metadata;
#[cfg(feature = "png")]
#[cfg(test)]
mod png;
#[cfg(test)]
mod reality;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod story;
#[cfg(test)]
mod svg;

//! Contracts: each rule between an old and a new Rust type, and what a lock lets pass.

#[cfg(test)]
mod lock;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod samples;

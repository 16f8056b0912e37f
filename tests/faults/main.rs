//! The same faults as in the other tests, for much longer. Run by name: `cargo test --test faults`.

#[cfg(test)]
mod embedded;

//! The shape of a type, as its `Deserialize` impl asks for it.
//!
//! A snapshot may only be read by a type of the shape that wrote it, and `serde` is all that a
//! state has to have. So the shape is found out by letting the type deserialize itself from a
//! [`Probe`](probe::Probe): it walks one path into the type, say field `lines`, then what is in
//! the list, then field `price`; writes down what is asked for there; and fails on purpose. One
//! such walk for each place, and the whole type is known.
//!
//! Since a walk ends with a failure, no value is made. A type that checks what it is made of, such
//! as an id that must not be empty, is no obstacle, as it is to tools that feed a type with
//! examples. Only to get behind the first parts of a tuple are values needed; a few are
//! [tried](sample::Sample).
//!
//! What is written down is what is asked for (`u32`, a struct with these fields, one of these
//! variants), the names that serde is told, and what the type says it expects: nothing of modules,
//! docs, platforms or the order of anything but declared fields.

mod access;
mod leaf;
mod probe;
mod sample;
mod trace;

use std::{
    fmt::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
};

use serde::de::DeserializeOwned;

use self::{
    probe::Probe,
    sample::SAMPLES,
    trace::{Node, Samples, Step, Trace},
};

/// How many places of a type are looked at.
const PLACES: usize = 10_000;
/// How deep places may lie.
const DEPTH: usize = 64;

/// What a type looks like in JSON, as far as that can be seen.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use aether::domain::Shape;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Basket { items: BTreeMap<String, u32> }
///
/// assert_eq!(
///     Shape::of::<Basket>().as_str(),
///     "struct \"Basket\"{items:map \"a map\"<key:str \"a string\",value:u32 \"u32\">}",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    text: String,
    unseen: Vec<String>,
}

impl Shape {
    /// Looks at a type.
    pub fn of<T: DeserializeOwned>() -> Self {
        let mut explorer = Explorer::default();
        explorer.explore::<T>(&mut Vec::new());
        explorer.shape
    }

    /// The same, with what cannot be seen taken on trust.
    ///
    /// Whoever says so raises [`Snapshots::VERSION`](super::Snapshots::VERSION) when a part that
    /// cannot be seen changes.
    #[must_use]
    pub fn trusted(mut self) -> Self {
        self.unseen.clear();
        self
    }

    /// The shape as text: the same shape gives the same text, on every platform.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The places whose shape cannot be seen: a value of any kind, a flattened or an untagged
    /// part, or a `Deserialize` impl that asks for nothing.
    pub fn unseen(&self) -> &[String] {
        &self.unseen
    }
}

#[derive(Default)]
struct Explorer {
    shape: Shape,
    places: usize,
    samples: Samples,
}

impl Explorer {
    fn explore<T: DeserializeOwned>(&mut self, path: &mut Vec<Step>) {
        self.places += 1;
        let node = if self.places > PLACES || path.len() > DEPTH {
            Node::Unseen
        } else {
            self.look::<T>(path)
        };
        if node == Node::Unseen {
            self.shape.unseen.push(place(path));
        }
        self.shape.text.push_str(&node.name());
        let (open, close) = node.brackets();
        let mut before = open;
        for step in node.steps() {
            // Writing to a text does not fail.
            let _ = write!(self.shape.text, "{before}{step}");
            before = ",";
            path.push(step);
            self.explore::<T>(path);
            path.pop();
        }
        if before == "," {
            self.shape.text.push_str(close);
        }
    }

    /// What is asked for at a place.
    fn look<T: DeserializeOwned>(&mut self, path: &[Step]) -> Node {
        for trial in 0..SAMPLES {
            let trace = Trace::along(path, &self.samples, trial);
            // An impl that is not made for this may even panic; then nothing is seen of it.
            let walk = || drop(T::deserialize(Probe::at_start(&trace)));
            drop(catch_unwind(AssertUnwindSafe(walk)));
            if let Some((node, places)) = trace.found() {
                let good = places.into_iter().map(|place| (place, trial));
                self.samples.extend(good);
                return node;
            }
        }
        Node::Unseen
    }
}

/// A place, for people.
fn place(path: &[Step]) -> String {
    let steps: Vec<_> = path.iter().map(Step::word).collect();
    let place = steps.iter().filter(|word| !word.is_empty()).cloned();
    let place: Vec<_> = place.collect();
    if place.is_empty() {
        "the state itself".to_owned()
    } else {
        place.join(".")
    }
}

#[cfg(test)]
mod tests;

use std::{cell::RefCell, collections::HashMap, fmt};

use super::sample::Sample;

/// One step of the way into a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// Into what an option, a list or a newtype holds.
    Inner,
    /// Into the keys of a map.
    Key,
    /// Into the values of a map.
    Value,
    /// Into a part of a tuple.
    Element(usize),
    /// Into a field.
    Field(&'static str),
    /// Into a variant.
    Variant(&'static str),
}

impl Step {
    /// What it is called in a message.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Inner => String::new(),
            Self::Key => "key".to_owned(),
            Self::Value => "value".to_owned(),
            Self::Element(index) => index.to_string(),
            Self::Field(name) | Self::Variant(name) => (*name).to_owned(),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inner | Self::Element(_) => Ok(()),
            Self::Key => f.write_str("key:"),
            Self::Value => f.write_str("value:"),
            Self::Field(name) => write!(f, "{}:", name.escape_debug()),
            Self::Variant(name) => write!(f, "{} ", name.escape_debug()),
        }
    }
}

/// What a type asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A value without parts.
    Leaf(String),
    /// One other type, any number of times.
    Inner(String),
    /// Keys and values.
    Map(String),
    /// So many parts.
    Elements(String, usize),
    /// These fields.
    Fields(String, &'static [&'static str]),
    /// One of these variants.
    Variants(String, &'static [&'static str]),
    /// A type that this place lies within, so many types up.
    Again(usize),
    /// What cannot be seen.
    Unseen,
}

impl Node {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Leaf(name)
            | Self::Inner(name)
            | Self::Map(name)
            | Self::Elements(name, _)
            | Self::Fields(name, _)
            | Self::Variants(name, _) => name.clone(),
            Self::Again(up) => format!("again {up}"),
            Self::Unseen => "unseen".to_owned(),
        }
    }

    pub(super) const fn brackets(&self) -> (&'static str, &'static str) {
        match self {
            Self::Elements(..) => ("(", ")"),
            Self::Fields(..) => ("{", "}"),
            Self::Variants(..) => ("[", "]"),
            Self::Leaf(_) | Self::Inner(_) | Self::Map(_) | Self::Again(_) | Self::Unseen => {
                ("<", ">")
            }
        }
    }

    /// The ways into its parts.
    pub(super) fn steps(&self) -> Vec<Step> {
        match self {
            Self::Leaf(_) | Self::Again(_) | Self::Unseen => Vec::new(),
            Self::Inner(_) => vec![Step::Inner],
            Self::Map(_) => vec![Step::Key, Step::Value],
            Self::Elements(_, count) => (0..*count).map(Step::Element).collect(),
            Self::Fields(_, names) => names.iter().copied().map(Step::Field).collect(),
            Self::Variants(_, names) => names.iter().copied().map(Step::Variant).collect(),
        }
    }
}

/// Ends a walk: what was looked for is found, or cannot be.
#[derive(Debug)]
pub(super) struct Stop;

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a look at a type makes no value of it")
    }
}

impl std::error::Error for Stop {}

impl serde::de::Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Which sample is good for a place.
pub(super) type Samples = HashMap<Vec<Step>, usize>;

/// One walk into a type.
pub(super) struct Trace<'a> {
    path: &'a [Step],
    /// What is known to be good.
    samples: &'a Samples,
    /// The sample for places of which nothing is known, and those places.
    trial: usize,
    tried: RefCell<Vec<Vec<Step>>>,
    /// The types on the way, told apart by their visitors within this process.
    within: RefCell<Vec<&'static str>>,
    found: RefCell<Option<Node>>,
}

impl<'a> Trace<'a> {
    pub(super) const fn along(path: &'a [Step], samples: &'a Samples, trial: usize) -> Self {
        Self {
            path,
            samples,
            trial,
            tried: RefCell::new(Vec::new()),
            within: RefCell::new(Vec::new()),
            found: RefCell::new(None),
        }
    }

    /// What was found, and the places for which the trial was good.
    pub(super) fn found(self) -> Option<(Node, Vec<Vec<Step>>)> {
        Some((self.found.into_inner()?, self.tried.into_inner()))
    }

    /// A sample for a place beside the way.
    pub(super) fn sample(&self, depth: usize, step: Step) -> Sample {
        let way = self.path.iter().take(depth).copied();
        let place: Vec<_> = way.chain([step]).collect();
        if let Some(number) = self.samples.get(&place) {
            return Sample::of(*number);
        }
        self.tried.borrow_mut().push(place);
        Sample::of(self.trial)
    }

    /// At the end of the path, writes down what is there and stops; before it, gives the next
    /// step.
    pub(super) fn step<V>(&self, depth: usize, node: impl FnOnce() -> Node) -> Result<Step, Stop> {
        let visitor = std::any::type_name::<V>();
        let mut within = self.within.borrow_mut();
        if let Some(step) = self.path.get(depth) {
            within.push(visitor);
            return Ok(*step);
        }
        let again = within.iter().rev().position(|it| *it == visitor);
        drop(within);
        self.note(again.map_or_else(node, |up| Node::Again(up + 1)));
        Err(Stop)
    }

    /// Writes down what has no parts, if the path ends here.
    pub(super) fn leaf(&self, depth: usize, node: impl FnOnce() -> Node) -> Stop {
        if depth == self.path.len() {
            self.note(node());
        }
        Stop
    }

    /// The first find counts: a type may go on after a failure.
    fn note(&self, node: Node) {
        self.found.borrow_mut().get_or_insert(node);
    }
}

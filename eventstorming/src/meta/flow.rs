use std::time::Duration;

/// Distinct members, in the order written.
pub type Set<T> = &'static [&'static T];

/// How often the members of a set occur: exactly what a return type permits.
///
/// A handler that returns `Option<OrderShipped>` has the flow `Maybe(One(OrderShipped))`, so the
/// cardinality on the board is the one the compiler has checked.
#[derive(Debug)]
pub enum Flow<T: 'static> {
    /// `()`
    Nothing,
    /// One event or command type.
    One(&'static T),
    /// `Option<_>`: none or one.
    Maybe(&'static Self),
    /// `Vec<_>`: any number.
    Many(&'static Self),
    /// `After<_>`: the same, but later, unless it is cancelled before; and how much later, where
    /// the type says so.
    Later(&'static Self, Option<Duration>),
    /// A tuple: each of them.
    AllOf(&'static [&'static Self]),
    /// An enum: exactly one of them.
    OneOf(Set<T>),
    /// An enum whose variants hold what may be returned for itself, such as one of a command that
    /// comes at once and one that comes later: exactly one of these.
    Either(&'static [&'static Self]),
}

impl<T> Flow<T> {
    /// The members, in the order written. One that occurs twice is given twice.
    pub fn members(&self) -> Vec<&'static T> {
        match self {
            Self::Nothing => Vec::new(),
            Self::One(member) => vec![*member],
            Self::Maybe(flow) | Self::Many(flow) | Self::Later(flow, _) => flow.members(),
            Self::AllOf(flows) | Self::Either(flows) => {
                flows.iter().flat_map(|flow| flow.members()).collect()
            }
            Self::OneOf(set) => set.to_vec(),
        }
    }

    /// Whether some of it comes later.
    pub fn is_later(&self) -> bool {
        match self {
            Self::Nothing | Self::One(_) | Self::OneOf(_) => false,
            Self::Maybe(flow) | Self::Many(flow) => flow.is_later(),
            Self::Later(..) => true,
            Self::AllOf(flows) | Self::Either(flows) => flows.iter().any(|flow| flow.is_later()),
        }
    }
}

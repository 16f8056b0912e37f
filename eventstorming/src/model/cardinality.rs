use serde::{Deserialize, Serialize};

use crate::meta::Flow;

/// How often one member of a flow occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cardinality {
    /// Exactly once.
    One,
    /// Once or not at all.
    Optional,
    /// Any number of times.
    Many,
    /// Once, unless one of the others occurs in its place.
    Alternative,
}

impl Cardinality {
    /// What a reader is told beside the name, where it is worth saying.
    pub const fn remark(self) -> Option<&'static str> {
        match self {
            Self::One => None,
            Self::Optional => Some("perhaps"),
            Self::Many => Some("any number"),
            Self::Alternative => Some("one of several"),
        }
    }

    fn within(self, outer: Self) -> Self {
        match (outer, self) {
            (Self::Many, _) | (_, Self::Many) => Self::Many,
            (Self::Optional, _) => Self::Optional,
            (Self::Alternative, Self::One) => Self::Alternative,
            (Self::One | Self::Alternative, inner) => inner,
        }
    }
}

/// The members of a flow, each once, with how often it occurs.
pub(super) fn members<T>(
    flow: &Flow<T>,
    same: fn(&T, &T) -> bool,
) -> Vec<(&'static T, Cardinality)> {
    let mut found: Vec<(&'static T, Cardinality)> = Vec::new();
    for (member, cardinality) in occurrences(flow, same) {
        match found.iter_mut().find(|(known, _)| same(known, member)) {
            Some((_, known)) => *known = Cardinality::Many,
            None => found.push((member, cardinality)),
        }
    }
    found
}

fn occurrences<T>(flow: &Flow<T>, same: fn(&T, &T) -> bool) -> Vec<(&'static T, Cardinality)> {
    let inside = |flow: &Flow<T>, outer: Cardinality| {
        let members = occurrences(flow, same).into_iter();
        members
            .map(move |(member, inner)| (member, inner.within(outer)))
            .collect()
    };
    match flow {
        Flow::Nothing => Vec::new(),
        Flow::One(member) => vec![(*member, Cardinality::One)],
        Flow::Maybe(flow) => inside(flow, Cardinality::Optional),
        // That it may be called off before is said by its delay.
        Flow::Later(flow, _) => inside(flow, Cardinality::One),
        Flow::Many(flow) => inside(flow, Cardinality::Many),
        Flow::AllOf(flows) => flows
            .iter()
            .flat_map(|flow| occurrences(flow, same))
            .collect(),
        Flow::OneOf([only]) => vec![(*only, Cardinality::One)],
        Flow::OneOf(set) => set
            .iter()
            .map(|member| (*member, Cardinality::Alternative))
            .collect(),
        Flow::Either([only]) => occurrences(only, same),
        Flow::Either(flows) => either(flows, same),
    }
}

/// The members of several flows of which one comes: one that is in two of them comes once.
fn either<T>(flows: &[&Flow<T>], same: fn(&T, &T) -> bool) -> Vec<(&'static T, Cardinality)> {
    let mut found: Vec<(&'static T, Cardinality)> = Vec::new();
    for (member, inner) in flows.iter().flat_map(|flow| members(flow, same)) {
        let inner = inner.within(Cardinality::Alternative);
        match found.iter_mut().find(|(known, _)| same(known, member)) {
            Some((_, known)) if inner == Cardinality::Many => *known = inner,
            Some(_) => {}
            None => found.push((member, inner)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Flow<&str> = Flow::One(&"a");
    const EITHER: Flow<&str> = Flow::OneOf(&[&"a", &"b"]);

    fn check(flow: &Flow<&'static str>, expected: &[(&str, Cardinality)]) {
        let found = members(flow, |left, right| left == right);
        let found: Vec<_> = found
            .into_iter()
            .map(|(name, often)| (*name, often))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_shape_of_a_return_type_says_how_often() {
        use Cardinality::{Alternative, Many, One, Optional};
        check(&Flow::Nothing, &[]);
        check(&A, &[("a", One)]);
        check(&Flow::Maybe(&A), &[("a", Optional)]);
        check(&Flow::Maybe(&Flow::Many(&A)), &[("a", Many)]);
        check(&EITHER, &[("a", Alternative), ("b", Alternative)]);
        check(&Flow::Many(&EITHER), &[("a", Many), ("b", Many)]);
        check(&Flow::Maybe(&EITHER), &[("a", Optional), ("b", Optional)]);
        check(&Flow::OneOf(&[&"a"]), &[("a", One)]);
        check(
            &Flow::AllOf(&[&A, &EITHER]),
            &[("a", Many), ("b", Alternative)],
        );
    }

    #[test]
    fn of_several_forms_one_comes() {
        use Cardinality::{Alternative, Many, One, Optional};
        const B: Flow<&str> = Flow::One(&"b");
        const LATER: Flow<&str> = Flow::Later(&B, None);
        check(&Flow::Either(&[&A]), &[("a", One)]);
        check(
            &Flow::Either(&[&A, &Flow::Nothing, &LATER]),
            &[("a", Alternative), ("b", Alternative)],
        );
        // Now or later, but once.
        check(
            &Flow::Either(&[&LATER, &B, &A]),
            &[("b", Alternative), ("a", Alternative)],
        );
        check(
            &Flow::Either(&[&A, &Flow::Many(&A), &Flow::Maybe(&B)]),
            &[("a", Many), ("b", Optional)],
        );
        check(
            &Flow::AllOf(&[&Flow::Either(&[&A, &B]), &B]),
            &[("a", Alternative), ("b", Many)],
        );
    }
}

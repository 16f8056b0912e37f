//! The names of event types: there are few of them, and each is read over and over.

use std::{
    borrow::Cow,
    collections::HashSet,
    sync::{PoisonError, RwLock},
};

/// How many names are remembered, each for as long as the process runs.
const MOST: usize = 4_096;
/// How long a name is at most that is remembered, in bytes.
const LONGEST: usize = 128;

static NAMES: RwLock<Option<HashSet<&'static str>>> = RwLock::new(None);

/// The name, without a copy of its own if it was read before.
///
/// What is remembered is never forgotten: less than a mebibyte, whatever a log holds.
pub(super) fn of(name: &str) -> Cow<'static, str> {
    match remembered(name) {
        Some(known) => Cow::Borrowed(known),
        None if name.len() <= LONGEST => remember(name),
        None => Cow::Owned(name.to_owned()),
    }
}

fn remembered(name: &str) -> Option<&'static str> {
    let names = NAMES.read().unwrap_or_else(PoisonError::into_inner);
    names.as_ref()?.get(name).copied()
}

fn remember(name: &str) -> Cow<'static, str> {
    let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
    let names = names.get_or_insert_default();
    // Another thread may have been here in the meantime.
    if let Some(known) = names.get(name) {
        return Cow::Borrowed(known);
    }
    if names.len() == MOST {
        return Cow::Owned(name.to_owned());
    }
    let name: &'static str = Box::leak(name.into());
    names.insert(name);
    Cow::Borrowed(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once_if_it_is_no_longer_than_a_name() {
        let (first, second) = (of("type_name::Once"), of("type_name::Once"));
        assert_eq!(first, "type_name::Once");
        assert!(matches!(first, Cow::Borrowed(_)));
        assert!(std::ptr::eq(first.as_ptr(), second.as_ptr()));
        let long = "x".repeat(LONGEST + 1);
        assert!(matches!(of(&long), Cow::Owned(name) if name == long));
    }
}

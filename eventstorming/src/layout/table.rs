use std::ops::{Index, IndexMut};

/// A list whose indices are only made by whoever fills it.
#[derive(Debug, Clone)]
pub(super) struct Table<T>(Vec<T>);

impl<T> Table<T> {
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T> Index<usize> for Table<T> {
    type Output = T;

    #[expect(
        clippy::indexing_slicing,
        reason = "an index that was not given out here is our bug"
    )]
    fn index(&self, index: usize) -> &T {
        &self.0[index]
    }
}

impl<T> IndexMut<usize> for Table<T> {
    #[expect(
        clippy::indexing_slicing,
        reason = "an index that was not given out here is our bug"
    )]
    fn index_mut(&mut self, index: usize) -> &mut T {
        &mut self.0[index]
    }
}

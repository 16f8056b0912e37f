//! Constant slices made of others, for tables whose rows stand in several places.

/// How many rows there are in some slices.
#[must_use]
pub const fn count<T>(slices: &[&[T]]) -> usize {
    let (mut rows, mut rest) = (0, slices);
    while let [first, tail @ ..] = rest {
        rows += first.len();
        rest = tail;
    }
    rows
}

/// The rows of several slices, one after the other. `N` is what [`count`] gives, or more, where that
/// depends on a type parameter.
#[derive(Debug, Clone, Copy)]
pub struct Joined<T, const N: usize> {
    rows: Option<[T; N]>,
    len: usize,
}

impl<T: Copy, const N: usize> Joined<T, N> {
    /// Puts the rows together.
    ///
    /// # Panics
    /// If there are more than `N`; in generated code, while compiling.
    #[must_use]
    pub const fn of(slices: &[&[T]]) -> Self {
        let len = count(slices);
        assert!(
            len <= N,
            "a generic type with parts has too many methods of one kind"
        );
        let Some(any) = first(slices) else {
            return Self { rows: None, len };
        };
        let mut rows = [any; N];
        let (mut written, mut rest) = (0, slices);
        while let [slice, tail @ ..] = rest {
            let (_, free) = rows.split_at_mut(written);
            let (place, _) = free.split_at_mut(slice.len());
            place.copy_from_slice(slice);
            written += slice.len();
            rest = tail;
        }
        Self {
            rows: Some(rows),
            len,
        }
    }

    /// The rows.
    pub const fn as_slice(&self) -> &[T] {
        match &self.rows {
            Some(rows) => rows.split_at(self.len).0,
            None => &[],
        }
    }
}

const fn first<T: Copy>(slices: &[&[T]]) -> Option<T> {
    let mut rest = slices;
    while let [slice, tail @ ..] = rest {
        if let [row, ..] = *slice {
            return Some(*row);
        }
        rest = tail;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLICES: [&[u8]; 4] = [&[], &[1, 2], &[], &[3]];
    const JOINED: Joined<u8, { count(&SLICES) }> = Joined::of(&SLICES);
    const NOTHING: Joined<u8, 0> = Joined::of(&[&[], &[]]);
    const WITH_ROOM: Joined<u8, 9> = Joined::of(&SLICES);

    #[test]
    fn rows_keep_their_order() {
        assert_eq!(JOINED.as_slice(), [1, 2, 3]);
        assert_eq!(NOTHING.as_slice(), [0_u8; 0]);
        assert_eq!(WITH_ROOM.as_slice(), [1, 2, 3]);
    }
}

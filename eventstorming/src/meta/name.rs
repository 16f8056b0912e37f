/// A name with its hash, so that checks made while compiling compare numbers first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name {
    text: &'static str,
    hash: u64,
}

impl Name {
    /// Names something.
    pub const fn new(text: &'static str) -> Self {
        Self {
            text,
            hash: hash(text),
        }
    }

    /// Its hash, for a table: of two names that are the same it is the same.
    pub(super) const fn hash(&self) -> u64 {
        self.hash
    }

    /// The name as written.
    pub const fn as_str(&self) -> &'static str {
        self.text
    }

    /// Whether both are the same name.
    ///
    /// `==` does the same; this one can be called in a `const`.
    pub const fn is(&self, other: &Self) -> bool {
        self.hash == other.hash && same_text(self.text, other.text)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.text)
    }
}

/// The hash of Fowler, Noll and Vo, version 1a, 64 bits, but of eight bytes at a time as long as
/// there are eight: rustc takes its time over each step.
const fn hash(text: &str) -> u64 {
    let mut bytes = text.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    while let Some((word, rest)) = bytes.split_first_chunk() {
        hash = (hash ^ u64::from_le_bytes(*word)).wrapping_mul(PRIME);
        bytes = rest;
    }
    while let [first, rest @ ..] = bytes {
        hash = (hash ^ *first as u64).wrapping_mul(PRIME);
        bytes = rest;
    }
    hash
}

const PRIME: u64 = 0x0100_0000_01b3;

pub(super) const fn same_text(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        match (left, right) {
            ([], []) => return true,
            ([a, rest_a @ ..], [b, rest_b @ ..]) if *a == *b => (left, right) = (rest_a, rest_b),
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_text() {
        assert!(Name::new("OrderPlaced").is(&Name::new("OrderPlaced")));
        assert!(!Name::new("OrderPlaced").is(&Name::new("OrderPlace")));
        assert!(!Name::new("").is(&Name::new("OrderPlaced")));
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
        assert_ne!(hash("OrderPlaced"), hash("OrderPlaced2"));
        assert_ne!(hash("OrderPlacedOne"), hash("PlacedOrOrderOn"));
    }
}

use super::Position;

/// A part of a log, and the direction in which it is read.
///
/// ```
/// use aether::{Position, store::Span};
///
/// let last_first = Span::after(Position::new(100)).until(Position::new(200)).backwards();
/// assert_eq!((last_first.after.as_u64(), last_first.until.as_u64()), (100, 200));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The part lies after this position.
    pub after: Position,
    /// The part goes up to this position, which belongs to it; what is stored while it is being
    /// read does not.
    pub until: Position,
    /// In which direction it is read.
    pub direction: Direction,
}

/// In which direction a log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// Oldest first.
    #[default]
    Forwards,
    /// Newest first.
    Backwards,
}

impl Span {
    /// The whole log, oldest first.
    pub const ALL: Self = Self::after(Position::START);

    /// What lies after a position, oldest first.
    pub const fn after(after: Position) -> Self {
        Self {
            after,
            until: Position::END,
            direction: Direction::Forwards,
        }
    }

    /// The same part, up to this position.
    #[must_use]
    pub const fn until(mut self, until: Position) -> Self {
        self.until = until;
        self
    }

    /// The same part, newest first.
    #[must_use]
    pub const fn backwards(mut self) -> Self {
        self.direction = Direction::Backwards;
        self
    }

    /// Whether there is no place in it.
    pub fn is_empty(&self) -> bool {
        self.after >= self.until
    }

    /// The same part, as far as a log that ends at `head` has it.
    #[must_use]
    pub fn within(mut self, head: Position) -> Self {
        self.until = self.until.min(head);
        self
    }

    /// What is left when everything from its beginning to this position, which lies in it, has
    /// been read; none if that was all.
    pub fn rest(mut self, read: Position) -> Option<Self> {
        match self.direction {
            Direction::Forwards => self.after = read,
            Direction::Backwards => self.until = read.previous(),
        }
        (!self.is_empty()).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(after: u64, until: u64) -> Span {
        Span::after(Position::new(after)).until(Position::new(until))
    }

    #[test]
    fn what_is_left_lies_beyond_what_was_read() {
        let at = Position::new;
        assert_eq!(span(2, 9).rest(at(5)), Some(span(5, 9)));
        assert_eq!(span(2, 9).rest(at(9)), None);
        let back = span(2, 9).backwards();
        assert_eq!(back.rest(at(5)), Some(span(2, 4).backwards()));
        assert_eq!(back.rest(at(3)), None);
    }

    #[test]
    fn a_log_has_no_more_than_it_has() {
        assert_eq!(Span::ALL.within(Position::new(3)), span(0, 3));
        assert!(span(3, 9).within(Position::new(3)).is_empty());
        assert!(!span(2, 9).within(Position::new(3)).is_empty());
    }
}

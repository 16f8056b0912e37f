/// A place on the board, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// To the right.
    pub x: i32,
    /// Down.
    pub y: i32,
}

/// An upright rectangle, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rect {
    /// Its left side.
    pub x: i32,
    /// Its upper side.
    pub y: i32,
    /// Its width.
    pub width: i32,
    /// Its height.
    pub height: i32,
}

impl Rect {
    /// The rectangle with this upper left corner and size.
    pub const fn new(x: i32, y: i32, width: i32, height: i32) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    /// Its right side.
    pub const fn right(&self) -> i32 {
        self.x + self.width
    }

    /// Its lower side.
    pub const fn bottom(&self) -> i32 {
        self.y + self.height
    }

    /// Its middle.
    pub const fn centre(&self) -> Point {
        Point {
            x: self.x + self.width / 2,
            y: self.y + self.height / 2,
        }
    }

    /// Whether it shares an area with another.
    pub const fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    pub(super) const fn moved(&self, by: Point) -> Self {
        Self::new(self.x + by.x, self.y + by.y, self.width, self.height)
    }

    pub(super) const fn grown(&self, by: i32) -> Self {
        Self::new(
            self.x - by,
            self.y - by,
            self.width + 2 * by,
            self.height + 2 * by,
        )
    }
}

/// `count` times `each`, for counts of things drawn side by side.
pub(super) fn times(count: usize, each: i32) -> i32 {
    i32::try_from(count)
        .unwrap_or(i32::MAX)
        .saturating_mul(each)
}

/// Why a command may be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    /// The Rust type of the refusal; empty where it is not known.
    pub name: &'static str,
    /// Its variants, if it is an enum that derives `Rejection`.
    pub variants: &'static [&'static str],
}

impl Rejection {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        name: "",
        variants: &[],
    };

    /// The same; by this name, if it has none.
    #[must_use]
    pub const fn or_named(self, name: &'static str) -> Self {
        if self.name.is_empty() {
            let Self { variants, .. } = self;
            Self { name, variants }
        } else {
            self
        }
    }
}

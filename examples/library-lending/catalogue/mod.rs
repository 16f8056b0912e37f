//! Catalogue: which titles the library has, and which copies of each.

mod missing_copies;
mod shelf_check;
mod title;

use aether::bounded_context;

pub use self::missing_copies::MissingCopies;
pub use self::shelf_check::{CheckShelf, ShelfCheck, ShelfCheckEvent};
pub use self::title::{
    AcquireCopy, BranchId, CatalogueTitle, Circulation, CopyAcquired, CopyId, CopyWithdrawn, Isbn,
    Title, TitleCatalogued, TitleEvent, TitleRefusal, WithdrawCopy,
};

bounded_context! {
    /// Knows what the library owns, and how it may be used.
    pub Catalogue {
        owner: "Collections",
        aggregates: [Title, ShelfCheck],
        projections: [MissingCopies],
    }
}

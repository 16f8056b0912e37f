use std::collections::BTreeMap;

use aether::prelude::*;

use super::{
    CopyCheckedOut, CopyDiscarded, CopyReturned, CopyShelved, HoldCancelled, HoldExpired,
    HoldPlaced,
};
use crate::library_lending::{
    Reader,
    catalogue::{BranchId, Circulation, CopyId, Isbn, TitleCatalogued},
};

/// Which books there are, and where a copy is to be had today.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Reader))]
pub struct BookFinder {
    /// Each title.
    pub books: BTreeMap<Isbn, FoundBook>,
    /// Each copy in circulation.
    pub copies: BTreeMap<CopyId, FoundCopy>,
}

/// A title, as a reader finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoundBook {
    /// What is on its cover.
    pub title: String,
    /// Who wrote it.
    pub author: String,
}

/// A copy, as a reader finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoundCopy {
    /// Of which title.
    pub isbn: Isbn,
    /// In which branch.
    pub branch: BranchId,
    /// Who may take it home.
    pub circulation: Circulation,
    /// Whether it is on the shelf.
    pub available: bool,
}

/// Which copies are on the shelf, of books with these words in title or author?
#[derive(Query, Debug, Clone, PartialEq, Eq)]
pub struct FindBooks {
    /// The words.
    pub words: String,
}

impl FoundBook {
    fn has(&self, words: &str) -> bool {
        let text = format!("{} {}", self.title, self.author).to_lowercase();
        words
            .to_lowercase()
            .split_whitespace()
            .all(|word| text.contains(word))
    }
}

impl BookFinder {
    fn available(&mut self, copy: &CopyId, available: bool) {
        if let Some(found) = self.copies.get_mut(copy) {
            found.available = available;
        }
    }
}

#[handlers]
impl BookFinder {
    /// In the order of their barcodes.
    #[answer(by(Reader))]
    pub fn find(&self, query: FindBooks) -> Vec<(CopyId, FoundBook)> {
        let available = self.copies.iter().filter(|(_, found)| found.available);
        let found = available.filter_map(|(copy, found)| {
            let book = self
                .books
                .get(&found.isbn)
                .filter(|book| book.has(&query.words))?;
            Some((copy.clone(), book.clone()))
        });
        found.collect()
    }

    #[apply]
    fn catalogued(&mut self, event: TitleCatalogued) {
        let TitleCatalogued {
            isbn,
            title,
            author,
        } = event;
        self.books.insert(isbn, FoundBook { title, author });
    }

    #[apply]
    fn shelved(&mut self, event: CopyShelved) {
        let CopyShelved {
            copy,
            isbn,
            branch,
            circulation,
        } = event;
        let available = true;
        self.copies.insert(
            copy,
            FoundCopy {
                isbn,
                branch,
                circulation,
                available,
            },
        );
    }

    #[apply]
    fn discarded(&mut self, event: &CopyDiscarded) {
        self.copies.remove(&event.copy);
    }

    #[apply]
    fn placed(&mut self, event: &HoldPlaced) {
        self.available(&event.copy, false);
    }

    #[apply]
    fn cancelled(&mut self, event: &HoldCancelled) {
        self.available(&event.copy, true);
    }

    #[apply]
    fn expired(&mut self, event: &HoldExpired) {
        self.available(&event.copy, true);
    }

    #[apply]
    fn lent(&mut self, event: &CopyCheckedOut) {
        self.available(&event.copy, false);
    }

    #[apply]
    fn returned(&mut self, event: &CopyReturned) {
        self.available(&event.copy, true);
        if let Some(found) = self.copies.get_mut(&event.copy) {
            found.branch.clone_from(&event.branch);
        }
    }
}

//! A title, and the copies of it that the library owns.

use std::collections::BTreeMap;

use aether::prelude::*;

use super::MissingCopies;
use crate::library_lending::Cataloguer;

/// Tells a title from every other: its ISBN, thirteen digits without hyphens.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Isbn(String);

impl Isbn {
    /// Whether it has thirteen digits, of which the last one follows from the others.
    pub fn is_valid(&self) -> bool {
        let digits: Option<Vec<u32>> = self.0.chars().map(|digit| digit.to_digit(10)).collect();
        let weighted = |digits: &[u32]| -> u32 {
            let weights = [1, 3].into_iter().cycle();
            digits
                .iter()
                .zip(weights)
                .map(|(digit, by)| digit * by)
                .sum()
        };
        digits.is_some_and(|digits| digits.len() == 13 && weighted(&digits).is_multiple_of(10))
    }
}

/// Tells a copy from every other: the barcode on its back.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct CopyId(String);

/// Tells a branch of the library from every other.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct BranchId(String);

/// Who may take a copy home.
#[derive(
    Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Circulation {
    /// Everyone.
    #[default]
    Open,
    /// Researchers only.
    Restricted,
}

// ------------------------------------------------------------------------------------- commands

/// Take a title into the catalogue.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogueTitle {
    /// Its ISBN.
    #[command(id)]
    pub isbn: Isbn,
    /// What is on its cover.
    pub title: String,
    /// Who wrote it.
    pub author: String,
}

/// Buy a copy of a title.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AcquireCopy {
    /// Of which title.
    #[command(id)]
    pub isbn: Isbn,
    /// The barcode it gets.
    pub copy: CopyId,
    /// The branch it will stand in.
    pub branch: BranchId,
    /// Who may take it home.
    pub circulation: Circulation,
}

/// Give a copy away, or to the paper mill.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawCopy {
    /// Of which title.
    #[command(id)]
    pub isbn: Isbn,
    /// Which copy.
    pub copy: CopyId,
}

// --------------------------------------------------------------------------------------- events

/// The library may buy copies of the title.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TitleCatalogued {
    /// Its ISBN.
    pub isbn: Isbn,
    /// What is on its cover.
    pub title: String,
    /// Who wrote it.
    pub author: String,
}

/// The library owns a copy.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public)]
pub struct CopyAcquired {
    /// Of which title.
    pub isbn: Isbn,
    /// Which copy.
    pub copy: CopyId,
    /// The branch it stands in.
    pub branch: BranchId,
    /// Who may take it home.
    pub circulation: Circulation,
}

/// The library will own the copy no longer.
///
/// Hotspot: may a branch keep a book that another one has given up?
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public)]
pub struct CopyWithdrawn {
    /// Of which title.
    pub isbn: Isbn,
    /// Which copy.
    pub copy: CopyId,
}

/// Why something cannot be done to a title.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TitleRefusal {
    /// The number is no ISBN.
    #[error("{isbn} is no ISBN: its last digit does not follow from the others")]
    InvalidIsbn {
        /// The number.
        isbn: Isbn,
    },
    /// The title is in the catalogue already.
    #[error("the title is in the catalogue already")]
    AlreadyCatalogued,
    /// There is no such title.
    #[error("the title is not in the catalogue")]
    NotCatalogued,
    /// The barcode is on another copy.
    #[error("the barcode {copy} is on another copy of the title")]
    BarcodeInUse {
        /// The barcode.
        copy: CopyId,
    },
    /// There is no such copy.
    #[error("the library has no copy {copy} of the title")]
    UnknownCopy {
        /// The barcode.
        copy: CopyId,
    },
}

// ------------------------------------------------------------------------------------- the title

/// A title in the catalogue.
///
/// Invariant: a barcode is given once, also if its copy is withdrawn.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(TitleCatalogued, CopyAcquired, CopyWithdrawn))]
pub struct Title {
    catalogued: bool,
    copies: BTreeMap<CopyId, Ownership>,
}

/// Whether a copy is the library's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Ownership {
    Owned,
    Withdrawn,
}

impl Title {
    /// How many copies of it the library owns.
    pub fn owned(&self) -> usize {
        let owned = |ownership: &&Ownership| **ownership == Ownership::Owned;
        self.copies.values().filter(owned).count()
    }
}

#[handlers]
impl Title {
    /// A title is catalogued once.
    ///
    /// # Errors
    /// If it is there already, or its number is no ISBN.
    #[handle(by(Cataloguer))]
    pub fn catalogue(&self, command: CatalogueTitle) -> Result<TitleCatalogued, TitleRefusal> {
        let CatalogueTitle {
            isbn,
            title,
            author,
        } = command;
        if !isbn.is_valid() {
            return Err(TitleRefusal::InvalidIsbn { isbn });
        }
        if self.catalogued {
            return Err(TitleRefusal::AlreadyCatalogued);
        }
        Ok(TitleCatalogued {
            isbn,
            title,
            author,
        })
    }

    /// # Errors
    /// If the title is not in the catalogue, or the barcode was given before.
    #[handle(by(Cataloguer))]
    pub fn acquire(&self, command: AcquireCopy) -> Result<CopyAcquired, TitleRefusal> {
        let AcquireCopy {
            isbn,
            copy,
            branch,
            circulation,
        } = command;
        if !self.catalogued {
            return Err(TitleRefusal::NotCatalogued);
        }
        if self.copies.contains_key(&copy) {
            return Err(TitleRefusal::BarcodeInUse { copy });
        }
        Ok(CopyAcquired {
            isbn,
            copy,
            branch,
            circulation,
        })
    }

    /// A copy that is withdrawn stays so. One that a reader has is withdrawn all the same; lending
    /// sees that it does not come back to the shelf.
    ///
    /// # Errors
    /// If there was never such a copy.
    #[handle(by(Cataloguer), informed_by(MissingCopies))]
    pub fn withdraw(&self, command: WithdrawCopy) -> Result<Option<CopyWithdrawn>, TitleRefusal> {
        let WithdrawCopy { isbn, copy } = command;
        match self.copies.get(&copy) {
            None => Err(TitleRefusal::UnknownCopy { copy }),
            Some(Ownership::Withdrawn) => Ok(None),
            Some(Ownership::Owned) => Ok(Some(CopyWithdrawn { isbn, copy })),
        }
    }

    #[apply]
    fn was_catalogued(&mut self, _: &TitleCatalogued) {
        self.catalogued = true;
    }

    #[apply]
    fn was_acquired(&mut self, event: CopyAcquired) {
        self.copies.insert(event.copy, Ownership::Owned);
    }

    #[apply]
    fn was_withdrawn(&mut self, event: CopyWithdrawn) {
        self.copies.insert(event.copy, Ownership::Withdrawn);
    }
}

use std::collections::BTreeMap;

use aether::prelude::*;

use super::{
    CopyCheckedOut, CopyReturned, HoldCancelled, HoldDenied, HoldExpired, HoldPlaced,
    HoldRequested, PatronId,
};
use crate::{
    calendar::Day,
    library_lending::{Reader, catalogue::CopyId},
};

/// What each patron has at home, and what waits for them.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Reader))]
pub struct PatronBooks {
    books: BTreeMap<PatronId, BTreeMap<CopyId, PatronBook>>,
}

/// What a patron has to do with a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PatronBook {
    /// The copy is being looked for.
    Requested,
    /// It waits behind the desk.
    Waiting {
        /// The last day, if there is one.
        last_day: Option<Day>,
    },
    /// It is at home.
    AtHome {
        /// When it has to be back.
        due: Day,
    },
}

/// What has a patron asked for and borrowed?
#[derive(Query, Debug, Clone, PartialEq, Eq)]
pub struct BooksOf {
    /// Which patron.
    pub patron: PatronId,
}

impl PatronBooks {
    fn set(&mut self, patron: PatronId, copy: CopyId, book: PatronBook) {
        self.books.entry(patron).or_default().insert(copy, book);
    }

    fn remove(&mut self, patron: &PatronId, copy: &CopyId) {
        if let Some(books) = self.books.get_mut(patron) {
            books.remove(copy);
        }
    }
}

#[handlers]
impl PatronBooks {
    /// None of them if nobody knows the patron.
    #[answer(by(Reader))]
    pub fn books_of(&self, query: BooksOf) -> BTreeMap<CopyId, PatronBook> {
        self.books.get(&query.patron).cloned().unwrap_or_default()
    }

    #[apply]
    fn requested(&mut self, event: HoldRequested) {
        self.set(event.patron, event.copy, PatronBook::Requested);
    }

    #[apply]
    fn placed(&mut self, event: HoldPlaced) {
        let HoldPlaced {
            copy,
            patron,
            last_day,
            ..
        } = event;
        self.set(patron, copy, PatronBook::Waiting { last_day });
    }

    #[apply]
    fn denied(&mut self, event: &HoldDenied) {
        self.remove(&event.patron, &event.copy);
    }

    #[apply]
    fn cancelled(&mut self, event: &HoldCancelled) {
        self.remove(&event.patron, &event.copy);
    }

    #[apply]
    fn expired(&mut self, event: &HoldExpired) {
        self.remove(&event.patron, &event.copy);
    }

    #[apply]
    fn lent(&mut self, event: CopyCheckedOut) {
        let CopyCheckedOut {
            copy, patron, due, ..
        } = event;
        self.set(patron, copy, PatronBook::AtHome { due });
    }

    #[apply]
    fn returned(&mut self, event: &CopyReturned) {
        self.remove(&event.patron, &event.copy);
    }
}

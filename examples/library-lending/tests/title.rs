//! The catalogue: titles, copies that come and go, and what is missing on the shelves.

use std::collections::BTreeSet;

use aether::testing::{given, projection};
use aether_examples::library_lending::catalogue::{
    AcquireCopy, CatalogueTitle, CheckShelf, Circulation, CopyWithdrawn, Isbn, MissingCopies,
    ShelfCheck, ShelfCheckEvent, Title, TitleRefusal, WithdrawCopy,
};

use crate::samples::{acquired, catalogued, copy, isbn, north};

fn catalogue(isbn: Isbn) -> CatalogueTitle {
    CatalogueTitle {
        isbn,
        title: "Pride and Prejudice".to_owned(),
        author: "Jane Austen".to_owned(),
    }
}

fn acquire() -> AcquireCopy {
    AcquireCopy {
        isbn: isbn(),
        copy: copy(),
        branch: north(),
        circulation: Circulation::Open,
    }
}

fn withdraw() -> WithdrawCopy {
    WithdrawCopy {
        isbn: isbn(),
        copy: copy(),
    }
}

fn withdrawn() -> CopyWithdrawn {
    CopyWithdrawn {
        isbn: isbn(),
        copy: copy(),
    }
}

#[test]
fn a_title_is_catalogued_once() {
    given::<Title>(())
        .when(catalogue(isbn()))
        .then(catalogued())
        .when(catalogue(isbn()))
        .then_refused(TitleRefusal::AlreadyCatalogued);
}

#[test]
fn the_last_digit_of_an_isbn_follows_from_the_others() {
    for wrong in [
        "9780141439517",
        "978014143951",
        "97801414395188",
        "978-014143951",
    ] {
        let isbn = Isbn::from(wrong);
        given::<Title>(())
            .when(catalogue(isbn.clone()))
            .then_refused(TitleRefusal::InvalidIsbn { isbn });
    }
}

#[test]
fn copies_are_bought_of_titles_in_the_catalogue() {
    given::<Title>(())
        .when(acquire())
        .then_refused(TitleRefusal::NotCatalogued);
    given::<Title>(catalogued())
        .when(acquire())
        .then(acquired())
        .then_state(|title| assert_eq!(title.owned(), 1));
}

#[test]
fn a_barcode_is_given_once_also_if_its_copy_is_withdrawn() {
    let in_use = || TitleRefusal::BarcodeInUse { copy: copy() };
    given::<Title>((catalogued(), acquired()))
        .when(acquire())
        .then_refused(in_use());
    given::<Title>((catalogued(), acquired(), withdrawn()))
        .when(acquire())
        .then_refused(in_use());
}

#[test]
fn a_copy_is_withdrawn_once() {
    given::<Title>((catalogued(), acquired()))
        .when(withdraw())
        .then(withdrawn())
        .when(withdraw())
        .then_nothing()
        .then_state(|title| assert_eq!(title.owned(), 0));
}

#[test]
fn a_copy_that_was_never_bought_cannot_be_withdrawn() {
    given::<Title>(catalogued())
        .when(withdraw())
        .then_refused(TitleRefusal::UnknownCopy { copy: copy() });
}

fn missed() -> ShelfCheckEvent {
    ShelfCheckEvent::Missed { copy: copy() }
}

fn found() -> ShelfCheckEvent {
    ShelfCheckEvent::Found { copy: copy() }
}

#[test]
fn a_copy_is_missed_once_and_found_again() {
    let check = |there| CheckShelf {
        copy: copy(),
        there,
    };
    given::<ShelfCheck>(())
        .when(check(true))
        .then_nothing()
        .when(check(false))
        .then(missed())
        .when(check(false))
        .then_nothing()
        .when(check(true))
        .then(found());
}

#[test]
fn a_copy_is_missing_until_it_is_found_or_given_up() {
    let missing = MissingCopies {
        copies: BTreeSet::from([copy()]),
    };
    projection::<MissingCopies>()
        .given("ShelfCheck.copy-1", missed())
        .then_state_is(missing)
        .given("ShelfCheck.copy-1", found())
        .then_state_is(MissingCopies::default())
        .given("ShelfCheck.copy-1", missed())
        .given("Title.9780141439518", withdrawn())
        .then_state_is(MissingCopies::default());
}

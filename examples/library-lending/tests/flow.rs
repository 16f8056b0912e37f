//! The whole library, running: what follows by itself from what people do, and from time.

use std::time::Duration;

use aether::{
    DataSubject, EmbeddedEventStore, EventStoreExt as _, InMemoryEventStore, Personal, Position,
    Store,
    personal::{InMemoryKeyStore, SealedStore},
    runtime::Aether,
    testing::ManualClock,
};
use aether_examples::{
    calendar::Day,
    library_lending::{
        Catalogue, Lending, Library, Membership, Recovery,
        catalogue::{AcquireCopy, CatalogueTitle, Circulation, WithdrawCopy},
        lending::{
            AccountRefusal, BooksOf, CheckOut, CopyRefusal, DailySheet, FindBooks, HoldTerm,
            LendingAccount, PatronBook, PatronId, RequestHold, ReturnCopy,
        },
        membership::{Member, MemberId, RecogniseResearcher, RegisterMember},
        outside::SimulatedPostOffice,
        recovery::OpenBills,
    },
};

use crate::samples::{copy, isbn, member, north, patron, somebody_else, south};

type Sealed<S> = SealedStore<S, InMemoryKeyStore>;

/// A library with one copy of one title, and two members.
struct Branch<S> {
    aether: Aether,
    store: Sealed<S>,
    clock: ManualClock,
}

async fn open<S: Store + Clone>(events: S, circulation: Circulation) -> Branch<S> {
    let store = SealedStore::builder(events, InMemoryKeyStore::new())
        .contexts::<Library>()
        .open()
        .await
        .expect("it opens");
    let clock = ManualClock::new();
    let moved = [MemberId::from("m-2")].into();
    let aether = Aether::builder()
        .store(store.clone())
        .context::<Catalogue>()
        .context::<Membership>()
        .context::<Lending>()
        .context::<Recovery>()
        .adapter(SimulatedPostOffice { moved })
        .clock(clock.clone())
        .start()
        .await
        .expect("the contexts fit together");
    let branch = Branch {
        aether,
        store,
        clock,
    };
    branch.stock(circulation).await;
    branch
}

async fn in_memory(circulation: Circulation) -> Branch<InMemoryEventStore> {
    open(InMemoryEventStore::new(), circulation).await
}

impl<S: Store + Clone> Branch<S> {
    async fn stock(&self, circulation: Circulation) {
        let (title, author) = ("Pride and Prejudice".to_owned(), "Jane Austen".to_owned());
        let catalogue = CatalogueTitle {
            isbn: isbn(),
            title,
            author,
        };
        self.aether.send(catalogue).await.expect("it is catalogued");
        let (isbn, copy, branch) = (isbn(), copy(), north());
        let acquire = AcquireCopy {
            isbn,
            copy,
            branch,
            circulation,
        };
        self.aether.send(acquire).await.expect("it is bought");
        for (member, name) in [("m-1", "Ada"), ("m-2", "Charles")] {
            let register = RegisterMember {
                member: MemberId::from(member),
                name: Personal::Known(name.to_owned()),
                address: Personal::Known(format!("{name} Street")),
            };
            self.aether.send(register).await.expect("the card is new");
        }
        self.settle().await;
    }

    async fn settle(&self) {
        self.aether.settled().await.expect("all followers get on");
    }

    async fn days_pass(&self, days: u64) {
        self.clock.advance(Duration::from_hours(24 * days));
        self.settle().await;
    }

    async fn request(&self, patron: PatronId, term: HoldTerm) {
        let copy = copy();
        let sent = self.aether.send(RequestHold { patron, copy, term }).await;
        sent.expect("the account permits it");
        self.settle().await;
    }

    async fn lend(&self, patron: PatronId) {
        self.request(patron.clone(), HoldTerm::Days(3)).await;
        let handed = self
            .aether
            .send(CheckOut {
                copy: copy(),
                patron,
            })
            .await;
        handed.expect("it waits for the patron");
        self.settle().await;
    }

    async fn bring_back(&self) {
        let back = ReturnCopy {
            copy: copy(),
            branch: south(),
        };
        self.aether.send(back).await.expect("it is on loan");
        self.settle().await;
    }

    async fn books(&self, patron: PatronId) -> Vec<PatronBook> {
        let books = self.aether.ask(BooksOf { patron }).await.expect("it runs");
        books.into_values().collect()
    }

    async fn count(&self, event_type: &str) -> usize {
        let log = self
            .store
            .log(Position::START)
            .await
            .expect("it is readable");
        let events = log.iter().flat_map(|recorded| recorded.commit.events());
        events
            .filter(|event| event.event_type == *event_type)
            .count()
    }
}

async fn a_book_goes_out_and_comes_back<S: Store + Clone>(branch: Branch<S>) {
    branch.lend(patron()).await;
    let due = Day::new(60);
    assert_eq!(branch.books(patron()).await, [PatronBook::AtHome { due }]);
    let words = "austen".to_owned();
    let found = branch
        .aether
        .ask(FindBooks {
            words: words.clone(),
        })
        .await
        .expect("it runs");
    assert_eq!(found, []);
    branch.days_pass(60).await;
    branch.bring_back().await;
    assert_eq!(branch.books(patron()).await, []);
    let found = branch
        .aether
        .ask(FindBooks { words })
        .await
        .expect("it runs");
    assert_eq!(found.len(), 1);
    branch.days_pass(365).await;
    assert_eq!(branch.count("LoanBecameOverdue").await, 0);
    let account = branch
        .aether
        .load::<LendingAccount>(patron())
        .await
        .expect("it is there");
    assert_eq!((account.holds(), account.late()), (0, 0));
    branch.aether.shutdown().await;
}

#[tokio::test]
async fn a_book_goes_out_and_comes_back_in_time() {
    a_book_goes_out_and_comes_back(in_memory(Circulation::Open).await).await;
}

#[tokio::test]
async fn a_book_goes_out_and_comes_back_in_time_with_its_events_on_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = EmbeddedEventStore::open(folder.path())
        .await
        .expect("it opens");
    a_book_goes_out_and_comes_back(open(store, Circulation::Open).await).await;
}

#[tokio::test]
async fn a_hold_that_nobody_collects_goes_to_the_next() {
    let branch = in_memory(Circulation::Open).await;
    branch.request(patron(), HoldTerm::Days(3)).await;
    branch.request(somebody_else(), HoldTerm::Days(3)).await;
    assert_eq!(branch.books(somebody_else()).await, [], "it was denied");
    branch.days_pass(3).await;
    let last_day = Some(Day::new(3));
    assert_eq!(
        branch.books(patron()).await,
        [PatronBook::Waiting { last_day }]
    );
    branch.days_pass(1).await;
    assert_eq!(branch.books(patron()).await, [], "its last day is over");
    let late = CheckOut {
        copy: copy(),
        patron: patron(),
    };
    let refused = branch
        .aether
        .send(late)
        .await
        .expect_err("it waits no longer");
    let (copy, patron) = (copy(), patron());
    assert_eq!(
        refused.refusal(),
        Some(&CopyRefusal::NotOnHold { copy, patron })
    );
    branch.lend(somebody_else()).await;
}

#[tokio::test]
async fn a_restricted_book_is_lent_as_soon_as_a_university_vouches() {
    let branch = in_memory(Circulation::Restricted).await;
    branch.request(patron(), HoldTerm::Days(3)).await;
    assert_eq!(branch.books(patron()).await, [], "it was denied");
    let institution = "Trinity".to_owned();
    let recognise = RecogniseResearcher {
        member: member(),
        institution,
    };
    branch
        .aether
        .send(recognise)
        .await
        .expect("she is registered");
    branch.settle().await;
    branch.request(patron(), HoldTerm::OpenEnded).await;
    assert_eq!(
        branch.books(patron()).await,
        [PatronBook::Waiting { last_day: None }]
    );
}

#[tokio::test]
async fn a_book_that_does_not_come_back_is_reminded_of_and_billed_until_it_does() {
    let branch = in_memory(Circulation::Open).await;
    branch.lend(somebody_else()).await;
    branch.days_pass(61).await;
    assert_eq!(branch.count("ReminderSent").await, 1);
    let sheet = branch.aether.read::<DailySheet>().await.expect("it runs");
    assert!(sheet.overdue.contains_key(&copy()));
    drop(sheet);
    for _ in 0..3 {
        branch.days_pass(14).await;
    }
    assert_eq!(branch.count("ReminderSent").await, 3);
    let bills = branch.aether.read::<OpenBills>().await.expect("it runs");
    assert_eq!(bills.bills.get(&copy()), Some(&somebody_else()));
    drop(bills);
    let moved = branch
        .aether
        .load::<Member>("m-2")
        .await
        .expect("it is there");
    assert!(moved.has_moved(), "the first letter came back");
    branch.bring_back().await;
    let bills = branch.aether.read::<OpenBills>().await.expect("it runs");
    assert!(bills.bills.is_empty());
}

#[tokio::test]
async fn a_patron_with_two_late_books_gets_no_third() {
    let branch = in_memory(Circulation::Open).await;
    for other in ["copy-2", "copy-3"] {
        let acquire = AcquireCopy {
            isbn: isbn(),
            copy: other.into(),
            branch: north(),
            circulation: Circulation::Open,
        };
        branch.aether.send(acquire).await.expect("it is bought");
        branch.settle().await;
        let (patron, copy) = (patron(), other.into());
        let request = RequestHold {
            patron,
            copy,
            term: HoldTerm::Days(1),
        };
        branch
            .aether
            .send(request)
            .await
            .expect("the account permits it");
        branch.settle().await;
        let check_out = CheckOut {
            copy: other.into(),
            patron: "m-1".into(),
        };
        branch
            .aether
            .send(check_out)
            .await
            .expect("it waits for the patron");
        branch.settle().await;
    }
    branch.days_pass(61).await;
    let term = HoldTerm::Days(1);
    let third = RequestHold {
        patron: patron(),
        copy: copy(),
        term,
    };
    let refused = branch.aether.send(third).await.expect_err("two are late");
    assert_eq!(
        refused.refusal(),
        Some(&AccountRefusal::BooksLate { late: 2 })
    );
}

#[tokio::test]
async fn a_copy_that_is_withdrawn_while_it_waits_is_given_to_nobody() {
    let branch = in_memory(Circulation::Open).await;
    branch.request(patron(), HoldTerm::Days(3)).await;
    let withdraw = WithdrawCopy {
        isbn: isbn(),
        copy: copy(),
    };
    branch.aether.send(withdraw).await.expect("it is ours");
    branch.settle().await;
    assert_eq!(branch.books(patron()).await, []);
    branch.days_pass(30).await;
    assert_eq!(
        branch.count("HoldExpired").await,
        0,
        "its deadline was called off"
    );
}

#[tokio::test]
async fn a_member_who_is_forgotten_leaves_loans_and_no_name() {
    let branch = in_memory(Circulation::Open).await;
    branch.lend(patron()).await;
    let load = || branch.aether.load::<Member>(member());
    assert_eq!(load().await.expect("it is there").salutation(), "Dear Ada");
    let subject = DataSubject::new("m-1").expect("a name");
    branch.store.forget(&subject).await.expect("the keys go");
    assert_eq!(
        load().await.expect("it is there").salutation(),
        "Dear reader"
    );
    assert_eq!(branch.books(patron()).await.len(), 1);
    branch.bring_back().await;
}

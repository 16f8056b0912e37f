//! The whole conference, running: what follows by itself from what people do, and from time.

use std::{collections::BTreeMap, time::Duration};

use aether::{
    DataSubject, EventStoreExt as _, InMemoryEventStore, Personal, Position,
    personal::{InMemoryKeyStore, SealedStore},
    runtime::Aether,
    testing::ManualClock,
};
use aether_examples::conference_booking::{
    Attendance, Conference, Payment, Programme, Ticketing,
    attendance::{CheckIn, DoorList, NameBadge},
    outside::{Purse, SimulatedPaymentProvider},
    programme::{
        AcceptProposal, PublishProgramme, ReviewProposal, ReviewerId, RoomId, ScheduleSession,
        Slot, SubmitProposal,
    },
    ticketing::{CancelRegistration, Register, Registration, RegistrationId, SeatPool, SeatsLeft},
};

use crate::samples::{badge, conference, registration, speaker, talk};

struct Venue {
    aether: Aether,
    store: SealedStore<InMemoryEventStore, InMemoryKeyStore>,
    clock: ManualClock,
}

/// A conference with three seats, whose programme is published.
async fn open(purses: &[(u32, Purse)]) -> Venue {
    let store = SealedStore::builder(InMemoryEventStore::new(), InMemoryKeyStore::new())
        .contexts::<Conference>()
        .open()
        .await
        .expect("it opens");
    let clock = ManualClock::new();
    let purses = purses
        .iter()
        .map(|(number, purse)| (registration(*number), *purse));
    let purses: BTreeMap<RegistrationId, Purse> = purses.collect();
    let aether = Aether::builder()
        .store(store.clone())
        .context::<Programme>()
        .context::<Ticketing>()
        .context::<Payment>()
        .context::<Attendance>()
        .adapter(SimulatedPaymentProvider { purses })
        .clock(clock.clone())
        .start()
        .await
        .expect("the contexts fit together");
    let venue = Venue {
        aether,
        store,
        clock,
    };
    venue.publish().await;
    venue
}

impl Venue {
    async fn settle(&self) {
        self.aether.settled().await.expect("all followers get on");
    }

    async fn publish(&self) {
        let (proposal, conference, speaker) = (talk(), conference(), speaker());
        let (title, biography) = ("Events".to_owned(), Personal::Known("Ada".to_owned()));
        let submit = SubmitProposal {
            proposal,
            conference,
            speaker,
            title,
            biography,
        };
        self.aether.send(submit).await.expect("it is new");
        for reviewer in ["v-1", "v-2", "v-3"] {
            let (proposal, reviewer) = (talk(), ReviewerId::from(reviewer));
            let review = ReviewProposal {
                proposal,
                reviewer,
                score: 5,
            };
            self.aether
                .send(review)
                .await
                .expect("it is not decided on");
        }
        self.aether
            .send(AcceptProposal { proposal: talk() })
            .await
            .expect("three have read it");
        self.settle().await;
        let place = ScheduleSession {
            conference: crate::samples::conference(),
            session: talk(),
            room: RoomId::from("hall"),
            slot: Slot::from(1),
        };
        self.aether.send(place).await.expect("the hall is free");
        let publish = PublishProgramme {
            conference: crate::samples::conference(),
            seats: 3,
        };
        self.aether
            .send(publish)
            .await
            .expect("everything has its place");
        self.settle().await;
    }

    async fn register(&self, number: u32, seats: u32) {
        let register = Register {
            registration: registration(number),
            conference: conference(),
            seats,
            email: Personal::Known(format!("visitor-{number}@example.org")),
        };
        self.aether.send(register).await.expect("the number is new");
        self.settle().await;
    }

    async fn minutes_pass(&self, minutes: u64) {
        self.clock.advance(Duration::from_mins(minutes));
        self.settle().await;
    }

    async fn is_confirmed(&self, number: u32) -> bool {
        let loaded = self.aether.load::<Registration>(registration(number)).await;
        loaded.expect("it is readable").is_confirmed()
    }

    async fn left(&self) -> Option<u32> {
        let left = self
            .aether
            .ask(SeatsLeft {
                conference: conference(),
            })
            .await;
        left.expect("it runs")
    }

    /// What happened to payments, in the order of the log.
    async fn payments(&self) -> Vec<String> {
        let log = self
            .store
            .log(Position::START)
            .await
            .expect("it is readable");
        let events = log.iter().flat_map(|recorded| recorded.commit.events());
        let names = events.map(|event| event.event_type.to_string());
        names.filter(|name| name.starts_with("Payment")).collect()
    }
}

#[tokio::test]
async fn whoever_pays_gets_seats_badges_and_in() {
    let venue = open(&[]).await;
    assert_eq!(venue.left().await, Some(3));
    venue.register(1, 2).await;
    assert!(venue.is_confirmed(1).await);
    assert_eq!(venue.left().await, Some(1));
    let pool = venue
        .aether
        .load::<SeatPool>(conference())
        .await
        .expect("it is readable");
    assert_eq!((pool.free(), pool.given()), (1, 2));
    let name = NameBadge {
        badge: badge(1),
        name: Personal::Known("Ada".to_owned()),
    };
    venue
        .aether
        .send(name)
        .await
        .expect("the badge is prepared");
    venue
        .aether
        .send(CheckIn { badge: badge(1) })
        .await
        .expect("it has a name");
    venue.settle().await;
    let list = venue.aether.read::<DoorList>().await.expect("it runs");
    assert_eq!(list.expected.len(), 2);
    let ada = &list.expected[&badge(1)];
    assert_eq!((ada.name.as_deref(), ada.there), (Some("Ada"), true));
    drop(list);
    venue.minutes_pass(60).await;
    assert!(venue.is_confirmed(1).await, "no deadline is left");
    venue.aether.shutdown().await;
}

#[tokio::test]
async fn seats_that_nobody_pays_for_go_to_whoever_waits() {
    let venue = open(&[(1, Purse::Closed)]).await;
    venue.register(1, 3).await;
    venue.register(2, 2).await;
    assert_eq!(
        (venue.left().await, venue.is_confirmed(2).await),
        (Some(0), false)
    );
    venue.minutes_pass(14).await;
    assert!(!venue.is_confirmed(2).await);
    venue.minutes_pass(1).await;
    assert!(venue.is_confirmed(2).await);
    assert_eq!(venue.left().await, Some(1));
    let payments = [
        "PaymentRequested",
        "PaymentVoided",
        "PaymentRequested",
        "PaymentReceived",
    ];
    let mut seen = venue.payments().await;
    seen.sort();
    let mut expected = payments.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(seen, expected);
    venue.aether.shutdown().await;
}

#[tokio::test]
async fn a_purse_that_is_empty_buys_no_seat() {
    let venue = open(&[(1, Purse::Empty)]).await;
    venue.register(1, 1).await;
    assert_eq!(
        (venue.left().await, venue.is_confirmed(1).await),
        (Some(2), false)
    );
    venue.minutes_pass(15).await;
    assert_eq!(
        (venue.left().await, venue.is_confirmed(1).await),
        (Some(3), false)
    );
}

#[tokio::test]
async fn whoever_thinks_better_of_it_gets_the_money_back() {
    let venue = open(&[]).await;
    venue.register(1, 2).await;
    let cancel = CancelRegistration {
        registration: registration(1),
    };
    venue.aether.send(cancel).await.expect("it is not over");
    venue.settle().await;
    assert_eq!(venue.left().await, Some(3));
    let payments = ["PaymentRequested", "PaymentReceived", "PaymentReturned"];
    assert_eq!(venue.payments().await, payments);
}

#[tokio::test]
async fn whoever_is_forgotten_was_there_without_a_name() {
    let venue = open(&[]).await;
    venue.register(1, 1).await;
    let name = NameBadge {
        badge: badge(1),
        name: Personal::Known("Ada".to_owned()),
    };
    venue
        .aether
        .send(name)
        .await
        .expect("the badge is prepared");
    venue
        .aether
        .send(CheckIn { badge: badge(1) })
        .await
        .expect("it has a name");
    venue.settle().await;
    let ada = DataSubject::new(badge(1).to_string()).expect("a name");
    venue.store.forget(&ada).await.expect("the keys go");
    let list = venue.aether.read::<DoorList>().await.expect("it runs");
    let nobody = &list.expected[&badge(1)];
    assert_eq!((nobody.name.as_deref(), nobody.there), (None, true));
}

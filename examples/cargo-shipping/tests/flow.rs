//! The whole company, running: what follows by itself from what people do, and from time.

use std::time::Duration;

use aether::{
    EventStoreExt as _, InMemoryEventStore, Position, runtime::Aether, testing::ManualClock,
};
use aether_examples::{
    calendar::Day,
    cargo_shipping::{
        Booking, Customs, Handling, Port, Voyages,
        booking::{
            BookCargo, ChangeDestination, ChooseRoute, RouteChoices, ShipmentTracking, ShipperId,
            Transport, WhereIs,
        },
        customs::{CustomsRefusal, DetainedCargo, PresentPapers},
        handling::{ClaimCargo, HandlingRefusal, LoadCargo, ReceiveCargo, UnloadCargo},
        outside::{SimulatedCustomsOffice, SimulatedRoutePlanner},
        tale,
    },
};

use crate::samples::{cargo, hamburg, rotterdam, route, shanghai, singapore, voyage};

struct Company {
    aether: Aether,
    clock: ManualClock,
}

async fn open(strict_in: &[Port]) -> Company {
    let clock = ManualClock::new();
    let strict_in = strict_in.iter().cloned().collect();
    let aether = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Voyages>()
        .context::<Booking>()
        .context::<Handling>()
        .context::<Customs>()
        .adapter(SimulatedRoutePlanner {
            legs: tale::legs(Day::new(0)),
        })
        .adapter(SimulatedCustomsOffice { strict_in })
        .clock(clock.clone())
        .start()
        .await
        .expect("the contexts fit together");
    Company { aether, clock }
}

impl Company {
    async fn settle(&self) {
        self.aether.settled().await.expect("all followers get on");
    }

    async fn days_pass(&self, days: u64) {
        self.clock.advance(Duration::from_hours(24 * days));
        self.settle().await;
    }

    async fn book(&self) {
        let shipper = ShipperId::from("lamps-and-sons");
        let book = BookCargo {
            cargo: cargo(),
            shipper,
            route: route(),
        };
        self.aether.send(book).await.expect("it can be carried");
        self.choose_first().await;
    }

    async fn choose_first(&self) {
        self.settle().await;
        let choices = self.aether.read::<RouteChoices>().await.expect("it runs");
        let itinerary = choices.open[&cargo()][0].clone();
        drop(choices);
        let choose = ChooseRoute {
            cargo: cargo(),
            itinerary,
        };
        self.aether.send(choose).await.expect("it leads there");
        self.settle().await;
    }

    async fn receive(&self) {
        let receive = ReceiveCargo {
            cargo: cargo(),
            port: shanghai(),
        };
        self.aether.send(receive).await.expect("it is expected");
    }

    async fn load(&self, port: Port, number: &str) {
        let load = LoadCargo {
            cargo: cargo(),
            port,
            voyage: voyage(number),
        };
        self.aether.send(load).await.expect("it lies there");
    }

    async fn unload(&self, port: Port, number: &str) {
        let unload = UnloadCargo {
            cargo: cargo(),
            port,
            voyage: voyage(number),
        };
        self.aether.send(unload).await.expect("it is aboard");
        self.settle().await;
    }

    async fn place(&self) -> Option<Transport> {
        self.aether
            .ask(WhereIs { cargo: cargo() })
            .await
            .expect("it runs")
    }

    /// What happened, in the order of the log.
    async fn story(&self) -> Vec<String> {
        let log = self
            .aether
            .store()
            .log(Position::START)
            .await
            .expect("it is readable");
        let events = log.iter().flat_map(|recorded| recorded.commit.events());
        let events = events.map(|event| event.event_type.to_string());
        events
            .filter(|event| !event.starts_with("aether."))
            .collect()
    }
}

#[tokio::test]
async fn cargo_goes_from_shanghai_to_hamburg_as_planned() {
    let company = open(&[]).await;
    company.book().await;
    company.receive().await;
    company.load(shanghai(), "V100").await;
    company.unload(rotterdam(), "V100").await;
    company.load(rotterdam(), "V200").await;
    company.unload(hamburg(), "V200").await;
    let claim = ClaimCargo { cargo: cargo() };
    company.aether.send(claim).await.expect("customs let it in");
    company.settle().await;
    assert_eq!(company.place().await, Some(Transport::Delivered));
    let story = [
        "CargoBooked",
        "RoutesProposed",
        "CargoRouted",
        "HandlingFileOpened",
        "CargoReceived",
        "CargoLoaded",
        "CargoUnloaded",
        "CargoLoaded",
        "CargoUnloaded",
        "CargoArrived",
        "DeclarationLodged",
        "CargoCleared",
        "CargoReleased",
        "CargoClaimed",
        "CargoDelivered",
    ];
    assert_eq!(company.story().await, story);
    company.days_pass(100).await;
    assert_eq!(company.story().await, story, "nothing was late");
    company.aether.shutdown().await;
}

#[tokio::test]
async fn a_tale_of_a_container_that_goes_astray_ends_well() {
    let company = open(&[hamburg()]).await;
    let lines = tale::tell(&company.aether, Day::new(0))
        .await
        .expect("it ends");
    insta::assert_snapshot!(lines.join("\n"));
    company.aether.shutdown().await;
}

#[tokio::test]
async fn cargo_that_does_not_come_is_late() {
    let company = open(&[]).await;
    company.book().await;
    company.receive().await;
    company.load(shanghai(), "V100").await;
    company.days_pass(36).await;
    let delayed = async || {
        let tracking = company
            .aether
            .read::<ShipmentTracking>()
            .await
            .expect("it runs");
        tracking.cargo[&cargo()].delayed
    };
    assert!(!delayed().await, "it may come today");
    company.days_pass(1).await;
    assert!(delayed().await);
}

#[tokio::test]
async fn a_shipper_who_changes_their_mind_gets_another_way() {
    let company = open(&[]).await;
    company.book().await;
    let destination = rotterdam();
    let change = ChangeDestination {
        cargo: cargo(),
        destination,
        deadline: Day::new(40),
    };
    company.aether.send(change).await.expect("it is on its way");
    company.choose_first().await;
    company.receive().await;
    company.load(shanghai(), "V100").await;
    company.unload(rotterdam(), "V100").await;
    assert_eq!(company.place().await, Some(Transport::Arrived(rotterdam())));
}

#[tokio::test]
async fn cargo_astray_is_offered_every_way_from_where_it_is() {
    let company = open(&[]).await;
    company.book().await;
    company.receive().await;
    company.load(shanghai(), "V100").await;
    company.unload(singapore(), "V100").await;
    let choices = company
        .aether
        .read::<RouteChoices>()
        .await
        .expect("it runs");
    let ways = choices.open[&cargo()].iter();
    let ships = ways.map(|way| way.legs.iter().map(|leg| leg.voyage.to_string()).collect());
    let ships: Vec<Vec<String>> = ships.collect();
    assert_eq!(
        ships,
        [vec!["V100", "V200"], vec!["V300"], vec!["V300", "V300"]]
    );
}

#[tokio::test]
async fn cargo_whose_papers_nobody_has_is_forfeit() {
    let company = open(&[hamburg()]).await;
    company.book().await;
    company.receive().await;
    company.load(shanghai(), "V100").await;
    company.unload(hamburg(), "V100").await;
    let claim = || company.aether.send(ClaimCargo { cargo: cargo() });
    let refused = claim().await.expect_err("customs hold it back");
    assert_eq!(refused.refusal(), Some(&HandlingRefusal::NotReleased));
    let wanted = async || {
        let detained = company
            .aether
            .read::<DetainedCargo>()
            .await
            .expect("it runs");
        detained.wanted.len()
    };
    assert_eq!(wanted().await, 1);
    company.days_pass(30).await;
    assert_eq!(wanted().await, 0);
    let present = PresentPapers {
        cargo: cargo(),
        papers: vec!["certificate".to_owned()],
    };
    let refused = company
        .aether
        .send(present)
        .await
        .expect_err("it is too late");
    assert_eq!(refused.refusal(), Some(&CustomsRefusal::NotDetained));
    assert_eq!(
        company.story().await.last().map(String::as_str),
        Some("CargoForfeited")
    );
}

//! Sets of events that hold other sets.

use std::convert::Infallible;

use aether::{
    ActorId,
    domain::{DecodeError, EventSet, Handle, Replayed, Stored, event_schemas},
    eventstorming::meta::Flow,
    prelude::*,
};

/// A parcel was weighed.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
struct Weighed {
    grams: u32,
}

/// A parcel was paid for.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(version = 2, upcast(FrankedV1), alias("Stamped"))]
struct Franked {
    cents: u32,
}

/// The first payload: in euros.
#[derive(Deserialize)]
struct FrankedV1 {
    euros: u32,
}

impl From<FrankedV1> for Franked {
    fn from(v1: FrankedV1) -> Self {
        Self {
            cents: v1.euros * 100,
        }
    }
}

/// A parcel was given back.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
struct Refunded {}

/// What concerns money.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
enum MoneyEvent {
    Franked(Franked),
    Refunded(Box<Refunded>),
}

/// Where it went, as fields of their own.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(prefix = "Parcel")]
enum RouteEvent {
    Sorted { depot: String },
    Delivered,
}

/// One set that holds another.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
enum CounterEvent {
    Weighed(Weighed),
    #[event(set)]
    Money(Box<MoneyEvent>),
}

/// Sets in sets, of every form.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
enum ParcelEvent {
    #[event(set)]
    Counter(CounterEvent),
    #[event(set)]
    Route(RouteEvent),
}

/// Send a parcel.
#[derive(Command, Serialize, Deserialize)]
struct Send {
    #[command(id)]
    parcel: u64,
}

/// Pay for a parcel.
#[derive(Command, Serialize, Deserialize)]
struct Frank {
    #[command(id)]
    parcel: u64,
}

/// A counter, whose history holds a set.
#[derive(Aggregate, Debug, Default)]
#[aggregate(event = CounterEvent)]
struct Counter {
    grams: u32,
    cents: u32,
}

#[handlers]
impl Counter {
    #[handle]
    fn send(&self, _: Send) -> Result<(Weighed, Option<Franked>), Infallible> {
        Ok((Weighed { grams: 20 }, Some(Franked { cents: 85 })))
    }

    #[handle]
    fn frank(&self, _: Frank) -> Result<MoneyEvent, Infallible> {
        Ok(Franked { cents: 85 }.into())
    }

    #[apply]
    fn weighed(&mut self, event: &Weighed) {
        self.grams = event.grams;
    }

    #[apply]
    fn franked(&mut self, event: &Franked) {
        self.cents += event.cents;
    }

    #[apply]
    fn refunded(&mut self, _: &Refunded) {
        self.cents = 0;
    }
}

/// A parcel, whose history holds two sets.
#[derive(Aggregate, Debug, Default)]
#[aggregate(event = ParcelEvent)]
struct Parcel {
    steps: Vec<&'static str>,
}

#[handlers]
impl Parcel {
    #[handle]
    fn send(&self, _: Send) -> Result<(CounterEvent, RouteEvent), Infallible> {
        let sorted = RouteEvent::Sorted {
            depot: "N".to_owned(),
        };
        Ok((Weighed { grams: 20 }.into(), sorted))
    }

    #[apply]
    fn weighed(&mut self, _: &Weighed) {
        self.steps.push("weighed");
    }

    #[apply]
    fn franked(&mut self, _: &Franked) {
        self.steps.push("franked");
    }

    #[apply]
    fn refunded(&mut self, _: &Refunded) {
        self.steps.push("refunded");
    }

    #[apply]
    fn routed(&mut self, event: RouteEvent) {
        self.steps.push(match event {
            RouteEvent::Sorted { .. } => "sorted",
            RouteEvent::Delivered => "delivered",
        });
    }
}

const ALL: [&str; 5] = [
    "Weighed",
    "Franked",
    "Refunded",
    "ParcelSorted",
    "ParcelDelivered",
];

fn names<E: EventSet>() -> Vec<&'static str> {
    E::EVENTS.iter().map(|event| event.name.as_str()).collect()
}

#[test]
fn a_set_has_the_events_of_the_sets_that_it_holds_in_the_order_written() {
    assert_eq!(names::<ParcelEvent>(), ALL);
    assert_eq!(names::<CounterEvent>(), ["Weighed", "Franked", "Refunded"]);
    assert!(ALL.into_iter().all(ParcelEvent::covers));
    assert!(ParcelEvent::covers("Stamped") && !ParcelEvent::covers("Sorted"));
    let schemas = event_schemas::<ParcelEvent>();
    let mut known: Vec<_> = schemas.into_keys().collect();
    let mut all = ALL;
    known.sort_unstable();
    all.sort_unstable();
    assert_eq!(known, all);
}

#[test]
fn an_event_is_stored_and_read_as_if_its_set_were_not_there() {
    let franked = ParcelEvent::from(CounterEvent::from(Franked { cents: 85 }));
    let sorted = ParcelEvent::from(RouteEvent::Sorted {
        depot: "N".to_owned(),
    });
    for (event, name, version, data) in [
        (franked, "Franked", 2, r#"{"cents":85}"#),
        (sorted, "ParcelSorted", 1, r#"{"depot":"N"}"#),
    ] {
        let mut out = Vec::new();
        event.encode(&mut out).expect("it is JSON");
        assert_eq!(event.stored_as(), (name.into(), version));
        assert_eq!(String::from_utf8_lossy(&out), data);
        let stored = Stored {
            event_type: name,
            schema_version: version,
            data: data.as_bytes(),
        };
        assert_eq!(ParcelEvent::decode(stored).expect("it can be read"), event);
    }
}

#[test]
fn upcasters_aliases_and_errors_reach_through() {
    let stored = |event_type, schema_version| Stored {
        event_type,
        schema_version,
        data: br#"{"euros":2}"#,
    };
    let old = ParcelEvent::decode(stored("Stamped", 1)).expect("an upcaster is listed");
    let franked = CounterEvent::from(Franked { cents: 200 });
    assert_eq!(old, ParcelEvent::Counter(franked));
    assert!(matches!(
        ParcelEvent::decode(stored("Franked", 3)),
        Err(DecodeError::FutureVersion {
            found: 3,
            known: 2,
            ..
        })
    ));
    assert!(matches!(
        ParcelEvent::decode(stored("Sorted", 1)),
        Err(DecodeError::UnknownType {
            set: "ParcelEvent",
            ..
        })
    ));
}

#[test]
fn a_handler_returns_the_events_of_a_set_in_a_set_as_they_are() {
    let Flow::AllOf([Flow::One(weighed), Flow::Maybe(Flow::One(franked))]) =
        <Counter as Handle<Send>>::EMITS
    else {
        unreachable!("{:?}", <Counter as Handle<Send>>::EMITS);
    };
    assert_eq!(
        (weighed.name.as_str(), franked.name.as_str()),
        ("Weighed", "Franked")
    );
    aether::testing::given::<Counter>([])
        .when(Send { parcel: 1 })
        .then([
            CounterEvent::from(Weighed { grams: 20 }),
            CounterEvent::from(Franked { cents: 85 }),
        ]);
    aether::testing::given::<Counter>([])
        .when(Frank { parcel: 1 })
        .then([CounterEvent::from(Franked { cents: 85 })]);
}

#[test]
fn a_handler_returns_one_of_several_sets_as_a_set() {
    let members = <Parcel as Handle<Send>>::EMITS.members();
    let members: Vec<_> = members.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(members, ALL);
    let sorted = RouteEvent::Sorted {
        depot: "N".to_owned(),
    };
    aether::testing::given::<Parcel>([])
        .when(Send { parcel: 1 })
        .then([
            ParcelEvent::from(CounterEvent::from(Weighed { grams: 20 })),
            ParcelEvent::from(sorted),
        ]);
}

#[test]
fn every_event_comes_to_the_method_that_applies_it() {
    let actor = ActorId::of("Parcel", "1").expect("the key is short");
    let events = [
        ParcelEvent::Counter(Weighed { grams: 20 }.into()),
        ParcelEvent::Counter(CounterEvent::Money(Box::new(Refunded {}.into()))),
        ParcelEvent::Route(RouteEvent::Delivered),
    ];
    let events: Vec<_> = (1..)
        .zip(events)
        .map(|(version, event)| event.record(actor.clone(), version.into()))
        .collect::<Result<_, _>>()
        .expect("it is JSON");
    let parcel = Replayed::<Parcel>::replay(actor, &events).expect("it can be read");
    assert_eq!(parcel.steps, ["weighed", "refunded", "delivered"]);
}

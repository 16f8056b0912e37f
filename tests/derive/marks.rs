//! What is said about events, aggregates and refusals besides what they do.

use std::convert::Infallible;

use aether::{
    ActorId,
    domain::{Aggregate as _, DomainEvent as _, EventSet as _, Replayed},
    eventstorming::{
        Model,
        meta::{Deprecated, Marks, Visibility},
        model::{ElementId, Kind},
    },
    prelude::*,
};

/// It was opened.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(public)]
struct Opened {
    /// Who opened it.
    ///
    /// Hotspot: a person or a role?
    by: String,
}

/// It was looked into.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(private, deprecated(since = "2", instead = Opened))]
struct Peeked {
    by: String,
}

/// It was torn.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(retired)]
struct Torn {
    times: u32,
}

macro_rules! commands {
    ($($command:ident)+) => {$(
        #[derive(Command, Serialize, Deserialize)]
        struct $command {
            #[command(id)]
            r#box: String,
        }
    )+};
}

commands! { Open Peek Shake Burn }

/// Why a box is left alone.
#[derive(Rejection, Debug, PartialEq, thiserror::Error)]
enum BoxRefusal {
    #[error("it is open")]
    Open,
    #[error("it is not yours")]
    NotYours,
}

#[derive(Debug, thiserror::Error)]
#[error("no")]
struct No;

type Answer<T> = Result<T, BoxRefusal>;

/// A box.
///
/// Invariant: what is open
/// stays open.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Opened, Peeked, Torn))]
struct Box_ {
    /// How often it was torn.
    ///
    /// Note: no longer counted.
    torn: u32,
}

#[handlers]
impl Box_ {
    #[handle]
    fn open(&self, _: Open) -> Result<Opened, BoxRefusal> {
        Err(BoxRefusal::NotYours)
    }

    #[handle]
    fn peek(&self, _: Peek) -> Answer<Vec<Box_Event>> {
        Err(BoxRefusal::Open)
    }

    #[handle]
    fn shake(&self, _: Shake) -> Result<(), No> {
        Err(No)
    }

    #[handle]
    fn burn(&self, _: Burn) -> Result<(), Infallible> {
        Ok(())
    }

    #[apply]
    fn opened(&mut self, _: Opened) {}

    /// Invariant: a look changes nothing.
    ///
    /// Hotspot: who looks?
    #[apply]
    fn peeked(&mut self, _: Peeked) {}

    #[apply]
    fn torn(&mut self, event: Torn) {
        self.torn += event.times;
    }
}

/// Counts what was torn when tearing was a thing.
#[derive(Projection, Default)]
struct Damages {
    sum: u32,
}

#[handlers]
impl Damages {
    #[apply]
    fn torn(&mut self, event: &Torn) {
        self.sum += event.times;
    }
}

bounded_context! {
    Boxes {
        aggregates: [Box_],
        projections: [Damages],
    }
}

fn model() -> Model {
    Model::of::<Boxes>()
}

fn id(text: &str) -> ElementId {
    text.parse().expect("an id")
}

#[test]
fn marks_are_in_the_metadata() {
    assert_eq!(Opened::META.marks.visibility, Visibility::Public);
    let peeked = Marks {
        visibility: Visibility::Private,
        deprecated: Some(Deprecated {
            since: "2",
            instead: "Opened",
        }),
        retired: false,
    };
    assert_eq!(Peeked::META.marks, peeked);
    assert!(Torn::META.marks.retired && !Opened::META.marks.retired);
}

#[test]
fn a_retired_event_is_read_as_ever_and_drawn_as_emitted_by_nobody() {
    let actor = ActorId::of("Box_", "1").expect("the key is short");
    let torn = Torn { times: 2 }
        .record(actor.clone(), 1.into())
        .expect("it is JSON");
    let read = Replayed::<Box_>::replay(actor, [&torn]).expect("it is read");
    assert_eq!(read.torn, 2);
    let model = model();
    let torn = model.element(&id("Boxes/event/Torn")).expect("it is there");
    assert!(torn.is_retired());
    let emits: Vec<_> = model
        .relations_to(&torn.id)
        .map(|known| known.verb.as_str())
        .collect();
    assert_eq!(emits, [""; 0]);
    assert!(
        model
            .check()
            .findings()
            .all(|finding| !format!("{finding:?}").contains("Nowhere"))
    );
}

#[test]
fn refusals_are_types_or_variants() {
    let refused = |command: &str| {
        let command = id(&format!("Boxes/command/{command}"));
        model()
            .element(&command)
            .expect("it is there")
            .refusals()
            .to_vec()
    };
    let variants = ["BoxRefusal::Open", "BoxRefusal::NotYours"];
    assert_eq!(refused("Open"), variants);
    assert_eq!(refused("Peek"), variants);
    assert_eq!(refused("Shake"), ["No"]);
    assert_eq!(refused("Burn"), [""; 0]);
    let rejects = Box_::META
        .handlers
        .iter()
        .map(|handler| handler.rejects.name);
    assert_eq!(
        rejects.collect::<Vec<_>>(),
        ["BoxRefusal", "BoxRefusal", "No", "Infallible"]
    );
}

#[test]
fn questions_rules_and_remarks_come_from_items_methods_and_fields() {
    let model = model();
    let aggregate = model
        .element(&id("Boxes/aggregate/Box_"))
        .expect("it is there");
    assert_eq!(
        aggregate.invariants,
        ["what is open stays open.", "a look changes nothing."]
    );
    assert_eq!(aggregate.notes, ["torn: no longer counted."]);
    let questions: Vec<_> = model
        .of_kind(Kind::Hotspot)
        .map(|spot| spot.label.as_str())
        .collect();
    assert_eq!(questions, ["who looks?", "by: a person or a role?"]);
}

#[test]
fn marks_and_rules_are_drawn_and_written() {
    let model = model();
    let svg = model.board().svg();
    for text in [
        "event, public",
        "event, deprecated",
        "event, retired",
        ">2 rules<",
        "always: what is open",
    ] {
        assert!(svg.contains(text), "{text} in {svg}");
    }
    assert!(svg.contains("refused as BoxRefusal::Open"), "{svg}");
    let json = model.to_json();
    for field in [
        r#""deprecated": "since 2, instead Opened""#,
        r#""retired": true"#,
        r#""visibility": "private""#,
        r#""refusals": ["#,
        r#""invariants": ["#,
    ] {
        assert!(json.contains(field), "{field} in {json}");
    }
    assert_eq!(Model::from_json(&json).expect("it is a model"), model);
}

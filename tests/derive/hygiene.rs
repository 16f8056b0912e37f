//! A domain in the least friendly surroundings: without the standard prelude, with types of its
//! own under the names that everyone imports, from inside `macro_rules!`, with raw identifiers,
//! private in nested modules, and with an `aether` under another name.

#![no_implicit_prelude]

use ::aether::prelude::{
    Aggregate, Command, Event, ExternalSystem, Id, Persona, Policy, ProcessManager, Projection,
    Query, Rejection, bounded_context, handlers,
};
use ::serde::{Deserialize, Serialize};
use ::std::{clone::Clone, cmp::PartialEq, default::Default, fmt::Debug};

/// What generated code may not take for those of the standard library.
mod decoys {
    macro_rules! decoys {
        ($($name:ident)+) => {$(
            #[derive(Clone, Copy, Debug, Default, PartialEq)]
            #[expect(dead_code, reason = "only its name is of use")]
            pub(super) struct $name;
        )+};
    }
    decoys! { Box Err From Into None Ok Option Result Send Some String Sync ToString Vec }
}

/// The types whose names are taken.
#[expect(unused_imports, reason = "they are to be in the way")]
use decoys::{
    Box, Err, From, Into, None, Ok, Option, Result, Send, Some, String, Sync, ToString, Vec,
};

type Answer<T> = ::std::result::Result<T, Refusal>;

/// Why a door stays as it is.
#[derive(Rejection, Debug, PartialEq)]
enum Refusal {
    Locked,
}

impl ::std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.write_str("it is locked")
    }
}

impl ::std::error::Error for Refusal {}

/// What a door is known by.
#[derive(Id, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct DoorId(::std::string::String);

/// What happens to doors, each in a module of its own.
mod happened {
    pub(super) mod opening {
        use ::aether::prelude::Event;
        use ::serde::{Deserialize, Serialize};

        use super::super::{Clone, Debug, DoorId, PartialEq};

        /// A door was opened.
        #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[event(upcast(OpenedV1), alias("Unlocked"))]
        #[serde(rename_all = "camelCase")]
        pub(in super::super) struct Opened {
            pub(in super::super) r#type: DoorId,
            #[serde(rename = "byWhom", default)]
            pub(in super::super) by: ::std::option::Option<::std::string::String>,
            #[serde(flatten)]
            pub(in super::super) place: Place,
            #[serde(skip)]
            pub(in super::super) cached: u8,
        }

        /// Where it is.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub(in super::super) struct Place {
            pub(in super::super) floor: i8,
        }

        /// The first payload: every door was on the ground.
        #[derive(Deserialize)]
        pub(in super::super) struct OpenedV1 {
            r#type: DoorId,
        }

        impl ::std::convert::From<OpenedV1> for Opened {
            fn from(v1: OpenedV1) -> Self {
                Self {
                    r#type: v1.r#type,
                    by: ::std::option::Option::None,
                    place: Place { floor: 0 },
                    cached: 0,
                }
            }
        }
    }

    /// A door was closed. Its name is a keyword, but for the case.
    #[derive(
        ::aether::Event,
        super::Debug,
        super::Clone,
        super::PartialEq,
        ::serde::Serialize,
        ::serde::Deserialize,
    )]
    #[event(name = "Closed")]
    #[expect(non_camel_case_types, reason = "a keyword is to be its name")]
    pub(super) struct r#match {
        pub(super) r#fn: u8,
    }
}

use happened::{
    r#match,
    opening::{Opened, Place},
};

/// Open a door.
#[derive(Command, Serialize, Deserialize)]
struct Open {
    #[command(id)]
    r#type: DoorId,
}

/// Close a door.
#[derive(Command, Serialize, Deserialize)]
struct Close {
    #[command(id)]
    r#type: DoorId,
}

/// One of two.
#[derive(Command)]
enum r#Move {
    Open(Open),
    r#Close(Close),
}

/// Someone at the door.
#[derive(Persona)]
struct Guest;

/// A door.
#[derive(Aggregate, Debug, Default, PartialEq)]
#[aggregate(events(Opened, r#match), context = House)]
struct Door {
    floor: i8,
    r#dyn: u8,
}

#[handlers(parts(r#try))]
impl Door {
    #[handle(by(Guest), informed_by(Draughts))]
    fn open(&self, command: Open) -> Answer<::std::option::Option<Opened>> {
        if self.r#dyn > 3 {
            return ::std::result::Result::Err(Refusal::Locked);
        }
        ::std::result::Result::Ok(::std::option::Option::Some(Opened {
            r#type: command.r#type,
            by: ::std::option::Option::None,
            place: Place { floor: 2 },
            cached: 0,
        }))
    }

    #[apply]
    fn opened(&mut self, event: &Opened) {
        self.floor = event.place.floor;
    }
}

#[handlers(part = r#try)]
impl Door {
    #[handle]
    fn r#move(&self, _: Close) -> ::std::result::Result<r#match, ::std::convert::Infallible> {
        ::std::result::Result::Ok(r#match { r#fn: 1 })
    }

    #[apply]
    fn r#match(&mut self, event: r#match, _: &::aether::domain::Origin<'_>) {
        self.r#dyn += event.r#fn;
    }
}

/// Closes what was opened.
#[derive(Policy, Default)]
struct CloseWhenOpened;

#[handlers]
impl CloseWhenOpened {
    #[react]
    fn r#do(&self, event: &Opened) -> [r#Move; 2] {
        let open = Open {
            r#type: DoorId(::std::string::String::new()),
        };
        let close = Close {
            r#type: event.r#type.clone(),
        };
        [r#Move::Open(open), r#Move::r#Close(close)]
    }
}

/// Counts what is opened.
#[derive(ProcessManager, Default)]
#[process_manager(key = DoorId)]
struct Watch {
    opened: u8,
}

#[handlers]
impl Watch {
    #[apply(key = r#type)]
    fn opened(&mut self, _: &Opened) {
        self.opened += 1;
    }

    #[react]
    fn on_opened(&self, event: &Opened) -> ::std::option::Option<Close> {
        (self.opened > 9).then(|| Close {
            r#type: event.r#type.clone(),
        })
    }
}

/// How cold is it?
#[derive(Query)]
struct HowCold;

/// What came in.
#[derive(Projection, Default)]
#[projection(read_by(Guest))]
struct Draughts {
    r#in: u8,
}

#[handlers]
impl Draughts {
    #[apply]
    fn opened(&mut self, _: &DoorEvent) {
        self.r#in += 1;
    }

    #[answer(by(Guest))]
    fn how_cold(&self, _: HowCold) -> u8 {
        self.r#in
    }
}

/// What a neighbour writes down.
#[derive(Event, Debug, Clone, PartialEq)]
enum Noted {
    Rang(Rang),
    #[event(set)]
    Door(::std::boxed::Box<DoorEvent>),
}

/// Who may close doors as well.
#[derive(ExternalSystem)]
#[external_system(notified_of(Opened))]
struct Caretaker;

bounded_context! {
    /// Doors.
    House {
        aggregates: [Door],
        policies: [CloseWhenOpened],
        process_managers: [Watch],
        projections: [Draughts],
        external_systems: [Caretaker],
    }
}

/// A domain that a macro of the author writes, with an `aether` under another name.
macro_rules! domain {
    ($aggregate:ident, $set:ident: $($event:ident { $field:ident: $value:ty } $name:literal $version:literal),+; $command:ident -> $emitted:ty) => {
        $(
            /// It happened.
            #[derive(::renamed::Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
            #[event(name = $name, version = $version, crate = ::renamed)]
            struct $event {
                $field: $value,
            }
        )+

        /// All of it.
        #[derive(::renamed::Event, Debug, Clone, PartialEq)]
        #[event(crate = ::renamed)]
        enum $set {
            $($event(::std::boxed::Box<$event>),)+
        }

        /// Do it.
        #[derive(::renamed::Command, Serialize, Deserialize)]
        #[command(crate = ::renamed)]
        struct $command {
            #[command(id)]
            id: u64,
        }

        /// What it happens to.
        #[derive(::renamed::Aggregate, Debug, Default, PartialEq)]
        #[aggregate(event = $set, crate = ::renamed)]
        struct $aggregate {
            times: u8,
        }

        #[::renamed::handlers(crate = ::renamed)]
        impl $aggregate {
            #[handle]
            fn run(&self, _: $command) -> $emitted {
                ::std::result::Result::Ok(::std::default::Default::default())
            }

            $(
                #[apply]
                fn $field(&mut self, _: &$event) {
                    self.times += 1;
                }
            )+
        }
    };
}

domain! {
    Bell, BellEvent:
        Rang { rang: u8 } "Rang" 1,
        Broke { broke: ::std::string::String } "BellBroke" 1;
    Ring -> ::std::result::Result<::std::option::Option<Rang>, ::std::convert::Infallible>
}

::renamed::bounded_context! {
    crate = ::renamed;
    /// Bells.
    Tower {
        aggregates: [Bell],
    }
}

/// What is tested of it, in friendlier surroundings.
mod tests {
    use ::aether::{
        ActorId, CommandId,
        domain::{Context, EventSet, Handle, Stored},
        eventstorming::Model,
        testing::{given, policy, process, projection},
    };
    use ::std::{assert, assert_eq, prelude::v1::*};

    use super::{
        Bell, BellEvent, Broke, Close, CloseWhenOpened, Door, DoorEvent, DoorId, Draughts, House,
        HowCold, Noted, Open, Opened, Place, Rang, Ring, Tower, Watch, r#match,
    };

    fn opened(floor: i8) -> Opened {
        Opened {
            r#type: DoorId::from("7"),
            by: None,
            place: Place { floor },
            cached: 0,
        }
    }

    #[test]
    fn its_events_are_stored_as_serde_says() {
        let mut data = Vec::new();
        opened(2).encode(&mut data).expect("it is JSON");
        let data = String::from_utf8(data).expect("JSON is text");
        assert_eq!(data, r#"{"type":"7","byWhom":null,"floor":2}"#);
        let stored = |event_type, schema_version, data| Stored {
            event_type,
            schema_version,
            data,
        };
        let read = DoorEvent::decode(stored("Opened", 2, data.as_bytes()));
        assert_eq!(read.expect("it can be read"), opened(2).into());
        let read = DoorEvent::decode(stored("Unlocked", 1, br#"{"type":"7"}"#));
        assert_eq!(read.expect("an upcaster is listed"), opened(0).into());
        let read = DoorEvent::decode(stored("Closed", 1, br#"{"fn":1}"#));
        let closed = r#match { r#fn: 1 };
        assert_eq!(read.expect("it can be read"), closed.into());
    }

    #[test]
    fn its_members_do_what_they_say() {
        given::<Door>([])
            .when(Open {
                r#type: DoorId::from("7"),
            })
            .then(opened(2))
            .when(Close {
                r#type: DoorId::from("7"),
            })
            .then(r#match { r#fn: 1 })
            .then_state(|door| assert_eq!((door.floor, door.r#dyn), (2, 1)));
        let close = Close {
            r#type: DoorId::from("7"),
        };
        let open = Open {
            r#type: DoorId::from(""),
        };
        policy::<CloseWhenOpened>()
            .when(opened(1))
            .then_issues((open, close));
        process::<Watch>().when(opened(1)).then_nothing();
        projection::<Draughts>()
            .given("Door.7", opened(1))
            .then_state(|draughts| assert_eq!(draughts.how_cold(HowCold), 1));
    }

    #[test]
    fn its_model_has_no_marks_of_raw_identifiers() {
        let model = Model::of::<(House, Tower)>();
        let text = model.to_json();
        assert!(!text.contains("r#"), "{text}");
    }

    #[test]
    fn a_domain_may_come_out_of_a_macro() {
        let Ok(rang) = Bell::default().handle(Ring { id: 1 }, &context());
        assert_eq!(rang, None);
        assert_eq!(BellEvent::EVENTS.len(), 2);
        given::<Bell>([]).when(Ring { id: 1 }).then_nothing();
        let rang = Rang { rang: 1 };
        let broke = Broke {
            broke: "at noon".to_owned(),
        };
        given::<Bell>((rang, broke)).then_state(|bell| assert_eq!(bell.times, 2));
    }

    #[test]
    fn a_set_may_hold_a_set() {
        let noted = Noted::from(r#match { r#fn: 1 });
        assert_eq!(noted, Noted::Door(Box::new(r#match { r#fn: 1 }.into())));
        assert_eq!(Noted::EVENTS.len(), 3);
    }

    fn context() -> Context {
        let actor = ActorId::of("Bell", "1").expect("the key is short");
        Context::new(actor, CommandId::new())
    }
}

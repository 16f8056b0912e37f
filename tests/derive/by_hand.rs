//! A set of events that is written by hand.

use std::{borrow::Cow, convert::Infallible};

use aether::{
    ActorId, CommandId, InvalidPayload, Payload,
    domain::{DecodeError, FoldInto, Handlers, Includes, Stored},
    eventstorming::meta,
    prelude::*,
};

/// Something was noted.
#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
struct Noted {
    text: String,
}

/// A set that is written by hand, and makes of a note what it is to be stored as.
struct Numbered(Noted);

impl From<Noted> for Numbered {
    fn from(Noted { text }: Noted) -> Self {
        Self(Noted {
            text: format!("1. {text}"),
        })
    }
}

impl Includes<Noted> for Numbered {}

impl EventSet for Numbered {
    const EVENTS: meta::Set<meta::Event> = &[Noted::META];

    fn stored_as(&self) -> (Cow<'static, str>, u32) {
        self.0.stored_as()
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), InvalidPayload> {
        self.0.encode(out)
    }

    fn covers(event_type: &str) -> bool {
        Noted::covers(event_type)
    }

    fn decode(stored: Stored<'_>) -> Result<Self, DecodeError> {
        Noted::decode(stored).map(Self)
    }
}

impl<S: Apply<Self>> FoldInto<S> for Numbered {
    fn fold_into(self, state: &mut S, origin: &Origin<'_>) {
        Apply::apply(state, self, origin);
    }
}

/// Note something.
#[derive(Command, Serialize, Deserialize)]
struct Note {
    #[command(id)]
    book: String,
    text: String,
}

/// Notes.
#[derive(Aggregate, Debug, Default)]
#[aggregate(event = Numbered)]
struct Notes(String);

#[handlers]
impl Notes {
    #[handle]
    fn note(&self, Note { text, .. }: Note) -> Result<Noted, Infallible> {
        Ok(Noted { text })
    }

    #[apply]
    fn noted(&mut self, Numbered(event): Numbered) {
        self.0 = event.text;
    }
}

#[test]
fn a_set_that_is_written_by_hand_is_asked_what_it_makes_of_an_event() {
    let [row] = Notes::ON_COMMAND else {
        panic!("there is one command");
    };
    let note = Note {
        book: "7".to_owned(),
        text: "milk".to_owned(),
    };
    let actor = ActorId::of("Notes", "7").expect("the key is short");
    let context = Context::new(actor, CommandId::new());
    let data = Payload::of(&note).expect("the command is JSON");
    let events = row.run(&Notes::default(), &data, &context);
    let events = events.expect("it is not refused");
    assert_eq!(events[0].data.as_str(), r#"{"text":"1. milk"}"#);
}

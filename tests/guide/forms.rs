//! The reference: the forms that each macro takes, side by side.

use aether::prelude::*;

// ANCHOR: event
/// One kind of event: a struct with named fields, or with braces and none.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(name = "DockOpened", private)]
pub struct Opened {
    pub dock: u32,
}

/// A set of events that are structs elsewhere. A large one may lie in a `Box`.
#[derive(Event, Debug, Clone, PartialEq)]
pub enum DockEvent {
    Opened(Opened),
    Closed(Box<Closed>),
}

/// A set whose variants are events themselves, stored as `LampLit` and `LampBroken`.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(prefix = "Lamp")]
pub enum LampEvent {
    Lit {
        watts: u32,
    },
    #[event(alias("LampBurnt"))]
    Broken,
}

/// A set that may be read and not emitted: what it does not know, it keeps.
#[derive(Event, Debug, Clone, PartialEq)]
pub enum Heard {
    Opened(Opened),
    #[event(other)]
    Else(RawEvent),
}
// ANCHOR_END: event

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    pub dock: u32,
}

// ANCHOR: command
/// A command: a struct, one field of which addresses the instance.
#[derive(Command, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenDock {
    #[command(id)]
    pub dock: u32,
}

/// Another one.
#[derive(Command, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[command(name = "ShutDock")]
pub struct CloseDock {
    #[command(id)]
    pub dock: u32,
}

/// One of several commands: what a policy returns that decides which.
#[derive(Command, Debug, Clone, PartialEq)]
pub enum DockCommand {
    Open(OpenDock),
    Close(CloseDock),
}
// ANCHOR_END: command

// ANCHOR: aggregate
/// The enum of its events is generated, as `GateEvent`.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Opened, Closed))]
pub struct Gate {
    open: bool,
}

/// The enum is written by hand, and may have variants of its own form.
#[derive(Aggregate, Debug, Default)]
#[aggregate(event = LampEvent, name = "StreetLamp")]
pub struct Lamp {
    watts: u32,
}

/// The enum is generated under another name, and the state is kept in snapshots.
#[derive(Aggregate, Debug, Default, Serialize, Deserialize)]
#[aggregate(events(Opened, Closed), event = DockHistory, snapshot(version = 2))]
pub struct Dock {
    opened: u32,
}
// ANCHOR_END: aggregate

// ANCHOR: handlers
#[handlers]
impl Dock {
    /// One event, or a refusal.
    #[handle]
    fn open(&self, command: OpenDock) -> Result<Opened, DockRefusal> {
        match command.dock {
            0 => Err(DockRefusal::Broken),
            dock if self.opened > 99 => Err(DockRefusal::Worn(dock)),
            dock => Ok(Opened { dock }),
        }
    }

    /// Perhaps one; never refused. The context has the time, and new ids.
    #[handle]
    fn close(
        &self,
        command: CloseDock,
        context: &Context,
    ) -> Result<Option<Closed>, std::convert::Infallible> {
        let dock = command.dock;
        Ok((context.version() > 0.into()).then_some(Closed { dock }))
    }

    /// An event by reference, with where it came from.
    #[apply]
    fn opened(&mut self, _: &Opened, origin: &Origin<'_>) {
        self.opened += u32::from(origin.version > 0.into());
    }

    /// An event by value.
    #[apply]
    fn closed(&mut self, _: Closed) {}
}

#[handlers]
impl Gate {
    #[apply]
    fn opened(&mut self, _: &Opened) {
        self.open = true;
    }

    #[apply]
    fn closed(&mut self, _: &Closed) {
        self.open = false;
    }
}

#[handlers]
impl Lamp {
    /// Events that are variants come as their set.
    #[apply]
    fn changed(&mut self, event: &LampEvent) {
        self.watts = match event {
            LampEvent::Lit { watts } => *watts,
            LampEvent::Broken => 0,
        };
    }
}
// ANCHOR_END: handlers

// ANCHOR: policy
/// Its name says what it does.
#[derive(Policy, Default)]
#[policy(name = "CloseEveryOther")]
pub struct CloseOddDocks;

#[handlers]
impl CloseOddDocks {
    #[react]
    fn opened(&self, event: &Opened) -> Option<DockCommand> {
        let dock = event.dock;
        match dock % 4 {
            1 => Some(DockCommand::Close(CloseDock { dock })),
            3 => Some(DockCommand::Open(OpenDock { dock: dock + 1 })),
            _ => None,
        }
    }
}
// ANCHOR_END: policy

// ANCHOR: keys
/// An event that lies deeper, one that may concern nobody, and a function that finds the key.
#[derive(ProcessManager, Debug, Default)]
#[process_manager(key = u32, context = Forms)]
pub struct Guard {
    open: bool,
}

#[handlers]
impl Guard {
    /// A field of the event.
    #[apply(key = dock)]
    fn opened(&mut self, _: &Opened) {
        self.open = true;
    }

    /// The same event again: its key is known. It sees that the door is open.
    #[react]
    fn close_it(&self, event: &Opened) -> After<CloseDock, Minutes<10>> {
        let dock = event.dock;
        After::fixed(CloseDock { dock })
    }

    /// A function of the event, which may give no key.
    #[react(key = Self::dock_of)]
    fn closed(&self, event: &Closed) -> Cancel<CloseDock> {
        Cancel::of(event.dock)
    }

    fn dock_of(event: &Closed) -> Option<u32> {
        Some(event.dock).filter(|dock| *dock > 0)
    }
}
// ANCHOR_END: keys

// ANCHOR: projection
/// Someone who looks.
#[derive(Persona)]
#[persona(name = "NightWatch")]
pub struct Watch;

/// Which docks are open?
#[derive(Query)]
#[query(name = "OpenOnes")]
pub struct OpenDocks;

/// The docks that are open.
#[derive(Projection, Debug, Default, Serialize, Deserialize)]
#[projection(read_by(Watch), snapshot(version = 2, trusted), inline)]
#[projection(name = "DocksAtNight", context = Forms)]
pub struct DockTable {
    open: std::collections::BTreeSet<u32>,
}

#[handlers]
impl DockTable {
    #[apply]
    fn opened(&mut self, event: &Opened) {
        self.open.insert(event.dock);
    }

    #[answer(by(Watch))]
    fn open_docks(&self, _: OpenDocks) -> Vec<u32> {
        self.open.iter().copied().collect()
    }
}
// ANCHOR_END: projection

// ANCHOR: external_system
/// The locks of the docks, which the makers keep for themselves.
#[derive(ExternalSystem)]
#[external_system(notified_of(Closed), name = "LockMaker")]
pub struct Locks;
// ANCHOR_END: external_system

// ANCHOR: rejection
/// Its variants are the reasons.
#[derive(Rejection, Debug, thiserror::Error)]
pub enum DockRefusal {
    #[error("the dock is broken")]
    Broken,
    #[error("dock {0} was opened too often")]
    Worn(u32),
}
// ANCHOR_END: rejection

// ANCHOR: id
/// Of a text, of a number, or of whatever is displayed and read from text.
#[derive(Id, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartId(String);

#[derive(Id, Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShelfId(u32);

#[test]
fn an_id_is_text_and_back() -> Result<(), Box<dyn std::error::Error>> {
    let shelf: ShelfId = "7".parse()?;
    assert_eq!(
        (shelf.to_string(), shelf),
        ("7".to_owned(), ShelfId::from(7))
    );
    assert_eq!(PartId::from("bell").to_string(), "bell");
    Ok(())
}
// ANCHOR_END: id

// ANCHOR: context
bounded_context! {
    /// The docks of a station.
    pub Forms {
        owner: "Team Iron",
        aggregates: [Dock, Lamp],
        policies: [CloseOddDocks],
        process_managers: [Guard],
        projections: [DockTable],
        external_systems: [Locks],
    }
}
// ANCHOR_END: context

#[test]
fn the_forms_make_a_model() {
    let model = eventstorming::Model::of::<Forms>();
    for name in ["DockOpened", "LampBroken", "ShutDock", "StreetLamp"] {
        assert!(model.to_json().contains(name), "{name}");
    }
    assert!(Gate::default().open_docks().is_empty());
}

impl Gate {
    fn open_docks(&self) -> Vec<u32> {
        self.open.then_some(0).into_iter().collect()
    }
}

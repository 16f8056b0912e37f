//! What one process has in memory may be older than an event that another one has stored.

use aether::{EventStoreExt as _, InMemoryEventStore, Position, prelude::*, runtime::Aether};

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DoorOpened {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct GuestEntered {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct GuestInvited {
    door: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OpenDoor {
    #[command(id)]
    door: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Enter {
    #[command(id)]
    door: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Invite {
    #[command(id)]
    guest: String,
    door: String,
}

#[derive(Debug, thiserror::Error)]
#[error("the door is closed")]
pub(crate) struct Closed;

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(DoorOpened, GuestEntered))]
pub(crate) struct Door {
    is_open: bool,
}

#[handlers]
impl Door {
    #[handle]
    fn open(&self, _: OpenDoor) -> Result<DoorOpened, Closed> {
        Ok(DoorOpened {})
    }

    #[handle]
    fn enter(&self, _: Enter) -> Result<GuestEntered, Closed> {
        self.is_open.then_some(GuestEntered {}).ok_or(Closed)
    }

    #[apply]
    fn opened(&mut self, _: &DoorOpened) {
        self.is_open = true;
    }

    #[apply]
    fn entered(&mut self, _: &GuestEntered) {}
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(GuestInvited))]
pub(crate) struct Guest;

#[handlers]
impl Guest {
    #[handle]
    fn invite(&self, command: Invite) -> Result<GuestInvited, Closed> {
        Ok(GuestInvited { door: command.door })
    }

    #[apply]
    fn invited(&mut self, _: &GuestInvited) {}
}

#[derive(Policy, Default)]
pub(crate) struct EnterWhenInvited;

#[handlers]
impl EnterWhenInvited {
    #[react]
    fn invited(&self, event: &GuestInvited) -> Enter {
        Enter {
            door: event.door.clone(),
        }
    }
}

bounded_context! {
    /// Doors, and who follows invitations.
    pub(crate) House { aggregates: [Door, Guest], policies: [EnterWhenInvited] }
}

bounded_context! {
    /// The same without anyone who follows.
    pub(crate) Entrance { aggregates: [Door, Guest] }
}

#[tokio::test]
async fn a_reaction_is_not_refused_by_a_state_that_is_older_than_its_cause() {
    let store = InMemoryEventStore::new();
    let start = || Aether::builder().store(store.clone());
    let house = start().context::<House>().start().await.unwrap();
    let entrance = start().context::<Entrance>().start().await.unwrap();
    let door = || "front".to_owned();

    // Now it has the closed door in memory.
    let refused = house.send(Enter { door: door() }).await.unwrap_err();
    assert!(refused.refusal::<Closed>().is_some());

    entrance.send(OpenDoor { door: door() }).await.unwrap();
    let guest = "ada".to_owned();
    let invite = Invite {
        guest,
        door: door(),
    };
    entrance.send(invite).await.unwrap();
    house.settled().await.unwrap();

    let log = store.log(Position::START).await.unwrap();
    let types = log.iter().flat_map(|it| it.commit.events());
    let types: Vec<_> = types.map(|event| event.event_type.to_string()).collect();
    assert_eq!(types, ["DoorOpened", "GuestInvited", "GuestEntered"]);
}

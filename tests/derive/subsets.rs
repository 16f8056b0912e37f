//! What a handler returns of an enum whose variants are events: some of them.

use std::convert::Infallible;

use aether::{
    domain::{Handle, event_schemas},
    eventstorming::meta::Flow,
    prelude::*,
    testing::given,
};

/// What happens to goods.
mod goods {
    use super::*;

    /// Movements of goods.
    #[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
    #[event(prefix = "Goods")]
    pub(super) enum GoodsEvent {
        #[event(alias("GoodsTakenIn"))]
        Received {
            pieces: u32,
            from: String,
        },
        Counted,
        #[serde(rename_all = "camelCase")]
        r#Lost {
            in_pieces: u32,
        },
    }
}

use goods::GoodsEvent;

/// What comes of counting: nothing is received by it.
#[derive(Event)]
#[event(subset_of = GoodsEvent)]
enum Stocktaking {
    Counted,
    Lost { in_pieces: u32 },
}

mod receipts {
    use aether::prelude::*;

    /// One alone, of a set that stands elsewhere.
    #[derive(Event)]
    #[event(subset_of = super::goods::GoodsEvent)]
    pub(super) enum Receipt {
        Received { pieces: u32, from: String },
    }
}

use receipts::Receipt;

/// Count the goods.
#[derive(Command, Serialize, Deserialize)]
struct Count {
    #[command(id)]
    shelf: u32,
    pieces: u32,
}

/// Take goods in.
#[derive(Command, Serialize, Deserialize)]
struct Receive {
    #[command(id)]
    shelf: u32,
    pieces: u32,
}

/// A shelf, whose history is the set.
#[derive(Aggregate, Debug, Default)]
#[aggregate(event = GoodsEvent)]
struct Shelf {
    pieces: u32,
}

#[handlers]
impl Shelf {
    #[handle]
    fn count(&self, command: Count) -> Result<Vec<Stocktaking>, Infallible> {
        let in_pieces = self.pieces.saturating_sub(command.pieces);
        let lost = (in_pieces > 0).then_some(Stocktaking::Lost { in_pieces });
        Ok([Stocktaking::Counted].into_iter().chain(lost).collect())
    }

    #[handle]
    fn receive(&self, command: Receive) -> Result<Receipt, Infallible> {
        let (pieces, from) = (command.pieces, "N".to_owned());
        Ok(Receipt::Received { pieces, from })
    }

    #[apply]
    fn happened(&mut self, event: GoodsEvent) {
        match event {
            GoodsEvent::Received { pieces, .. } => self.pieces += pieces,
            GoodsEvent::Counted => {}
            GoodsEvent::Lost { in_pieces } => self.pieces -= in_pieces,
        }
    }
}

/// A room was locked.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Locked {}

/// A set that holds the set, beside another.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
enum RoomEvent {
    Locked(Locked),
    #[event(set)]
    Goods(GoodsEvent),
}

/// A room, whose history holds the set.
#[derive(Aggregate, Debug, Default)]
#[aggregate(event = RoomEvent)]
struct Room {
    counted: u32,
}

#[handlers]
impl Room {
    #[handle]
    fn count(&self, _: Count) -> Result<(Stocktaking, Locked), Infallible> {
        Ok((Stocktaking::Counted, Locked {}))
    }

    #[apply]
    fn happened(&mut self, _: GoodsEvent) {
        self.counted += 1;
    }

    #[apply]
    fn locked(&mut self, _: &Locked) {}
}

#[test]
fn the_board_is_told_of_these_events_alone() {
    let Flow::Many(Flow::OneOf([counted, lost])) = <Shelf as Handle<Count>>::EMITS else {
        panic!("{:?}", <Shelf as Handle<Count>>::EMITS);
    };
    let names = (counted.name.as_str(), lost.name.as_str());
    assert_eq!(names, ("GoodsCounted", "GoodsLost"));
    let members = <Shelf as Handle<Receive>>::EMITS.members();
    assert_eq!(
        members[0].aliases,
        ["GoodsTakenIn"],
        "they are those of the set"
    );
    assert_eq!(event_schemas::<GoodsEvent>().len(), 3);
}

#[test]
fn they_are_stored_and_applied_as_events_of_the_set() {
    let receive = Receive {
        shelf: 1,
        pieces: 5,
    };
    let count = Count {
        shelf: 1,
        pieces: 3,
    };
    given::<Shelf>([])
        .when(receive)
        .then(GoodsEvent::Received {
            pieces: 5,
            from: "N".to_owned(),
        })
        .when(count)
        .then([GoodsEvent::Counted, GoodsEvent::Lost { in_pieces: 2 }])
        .then_state(|shelf| assert_eq!(shelf.pieces, 3));
}

#[test]
fn a_set_that_holds_the_set_takes_them_as_well() {
    let count = Count {
        shelf: 1,
        pieces: 3,
    };
    given::<Room>([])
        .when(count)
        .then([
            RoomEvent::Goods(GoodsEvent::Counted),
            RoomEvent::Locked(Locked {}),
        ])
        .then_state(|room| assert_eq!(room.counted, 1));
}

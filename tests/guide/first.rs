//! Chapter 1: an event, and an aggregate that it happens to.

// ANCHOR: event
use aether::prelude::*;

/// A bike of the fleet stands at a station for the first time.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BikeAdded {
    pub bike: String,
    pub station: String,
}
// ANCHOR_END: event

// ANCHOR: aggregate
/// A bike of the fleet.
#[derive(Aggregate, Debug, Default, PartialEq)]
#[aggregate(events(BikeAdded))]
pub struct Bike {
    station: Option<String>,
}

#[handlers]
impl Bike {
    #[apply]
    fn added(&mut self, event: &BikeAdded) {
        self.station = Some(event.station.clone());
    }
}
// ANCHOR_END: aggregate

// ANCHOR: set
#[test]
fn an_order_of_events_gives_a_state() {
    let event = BikeEvent::from(BikeAdded {
        bike: "b-1".into(),
        station: "Harbour".into(),
    });
    let bike = aether::testing::given::<Bike>([event]);
    assert_eq!(bike.state().station.as_deref(), Some("Harbour"));
}
// ANCHOR_END: set

// ANCHOR: stored
#[test]
fn an_event_is_stored_as_json_under_its_name() {
    let added = BikeAdded {
        bike: "b-1".into(),
        station: "Harbour".into(),
    };
    let bike = aether::testing::given::<Bike>(added);
    let [stored] = bike.stored() else {
        panic!("one event has happened");
    };
    assert_eq!(stored.event_type, "BikeAdded");
    assert_eq!(stored.schema_version, 1);
    assert_eq!(
        stored.data.as_str(),
        r#"{"bike":"b-1","station":"Harbour"}"#
    );
}
// ANCHOR_END: stored

//! Chapter 10: events that have changed since they were stored.

// ANCHOR: upcast
use aether::prelude::*;

/// A rider brought the bike back to a station.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(
    version = 3,
    upcast(BikeReturnedV1, BikeReturnedV2),
    alias("BikeParked")
)]
pub struct BikeReturned {
    pub bike: String,
    pub station: String,
    pub seconds: u64,
}

/// The first months: every bike came back to the harbour, where the only station was.
#[derive(Deserialize)]
pub struct BikeReturnedV1 {
    bike: String,
}

/// Until rides were charged by the second.
#[derive(Deserialize)]
pub struct BikeReturnedV2 {
    bike: String,
    station: String,
    minutes: u64,
}

impl From<BikeReturnedV1> for BikeReturnedV2 {
    fn from(v1: BikeReturnedV1) -> Self {
        Self {
            bike: v1.bike,
            station: "Harbour".to_owned(),
            minutes: 0,
        }
    }
}

impl From<BikeReturnedV2> for BikeReturned {
    fn from(v2: BikeReturnedV2) -> Self {
        Self {
            bike: v2.bike,
            station: v2.station,
            seconds: v2.minutes * 60,
        }
    }
}
// ANCHOR_END: upcast

// ANCHOR: retired
/// A mechanic looked after the bike. Mechanics have a system of their own by now.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(retired)]
pub struct BikeServiced {
    pub bike: String,
}

/// A bike, as far as this chapter goes.
#[derive(Aggregate, Debug, Default, PartialEq, Serialize)]
#[aggregate(events(BikeReturned, BikeServiced))]
pub struct Bike {
    station: String,
    ridden: u64,
}

#[handlers]
impl Bike {
    #[apply]
    fn returned(&mut self, event: &BikeReturned) {
        self.station.clone_from(&event.station);
        self.ridden += event.seconds;
    }

    #[apply]
    fn serviced(&mut self, _: &BikeServiced) {}
}
// ANCHOR_END: retired

// ANCHOR: test
#[test]
fn a_bike_of_the_first_day_is_read_today() -> Result<(), Box<dyn std::error::Error>> {
    use aether::{Event, testing::assert_replay_snapshot};
    use serde_json::json;

    let v1 = Event::new("Bike.b-1", 1, "BikeParked", &json!({ "bike": "b-1" }))?;
    let v2 = json!({ "bike": "b-1", "station": "Market", "minutes": 3 });
    let v2 = Event::new("Bike.b-1", 2, "BikeReturned", &v2)?.with_schema_version(2);
    let serviced = Event::new("Bike.b-1", 3, "BikeServiced", &json!({ "bike": "b-1" }))?;

    let history = [v1, v2, serviced];
    aether::testing::assert_replays_equal::<Bike>(&history);
    assert_replay_snapshot!(Bike, history, @r#"
    Bike
        ridden: 0
        station: ""

    1 BikeParked, schema version 1
      | bike: "b-1"
        ridden: 0
      - station: ""
      + station: "Harbour"

    2 BikeReturned, schema version 2
      | bike: "b-1"
      | minutes: 3
      | station: "Market"
      - ridden: 0
      - station: "Harbour"
      + ridden: 180
      + station: "Market"

    3 BikeServiced, schema version 1
      | bike: "b-1"
        ridden: 180
        station: "Market"
    "#);
    Ok(())
}
// ANCHOR_END: test

// ANCHOR: other
/// What this build knows of a bike, and what it does not know, as it was stored.
#[derive(Event, Debug, Clone, PartialEq)]
pub enum Seen {
    Returned(BikeReturned),
    #[event(other)]
    Unknown(RawEvent),
}
// ANCHOR_END: other

// ANCHOR: unknown
/// How much there is that this build does not know.
#[derive(Projection, Debug, Default, PartialEq)]
pub struct Strangers {
    seen: u32,
}

#[handlers]
impl Strangers {
    #[apply]
    fn any(&mut self, event: Seen) {
        self.seen += u32::from(matches!(event, Seen::Unknown(_)));
    }
}
// ANCHOR_END: unknown

#[test]
fn what_is_not_known_is_kept_as_it_was_stored() {
    let returned = BikeReturned {
        bike: "b-1".into(),
        station: "Market".into(),
        seconds: 1,
    };
    let serviced = BikeServiced { bike: "b-1".into() };
    aether::testing::projection::<Strangers>()
        .given("Bike.b-1", returned)
        .given("Bike.b-1", serviced)
        .then_state_is(Strangers { seen: 1 });
}

//! Chapter 2: the bike, with all that may happen to it.

// ANCHOR: nouns
use aether::prelude::*;

/// Who a bike is, for ever.
#[derive(Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct BikeId(String);

/// Who a rider is. It says nothing about the person.
#[derive(Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct RiderId(u64);

/// Someone who hires bikes.
#[derive(Persona)]
pub struct Rider;

/// Someone who cares for the fleet.
#[derive(Persona)]
pub struct Mechanic;
// ANCHOR_END: nouns

// ANCHOR: events
/// A bike of the fleet stands at a station for the first time.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BikeAdded {
    pub bike: BikeId,
    pub station: String,
}

/// A rider took the bike.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[event(pivotal = "Ride")]
pub struct BikeHired {
    pub bike: BikeId,
    pub rider: RiderId,
}

/// A rider brought the bike back to a station.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BikeReturned {
    pub bike: BikeId,
    pub rider: RiderId,
    pub station: String,
    pub minutes: u64,
}

/// A bike did not come back in time.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BikeReportedMissing {
    pub bike: BikeId,
}
// ANCHOR_END: events

// ANCHOR: commands
/// Add a bike to the fleet.
#[derive(Command, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AddBike {
    #[command(id)]
    pub bike: BikeId,
    pub station: String,
}

/// Hire a bike.
#[derive(Command, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HireBike {
    #[command(id)]
    pub bike: BikeId,
    pub rider: RiderId,
}

/// Bring a bike back.
#[derive(Command, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReturnBike {
    #[command(id)]
    pub bike: BikeId,
    pub station: String,
}

/// Write a bike off, for now.
#[derive(Command, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportMissing {
    #[command(id)]
    pub bike: BikeId,
}
// ANCHOR_END: commands

// ANCHOR: refusal
/// Why a bike does not do what it is told.
#[derive(Rejection, Debug, Clone, PartialEq, thiserror::Error)]
pub enum BikeRefusal {
    #[error("there is no such bike")]
    Unknown,
    #[error("there is such a bike already")]
    Exists,
    #[error("the bike is out with rider {rider:?}")]
    Out { rider: RiderId },
    #[error("the bike is not out")]
    NotOut,
}
// ANCHOR_END: refusal

// ANCHOR: aggregate
/// A bike of the fleet.
///
/// Hotspot: what of a bike that is broken?
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Serialize)]
#[aggregate(events(BikeAdded, BikeHired, BikeReturned, BikeReportedMissing))]
pub struct Bike {
    known: bool,
    out: Option<Ride>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Ride {
    rider: RiderId,
    since: aether::Timestamp,
}

#[handlers]
impl Bike {
    #[handle(by(Mechanic))]
    fn add(&self, command: AddBike) -> Result<BikeAdded, BikeRefusal> {
        if self.known {
            return Err(BikeRefusal::Exists);
        }
        Ok(BikeAdded {
            bike: command.bike,
            station: command.station,
        })
    }

    /// A bike is out with one rider at a time.
    #[handle(by(Rider))]
    fn hire(&self, command: HireBike) -> Result<BikeHired, BikeRefusal> {
        if !self.known {
            return Err(BikeRefusal::Unknown);
        }
        if let Some(Ride { rider, .. }) = &self.out {
            let rider = rider.clone();
            return Err(BikeRefusal::Out { rider });
        }
        Ok(BikeHired {
            bike: command.bike,
            rider: command.rider,
        })
    }

    #[handle(by(Rider))]
    fn bring_back(
        &self,
        command: ReturnBike,
        context: &Context,
    ) -> Result<BikeReturned, BikeRefusal> {
        let ride = self.out.as_ref().ok_or(BikeRefusal::NotOut)?;
        let lasted = ride.since.until(context.now()).unwrap_or_default();
        Ok(BikeReturned {
            bike: command.bike,
            rider: ride.rider.clone(),
            station: command.station,
            minutes: lasted.as_secs() / 60,
        })
    }

    /// Reporting a bike that is back changes nothing.
    #[handle]
    fn report(&self, command: ReportMissing) -> Result<Option<BikeReportedMissing>, BikeRefusal> {
        let bike = command.bike;
        Ok(self.out.is_some().then_some(BikeReportedMissing { bike }))
    }

    #[apply]
    fn added(&mut self, _: &BikeAdded) {
        self.known = true;
    }

    #[apply]
    fn hired(&mut self, event: &BikeHired, origin: &Origin<'_>) {
        self.out = Some(Ride {
            rider: event.rider.clone(),
            since: origin.timestamp,
        });
    }

    #[apply]
    fn returned(&mut self, _: &BikeReturned) {
        self.out = None;
    }

    /// It is still out with whoever has it: they may bring it back.
    #[apply]
    fn reported(&mut self, _: &BikeReportedMissing) {}
}
// ANCHOR_END: aggregate

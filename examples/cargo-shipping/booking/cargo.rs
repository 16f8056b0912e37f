//! Cargo, as it was promised to be carried.

use std::convert::Infallible;

use aether::prelude::*;

use super::{
    Itinerary, Mismatch, RouteChoices, RoutePlanner, RouteSpecification, ShipmentTracking,
};
use crate::{
    calendar::Day,
    cargo_shipping::{BookingClerk, Port, Shipper},
};

/// Tells cargo from all other.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct TrackingId(String);

/// Tells a shipper from every other.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct ShipperId(String);

// ------------------------------------------------------------------------------------- commands

/// Have cargo carried.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BookCargo {
    /// Under which number.
    #[command(id)]
    pub cargo: TrackingId,
    /// For whom.
    pub shipper: ShipperId,
    /// From where to where, and by when.
    pub route: RouteSpecification,
}

/// Say which ways there are.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposeRoutes {
    /// For which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// The ways.
    pub itineraries: Vec<Itinerary>,
}

/// Send cargo on its way.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChooseRoute {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// Which way.
    pub itinerary: Itinerary,
}

/// Have cargo carried somewhere else.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeDestination {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// Where to.
    pub destination: Port,
    /// By when.
    pub deadline: Day,
}

/// Say that cargo is where it should not be.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportMisdirection {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// Where it is.
    pub port: Port,
}

/// Say that cargo is where it should be.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordArrival {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// Where it is.
    pub port: Port,
}

/// Say that cargo should be there by now.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RaiseDelay {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
    /// When it should have been there.
    pub expected: Day,
}

/// Say that the promise is kept.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordDelivery {
    /// Which cargo.
    #[command(id)]
    pub cargo: TrackingId,
}

// --------------------------------------------------------------------------------------- events

/// The company has promised to carry cargo.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(version = 2, upcast(CargoBookedV1))]
pub struct CargoBooked {
    /// Under which number.
    pub cargo: TrackingId,
    /// For whom.
    pub shipper: ShipperId,
    /// From where to where, and by when.
    pub route: RouteSpecification,
}

/// A booking as it was written down before there were route specifications.
#[derive(Debug, Clone, Deserialize)]
pub struct CargoBookedV1 {
    cargo: TrackingId,
    customer: ShipperId,
    from: Port,
    to: Port,
    by: Day,
}

impl From<CargoBookedV1> for CargoBooked {
    fn from(v1: CargoBookedV1) -> Self {
        Self {
            cargo: v1.cargo,
            shipper: v1.customer,
            route: RouteSpecification {
                origin: v1.from,
                destination: v1.to,
                deadline: v1.by,
            },
        }
    }
}

/// There are ways that cargo can take.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoutesProposed {
    /// Which cargo.
    pub cargo: TrackingId,
    /// The ways that satisfy its route: the one that is there first at the head, and of two the
    /// one with fewer ships.
    pub itineraries: Vec<Itinerary>,
}

/// No ship that is known goes there in time.
///
/// Hotspot: who tells the shipper, and do we look again tomorrow?
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoRouteFound {
    /// For which cargo.
    pub cargo: TrackingId,
}

/// It is decided how cargo gets there.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(alias("ItineraryAssigned"), pivotal = "Under way")]
pub struct CargoRouted {
    /// Which cargo.
    pub cargo: TrackingId,
    /// How.
    pub itinerary: Itinerary,
}

/// The shipper wants cargo to be somewhere else.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DestinationChanged {
    /// Which cargo.
    pub cargo: TrackingId,
    /// From where it was last to where it should be, and by when.
    pub route: RouteSpecification,
}

/// Cargo is where it should not be, and needs another way.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CargoMisdirected {
    /// Which cargo.
    pub cargo: TrackingId,
    /// From where it is to where it should be, and by when.
    pub route: RouteSpecification,
}

/// Cargo should be there by now, and is not.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CargoDelayed {
    /// Which cargo.
    pub cargo: TrackingId,
    /// When it should have been there.
    pub expected: Day,
}

/// Cargo is in the port that it was booked to.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public, pivotal = "Customs and claim")]
pub struct CargoArrived {
    /// Which cargo.
    pub cargo: TrackingId,
    /// In which port.
    pub port: Port,
}

/// The promise is kept.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CargoDelivered {
    /// Which cargo.
    pub cargo: TrackingId,
}

/// What comes of looking for a way.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum RoutePlanning {
    /// There are some.
    Proposed(RoutesProposed),
    /// There is none.
    NotFound(NoRouteFound),
}

/// Why something cannot be done to cargo.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CargoRefusal {
    /// There is no such cargo.
    #[error("no such cargo was booked")]
    NotBooked,
    /// The number is in use.
    #[error("there is cargo under this number already")]
    NumberInUse,
    /// A port does not read like one.
    #[error("`{port}` is no UN/LOCODE")]
    UnknownPort {
        /// Which one.
        port: Port,
    },
    /// It is there already.
    #[error("the cargo would end where it begins")]
    GoesNowhere,
    /// Nobody could be in time.
    #[error("{deadline} is past")]
    DeadlinePast {
        /// By when it should have been there.
        deadline: Day,
    },
    /// The way does not lead there.
    #[error("the itinerary does not satisfy the route")]
    Unsuitable(#[source] Mismatch),
    /// The cargo is in the port that it was booked to.
    #[error("the cargo has arrived")]
    Arrived,
}

// ------------------------------------------------------------------------------------- the cargo

/// Cargo that the company has promised to carry.
///
/// Invariant: cargo takes no way that does not satisfy its route.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(
    CargoBooked,
    RoutesProposed,
    NoRouteFound,
    CargoRouted,
    DestinationChanged,
    CargoMisdirected,
    CargoDelayed,
    CargoArrived,
    CargoDelivered
))]
pub struct Cargo {
    /// From where it is known to be.
    route: Option<RouteSpecification>,
    itinerary: Option<Itinerary>,
    stage: Stage,
}

/// How far the promise is kept.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Stage {
    #[default]
    Promised,
    Arrived,
    Delivered,
}

impl Cargo {
    /// The way that it takes.
    pub const fn itinerary(&self) -> Option<&Itinerary> {
        self.itinerary.as_ref()
    }

    /// The route, while it is still to be kept.
    fn open(&self) -> Result<&RouteSpecification, CargoRefusal> {
        let route = self.route.as_ref().ok_or(CargoRefusal::NotBooked)?;
        if self.stage == Stage::Promised {
            Ok(route)
        } else {
            Err(CargoRefusal::Arrived)
        }
    }

    fn reasonable(route: &RouteSpecification, today: Day) -> Result<(), CargoRefusal> {
        let ports = [&route.origin, &route.destination];
        if let Some(port) = ports.into_iter().find(|port| !port.is_valid()) {
            let port = port.clone();
            return Err(CargoRefusal::UnknownPort { port });
        }
        if route.origin == route.destination {
            return Err(CargoRefusal::GoesNowhere);
        }
        if route.deadline < today {
            let deadline = route.deadline;
            return Err(CargoRefusal::DeadlinePast { deadline });
        }
        Ok(())
    }
}

#[handlers]
impl Cargo {
    /// # Errors
    /// If the number is in use, or nobody could carry it there in time.
    #[handle(by(Shipper))]
    pub fn book(&self, command: BookCargo, context: &Context) -> Result<CargoBooked, CargoRefusal> {
        let BookCargo {
            cargo,
            shipper,
            route,
        } = command;
        if self.route.is_some() {
            return Err(CargoRefusal::NumberInUse);
        }
        Self::reasonable(&route, Day::of(context.now()))?;
        Ok(CargoBooked {
            cargo,
            shipper,
            route,
        })
    }

    /// Ways that do not satisfy the route are left out. Cargo that has arrived meanwhile needs
    /// none.
    ///
    /// # Errors
    /// If there is no such cargo.
    #[handle(by(RoutePlanner))]
    pub fn propose(&self, command: ProposeRoutes) -> Result<Option<RoutePlanning>, CargoRefusal> {
        let ProposeRoutes {
            cargo,
            mut itineraries,
        } = command;
        let route = match self.open() {
            Ok(route) => route,
            Err(CargoRefusal::Arrived) => return Ok(None),
            Err(refusal) => return Err(refusal),
        };
        itineraries.retain(|itinerary| itinerary.satisfies(route).is_ok());
        itineraries.sort_by_key(|itinerary| (itinerary.arrives(), itinerary.legs.len()));
        Ok(Some(if itineraries.is_empty() {
            NoRouteFound { cargo }.into()
        } else {
            RoutesProposed { cargo, itineraries }.into()
        }))
    }

    /// # Errors
    /// If there is no such cargo, it has arrived, or the way does not lead there in time.
    #[handle(by(BookingClerk), informed_by(RouteChoices))]
    pub fn choose(&self, command: ChooseRoute) -> Result<CargoRouted, CargoRefusal> {
        let ChooseRoute { cargo, itinerary } = command;
        itinerary
            .satisfies(self.open()?)
            .map_err(CargoRefusal::Unsuitable)?;
        Ok(CargoRouted { cargo, itinerary })
    }

    /// Until it has arrived. Whatever way was chosen before leads there no longer.
    ///
    /// Hotspot: what does it cost?
    ///
    /// # Errors
    /// If there is no such cargo, it has arrived, or nobody could carry it there in time.
    #[handle(by(Shipper), informed_by(ShipmentTracking))]
    pub fn change(
        &self,
        command: ChangeDestination,
        context: &Context,
    ) -> Result<DestinationChanged, CargoRefusal> {
        let ChangeDestination {
            cargo,
            destination,
            deadline,
        } = command;
        let origin = self.open()?.origin.clone();
        let route = RouteSpecification {
            origin,
            destination,
            deadline,
        };
        Self::reasonable(&route, Day::of(context.now()))?;
        Ok(DestinationChanged { cargo, route })
    }

    /// From now on the way begins where the cargo is.
    ///
    /// # Errors
    /// If there is no such cargo.
    #[handle]
    pub fn misdirected(
        &self,
        command: ReportMisdirection,
    ) -> Result<Option<CargoMisdirected>, CargoRefusal> {
        let ReportMisdirection {
            cargo,
            port: origin,
        } = command;
        let route = match self.open() {
            Ok(route) => RouteSpecification {
                origin,
                ..route.clone()
            },
            Err(CargoRefusal::Arrived) => return Ok(None),
            Err(refusal) => return Err(refusal),
        };
        Ok(Some(CargoMisdirected { cargo, route }))
    }

    /// # Errors
    /// If there is no such cargo.
    #[handle]
    pub fn arrive(&self, command: RecordArrival) -> Result<Option<CargoArrived>, CargoRefusal> {
        let RecordArrival { cargo, port } = command;
        match self.open() {
            Ok(_) => Ok(Some(CargoArrived { cargo, port })),
            Err(CargoRefusal::Arrived) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// Only if the cargo is still on its way.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn delay(&self, command: RaiseDelay) -> Result<Option<CargoDelayed>, Infallible> {
        let RaiseDelay { cargo, expected } = command;
        let open = self.open().is_ok();
        Ok(open.then_some(CargoDelayed { cargo, expected }))
    }

    /// # Errors
    /// If there is no such cargo.
    #[handle]
    pub fn deliver(&self, command: RecordDelivery) -> Result<Option<CargoDelivered>, CargoRefusal> {
        let cargo = command.cargo;
        if self.route.is_none() {
            return Err(CargoRefusal::NotBooked);
        }
        let first = self.stage < Stage::Delivered;
        Ok(first.then_some(CargoDelivered { cargo }))
    }

    #[apply]
    fn was_booked(&mut self, event: CargoBooked) {
        self.route = Some(event.route);
    }

    #[apply]
    fn routes_proposed(&mut self, _: &RoutesProposed) {}

    #[apply]
    fn no_route_found(&mut self, _: &NoRouteFound) {}

    #[apply]
    fn was_routed(&mut self, event: CargoRouted) {
        self.itinerary = Some(event.itinerary);
    }

    #[apply]
    fn destination_changed(&mut self, event: DestinationChanged) {
        self.route = Some(event.route);
        self.itinerary = None;
    }

    #[apply]
    fn was_misdirected(&mut self, event: CargoMisdirected) {
        self.route = Some(event.route);
        self.itinerary = None;
    }

    #[apply]
    fn was_delayed(&mut self, _: &CargoDelayed) {}

    #[apply]
    fn has_arrived(&mut self, _: &CargoArrived) {
        self.stage = Stage::Arrived;
    }

    #[apply]
    fn was_delivered(&mut self, _: &CargoDelivered) {
        self.stage = Stage::Delivered;
    }
}

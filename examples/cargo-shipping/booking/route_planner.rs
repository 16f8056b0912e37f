use aether::prelude::*;

use super::{CargoBooked, CargoMisdirected, DestinationChanged, RouteSpecification, TrackingId};

/// Knows the timetables of all lines, and finds ways through them.
#[derive(ExternalSystem, Debug)]
#[external_system(notified_of(CargoBooked, DestinationChanged, CargoMisdirected))]
pub struct RoutePlanner;

/// Why the route planner is asked.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum RoutingRequest {
    /// Cargo is new.
    Booked(CargoBooked),
    /// It should be elsewhere.
    Changed(DestinationChanged),
    /// It is elsewhere.
    Misdirected(CargoMisdirected),
}

impl RoutingRequest {
    /// What is to be carried, and from where to where.
    pub fn into_route(self) -> (TrackingId, RouteSpecification) {
        match self {
            Self::Booked(event) => (event.cargo, event.route),
            Self::Changed(event) => (event.cargo, event.route),
            Self::Misdirected(event) => (event.cargo, event.route),
        }
    }
}

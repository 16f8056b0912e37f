//! Booking: the promise to carry cargo, and what becomes of it.

mod cargo;
mod delivery_watch;
mod itinerary;
mod route_choices;
mod route_planner;
mod shipment_tracking;

use aether::bounded_context;

pub use self::{
    cargo::{
        BookCargo, Cargo, CargoArrived, CargoBooked, CargoBookedV1, CargoDelayed, CargoDelivered,
        CargoEvent, CargoMisdirected, CargoRefusal, CargoRouted, ChangeDestination, ChooseRoute,
        DestinationChanged, NoRouteFound, ProposeRoutes, RaiseDelay, RecordArrival, RecordDelivery,
        ReportMisdirection, RoutePlanning, RoutesProposed, ShipperId, TrackingId,
    },
    delivery_watch::{DeliveryWatch, Landing},
    itinerary::{Itinerary, Leg, Mismatch, RouteSpecification},
    route_choices::RouteChoices,
    route_planner::{RoutePlanner, RoutingRequest},
    shipment_tracking::{ShipmentTracking, Tracked, Transport, WhereIs},
};
use super::Handling;

bounded_context! {
    /// Promises that cargo will be where it should be, and says so when it will not.
    pub Booking {
        owner: "Customer Desk",
        aggregates: [Cargo],
        process_managers: [DeliveryWatch],
        projections: [RouteChoices, ShipmentTracking],
        external_systems: [RoutePlanner],
        upstream: [Handling],
    }
}

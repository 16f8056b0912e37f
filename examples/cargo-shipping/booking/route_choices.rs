use std::collections::BTreeMap;

use aether::prelude::*;

use super::{
    CargoArrived, CargoMisdirected, CargoRouted, DestinationChanged, Itinerary, NoRouteFound,
    RoutesProposed, TrackingId,
};
use crate::cargo_shipping::BookingClerk;

/// Which cargo still needs a way, and which ways there are.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(BookingClerk))]
pub struct RouteChoices {
    /// The ways of each cargo that needs one; none, if nobody knows any.
    pub open: BTreeMap<TrackingId, Vec<Itinerary>>,
}

#[handlers]
impl RouteChoices {
    #[apply]
    fn proposed(&mut self, event: RoutesProposed) {
        self.open.insert(event.cargo, event.itineraries);
    }

    #[apply]
    fn not_found(&mut self, event: NoRouteFound) {
        self.open.insert(event.cargo, Vec::new());
    }

    #[apply]
    fn routed(&mut self, event: &CargoRouted) {
        self.open.remove(&event.cargo);
    }

    #[apply]
    fn changed(&mut self, event: &DestinationChanged) {
        self.open.remove(&event.cargo);
    }

    #[apply]
    fn misdirected(&mut self, event: &CargoMisdirected) {
        self.open.remove(&event.cargo);
    }

    #[apply]
    fn arrived(&mut self, event: &CargoArrived) {
        self.open.remove(&event.cargo);
    }
}

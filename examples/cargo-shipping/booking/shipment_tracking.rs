use std::collections::BTreeMap;

use aether::prelude::*;

use super::{
    CargoArrived, CargoBooked, CargoDelayed, CargoDelivered, CargoMisdirected, CargoRouted,
    DestinationChanged, RouteSpecification, ShipperId, TrackingId,
};
use crate::{
    calendar::Day,
    cargo_shipping::{
        Port, Shipper,
        handling::{CargoHandled, CargoLoaded, CargoReceived, CargoUnloaded},
        voyages::VoyageNumber,
    },
};

/// What a shipper sees of their cargo.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Shipper))]
pub struct ShipmentTracking {
    /// Each cargo that was booked.
    pub cargo: BTreeMap<TrackingId, Tracked>,
}

/// What is known of cargo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tracked {
    /// Whose it is.
    pub shipper: ShipperId,
    /// Where it is, where it should be, and by when.
    pub route: RouteSpecification,
    /// When it will be there, if that is known.
    pub expected: Option<Day>,
    /// Where it is.
    pub transport: Transport,
    /// Whether it is where it should not be.
    pub misdirected: bool,
    /// Whether it should be there by now.
    pub delayed: bool,
}

/// Where cargo is.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Transport {
    /// Still with the shipper.
    #[default]
    NotReceived,
    /// On a quay.
    InPort(Port),
    /// On a ship.
    Aboard(VoyageNumber),
    /// In the port that it was booked to.
    Arrived(Port),
    /// With whom it was for.
    Delivered,
}

/// Where is my cargo?
#[derive(Query, Debug, Clone, PartialEq, Eq)]
pub struct WhereIs {
    /// Which cargo.
    pub cargo: TrackingId,
}

impl ShipmentTracking {
    fn change(&mut self, cargo: &TrackingId, change: impl FnOnce(&mut Tracked)) {
        if let Some(tracked) = self.cargo.get_mut(cargo) {
            change(tracked);
        }
    }

    fn moves_to(&mut self, cargo: &TrackingId, transport: Transport) {
        self.change(cargo, |tracked| tracked.transport = transport);
    }
}

#[handlers]
impl ShipmentTracking {
    /// Nothing, if nobody has booked it.
    #[answer(by(Shipper))]
    pub fn where_is(&self, query: WhereIs) -> Option<Transport> {
        let tracked = self.cargo.get(&query.cargo);
        tracked.map(|tracked| tracked.transport.clone())
    }

    #[apply]
    fn booked(&mut self, event: CargoBooked) {
        let CargoBooked {
            cargo,
            shipper,
            route,
        } = event;
        let tracked = Tracked {
            shipper,
            route,
            expected: None,
            transport: Transport::NotReceived,
            misdirected: false,
            delayed: false,
        };
        self.cargo.insert(cargo, tracked);
    }

    #[apply]
    fn routed(&mut self, event: &CargoRouted) {
        self.change(&event.cargo, |tracked| {
            tracked.expected = event.itinerary.arrives();
            tracked.misdirected = false;
            tracked.delayed = false;
        });
    }

    #[apply]
    fn changed(&mut self, event: DestinationChanged) {
        self.change(&event.cargo, |tracked| {
            tracked.route = event.route;
            tracked.expected = None;
        });
    }

    #[apply]
    fn misdirected(&mut self, event: CargoMisdirected) {
        self.change(&event.cargo, |tracked| {
            tracked.route = event.route;
            tracked.expected = None;
            tracked.misdirected = true;
        });
    }

    #[apply]
    fn delayed(&mut self, event: &CargoDelayed) {
        self.change(&event.cargo, |tracked| tracked.delayed = true);
    }

    #[apply]
    fn received(&mut self, event: &CargoReceived) {
        self.moves_to(&event.cargo, Transport::InPort(event.port.clone()));
    }

    #[apply]
    fn loaded(&mut self, event: &CargoLoaded) {
        self.moves_to(&event.cargo, Transport::Aboard(event.voyage.clone()));
    }

    #[apply]
    fn unloaded(&mut self, event: &CargoUnloaded) {
        self.moves_to(&event.cargo, Transport::InPort(event.port.clone()));
    }

    /// All that is known of what was handled in the first years is where.
    #[apply]
    fn handled(&mut self, event: &CargoHandled) {
        self.moves_to(&event.cargo, Transport::InPort(event.port.clone()));
    }

    #[apply]
    fn arrived(&mut self, event: &CargoArrived) {
        self.moves_to(&event.cargo, Transport::Arrived(event.port.clone()));
    }

    #[apply]
    fn delivered(&mut self, event: &CargoDelivered) {
        self.moves_to(&event.cargo, Transport::Delivered);
    }
}

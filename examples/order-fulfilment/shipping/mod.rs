//! Shipping: packs parcels, hands them over, and follows them to the door.

mod carrier;
mod picking_list;
mod policies;
mod shipment;

use aether::bounded_context;

pub use self::{
    carrier::{Carrier, CarrierNotice},
    picking_list::{PickingList, ToPack},
    policies::CreateShipmentWhenConfirmed,
    shipment::{
        CreateShipment, DeliveryAttempt, DeliveryAttemptFailed, DeliveryOutcome, DispatchParcel,
        ParcelDelivered, ParcelDispatched, ParcelReturned, RecordDeliveryAttempt, Shipment,
        ShipmentCreated, ShipmentEvent, ShipmentRefusal, ShipmentStatus, TrackingNumber,
    },
};
use super::Ordering;

bounded_context! {
    /// Packs parcels, hands them over, and follows them to the door.
    pub Shipping {
        owner: "Team Parcel",
        aggregates: [Shipment],
        policies: [CreateShipmentWhenConfirmed],
        projections: [PickingList],
        external_systems: [Carrier],
        upstream: [Ordering],
    }
}

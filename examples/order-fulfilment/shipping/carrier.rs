use aether::prelude::*;

use super::{DeliveryAttemptFailed, ParcelDispatched};

/// Drives parcels to the door, and tells how it went. It tries again after a failed attempt.
#[derive(ExternalSystem, Debug)]
#[external_system(notified_of(ParcelDispatched, DeliveryAttemptFailed))]
pub struct Carrier;

/// What the carrier is told.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum CarrierNotice {
    /// A parcel is ready to go.
    Deliver(ParcelDispatched),
    /// Nobody was at home: try again.
    TryAgain(DeliveryAttemptFailed),
}

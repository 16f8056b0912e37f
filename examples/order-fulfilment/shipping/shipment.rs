//! A shipment: one order, one parcel, and at most three rings at the door.

use std::convert::Infallible;

use aether::prelude::*;

use super::{Carrier, PickingList};
use crate::order_fulfilment::{
    Address, Line, WarehouseClerk, inventory::WarehouseId, ordering::OrderId,
};

/// What the carrier calls a parcel.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct TrackingNumber(String);

// ------------------------------------------------------------------------------------- commands

/// Have a parcel packed.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateShipment {
    /// For which order.
    #[command(id)]
    pub order: OrderId,
    /// Where the goods lie.
    pub warehouse: WarehouseId,
    /// What goes into it.
    pub lines: Vec<Line>,
    /// Where it goes.
    pub deliver_to: Address,
}

/// Hand the parcel to the carrier.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DispatchParcel {
    /// For which order.
    #[command(id)]
    pub order: OrderId,
    /// The number on its label.
    pub tracking: TrackingNumber,
}

/// Note how an attempt to deliver went.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordDeliveryAttempt {
    /// For which order.
    #[command(id)]
    pub order: OrderId,
    /// Which attempt, counted from 1.
    pub attempt: u32,
    /// How it went.
    pub result: DeliveryAttempt,
}

/// How an attempt to deliver went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DeliveryAttempt {
    /// Someone took the parcel in.
    Delivered {
        /// Who signed for it.
        signed_by: String,
    },
    /// Nobody did.
    NobodyHome,
}

// --------------------------------------------------------------------------------------- events

/// A parcel is to be packed.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShipmentCreated {
    /// For which order.
    pub order: OrderId,
    /// Where the goods lie.
    pub warehouse: WarehouseId,
    /// What goes into it.
    pub lines: Vec<Line>,
    /// Where it goes.
    pub deliver_to: Address,
}

/// The parcel left the warehouse.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParcelDispatched {
    /// For which order.
    pub order: OrderId,
    /// The number on its label.
    pub tracking: TrackingNumber,
    /// Where it goes.
    pub deliver_to: Address,
}

/// The parcel is with the customer.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParcelDelivered {
    /// For which order.
    pub order: OrderId,
    /// Who signed for it.
    pub signed_by: String,
}

/// Nobody was at home, and the carrier will come again.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryAttemptFailed {
    /// For which order.
    pub order: OrderId,
    /// Which attempt, counted from 1.
    pub attempt: u32,
}

/// Nobody was at home for the last time, and the parcel is back.
///
/// Hotspot: do returned goods go back on the shelf, and who looks at them first?
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParcelReturned {
    /// For which order.
    pub order: OrderId,
    /// How often the carrier came.
    pub attempts: u32,
}

/// How an attempt to deliver ends.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The parcel is with the customer.
    Delivered(ParcelDelivered),
    /// The carrier will come again.
    Failed(DeliveryAttemptFailed),
    /// The parcel is back.
    Returned(ParcelReturned),
}

/// Why something cannot be done to a shipment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShipmentRefusal {
    /// There is nothing to pack.
    #[error("no parcel is to be packed for order {order}")]
    NothingToPack {
        /// Which order.
        order: OrderId,
    },
    /// The parcel has left.
    #[error("the parcel of order {order} has left as {tracking}")]
    AlreadyDispatched {
        /// Which order.
        order: OrderId,
        /// The number on its label.
        tracking: TrackingNumber,
    },
    /// The carrier reports on a parcel it does not have.
    #[error("the parcel of order {order} has not left")]
    NotDispatched {
        /// Which order.
        order: OrderId,
    },
}

// ---------------------------------------------------------------------------------- the shipment

/// The parcel of an order.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(
    ShipmentCreated,
    ParcelDispatched,
    ParcelDelivered,
    DeliveryAttemptFailed,
    ParcelReturned
))]
pub struct Shipment {
    status: ShipmentStatus,
}

/// How far a parcel has come.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShipmentStatus {
    /// There is none.
    #[default]
    None,
    /// It is to be packed.
    ToPack {
        /// Where it goes.
        deliver_to: Address,
    },
    /// The carrier has it.
    OnItsWay {
        /// The number on its label.
        tracking: TrackingNumber,
        /// How often the carrier rang in vain.
        failed_attempts: u32,
    },
    /// Its journey is over.
    Over {
        /// The number on its label.
        tracking: TrackingNumber,
    },
}

impl Shipment {
    /// How often the carrier rings before the parcel goes back.
    pub const MOST_ATTEMPTS: u32 = 3;

    /// How far the parcel has come.
    pub const fn status(&self) -> &ShipmentStatus {
        &self.status
    }

    fn is_over(&mut self) {
        if let ShipmentStatus::OnItsWay { tracking, .. } = &self.status {
            self.status = ShipmentStatus::Over {
                tracking: tracking.clone(),
            };
        }
    }
}

#[handlers]
impl Shipment {
    /// An order gets one parcel.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn create(&self, command: CreateShipment) -> Result<Option<ShipmentCreated>, Infallible> {
        let CreateShipment {
            order,
            warehouse,
            lines,
            deliver_to,
        } = command;
        let first = self.status == ShipmentStatus::None;
        Ok(first.then_some(ShipmentCreated {
            order,
            warehouse,
            lines,
            deliver_to,
        }))
    }

    /// The clerk packs what the picking list says.
    ///
    /// # Errors
    /// If nothing is to be packed for the order, or its parcel has left.
    #[handle(by(WarehouseClerk), informed_by(PickingList))]
    pub fn dispatch(&self, command: DispatchParcel) -> Result<ParcelDispatched, ShipmentRefusal> {
        let DispatchParcel { order, tracking } = command;
        match &self.status {
            ShipmentStatus::None => Err(ShipmentRefusal::NothingToPack { order }),
            ShipmentStatus::ToPack { deliver_to } => {
                let deliver_to = deliver_to.clone();
                Ok(ParcelDispatched {
                    order,
                    tracking,
                    deliver_to,
                })
            }
            ShipmentStatus::OnItsWay { tracking, .. } | ShipmentStatus::Over { tracking } => {
                let tracking = tracking.clone();
                Err(ShipmentRefusal::AlreadyDispatched { order, tracking })
            }
        }
    }

    /// After the third ring in vain the parcel goes back. Only the attempt that is due counts: a
    /// report that comes twice, or late, changes nothing.
    ///
    /// # Errors
    /// If the parcel has not left.
    #[handle(by(Carrier))]
    pub fn record(
        &self,
        command: RecordDeliveryAttempt,
    ) -> Result<Option<DeliveryOutcome>, ShipmentRefusal> {
        let RecordDeliveryAttempt {
            order,
            attempt,
            result,
        } = command;
        let due = match &self.status {
            ShipmentStatus::None | ShipmentStatus::ToPack { .. } => {
                return Err(ShipmentRefusal::NotDispatched { order });
            }
            ShipmentStatus::OnItsWay {
                failed_attempts, ..
            } => failed_attempts + 1,
            ShipmentStatus::Over { .. } => return Ok(None),
        };
        if attempt != due {
            return Ok(None);
        }
        Ok(Some(match result {
            DeliveryAttempt::Delivered { signed_by } => ParcelDelivered { order, signed_by }.into(),
            DeliveryAttempt::NobodyHome if attempt < Self::MOST_ATTEMPTS => {
                DeliveryAttemptFailed { order, attempt }.into()
            }
            DeliveryAttempt::NobodyHome => ParcelReturned {
                order,
                attempts: attempt,
            }
            .into(),
        }))
    }

    #[apply]
    fn created(&mut self, event: ShipmentCreated) {
        self.status = ShipmentStatus::ToPack {
            deliver_to: event.deliver_to,
        };
    }

    #[apply]
    fn dispatched(&mut self, event: ParcelDispatched) {
        self.status = ShipmentStatus::OnItsWay {
            tracking: event.tracking,
            failed_attempts: 0,
        };
    }

    #[apply]
    fn attempt_failed(&mut self, event: &DeliveryAttemptFailed) {
        if let ShipmentStatus::OnItsWay {
            failed_attempts, ..
        } = &mut self.status
        {
            *failed_attempts = event.attempt;
        }
    }

    #[apply]
    fn delivered(&mut self, _: &ParcelDelivered) {
        self.is_over();
    }

    #[apply]
    fn returned(&mut self, _: &ParcelReturned) {
        self.is_over();
    }
}

//! The domain of the campaign. No handler refuses anything: what takes effect twice is stored
//! twice.

use std::{collections::BTreeMap, convert::Infallible, time::Duration};

use aether::prelude::*;

/// How long an order that nobody pays for is waited for.
pub(super) const PATIENCE: Duration = Duration::from_millis(300);
/// How long an order is waited for that is paid for: longer than any campaign lasts.
const AGES: Duration = Duration::from_hours(1);
/// How many depots count parcels: few, so that all workers want the same ones.
pub(super) const DEPOTS: u64 = 8;

/// The capture of a payment comes so long after it was asked for.
pub(super) const fn capture_delay(number: u64) -> Duration {
    Duration::from_millis(10 + number * 7 % 90)
}

/// Whether an order is paid for; otherwise its deadline passes.
pub(super) const fn is_paid(number: u64) -> bool {
    number % 4 != 3
}

/// Whether the carrier wants nothing to do with an order, until it is repaired.
pub(super) const fn is_poison(number: u64) -> bool {
    number % 100 == 50
}

/// The depot that counts the parcel of an order.
pub(super) fn depot(number: u64) -> String {
    (number % DEPOTS).to_string()
}

macro_rules! messages {
    ($($derive:ident: $($message:ident { $($(#[$id:meta])? $field:ident: $type:ty),+ })+;)+) => {$($(
        #[derive($derive, Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub(super) struct $message {
            $($(#[$id])? pub $field: $type),+
        }
    )+)+};
}

messages! {
    Event:
        OrderPlaced { order: String, number: u64 }
        OrderShipped { order: String, number: u64 }
        OrderCancelled { order: String, number: u64 }
        PaymentRequested { order: String, number: u64 }
        PaymentCaptured { order: String, number: u64 }
        ParcelCounted { order: String }
        PickupNoted { order: String };
    Command:
        PlaceOrder { #[command(id)] order: String, number: u64 }
        ShipOrder { #[command(id)] order: String, number: u64 }
        CancelOrder { #[command(id)] order: String, number: u64 }
        RequestPayment { #[command(id)] order: String, number: u64 }
        CapturePayment { #[command(id)] order: String, number: u64 }
        CountParcel { #[command(id)] depot: String, order: String }
        NotePickup { #[command(id)] order: String };
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(OrderPlaced, OrderShipped, OrderCancelled))]
pub(super) struct Order {
    happened: u32,
}

#[handlers]
impl Order {
    #[handle]
    fn place(&self, command: PlaceOrder) -> Result<OrderPlaced, Infallible> {
        let PlaceOrder { order, number } = command;
        Ok(OrderPlaced { order, number })
    }

    #[handle]
    fn ship(&self, command: ShipOrder) -> Result<OrderShipped, Infallible> {
        let ShipOrder { order, number } = command;
        Ok(OrderShipped { order, number })
    }

    #[handle]
    fn cancel(&self, command: CancelOrder) -> Result<OrderCancelled, Infallible> {
        let CancelOrder { order, number } = command;
        Ok(OrderCancelled { order, number })
    }

    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {
        self.happened += 1;
    }

    #[apply]
    fn shipped(&mut self, _: &OrderShipped) {
        self.happened += 1;
    }

    #[apply]
    fn cancelled(&mut self, _: &OrderCancelled) {
        self.happened += 1;
    }
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(PaymentRequested, PaymentCaptured))]
pub(super) struct Payment {
    captured: u32,
}

#[handlers]
impl Payment {
    #[handle]
    fn request(&self, command: RequestPayment) -> Result<PaymentRequested, Infallible> {
        let RequestPayment { order, number } = command;
        Ok(PaymentRequested { order, number })
    }

    #[handle]
    fn capture(&self, command: CapturePayment) -> Result<PaymentCaptured, Infallible> {
        let CapturePayment { order, number } = command;
        Ok(PaymentCaptured { order, number })
    }

    #[apply]
    fn requested(&mut self, _: &PaymentRequested) {}

    #[apply]
    fn captured(&mut self, _: &PaymentCaptured) {
        self.captured += 1;
    }
}

/// Where parcels are counted, those of many orders by one actor.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[aggregate(events(ParcelCounted), snapshot)]
pub(super) struct Depot {
    pub(super) parcels: u64,
}

#[handlers]
impl Depot {
    #[handle]
    fn count(&self, command: CountParcel) -> Result<ParcelCounted, Infallible> {
        let order = command.order;
        Ok(ParcelCounted { order })
    }

    #[apply]
    fn counted(&mut self, _: &ParcelCounted) {
        self.parcels += 1;
    }
}

/// What the carrier has said of an order.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(PickupNoted))]
pub(super) struct Pickup {
    noted: u32,
}

#[handlers]
impl Pickup {
    #[handle]
    fn note(&self, command: NotePickup) -> Result<PickupNoted, Infallible> {
        let order = command.order;
        Ok(PickupNoted { order })
    }

    #[apply]
    fn noted(&mut self, _: &PickupNoted) {
        self.noted += 1;
    }
}

#[derive(Policy, Default)]
pub(super) struct RequestPaymentWhenPlaced;

#[handlers]
impl RequestPaymentWhenPlaced {
    #[react]
    fn placed(&self, event: &OrderPlaced) -> RequestPayment {
        let OrderPlaced { order, number } = event.clone();
        RequestPayment { order, number }
    }
}

/// Somebody pays, a little later.
#[derive(Policy, Default)]
pub(super) struct CaptureSoon;

#[handlers]
impl CaptureSoon {
    #[react]
    fn requested(&self, event: &PaymentRequested) -> Option<After<CapturePayment>> {
        let PaymentRequested { order, number } = event.clone();
        let capture = CapturePayment { order, number };
        is_paid(number).then(|| After::new(capture_delay(number), capture))
    }
}

/// What is sent back is counted as well.
#[derive(Policy, Default)]
pub(super) struct CountWhenCancelled;

#[handlers]
impl CountWhenCancelled {
    #[react]
    fn cancelled(&self, event: &OrderCancelled) -> CountParcel {
        CountParcel {
            depot: depot(event.number),
            order: event.order.clone(),
        }
    }
}

/// Ships what is paid for, has it counted, and cancels what is not paid for in time.
#[derive(ProcessManager, Debug, Default)]
#[process_manager(key = String)]
pub(super) struct Fulfilment {
    captured: u32,
}

#[handlers]
impl Fulfilment {
    #[react(key = order)]
    fn placed(&self, event: &OrderPlaced) -> After<CancelOrder> {
        let OrderPlaced { order, number } = event.clone();
        let deadline = if is_paid(number) { AGES } else { PATIENCE };
        After::new(deadline, CancelOrder { order, number })
    }

    #[apply(key = order)]
    fn remember(&mut self, _: &PaymentCaptured) {
        self.captured += 1;
    }

    #[react]
    fn captured(&self, event: &PaymentCaptured) -> (ShipOrder, Cancel<CancelOrder>) {
        let PaymentCaptured { order, number } = event.clone();
        let cancel = Cancel::of(&order);
        (ShipOrder { order, number }, cancel)
    }

    #[react(key = order)]
    fn shipped(&self, event: &OrderShipped) -> Option<CountParcel> {
        // It has seen the payment before, or it has forgotten.
        (self.captured == 1).then(|| CountParcel {
            depot: depot(event.number),
            order: event.order.clone(),
        })
    }
}

/// Who takes the parcels.
#[derive(ExternalSystem)]
#[external_system(notified_of(OrderShipped))]
pub(super) struct Carrier;

/// What happened to each order, in the order of the log.
#[derive(Projection, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Journal {
    orders: BTreeMap<String, Vec<String>>,
}

impl Journal {
    fn note(&mut self, order: &str, what: &str) {
        let lines = self.orders.entry(order.to_owned()).or_default();
        lines.push(what.to_owned());
    }
}

#[handlers]
impl Journal {
    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.note(&event.order, "placed");
    }

    #[apply]
    fn shipped(&mut self, event: &OrderShipped) {
        self.note(&event.order, "shipped");
    }

    #[apply]
    fn cancelled(&mut self, event: &OrderCancelled) {
        self.note(&event.order, "cancelled");
    }

    #[apply]
    fn requested(&mut self, event: &PaymentRequested) {
        self.note(&event.order, "requested");
    }

    #[apply]
    fn captured(&mut self, event: &PaymentCaptured) {
        self.note(&event.order, "captured");
    }

    #[apply]
    fn counted(&mut self, event: &ParcelCounted, origin: &Origin<'_>) {
        self.note(&event.order, origin.actor_id.as_str());
    }

    #[apply]
    fn picked_up(&mut self, event: &PickupNoted) {
        self.note(&event.order, "picked up");
    }
}

/// How many parcels there are, and how many of them came back.
#[derive(Projection, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Totals {
    counted: u64,
    cancelled: u64,
}

#[handlers]
impl Totals {
    #[apply]
    fn counted(&mut self, _: &ParcelCounted) {
        self.counted += 1;
    }

    #[apply]
    fn cancelled(&mut self, _: &OrderCancelled) {
        self.cancelled += 1;
    }
}

bounded_context! {
    /// Orders, from being placed to being counted.
    pub(super) Shop {
        aggregates: [Order, Payment, Depot, Pickup],
        policies: [RequestPaymentWhenPlaced, CaptureSoon, CountWhenCancelled],
        process_managers: [Fulfilment],
        projections: [Journal, Totals],
        external_systems: [Carrier],
    }
}

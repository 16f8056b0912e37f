use aether::prelude::*;

#[derive(Id, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderId(String);

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    pub order: OrderId,
    pub reference: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
    pub order: OrderId,
}

#[derive(Command, Serialize, Deserialize)]
pub struct ShipOrder {
    #[command(id)]
    pub order: OrderId,
}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {}

#[handlers]
impl Order {
    #[handle]
    fn ship(&self, command: ShipOrder) -> Result<OrderPlaced, std::fmt::Error> {
        let reference = String::new();
        Ok(OrderPlaced { order: command.order, reference })
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[derive(ProcessManager, Default)]
#[process_manager(key = OrderId)]
pub struct Forgetful;

#[handlers]
impl Forgetful {
    #[apply(key = order)]
    fn paid(&mut self, _: &OrderPaid) {}
}

#[derive(ProcessManager, Default)]
#[process_manager(key = OrderId, context = Ordering)]
pub struct Unlisted;

#[handlers]
impl Unlisted {
    #[react(key = order)]
    fn placed(&self, event: &OrderPlaced) -> After<ShipOrder> {
        After::hours(1, ShipOrder { order: event.order.clone() })
    }
}

#[derive(Policy, Default)]
pub struct NoProcess;

#[handlers]
impl NoProcess {
    #[react]
    fn placed(&self, _: &OrderPlaced) {}
}

bounded_context! {
    pub Ordering {
        aggregates: [Order],
        process_managers: [Forgetful],
    }
}

bounded_context! {
    pub Shipping {
        process_managers: [Unlisted],
    }
}

bounded_context! {
    pub Billing {
        process_managers: [NoProcess],
    }
}

fn main() {}

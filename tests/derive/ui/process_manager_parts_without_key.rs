use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    order: u64,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
    order: u64,
}

#[derive(ProcessManager, Default)]
#[process_manager(key = u64)]
pub struct OneWithout {}

#[handlers(parts(paying))]
impl OneWithout {
    #[apply(key = order)]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[handlers(part = paying)]
impl OneWithout {
    #[apply]
    fn paid(&mut self, _: &OrderPaid) {}
}

#[derive(ProcessManager, Default)]
#[process_manager(key = u64)]
pub struct AllWithout {}

#[handlers(parts(paying))]
impl AllWithout {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[handlers(part = paying)]
impl AllWithout {
    #[apply]
    fn paid(&mut self, _: &OrderPaid) {}
}

#[derive(ProcessManager, Default)]
#[process_manager(key = u64)]
pub struct Anything {}

#[handlers(parts(paying))]
impl Anything {
    #[apply]
    fn anything(&mut self, _: RawEvent) {}
}

#[handlers(part = paying)]
impl Anything {
    #[apply(key = order)]
    fn paid(&mut self, _: &OrderPaid) {}
}

#[derive(ExternalSystem)]
#[external_system(emits(OrderPlaced, OrderPaid))]
pub struct WebShop;

bounded_context! {
    pub Ordering {
        process_managers: [OneWithout, AllWithout, Anything],
        external_systems: [WebShop],
    }
}

fn main() {}

// Each block says the key of the same event. A block knows nothing of the other one, so it is rustc
// that finds two impls.

use aether::prelude::*;

#[derive(Id, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderId(String);

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
    pub order: OrderId,
}

#[derive(ProcessManager, Default)]
#[process_manager(key = OrderId)]
pub struct Fulfilment;

#[handlers(parts(remembering))]
impl Fulfilment {
    #[react(key = order)]
    fn paid(&self, _: &OrderPaid) {}
}

#[handlers(part = remembering)]
impl Fulfilment {
    #[apply(key = order)]
    fn remember(&mut self, _: &OrderPaid) {}
}

fn main() {}

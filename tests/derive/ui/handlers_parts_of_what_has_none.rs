use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    order: u64,
}

#[derive(ProcessManager, Default)]
#[process_manager(key = u64)]
pub struct Fulfilment<const N: usize> {}

#[handlers(parts(paying))]
impl<const N: usize> Fulfilment<N> {
    #[apply(key = order)]
    fn placed(&mut self, _: &OrderPlaced) {}
}

fn main() {}

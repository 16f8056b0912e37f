use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    order: u64,
}

#[derive(Projection, Default)]
pub struct Orders<const N: usize> {
    of: Vec<u64>,
}

#[handlers(parts(paying))]
impl<const N: usize> Orders<N> {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[derive(ProcessManager, Default)]
#[process_manager(key = u64)]
pub struct Fulfilment {}

#[handlers(parts(paying))]
impl Fulfilment {
    #[apply(key = order)]
    fn placed(&mut self, _: &OrderPlaced) {}
}

fn main() {}

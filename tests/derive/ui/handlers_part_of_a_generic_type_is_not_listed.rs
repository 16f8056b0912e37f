use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    order: u64,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
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

#[handlers(part = payment)]
impl<const N: usize> Orders<N> {
    #[apply]
    fn paid(&mut self, _: &OrderPaid) {}
}

fn main() {}

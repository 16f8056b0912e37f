use aether::prelude::*;
use aether_examples::cargo_shipping::booking::WhereIs;

#[derive(Projection, Default)]
pub struct Orders {}

#[handlers]
impl Orders {
    #[answer]
    fn how_many(&self, _: WhereIs) -> u64 {
        0
    }
}

fn main() {}

use aether::prelude::*;

#[derive(Query)]
pub struct HowMuch;

#[derive(Projection, Default)]
pub struct Sums {}

#[handlers]
impl Sums {
    #[answer]
    fn how_much(&self, _: HowMuch) -> u32 {
        0
    }
}

#[derive(Projection, Default)]
pub struct Others {}

#[handlers]
impl Others {
    #[answer]
    fn how_much(&self, _: HowMuch) -> u32 {
        0
    }
}

fn main() {}

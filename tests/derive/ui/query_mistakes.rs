use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counted {}

#[derive(Query)]
pub struct HowMuch;

pub struct NoQuery;

#[derive(Query)]
#[query(nam = "x")]
pub struct Misspelt;

pub struct Nobody;

#[derive(Projection, Default)]
pub struct Sums {}

#[handlers]
impl Sums {
    #[apply]
    fn counted(&mut self, _: &Counted) {}
    #[answer(by(Nobody))]
    fn how_much(&mut self, _: &HowMuch, _: u32) -> u32 {
        0
    }
    #[answer]
    fn how_much_again(&self, _: HowMuch) {}
    #[answer]
    fn nothing(&self) -> u32 {
        0
    }
}

#[derive(Projection, Default)]
pub struct Others {}

#[handlers]
impl Others {
    #[answer(by(Nobody))]
    fn no_query(&self, _: NoQuery) -> u32 {
        0
    }
}

fn main() {}

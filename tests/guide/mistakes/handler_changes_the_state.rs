use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BikeHired {}

#[derive(Command, Serialize, Deserialize)]
pub struct HireBike {
    #[command(id)]
    pub bike: String,
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(BikeHired))]
pub struct Bike {
    out: bool,
}

#[handlers]
impl Bike {
    // ANCHOR: code
    #[handle]
    fn hire(&mut self, _: HireBike) -> Result<BikeHired, std::fmt::Error> {
        self.out = true;
        Ok(BikeHired {})
    }
    // ANCHOR_END: code

    #[apply]
    fn hired(&mut self, _: &BikeHired) {
        self.out = true;
    }
}

fn main() {}

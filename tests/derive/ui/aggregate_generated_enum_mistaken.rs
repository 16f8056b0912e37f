use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {}

#[derive(Aggregate, Default)]
#[aggregate(events(Opened), event = events::DoorEvent)]
pub struct Door {}

#[derive(Aggregate, Default)]
#[aggregate(events((Opened, Opened)))]
pub struct Gate {}

#[derive(Aggregate, Default)]
#[aggregate(events(Opened))]
pub struct Window<const N: usize> {}

#[handlers]
impl<const N: usize> Window<N> {
    #[apply]
    fn opened(&mut self, _: &Opened) {}
}

fn main() {}

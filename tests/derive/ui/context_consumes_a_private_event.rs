use aether::prelude::*;

#[derive(Command, Serialize, Deserialize)]
pub struct Open {
    #[command(id)]
    order: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(private)]
pub struct Peeked {}

#[derive(Aggregate, Default)]
#[aggregate(events(Peeked))]
pub struct Order {}

#[handlers]
impl Order {
    #[handle]
    fn open(&self, _: Open) -> Result<Peeked, std::fmt::Error> {
        Ok(Peeked {})
    }
    #[apply]
    fn peeked(&mut self, _: Peeked) {}
}

#[derive(Projection, Default)]
pub struct Looks {}

#[handlers]
impl Looks {
    #[apply]
    fn peeked(&mut self, _: &Peeked) {}
}

#[derive(Policy, Default)]
pub struct OpenWhenPeeked;

#[handlers]
impl OpenWhenPeeked {
    #[react]
    fn peeked(&self, _: &Peeked) -> Option<Open> {
        None
    }
}

bounded_context! {
    pub Ordering {
        aggregates: [Order],
        projections: [Looks],
        policies: [OpenWhenPeeked],
    }
}

bounded_context! {
    pub Elsewhere {
        projections: [Looks],
        policies: [OpenWhenPeeked],
        upstream: [Ordering],
    }
}

fn main() {}

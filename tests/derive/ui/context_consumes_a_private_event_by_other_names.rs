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

bounded_context! {
    pub Ordering {
        aggregates: [Order],
    }
}

mod elsewhere {
    use aether::prelude::*;

    /// The same type by another name.
    pub type Seen = super::Peeked;

    /// A type of one's own, stored under the same name.
    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[event(name = "Peeked")]
    pub struct Looked {}

    /// And one that reads it under an alias.
    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[event(alias("Peeked"))]
    pub struct Glanced {}

    #[derive(Projection, Default)]
    pub struct ByAlias {}

    #[handlers]
    impl ByAlias {
        #[apply]
        fn seen(&mut self, _: &Seen) {}
    }

    #[derive(Projection, Default)]
    pub struct ByName {}

    #[handlers]
    impl ByName {
        #[apply]
        fn looked(&mut self, _: &Looked) {}
    }

    #[derive(Policy, Default)]
    pub struct ByStoredAlias;

    #[handlers]
    impl ByStoredAlias {
        #[react]
        fn glanced(&self, _: &Glanced) {}
    }

    bounded_context! {
        pub Elsewhere {
            projections: [ByAlias, ByName],
            policies: [ByStoredAlias],
            upstream: [super::Ordering],
        }
    }
}

fn main() {}

#![deny(deprecated)]
use aether::prelude::*;

mod old {
    use aether::prelude::*;

    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[event(deprecated)]
    pub struct Peeked {}
}

type Looked = old::Peeked;
type Answer<T> = Result<T, std::fmt::Error>;
type Look = Result<Looked, std::fmt::Error>;

macro_rules! commands {
    ($($command:ident)+) => {$(
        #[derive(Command, Serialize, Deserialize)]
        pub struct $command {
            #[command(id)]
            order: String,
        }
    )+};
}

commands! { ByPath ByAlias ByAliasOfResult ByAliasOfBoth }

#[derive(Aggregate, Default)]
#[aggregate(events(old::Peeked))]
pub struct Order {}

#[handlers]
impl Order {
    #[handle]
    fn by_path(&self, _: ByPath) -> Result<std::option::Option<old::Peeked>, std::fmt::Error> {
        Ok(None)
    }
    #[handle]
    fn by_alias(&self, _: ByAlias) -> Result<Looked, std::fmt::Error> {
        Ok(old::Peeked {})
    }
    #[handle]
    fn by_alias_of_result(&self, _: ByAliasOfResult) -> Answer<Vec<Looked>> {
        Ok(vec![])
    }
    #[handle]
    fn by_alias_of_both(&self, _: ByAliasOfBoth) -> Look {
        Ok(old::Peeked {})
    }
    #[apply]
    fn peeked(&mut self, _: Looked) {}
}

fn main() {}

use aether::{
    domain::{Answered, Command, Handle, Outgoing, Query, Snapshots, event_schemas},
    prelude::*,
    testing::{given, policy, process, projection},
};

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StockEvent {
    Counted,
}

#[derive(Command, Serialize, Deserialize)]
pub struct Open {
    #[command(id)]
    door: u64,
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Opened))]
pub struct Door {}

#[handlers]
impl Door {
    #[apply]
    fn opened(&mut self, _: &Opened) {}
}

#[derive(Query)]
pub struct HowCold;

fn asked<Q: Answered>() {}
fn kept<A: Snapshots>() {}
fn told<S: ExternalSystem>() {}
fn handled<A: Handle<C>, C: Command>() {}
fn query<Q: Query>() {}

fn main() {
    let _schemas = event_schemas::<Opened>();
    let _schemas = event_schemas::<StockEvent>();
    asked::<HowCold>();
    kept::<Door>();
    told::<Door>();
    handled::<Door, Open>();
    query::<Door>();
    let _ = given::<HowCold>([]);
    let _ = policy::<HowCold>();
    let _ = process::<HowCold>();
    let _ = projection::<HowCold>();
    let _ = Outgoing::of(&HowCold);
}

//! Forms that a domain may take: generic members, methods named after their verbs, code behind a
//! `cfg`, raw identifiers, and a whole domain within a function.

use std::convert::Infallible;

use aether::{
    ActorId,
    domain::{EventSet, Handlers, Outgoing, Replayed},
    prelude::*,
};

/// The price changed.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Repriced {
    cents: u64,
}

/// Change the price.
#[derive(Command, Serialize, Deserialize)]
struct Reprice {
    #[command(id)]
    r#type: String,
    euros: u64,
}

/// How many cents there are to a euro.
trait Rate: Default + Send + Sync + 'static {
    fn cents(&self, euros: u64) -> u64;
}

#[derive(Default)]
struct Fixed;

impl Rate for Fixed {
    fn cents(&self, euros: u64) -> u64 {
        euros * 100
    }
}

/// A price, at some rate. One struct is all its history.
#[derive(Aggregate, Default)]
#[aggregate(event = Repriced)]
struct Price<R>
where
    R: Rate,
{
    rate: R,
    cents: u64,
}

#[handlers]
impl<R: Rate> Price<R> {
    #[handle]
    fn handle(&self, command: Reprice) -> Result<Repriced, Infallible> {
        let cents = self.rate.cents(command.euros);
        Ok(Repriced { cents })
    }

    #[cfg(any())]
    #[handle]
    fn never(&self, command: NoSuchCommand) -> Result<Repriced, Infallible> {
        Ok(command.into())
    }

    #[apply]
    fn apply<'a>(&mut self, event: &'a Repriced, _: &Origin<'a>) {
        self.cents = event.cents;
    }
}

bounded_context! {
    Pricing {
        aggregates: [Price<Fixed>],
    }
}

#[test]
fn a_member_may_be_generic_and_its_methods_named_after_their_verbs() {
    let price = Price::<Fixed>::default();
    let command = Reprice {
        r#type: "tea".to_owned(),
        euros: 2,
    };
    assert_eq!(Outgoing::of(&command).expect("it is JSON").key, "tea");
    let event = price.handle(command).expect("it is never refused");
    let actor = ActorId::of("Price", "tea").expect("the key is short");
    let event = event.record(actor.clone(), 1.into()).expect("it is JSON");
    let price = Replayed::<Price<Fixed>>::replay(actor, [&event]).expect("it can be read");
    assert_eq!(price.cents, 200);
    assert_eq!(Price::<Fixed>::ON_COMMAND.len(), 1);
}

#[test]
fn a_domain_may_stand_in_a_function() {
    /// It rang.
    #[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    struct Rang {
        times: u32,
    }

    #[derive(Aggregate, Default)]
    #[aggregate(events(Rang))]
    struct Bell {
        times: u32,
    }

    #[handlers]
    impl Bell {
        #[apply]
        fn rang(&mut self, event: Rang) {
            self.times += event.times;
        }
    }

    let event = BellEvent::from(Rang { times: 3 });
    let actor = ActorId::of("Bell", "1").expect("the key is short");
    let event = event.record(actor.clone(), 1.into()).expect("it is JSON");
    let bell = Replayed::<Bell>::replay(actor, [&event, &event]).expect("it can be read");
    assert_eq!(bell.times, 6);
}

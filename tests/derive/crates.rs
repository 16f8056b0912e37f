//! A context of one crate that is made of what others have: an aggregate whose history has an event
//! of another crate, a set that holds a set of it, and relations to a context upstream there.

use std::convert::Infallible;

use aether::{
    domain::EventSet,
    eventstorming::{
        Model,
        meta::{BoundedContext as _, Name},
        model::Kind,
    },
    prelude::*,
    testing::given,
};
use aether_examples::order_fulfilment::payment::{
    CancelPayment, CardPaymentEvent, Payment, PaymentCaptured, PaymentRefunded,
};

/// Money was booked.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct MoneyBooked {
    account: String,
}

/// Book money.
#[derive(Command, Debug, Serialize, Deserialize)]
struct BookMoney {
    #[command(id)]
    account: String,
    captured: PaymentCaptured,
}

/// An account.
#[derive(Aggregate, Debug, Default, PartialEq)]
#[aggregate(events(MoneyBooked, PaymentCaptured))]
struct Account {
    booked: u32,
    captured: u32,
}

#[handlers]
impl Account {
    #[handle]
    fn book(
        &self,
        BookMoney { account, captured }: BookMoney,
    ) -> Result<(MoneyBooked, PaymentCaptured), Infallible> {
        Ok((MoneyBooked { account }, captured))
    }

    #[apply]
    fn booked(&mut self, _: &MoneyBooked) {
        self.booked += 1;
    }

    #[apply]
    fn captured(&mut self, _: &PaymentCaptured) {
        self.captured += 1;
    }
}

/// Books what comes in, and gives back no more than once.
#[derive(Policy, Default)]
struct BookWhatComesIn;

#[handlers]
impl BookWhatComesIn {
    #[react]
    fn captured(&self, event: &PaymentCaptured) -> BookMoney {
        BookMoney {
            account: "income".to_owned(),
            captured: event.clone(),
        }
    }

    #[react]
    fn refunded(&self, event: &PaymentRefunded) -> CancelPayment {
        CancelPayment {
            order: event.order.clone(),
        }
    }
}

/// All that has to do with money.
#[derive(Event, Debug, Clone, PartialEq)]
enum MoneyEvent {
    Booked(MoneyBooked),
    #[event(set)]
    Payment(Box<CardPaymentEvent>),
}

/// How often money moved.
#[derive(Projection, Debug, Default)]
struct Movements(u32);

#[handlers]
impl Movements {
    #[apply]
    fn moved(&mut self, _: &MoneyEvent) {
        self.0 += 1;
    }
}

bounded_context! {
    /// Keeps the books.
    Books {
        aggregates: [Account],
        policies: [BookWhatComesIn],
        projections: [Movements],
        upstream: [Payment],
    }
}

fn captured() -> PaymentCaptured {
    let json = r#"{"order":"7","amount":300,"reference":"r"}"#;
    serde_json::from_str(json).expect("it is a payment")
}

#[test]
fn an_aggregate_has_events_of_another_crate() {
    let book = BookMoney {
        account: "income".to_owned(),
        captured: captured(),
    };
    let booked = MoneyBooked {
        account: "income".to_owned(),
    };
    given::<Account>([captured().into()])
        .when(book)
        .then([booked.into(), captured().into()]);
}

#[test]
fn a_set_holds_a_set_of_another_crate() {
    let names: Vec<_> = MoneyEvent::EVENTS
        .iter()
        .map(|event| event.name.as_str())
        .collect();
    let payment = CardPaymentEvent::EVENTS
        .iter()
        .map(|event| event.name.as_str());
    let expected: Vec<_> = std::iter::once("MoneyBooked").chain(payment).collect();
    assert_eq!(names, expected);
    assert!(MoneyEvent::covers("PaymentCaptured"));
}

#[test]
fn a_context_is_downstream_of_one_in_another_crate() {
    let upstream: Vec<_> = Books::META.upstream.iter().map(Name::as_str).collect();
    assert_eq!(upstream, ["Payment"]);
    let [policy] = Books::META.policies else {
        panic!("there is one policy");
    };
    let on = policy.reactions.iter().flat_map(|reaction| reaction.on);
    let on: Vec<_> = on.map(|event| event.name.as_str()).collect();
    assert_eq!(on, ["PaymentCaptured", "PaymentRefunded"]);
}

#[test]
fn contexts_of_two_crates_are_one_model() {
    let both = Model::of::<(Payment, Books)>();
    let (payment, books) = (Model::of::<Payment>(), Model::of::<Books>());
    let names = |model: &Model, kind| {
        let names = model
            .of_kind(kind)
            .map(|element| element.id.name().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&both, Kind::Context).len(), 2);
    let aggregates = [
        names(&payment, Kind::Aggregate),
        names(&books, Kind::Aggregate),
    ];
    assert_eq!(names(&both, Kind::Aggregate), aggregates.concat());
}

use std::{collections::BTreeMap, time::Duration};

use aether::{
    Position, Recorded,
    domain::{DomainEvent, Stored},
    prelude::EventSet as _,
};

use super::Story;
use crate::order_fulfilment::{
    Cents,
    ordering::{BestSellers, Catalogue, OrderId, OrderTracking, Progress},
    payment::{PaymentCaptured, PaymentRefunded},
    shift::Diary,
};

/// How the day was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What the day was made up from.
    pub seed: u64,
    /// Where the events are kept.
    pub store: String,
    /// Where the log ended when it began: events before that are of an earlier run.
    pub since: Position,
    /// How long it took.
    pub elapsed: Duration,
    /// What only those who were there know.
    pub diary: Diary,
}

/// How a day turned out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How it was run.
    pub run: Run,
    /// How the orders ended.
    pub outcomes: BTreeMap<Progress, Outcome>,
    /// What sold best, the best first.
    pub sellers: Vec<Seller>,
    /// How many events of each type there are.
    pub events: BTreeMap<String, u64>,
    /// How many commits hold them.
    pub commits: u64,
    /// How many of those are of this run.
    pub new_commits: u64,
    /// What was charged to cards.
    pub charged: Cents,
    /// What was paid back.
    pub refunded: Cents,
    /// The story of one order.
    pub story: Option<Story>,
}

/// How many orders ended in some way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many.
    pub orders: u64,
    /// What they cost together.
    pub worth: Cents,
}

/// An article that sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seller {
    /// What it is called.
    pub title: String,
    /// How many were sold.
    pub quantity: u64,
    /// For how much.
    pub revenue: Cents,
}

impl Report {
    const SELLERS: usize = 5;

    /// Counts what is in the log and in the read models.
    pub fn of(
        run: Run,
        log: &[Recorded],
        tracking: &OrderTracking,
        (best, catalogue): (&BestSellers, &Catalogue),
    ) -> Self {
        let captured = amounts(log, |event: PaymentCaptured| (event.order, event.amount));
        let refunded = amounts(log, |event: PaymentRefunded| (event.order, event.amount));
        let paid_back = refunded.values().copied().sum();
        // Money that comes when nobody wants it any more is refunded without being captured.
        let charged = refunded
            .into_iter()
            .chain(captured)
            .collect::<BTreeMap<_, _>>();
        let new = log.iter().filter(|recorded| recorded.position > run.since);
        Self {
            new_commits: new.count() as u64,
            run,
            outcomes: outcomes(tracking),
            sellers: sellers(best, catalogue),
            events: events(log),
            commits: log.len() as u64,
            charged: charged.into_values().sum(),
            refunded: paid_back,
            story: Story::longest(log),
        }
    }

    /// How many orders there are, and what they cost together.
    pub fn orders(&self) -> Outcome {
        self.outcomes
            .values()
            .fold(Outcome::default(), |sum, outcome| Outcome {
                orders: sum.orders + outcome.orders,
                worth: sum.worth + outcome.worth,
            })
    }
}

fn outcomes(tracking: &OrderTracking) -> BTreeMap<Progress, Outcome> {
    let mut outcomes = BTreeMap::<_, Outcome>::new();
    for order in tracking.orders.values() {
        let outcome = outcomes.entry(order.progress).or_default();
        outcome.orders += 1;
        outcome.worth = outcome.worth + order.total;
    }
    outcomes
}

fn sellers(best: &BestSellers, catalogue: &Catalogue) -> Vec<Seller> {
    let top = best.top(Report::SELLERS).into_iter();
    top.map(|(article, sales)| {
        let offer = catalogue.offers.get(article);
        Seller {
            title: offer.map_or_else(|| article.to_string(), |offer| offer.title.clone()),
            quantity: sales.quantity,
            revenue: sales.revenue,
        }
    })
    .collect()
}

fn events(log: &[Recorded]) -> BTreeMap<String, u64> {
    let mut events = BTreeMap::new();
    for event in log.iter().flat_map(|recorded| recorded.commit.events()) {
        *events.entry(event.event_type.to_string()).or_default() += 1;
    }
    events
}

/// What each event of a type says about an order's money.
fn amounts<E: DomainEvent>(
    log: &[Recorded],
    amount: impl Fn(E) -> (OrderId, Cents),
) -> BTreeMap<OrderId, Cents> {
    let events = log.iter().flat_map(|recorded| recorded.commit.events());
    let own = events.filter(|event| E::covers(&event.event_type));
    own.filter_map(|event| E::decode(Stored::from(event)).ok())
        .map(amount)
        .collect()
}

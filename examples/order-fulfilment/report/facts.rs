use std::{collections::BTreeMap, time::Duration};

use aether::Recorded;

use super::Story;
use crate::order_fulfilment::{
    Cents,
    ordering::{BestSellers, Catalogue, OrderTracking, Progress},
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
    /// What was charged to cards.
    pub captured: Cents,
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
        Self {
            run,
            outcomes: outcomes(tracking),
            sellers: sellers(best, catalogue),
            events: events(log),
            commits: log.len() as u64,
            captured: amounts(log, "PaymentCaptured", |event: PaymentCaptured| event.amount),
            refunded: amounts(log, "PaymentRefunded", |event: PaymentRefunded| event.amount),
            story: Story::longest(tracking.orders.keys(), log),
        }
    }

    /// How many orders there are, and what they cost together.
    pub fn orders(&self) -> Outcome {
        self.outcomes.values().fold(Outcome::default(), |sum, outcome| Outcome {
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

fn amounts<E: serde::de::DeserializeOwned>(
    log: &[Recorded],
    event_type: &str,
    amount: impl Fn(E) -> Cents,
) -> Cents {
    let events = log.iter().flat_map(|recorded| recorded.commit.events());
    let of_type = events.filter(|event| event.event_type == event_type);
    of_type.filter_map(|event| event.data.decode::<E>().ok()).map(amount).sum()
}

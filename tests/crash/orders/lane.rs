#![expect(
    clippy::panic,
    reason = "what the process should not have said fails the test"
)]

use super::{Campaign, proof::Settled};
use crate::crash::Writer;

/// How many orders, told of last, are placed again after a kill.
const AGAIN: u64 = 2;

/// A worker's part of the orders, and the process that places them now.
pub(super) struct Lane<'a> {
    campaign: Campaign<'a>,
    number: u64,
    /// The next order that was not told of.
    next: u64,
    is_open: bool,
    process: Writer,
}

impl<'a> Lane<'a> {
    /// Starts the process of a lane.
    pub(super) fn start(campaign: Campaign<'a>, number: u64) -> Self {
        Self {
            campaign,
            number,
            next: number,
            is_open: false,
            process: launch(campaign, number),
        }
    }

    /// Waits until it has placed all of its orders below this one.
    pub(super) async fn reaches(&mut self, order: u64) {
        while self.next < order {
            match self.process.line().await {
                Some(line) => self.hear(&line),
                None => panic!("worker {} ended by itself", self.number),
            }
        }
    }

    /// Kills it, and starts another one in its place; says whether it had opened the store.
    pub(super) async fn kill_and_restart(&mut self) -> bool {
        for line in self.process.kill_and_hear().await {
            self.hear(&line);
        }
        let again = AGAIN * self.campaign.workers;
        let first = self.next.saturating_sub(again).max(self.number);
        self.process = launch(self.campaign, first);
        std::mem::take(&mut self.is_open)
    }

    /// Has it carry out all that is left; what its projections have come to by then.
    pub(super) async fn settle(mut self) -> Settled {
        self.process.say("settle\n").await;
        loop {
            let line = self.process.line().await;
            let Some(line) = line else {
                panic!("worker {} did not settle", self.number);
            };
            if let Some(settled) = settled(&line) {
                self.process.ended().await;
                return settled;
            }
            self.hear(&line);
        }
    }

    fn hear(&mut self, line: &str) {
        let placed = line.strip_prefix("placed ");
        if line == "open" {
            self.is_open = true;
        } else if let Some(placed) = placed.and_then(|it| it.parse::<u64>().ok()) {
            self.next = self.next.max(placed + self.campaign.workers);
        } else if line != "all" {
            panic!("worker {} said: {line}", self.number);
        }
    }
}

fn launch(campaign: Campaign<'_>, first: u64) -> Writer {
    let numbers = [first, campaign.workers, campaign.orders].map(|it| it.to_string());
    let places = [campaign.place.as_ref(), campaign.ledger.as_os_str()];
    let arguments = places.into_iter().chain(numbers.iter().map(AsRef::as_ref));
    Writer::start_with(campaign.program, arguments)
}

fn settled(line: &str) -> Option<Settled> {
    serde_json::from_str(line.strip_prefix("settled ")?).ok()
}

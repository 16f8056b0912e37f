use aether::prelude::*;

/// Money came in.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Deposited {
    pub(crate) cents: u64,
}

/// Money went out.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Withdrawn {
    pub(crate) cents: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deposit {
    #[command(id)]
    pub(crate) account: String,
    pub(crate) cents: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Withdraw {
    #[command(id)]
    pub(crate) account: String,
    pub(crate) cents: u64,
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{missing} cents are missing")]
    Overdrawn { missing: u64 },
}

/// Someone's money.
#[derive(Aggregate, Debug, Default, PartialEq, Serialize, Deserialize)]
#[aggregate(events(Deposited, Withdrawn))]
pub(crate) struct Account {
    pub(crate) cents: u64,
}

#[handlers]
impl Account {
    #[handle]
    fn deposit(&self, command: Deposit) -> Result<Option<Deposited>, Refusal> {
        let cents = command.cents;
        Ok((cents > 0).then_some(Deposited { cents }))
    }

    #[handle]
    fn withdraw(&self, command: Withdraw) -> Result<Withdrawn, Refusal> {
        let cents = command.cents;
        if self.cents < cents {
            let missing = cents - self.cents;
            return Err(Refusal::Overdrawn { missing });
        }
        Ok(Withdrawn { cents })
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.cents += event.cents;
    }

    #[apply]
    fn withdrawn(&mut self, event: &Withdrawn) {
        self.cents -= event.cents;
    }
}

/// Tells the customer when much money goes out.
#[derive(Policy, Default)]
pub(crate) struct WarnOfLargeWithdrawals;

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Warn {
    #[command(id)]
    pub(crate) account: String,
}

#[handlers]
impl WarnOfLargeWithdrawals {
    #[react]
    fn withdrawn(&self, event: &Withdrawn, origin: &Origin<'_>) -> Option<Warn> {
        let account = origin.actor_id.key()?.to_owned();
        (event.cents >= 1_000).then_some(Warn { account })
    }
}

/// All the money there is.
#[derive(Projection, Debug, Default, PartialEq)]
pub(crate) struct Total {
    pub(crate) cents: u64,
}

#[handlers]
impl Total {
    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.cents += event.cents;
    }
}

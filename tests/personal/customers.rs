//! A small domain with personal data in every place where there can be some.

use std::{collections::BTreeMap, convert::Infallible};

use aether::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Address {
    pub(crate) street: String,
    pub(crate) number: u32,
}

/// Someone registered.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(name = "CustomerRegistered")]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registered {
    pub(crate) customer_id: String,
    #[personal(subject = customer_id)]
    pub(crate) full_name: Personal<String>,
    #[personal(subject = customer_id)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<Personal<Address>>,
    pub(crate) tariff: String,
}

/// Someone's tariff is another one.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TariffChanged {
    pub(crate) customer: String,
    pub(crate) tariff: String,
}

#[derive(Command, Serialize, Deserialize)]
pub(crate) struct Register {
    #[command(id)]
    pub(crate) customer: String,
    #[personal]
    pub(crate) name: Personal<String>,
    pub(crate) street: Option<String>,
}

#[derive(Command, Serialize, Deserialize)]
pub(crate) struct ChangeTariff {
    #[command(id)]
    pub(crate) customer: String,
    pub(crate) tariff: String,
}

#[derive(Aggregate, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[aggregate(events(Registered, TariffChanged), event = CustomerEvent)]
pub(crate) struct Customer {
    pub(crate) name: Option<Personal<String>>,
    pub(crate) tariff: String,
}

#[handlers]
impl Customer {
    #[handle]
    fn register(&self, command: Register) -> Result<Registered, Infallible> {
        Ok(Registered {
            customer_id: command.customer,
            full_name: command.name,
            address: command
                .street
                .map(|street| Personal::Known(Address { street, number: 7 })),
            tariff: "basic".to_owned(),
        })
    }

    #[handle]
    fn change(&self, command: ChangeTariff) -> Result<TariffChanged, Infallible> {
        Ok(TariffChanged {
            customer: command.customer,
            tariff: command.tariff,
        })
    }

    #[apply]
    fn registered(&mut self, event: Registered) {
        self.name = Some(event.full_name);
        self.tariff = event.tariff;
    }

    #[apply]
    fn changed(&mut self, event: &TariffChanged) {
        self.tariff.clone_from(&event.tariff);
    }
}

/// What is said to people. Events in variants, and a subject below another field.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(prefix = "Letter")]
pub(crate) enum LetterEvent {
    Sent {
        to: Recipient,
        #[personal(subject = to.customer)]
        text: Personal<String>,
    },
    Read,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recipient {
    pub(crate) customer: String,
}

#[derive(Command, Serialize, Deserialize)]
pub(crate) struct SendLetter {
    #[command(id)]
    pub(crate) letter: String,
    pub(crate) customer: String,
    #[personal(subject = customer)]
    pub(crate) text: Personal<String>,
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(event = LetterEvent)]
pub(crate) struct Letter {
    pub(crate) text: Option<Personal<String>>,
}

#[handlers]
impl Letter {
    #[handle]
    fn send(&self, command: SendLetter) -> Result<LetterEvent, Infallible> {
        Ok(LetterEvent::Sent {
            to: Recipient {
                customer: command.customer,
            },
            text: command.text,
        })
    }

    #[apply]
    fn evolve(&mut self, event: LetterEvent) {
        if let LetterEvent::Sent { text, .. } = event {
            self.text = Some(text);
        }
    }
}

#[derive(Policy, Default)]
pub(crate) struct WelcomeWhenRegistered;

#[handlers]
impl WelcomeWhenRegistered {
    #[react]
    fn registered(&self, event: &Registered) -> SendLetter {
        SendLetter {
            letter: format!("welcome-{}", event.customer_id),
            customer: event.customer_id.clone(),
            text: event
                .full_name
                .clone()
                .map(|name| format!("Welcome, {name}!")),
        }
    }
}

/// Keeps copies of what it has received.
#[derive(ProcessManager, Default)]
#[process_manager(key = String)]
pub(crate) struct Farewell {
    name: Option<Personal<String>>,
}

#[handlers]
impl Farewell {
    #[apply(key = customer_id)]
    fn registered(&mut self, event: &Registered) {
        self.name = Some(event.full_name.clone());
    }

    #[react(key = customer)]
    fn changed(&self, event: &TariffChanged) -> Option<SendLetter> {
        let (customer, name) = (event.customer.clone(), self.name.clone()?);
        let whom = name.known().map_or("someone", |_| "known");
        Some(SendLetter {
            letter: format!("farewell-{whom}-{customer}"),
            customer,
            text: name.map(|name| format!("Farewell, {name}!")),
        })
    }
}

/// Names in the clear, as read models have them.
#[derive(Projection, Debug, Default, Serialize, Deserialize)]
#[projection(snapshot)]
pub(crate) struct AddressBook {
    pub(crate) names: BTreeMap<String, String>,
}

#[handlers]
impl AddressBook {
    #[apply]
    fn registered(&mut self, event: &Registered) {
        let name = event.full_name.known().cloned();
        let name = name.unwrap_or_else(|| "someone".to_owned());
        self.names.insert(event.customer_id.clone(), name);
    }
}

bounded_context! {
    pub(crate) Customers {
        aggregates: [Customer, Letter],
        policies: [WelcomeWhenRegistered],
        process_managers: [Farewell],
        projections: [AddressBook],
    }
}

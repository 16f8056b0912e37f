//! From the bytes of a command, by its name, to the events that it gives.

use std::hint::black_box;

use aether::{
    ActorId, CommandId, Payload,
    domain::{Context, HandleError, Handlers, NewEvent},
    prelude::*,
};

use super::{
    by_hand::{self, Row},
    rounds::{Bar, Rounds},
};

/// Goods were put into a basket.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Filled {
    sku: String,
    quantity: u32,
}

/// A basket was emptied.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Emptied {
    reason: String,
}

/// What is in a basket was bought.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Bought {
    cents: u64,
    by: Option<String>,
}

/// Put goods into a basket.
#[derive(Command, Serialize, Deserialize)]
struct Fill {
    #[command(id)]
    basket: String,
    sku: String,
    quantity: u32,
}

/// Empty a basket.
#[derive(Command, Serialize, Deserialize)]
struct Empty {
    #[command(id)]
    basket: String,
    reason: String,
}

/// Buy what is in a basket.
#[derive(Command, Serialize, Deserialize)]
struct Buy {
    #[command(id)]
    basket: String,
    by: Option<String>,
}

/// Why a basket stays as it is.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("it was bought already")]
    Bought,
}

/// A basket.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Filled, Emptied, Bought))]
struct Basket {
    cents: u64,
    bought: bool,
}

#[handlers]
impl Basket {
    #[handle]
    fn fill(&self, command: Fill) -> Result<Filled, Refusal> {
        self.open()?;
        Ok(Filled {
            sku: command.sku,
            quantity: command.quantity,
        })
    }

    #[handle]
    fn empty(&self, command: Empty) -> Result<Option<Emptied>, Refusal> {
        self.open()?;
        let reason = command.reason;
        Ok((self.cents > 0).then_some(Emptied { reason }))
    }

    #[handle]
    fn buy(&self, command: Buy) -> Result<(Bought, Emptied), Refusal> {
        self.open()?;
        let bought = Bought {
            cents: self.cents,
            by: command.by,
        };
        let reason = "it was bought".to_owned();
        Ok((bought, Emptied { reason }))
    }

    #[apply]
    fn filled(&mut self, event: &Filled) {
        self.cents += u64::from(event.quantity) * 100;
    }

    #[apply]
    fn emptied(&mut self, _: &Emptied) {
        self.cents = 0;
    }

    #[apply]
    fn bought(&mut self, _: &Bought) {
        self.bought = true;
    }

    const fn open(&self) -> Result<(), Refusal> {
        if self.bought {
            return Err(Refusal::Bought);
        }
        Ok(())
    }
}

/// Why a command that is dispatched by hand gives nothing.
#[derive(Debug)]
#[expect(dead_code, reason = "a caller would print it")]
enum Failed {
    Unknown(String),
    Command(&'static str, serde_json::Error),
    Encode(serde_json::Error),
    Refused(Box<Refusal>),
}

type Commands = [(&'static str, Payload)];

#[inline(never)]
fn dispatch_ours(
    basket: &Basket,
    commands: &Commands,
    context: &Context,
) -> Result<Vec<Vec<NewEvent>>, HandleError> {
    let mut all = Vec::with_capacity(commands.len());
    for (name, data) in commands {
        let mut rows = Basket::ON_COMMAND.iter();
        let row = rows.find(|row| row.command().name.as_str() == *name);
        let Some(row) = row else { continue };
        all.push(row.run(basket, data, context)?);
    }
    Ok(all)
}

#[inline(never)]
fn dispatch_by_hand(
    basket: &Basket,
    commands: &Commands,
    context: &Context,
) -> Result<Vec<Vec<Row>>, Failed> {
    let mut all = Vec::with_capacity(commands.len());
    for (name, data) in commands {
        all.push(dispatch_one_by_hand(
            basket,
            name,
            data.as_bytes(),
            context,
        )?);
    }
    Ok(all)
}

fn dispatch_one_by_hand(
    basket: &Basket,
    name: &str,
    data: &[u8],
    context: &Context,
) -> Result<Vec<Row>, Failed> {
    // A handler may ask for it.
    let _ = black_box(context);
    let refused = |refusal| Failed::Refused(Box::new(refusal));
    match name {
        "Fill" => {
            let event = basket.fill(read("Fill", data)?).map_err(refused)?;
            Ok(vec![row("Filled", &event)?])
        }
        "Empty" => match basket.empty(read("Empty", data)?).map_err(refused)? {
            Some(event) => Ok(vec![row("Emptied", &event)?]),
            None => Ok(Vec::new()),
        },
        "Buy" => {
            let (bought, emptied) = basket.buy(read("Buy", data)?).map_err(refused)?;
            Ok(vec![row("Bought", &bought)?, row("Emptied", &emptied)?])
        }
        _ => Err(Failed::Unknown(name.to_owned())),
    }
}

fn read<C: for<'de> Deserialize<'de>>(name: &'static str, data: &[u8]) -> Result<C, Failed> {
    serde_json::from_slice(data).map_err(|err| Failed::Command(name, err))
}

fn row<E: Serialize>(event_type: &'static str, event: &E) -> Result<Row, Failed> {
    let mut data = Vec::with_capacity(128);
    by_hand::encode(event, &mut data).map_err(Failed::Encode)?;
    let data = data.into();
    Ok(Row {
        event_type,
        schema_version: 1,
        data,
    })
}

const DAYS: u32 = 80;
const COMMANDS: u32 = DAYS * 3;

fn commands() -> Vec<(&'static str, Payload)> {
    (0..DAYS).flat_map(day).flatten().collect()
}

fn day(number: u32) -> [Option<(&'static str, Payload)>; 3] {
    let (basket, sku) = (format!("2026-{number:06}"), format!("sku-{number}"));
    let by = number.is_multiple_of(2).then(|| "ada".to_owned());
    let reason = "it was \"late\"".to_owned();
    let fill = Fill {
        basket: basket.clone(),
        sku,
        quantity: number,
    };
    let empty = Empty {
        basket: basket.clone(),
        reason,
    };
    let buy = Buy { basket, by };
    [
        Payload::of(&fill).ok().map(|data| ("Fill", data)),
        Payload::of(&empty).ok().map(|data| ("Empty", data)),
        Payload::of(&buy).ok().map(|data| ("Buy", data)),
    ]
}

/// Compares the way of a command.
pub(crate) fn compare(rounds: &Rounds) {
    let (basket, commands) = (
        Basket {
            cents: 100,
            bought: false,
        },
        commands(),
    );
    let actor = ActorId::of("Basket", "1").unwrap_or_else(|_| unreachable!("the id is valid"));
    let context = Context::new(actor, CommandId::new());
    let ours = dispatch_ours(&basket, &commands, &context).unwrap_or_default();
    let theirs = dispatch_by_hand(&basket, &commands, &context).unwrap_or_default();
    assert_eq!(ours.len(), commands.len());
    assert!(theirs.iter().zip(&ours).all(|(row, event)| row == event));
    let dispatch = Bar {
        what: "dispatch of a command",
        ratio: 1.10,
    };
    rounds.compare(
        &dispatch,
        COMMANDS,
        || &*commands,
        (
            |commands| dispatch_ours(&basket, commands, &context),
            |commands| dispatch_by_hand(&basket, commands, &context),
        ),
    );
}

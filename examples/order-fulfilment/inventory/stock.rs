//! The stock of a warehouse: goods come in, and each is promised to one order at most.
//!
//! A warehouse is one aggregate, so that an order of several articles is reserved whole or not at
//! all, and so that two orders can never be promised the same last piece.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

use aether::prelude::*;

use crate::order_fulfilment::{
    Line, WarehouseClerk,
    ordering::{ArticleId, OrderId},
};

/// Tells a warehouse from every other.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct WarehouseId(String);

/// The number on the paper that comes with a lorry.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct DeliveryNote(String);

// ------------------------------------------------------------------------------------- commands

/// Put the goods of a lorry on the shelves.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiveGoods {
    /// Which warehouse.
    #[command(id)]
    pub warehouse: WarehouseId,
    /// Which lorry.
    pub delivery_note: DeliveryNote,
    /// What was on it.
    pub pallets: Vec<Pallet>,
}

/// Put the goods of an order aside.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReserveStock {
    /// Which warehouse.
    #[command(id)]
    pub warehouse: WarehouseId,
    /// For which order.
    pub order: OrderId,
    /// What it needs.
    pub lines: Vec<Line>,
}

/// Put the goods of an order back.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReleaseStock {
    /// Which warehouse.
    #[command(id)]
    pub warehouse: WarehouseId,
    /// Of which order.
    pub order: OrderId,
}

/// So many of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pallet {
    /// What it is.
    pub article: ArticleId,
    /// How many of it.
    pub quantity: u32,
}

// --------------------------------------------------------------------------------------- events

/// Goods are on the shelves.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GoodsReceived {
    /// In which warehouse.
    pub warehouse: WarehouseId,
    /// From which lorry.
    pub delivery_note: DeliveryNote,
    /// What it was.
    pub pallets: Vec<Pallet>,
}

/// All that an order needs is put aside for it.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockReserved {
    /// In which warehouse.
    pub warehouse: WarehouseId,
    /// For which order.
    pub order: OrderId,
    /// What was put aside, at the price it was sold for.
    pub lines: Vec<Line>,
}

/// The warehouse lacks something that an order needs, and put nothing aside.
///
/// Hotspot: who orders more, and when?
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockShortageDetected {
    /// In which warehouse.
    pub warehouse: WarehouseId,
    /// For which order.
    pub order: OrderId,
    /// What it lacks.
    pub shortages: Vec<Shortage>,
}

/// An order has no claim on the shelves any more.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StockReleased {
    /// In which warehouse.
    pub warehouse: WarehouseId,
    /// Which order.
    pub order: OrderId,
    /// What was put back: nothing, if nothing had been put aside yet.
    pub pallets: Vec<Pallet>,
}

/// More of an article is wanted than there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shortage {
    /// Which article.
    pub article: ArticleId,
    /// How many are wanted.
    pub wanted: u32,
    /// How many there are.
    pub available: u32,
}

/// How an attempt to put goods aside ends.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum Reservation {
    /// All of it is put aside.
    Reserved(StockReserved),
    /// Something is lacking, and nothing is put aside.
    Short(StockShortageDetected),
}

/// Why goods are not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StockRefusal {
    /// The lorry was unloaded before.
    #[error("delivery note {delivery_note} was booked before; its goods are on the shelves")]
    BookedBefore {
        /// Which lorry.
        delivery_note: DeliveryNote,
    },
}

// ------------------------------------------------------------------------------------- the stock

/// The stock of a warehouse.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(GoodsReceived, StockReserved, StockShortageDetected, StockReleased))]
pub struct Stock {
    available: BTreeMap<ArticleId, u32>,
    claims: BTreeMap<OrderId, Claim>,
    booked: BTreeSet<DeliveryNote>,
}

/// What an order has to do with a warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Claim {
    /// These goods are put aside for it.
    Holds(Vec<Pallet>),
    /// It was told that something is lacking.
    Short,
    /// It is over: goods are no longer put aside for it.
    Released,
}

impl Stock {
    /// How many of an article are promised to nobody.
    pub fn available(&self, article: &ArticleId) -> u32 {
        self.available.get(article).copied().unwrap_or_default()
    }

    /// What an order has to do with this warehouse, if anything.
    pub fn claim(&self, order: &OrderId) -> Option<&Claim> {
        self.claims.get(order)
    }

    /// How many of an article are put aside, for all orders together.
    pub fn reserved(&self, article: &ArticleId) -> u32 {
        let held = self.claims.values().flat_map(|claim| match claim {
            Claim::Holds(pallets) => pallets.as_slice(),
            Claim::Short | Claim::Released => &[],
        });
        held.filter(|pallet| pallet.article == *article)
            .map(|pallet| pallet.quantity)
            .sum()
    }

    fn shortages(&self, lines: &[Line]) -> Vec<Shortage> {
        let wanted = wanted(lines).into_iter();
        wanted
            .map(|Pallet { article, quantity }| {
                let available = self.available(&article);
                Shortage {
                    article,
                    wanted: quantity,
                    available,
                }
            })
            .filter(|shortage| shortage.wanted > shortage.available)
            .collect()
    }

    fn put_on_shelf(&mut self, pallet: &Pallet) {
        let available = self.available.entry(pallet.article.clone()).or_default();
        *available = available.saturating_add(pallet.quantity);
    }

    fn take_off_shelf(&mut self, pallet: &Pallet) {
        let available = self.available.entry(pallet.article.clone()).or_default();
        *available = available.saturating_sub(pallet.quantity);
    }
}

/// What lines need, each article once.
fn wanted(lines: &[Line]) -> Vec<Pallet> {
    let mut wanted = BTreeMap::<&ArticleId, u32>::new();
    for line in lines {
        let quantity = wanted.entry(&line.article).or_default();
        *quantity = quantity.saturating_add(line.quantity);
    }
    let pallets = wanted.into_iter();
    pallets
        .map(|(article, quantity)| Pallet {
            article: article.clone(),
            quantity,
        })
        .collect()
}

#[handlers]
impl Stock {
    /// Each lorry is booked once.
    ///
    /// # Errors
    /// If it was booked before.
    #[handle(by(WarehouseClerk))]
    pub fn receive(&self, command: ReceiveGoods) -> Result<GoodsReceived, StockRefusal> {
        let ReceiveGoods {
            warehouse,
            delivery_note,
            pallets,
        } = command;
        if self.booked.contains(&delivery_note) {
            return Err(StockRefusal::BookedBefore { delivery_note });
        }
        Ok(GoodsReceived {
            warehouse,
            delivery_note,
            pallets,
        })
    }

    /// All of an order's goods are put aside or none. An order that has asked before, or was
    /// called off before its turn came, gets nothing more.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn reserve(&self, command: ReserveStock) -> Result<Option<Reservation>, Infallible> {
        let ReserveStock {
            warehouse,
            order,
            lines,
        } = command;
        if self.claims.contains_key(&order) {
            return Ok(None);
        }
        let shortages = self.shortages(&lines);
        Ok(Some(if shortages.is_empty() {
            StockReserved {
                warehouse,
                order,
                lines,
            }
            .into()
        } else {
            StockShortageDetected {
                warehouse,
                order,
                shortages,
            }
            .into()
        }))
    }

    /// What was put aside goes back. An order that never asked is remembered, so that a
    /// reservation that comes late takes nothing.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn release(&self, command: ReleaseStock) -> Result<Option<StockReleased>, Infallible> {
        let ReleaseStock { warehouse, order } = command;
        let pallets = match self.claims.get(&order) {
            Some(Claim::Short | Claim::Released) => return Ok(None),
            Some(Claim::Holds(pallets)) => pallets.clone(),
            None => Vec::new(),
        };
        Ok(Some(StockReleased {
            warehouse,
            order,
            pallets,
        }))
    }

    #[apply]
    fn received(&mut self, event: GoodsReceived) {
        for pallet in &event.pallets {
            self.put_on_shelf(pallet);
        }
        self.booked.insert(event.delivery_note);
    }

    #[apply]
    fn was_reserved(&mut self, event: StockReserved) {
        let pallets = wanted(&event.lines);
        for pallet in &pallets {
            self.take_off_shelf(pallet);
        }
        self.claims.insert(event.order, Claim::Holds(pallets));
    }

    #[apply]
    fn was_short(&mut self, event: StockShortageDetected) {
        self.claims.insert(event.order, Claim::Short);
    }

    #[apply]
    fn was_released(&mut self, event: StockReleased) {
        for pallet in &event.pallets {
            self.put_on_shelf(pallet);
        }
        self.claims.insert(event.order, Claim::Released);
    }
}

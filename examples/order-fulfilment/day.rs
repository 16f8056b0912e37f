//! A day in the shop, made up from a seed: who orders what, what the lorries bring, whose card is
//! declined, who thinks better of it, and who is not at home.
//!
//! The same seed gives the same day. Nothing here knows how the day turns out.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{
    Address, Cents, Country, Line,
    inventory::{DeliveryNote, Pallet, ReceiveGoods, WarehouseId},
    ordering::{ArticleId, CancelOrder, CustomerId, ListArticle, OrderId, PlaceOrder},
};

/// A day in the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Tells the day from every other: the same seed and length give the same id.
    pub id: Uuid,
    /// What the shop offers in the morning.
    pub articles: Vec<ListArticle>,
    /// The hours, from the first to the last.
    pub hours: Vec<Hour>,
    /// The orders whose card is declined.
    pub declined: BTreeSet<OrderId>,
    /// How often the carrier rings in vain, for orders where it does.
    pub not_at_home: BTreeMap<OrderId, u32>,
}

/// An hour of a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hour {
    /// What the clock says when it begins, from 8 to 19.
    pub clock: u32,
    /// What the lorries bring, before anything else.
    pub lorries: Vec<ReceiveGoods>,
    /// Who comes to the shop.
    pub visits: Vec<Visit>,
    /// Orders of an earlier hour that their customers call off now.
    pub cancellations: Vec<CancelOrder>,
    /// Whether the clerk empties the picking list at the end.
    pub packing: bool,
}

/// A customer's visit to the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// What is ordered.
    pub order: PlaceOrder,
    /// The same customer's next thought, if it is a second one.
    pub cancellation: Option<CancelOrder>,
}

const OPENS: u32 = 8;
const CLOSES: u32 = 20;
const LORRIES: [(u32, u64); 2] = [(8, 65), (13, 35)];
const PACKING: [u32; 4] = [10, 12, 15, 17];

/// Title, price in cents; the most wanted first.
const ARTICLES: [(&str, u64); 12] = [
    ("Field notebook, dotted", 790),
    ("Fountain pen, fine nib", 4_450),
    ("Ink, iron gall, 50 ml", 1_290),
    ("Pencil, cedar, box of twelve", 1_650),
    ("Desk lamp, brass", 12_900),
    ("Letter scale, 250 g", 5_900),
    ("Blotting paper, 20 sheets", 420),
    ("Writing pad, laid paper", 1_150),
    ("Sealing wax, oxblood", 890),
    ("Paper knife, olive wood", 2_350),
    ("Drawing board, A2", 8_700),
    ("Globe, 32 cm", 18_500),
];

const CITIES: [(Country, &str); 10] = [
    (Country::Germany, "Hamburg"),
    (Country::Germany, "Cologne"),
    (Country::Germany, "Dresden"),
    (Country::Germany, "Freiburg"),
    (Country::France, "Nantes"),
    (Country::France, "Grenoble"),
    (Country::Italy, "Turin"),
    (Country::Italy, "Trieste"),
    (Country::Poland, "Gdansk"),
    (Country::Poland, "Wroclaw"),
];

impl Day {
    /// Makes up a day with this many orders.
    pub fn of(seed: u64, orders: usize) -> Self {
        let mut dice = Dice(seed);
        let mut day = Self {
            id: Uuid::from_u64_pair(seed, orders as u64),
            articles: articles(),
            hours: (OPENS..CLOSES).map(Hour::at).collect(),
            declined: BTreeSet::new(),
            not_at_home: BTreeMap::new(),
        };
        for number in 1..=orders {
            day.customer_comes(number, &mut dice);
        }
        day.lorries_come(&mut dice);
        day
    }

    /// How many orders are placed.
    pub fn orders(&self) -> usize {
        self.hours.iter().map(|hour| hour.visits.len()).sum()
    }

    fn customer_comes(&mut self, number: usize, dice: &mut Dice) {
        let order = place(number, dice);
        let id = order.order.clone();
        if dice.percent(6) {
            self.declined.insert(id.clone());
        }
        if dice.percent(14) {
            let times = 1 + u32::from(dice.percent(40)) + u32::from(dice.percent(30));
            self.not_at_home.insert(id.clone(), times);
        }
        let at = dice.below(self.hours.len() as u64);
        let second_thoughts = dice.percent(8).then(|| cancellation(id, dice));
        let at_once = dice.percent(60);
        let (now, later) = match second_thoughts {
            Some(cancel) if at_once => (Some(cancel), None),
            later => (None, later),
        };
        let mut hours = self.hours.iter_mut().skip(index(at));
        if let Some(hour) = hours.next() {
            hour.visits.push(Visit {
                order,
                cancellation: now,
            });
        }
        if let Some(hour) = hours.next() {
            hour.cancellations.extend(later);
        }
    }

    /// The lorries bring about what will be wanted, of each article a little more or less.
    fn lorries_come(&mut self, dice: &mut Dice) {
        let wanted = self.wanted();
        let supply: BTreeMap<_, _> = wanted
            .into_iter()
            .map(|(what, quantity)| (what, quantity * (70 + dice.below(50)) / 100))
            .collect();
        for hour in &mut self.hours {
            let coming = LORRIES.iter().filter(|(clock, _)| *clock == hour.clock);
            for (clock, percent) in coming {
                hour.lorries = lorries(&supply, *clock, *percent);
            }
        }
    }

    fn wanted(&self) -> BTreeMap<(WarehouseId, ArticleId), u64> {
        let mut wanted = BTreeMap::new();
        for visit in self.hours.iter().flat_map(|hour| &hour.visits) {
            let warehouse = visit.order.deliver_to.country.warehouse();
            for line in &visit.order.lines {
                let key = (warehouse.clone(), line.article.clone());
                *wanted.entry(key).or_default() += u64::from(line.quantity);
            }
        }
        wanted
    }
}

impl Hour {
    fn at(clock: u32) -> Self {
        Self {
            clock,
            packing: PACKING.contains(&clock),
            ..Self::default()
        }
    }
}

fn articles() -> Vec<ListArticle> {
    let numbered = (1..).zip(ARTICLES);
    numbered
        .map(|(number, (title, price))| ListArticle {
            article: article_id(number),
            title: title.to_owned(),
            price: Cents::new(price),
        })
        .collect()
}

fn article_id(number: usize) -> ArticleId {
    ArticleId::from(format!("article-{number:02}"))
}

fn place(number: usize, dice: &mut Dice) -> PlaceOrder {
    let (country, city) = dice.pick(&CITIES);
    let lines = (0..=dice.below(3)).map(|_| line(dice)).collect();
    PlaceOrder {
        order: OrderId::from(format!("order-{number:04}")),
        customer: CustomerId::from(format!("customer-{:03}", dice.below(200))),
        lines,
        deliver_to: Address {
            city: city.to_owned(),
            country,
        },
    }
}

/// The smaller of two dice: the articles at the head of the list sell best.
fn line(dice: &mut Dice) -> Line {
    let count = ARTICLES.len() as u64;
    let at = index(dice.below(count).min(dice.below(count)));
    let price = ARTICLES.get(at).map_or(0, |(_, price)| *price);
    let quantity = 1 + u32::from(dice.percent(35)) + u32::from(dice.percent(15));
    Line {
        article: article_id(at + 1),
        quantity,
        price: Cents::new(price),
    }
}

fn cancellation(order: OrderId, dice: &mut Dice) -> CancelOrder {
    let reason = dice.pick(&[
        "ordered twice",
        "found it in a drawer",
        "wrong size",
        "too dear",
    ]);
    CancelOrder {
        order,
        reason: reason.to_owned(),
    }
}

fn lorries(
    supply: &BTreeMap<(WarehouseId, ArticleId), u64>,
    clock: u32,
    percent: u64,
) -> Vec<ReceiveGoods> {
    let mut lorries = BTreeMap::<&WarehouseId, Vec<Pallet>>::new();
    for ((warehouse, article), quantity) in supply {
        let quantity = u32::try_from((quantity * percent).div_ceil(100)).unwrap_or(u32::MAX);
        let pallet = Pallet {
            article: article.clone(),
            quantity,
        };
        lorries.entry(warehouse).or_default().push(pallet);
    }
    let lorries = lorries.into_iter();
    lorries
        .map(|(warehouse, pallets)| ReceiveGoods {
            warehouse: warehouse.clone(),
            delivery_note: DeliveryNote::from(format!("{warehouse}-{clock:02}00")),
            pallets,
        })
        .collect()
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Chance, from a seed: the generator that is known as splitmix64.
struct Dice(u64);

impl Dice {
    const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below the bound.
    const fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    const fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    fn pick<T: Copy, const N: usize>(&mut self, from: &[T; N]) -> T {
        let at = index(self.below(N as u64));
        *from.get(at).unwrap_or(&from[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_day() {
        assert_eq!(Day::of(7, 50), Day::of(7, 50));
        assert_ne!(Day::of(7, 50), Day::of(8, 50));
    }

    #[test]
    fn a_day_has_as_many_orders_as_it_was_asked_for_each_with_a_number_of_its_own() {
        let day = Day::of(1, 200);
        let visits = day.hours.iter().flat_map(|hour| &hour.visits);
        let ids: BTreeSet<_> = visits.map(|visit| &visit.order.order).collect();
        assert_eq!((day.orders(), ids.len()), (200, 200));
        assert_eq!(Day::of(1, 0).orders(), 0);
    }

    #[test]
    fn a_day_of_some_length_has_its_share_of_everything() {
        let day = Day::of(1, 400);
        let at_once = day.hours.iter().flat_map(|hour| &hour.visits);
        assert!(at_once.filter(|visit| visit.cancellation.is_some()).count() > 5);
        assert!(
            day.hours
                .iter()
                .map(|hour| hour.cancellations.len())
                .sum::<usize>()
                > 3
        );
        assert!(day.declined.len() > 10);
        assert!(day.not_at_home.values().any(|times| *times == 3));
        assert_eq!(
            day.hours
                .iter()
                .filter(|hour| !hour.lorries.is_empty())
                .count(),
            2
        );
    }

    #[test]
    fn an_order_is_called_off_only_after_it_is_placed() {
        let day = Day::of(3, 400);
        let mut placed = BTreeSet::new();
        for hour in &day.hours {
            assert!(
                hour.cancellations
                    .iter()
                    .all(|cancel| placed.contains(&cancel.order))
            );
            placed.extend(hour.visits.iter().map(|visit| visit.order.order.clone()));
        }
    }
}

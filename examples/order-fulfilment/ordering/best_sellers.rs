use std::{cmp::Reverse, collections::BTreeMap};

use aether::prelude::*;

use super::{ArticleId, OrderConfirmed};
use crate::order_fulfilment::{Cents, Merchandiser};

/// How well each article sells, counting confirmed orders only.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Merchandiser))]
pub struct BestSellers {
    /// What was sold of each article.
    pub sales: BTreeMap<ArticleId, Sales>,
}

/// What was sold of an article.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sales {
    /// How many.
    pub quantity: u64,
    /// For how much.
    pub revenue: Cents,
}

impl BestSellers {
    /// The articles that sell best, the best first.
    pub fn top(&self, count: usize) -> Vec<(&ArticleId, Sales)> {
        let mut ranked: Vec<_> = self.sales.iter().map(|(id, sales)| (id, *sales)).collect();
        ranked.sort_by_key(|(_, sales)| Reverse(sales.quantity));
        ranked.truncate(count);
        ranked
    }
}

#[handlers]
impl BestSellers {
    #[apply]
    fn confirmed(&mut self, event: &OrderConfirmed) {
        for line in &event.lines {
            let sales = self.sales.entry(line.article.clone()).or_default();
            sales.quantity += u64::from(line.quantity);
            sales.revenue = sales.revenue + line.amount();
        }
    }
}

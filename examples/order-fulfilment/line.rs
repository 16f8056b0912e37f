use aether::prelude::*;

use super::{Cents, ordering::ArticleId};

/// So many of an article, at the price that the customer saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// What is bought.
    pub article: ArticleId,
    /// How many of it.
    pub quantity: u32,
    /// What one of it costs.
    pub price: Cents,
}

impl Line {
    /// What the line costs.
    pub fn amount(&self) -> Cents {
        self.price * self.quantity
    }

    /// What all the lines cost together.
    pub fn total(lines: &[Self]) -> Cents {
        lines.iter().map(Self::amount).sum()
    }
}

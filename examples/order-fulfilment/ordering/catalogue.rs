use std::collections::BTreeMap;

use aether::prelude::*;

use super::{ArticleEvent, ArticleId};
use crate::order_fulfilment::{Cents, Customer};

/// What the shop offers, and for how much.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Customer))]
pub struct Catalogue {
    /// Each article that is offered.
    pub offers: BTreeMap<ArticleId, Offer>,
}

/// An article as customers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Offer {
    /// What it is called.
    pub title: String,
    /// What one costs.
    pub price: Cents,
}

#[handlers]
impl Catalogue {
    #[apply]
    fn article(&mut self, event: ArticleEvent) {
        match event {
            ArticleEvent::Listed {
                article,
                title,
                price,
            } => {
                self.offers.insert(article, Offer { title, price });
            }
            ArticleEvent::Repriced { article, price, .. } => {
                if let Some(offer) = self.offers.get_mut(&article) {
                    offer.price = price;
                }
            }
        }
    }
}

//! An article: what it is called and what it costs today.
//!
//! The events are written inline, as variants with fields of their own: the shortest form, for
//! an aggregate whose commands may each give any of its events.

use aether::prelude::*;

use crate::order_fulfilment::{Cents, Merchandiser};

/// Tells an article from every other: its number in the catalogue.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct ArticleId(String);

/// Offer an article at a price.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListArticle {
    /// Which article.
    #[command(id)]
    pub article: ArticleId,
    /// What customers read.
    pub title: String,
    /// What one costs.
    pub price: Cents,
}

/// What happened to an article.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(prefix = "Article")]
pub enum ArticleEvent {
    /// The article is in the catalogue.
    Listed {
        /// Which article.
        article: ArticleId,
        /// What customers read.
        title: String,
        /// What one costs.
        price: Cents,
    },
    /// The article costs something else from now on. Orders that are placed keep their price.
    Repriced {
        /// Which article.
        article: ArticleId,
        /// What one cost before.
        before: Cents,
        /// What one costs now.
        price: Cents,
    },
}

/// Why an article cannot be offered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArticleRefusal {
    /// It would cost nothing.
    #[error("the shop gives nothing away: article {article} needs a price")]
    NoPrice {
        /// Which article.
        article: ArticleId,
    },
}

/// An article in the catalogue.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(event = ArticleEvent)]
pub struct Article {
    price: Option<Cents>,
}

#[handlers]
impl Article {
    /// An article that is offered already gets the new price, if it is another one.
    ///
    /// # Errors
    /// If the article would cost nothing.
    #[handle(by(Merchandiser))]
    pub fn list(&self, command: ListArticle) -> Result<Option<ArticleEvent>, ArticleRefusal> {
        let ListArticle {
            article,
            title,
            price,
        } = command;
        if price == Cents::ZERO {
            return Err(ArticleRefusal::NoPrice { article });
        }
        Ok(match self.price {
            None => Some(ArticleEvent::Listed {
                article,
                title,
                price,
            }),
            Some(before) if before == price => None,
            Some(before) => Some(ArticleEvent::Repriced {
                article,
                before,
                price,
            }),
        })
    }

    #[apply]
    fn evolve(&mut self, event: ArticleEvent) {
        match event {
            ArticleEvent::Listed { price, .. } | ArticleEvent::Repriced { price, .. } => {
                self.price = Some(price);
            }
        }
    }
}

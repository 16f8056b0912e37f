//! An article: listed once, repriced as often as it pleases the merchandiser.

use aether::testing::given;
use aether_examples::order_fulfilment::{
    Cents,
    ordering::{Article, ArticleEvent, ArticleRefusal, ListArticle},
};

use crate::samples::article;

fn list(euros: u32) -> ListArticle {
    ListArticle {
        article: article("pen"),
        title: "Fountain pen".to_owned(),
        price: Cents::euros(euros),
    }
}

fn listed() -> ArticleEvent {
    ArticleEvent::Listed {
        article: article("pen"),
        title: "Fountain pen".to_owned(),
        price: Cents::euros(40),
    }
}

fn repriced(before: u32, price: u32) -> ArticleEvent {
    let (before, price) = (Cents::euros(before), Cents::euros(price));
    ArticleEvent::Repriced {
        article: article("pen"),
        before,
        price,
    }
}

#[test]
fn a_new_article_is_listed() {
    given::<Article>(()).when(list(40)).then(listed());
}

#[test]
fn a_listed_article_gets_another_price() {
    given::<Article>(listed())
        .when(list(45))
        .then(repriced(40, 45))
        .when(list(40))
        .then(repriced(45, 40));
}

#[test]
fn the_same_price_again_changes_nothing() {
    given::<Article>(listed()).when(list(40)).then_nothing();
}

#[test]
fn nothing_is_given_away() {
    given::<Article>(())
        .when(list(0))
        .then_refused(ArticleRefusal::NoPrice {
            article: article("pen"),
        });
}

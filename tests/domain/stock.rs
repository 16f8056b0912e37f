//! The stock of a warehouse: each thing is promised to one order at most.

use aether::testing::given;
use aether_examples::order_fulfilment::{
    inventory::{
        DeliveryNote, ReceiveGoods, ReleaseStock, ReserveStock, Shortage, Stock, StockRefusal,
        StockReleased, StockReserved, StockShortageDetected,
    },
    ordering::OrderId,
};

use crate::samples::{article, leipzig, line, lines, order_id, pallet, received, reserved};

fn reserve() -> ReserveStock {
    ReserveStock {
        warehouse: leipzig(),
        order: order_id(),
        lines: lines(),
    }
}

fn release() -> ReleaseStock {
    ReleaseStock {
        warehouse: leipzig(),
        order: order_id(),
    }
}

fn released() -> StockReleased {
    StockReleased {
        warehouse: leipzig(),
        order: order_id(),
        pallets: vec![pallet("ink", 1), pallet("pen", 2)],
    }
}

fn short(shortages: Vec<Shortage>) -> StockShortageDetected {
    StockShortageDetected {
        warehouse: leipzig(),
        order: order_id(),
        shortages,
    }
}

fn lack(name: &str, wanted: u32, available: u32) -> Shortage {
    Shortage {
        article: article(name),
        wanted,
        available,
    }
}

#[test]
fn a_lorry_is_booked_once() {
    let pallets = vec![pallet("pen", 5)];
    let delivery_note = DeliveryNote::from("lorry-1".to_owned());
    let lorry = ReceiveGoods {
        warehouse: leipzig(),
        delivery_note: delivery_note.clone(),
        pallets: pallets.clone(),
    };
    given::<Stock>(())
        .when(lorry.clone())
        .then(received(pallets))
        .when(lorry)
        .then_refused(StockRefusal::BookedBefore { delivery_note })
        .then_state(|stock| assert_eq!(stock.available(&article("pen")), 5));
}

#[test]
fn goods_that_are_there_are_put_aside() {
    given::<Stock>(received(vec![pallet("pen", 5), pallet("ink", 1)]))
        .when(reserve())
        .then(reserved())
        .then_state(|stock| {
            assert_eq!(
                (
                    stock.available(&article("pen")),
                    stock.reserved(&article("pen"))
                ),
                (3, 2)
            );
            assert_eq!(
                (
                    stock.available(&article("ink")),
                    stock.reserved(&article("ink"))
                ),
                (0, 1)
            );
        });
}

#[test]
fn an_order_gets_all_of_its_goods_or_none() {
    given::<Stock>(received(vec![pallet("pen", 5)]))
        .when(reserve())
        .then(short(vec![lack("ink", 1, 0)]))
        .then_state(|stock| assert_eq!(stock.available(&article("pen")), 5));
}

#[test]
fn two_lines_of_one_article_count_together() {
    let lines = vec![line("pen", 2, 40), line("pen", 2, 40)];
    given::<Stock>(received(vec![pallet("pen", 3)]))
        .when(ReserveStock { lines, ..reserve() })
        .then(short(vec![lack("pen", 4, 3)]));
}

#[test]
fn the_last_piece_goes_to_whoever_asks_first() {
    let other = OrderId::from("order-2".to_owned());
    let lines = vec![line("pen", 1, 40)];
    let first = ReserveStock {
        lines: lines.clone(),
        ..reserve()
    };
    let second = ReserveStock {
        order: other.clone(),
        ..first.clone()
    };
    given::<Stock>(received(vec![pallet("pen", 1)]))
        .when(first)
        .then(StockReserved {
            lines,
            ..reserved()
        })
        .when(second)
        .then(StockShortageDetected {
            order: other,
            ..short(vec![lack("pen", 1, 0)])
        });
}

#[test]
fn reserving_again_changes_nothing() {
    given::<Stock>((
        received(vec![pallet("pen", 9), pallet("ink", 9)]),
        reserved(),
    ))
    .when(reserve())
    .then_nothing();
    given::<Stock>((
        short(vec![lack("pen", 2, 0)]),
        received(vec![pallet("pen", 9)]),
    ))
    .when(reserve())
    .then_nothing();
}

#[test]
fn released_goods_are_back_on_the_shelf() {
    given::<Stock>((
        received(vec![pallet("pen", 2), pallet("ink", 1)]),
        reserved(),
    ))
    .when(release())
    .then(released())
    .then_state(|stock| {
        assert_eq!(
            (
                stock.available(&article("pen")),
                stock.reserved(&article("pen"))
            ),
            (2, 0)
        );
    });
}

#[test]
fn releasing_again_changes_nothing() {
    given::<Stock>((
        received(vec![pallet("pen", 2), pallet("ink", 1)]),
        reserved(),
        released(),
    ))
    .when(release())
    .then_nothing();
}

#[test]
fn an_order_that_was_told_of_a_shortage_has_nothing_to_release() {
    given::<Stock>(short(vec![lack("pen", 2, 0)]))
        .when(release())
        .then_nothing();
}

#[test]
fn a_reservation_that_comes_after_its_release_takes_nothing() {
    given::<Stock>(received(vec![pallet("pen", 9), pallet("ink", 9)]))
        .when(release())
        .then(StockReleased {
            pallets: Vec::new(),
            ..released()
        })
        .when(reserve())
        .then_nothing()
        .then_state(|stock| assert_eq!(stock.available(&article("pen")), 9));
}

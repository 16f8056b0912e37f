//! Boards that leave something out: a level, or all but some contexts.

use std::collections::BTreeSet;

use eventstorming::{
    Model,
    layout::Level,
    model::{ElementId, Kind},
};

use crate::{check, fixture::order_to_delivery, generate};

fn shown(model: &Model, level: Level) -> BTreeSet<ElementId> {
    let scene = model.board().level(level).scene();
    check::geometry(&scene);
    let notes = scene.notes().map(|note| note.element.clone());
    let lanes = scene.lanes.iter().filter_map(|lane| lane.context.clone());
    notes.chain(lanes).collect()
}

fn check(model: &Model, seed: u64) {
    for level in Level::ALL {
        let shown = shown(model, level);
        assert!(shown.iter().all(|id| level.shows(id.kind())), "seed {seed}");
        let wanted = model
            .elements()
            .iter()
            .filter(|element| level.shows(element.kind()));
        // An actor without a command or a read model to stand at is still there; a hot spot too.
        let missing: Vec<&ElementId> = wanted
            .map(|element| &element.id)
            .filter(|id| !shown.contains(id))
            .collect();
        let reads_only = |id: &&ElementId| level == Level::BigPicture && id.kind() == Kind::Actor;
        assert!(
            missing.iter().all(reads_only),
            "seed {seed}: {level:?} lacks {missing:?}"
        );
    }
}

#[test]
fn a_level_shows_what_is_of_it_and_nothing_else() {
    check(&order_to_delivery(), 0);
    for seed in 0..60 {
        check(&generate::model(seed, 10), seed);
    }
    for seed in 0..4 {
        check(&generate::process(seed, 60), seed);
    }
}

#[test]
fn the_big_picture_keeps_the_order_of_time() {
    let model = order_to_delivery();
    let columns = |level| {
        let scene = model.board().columns(99).level(level).scene();
        let events = scene.notes().filter(|note| note.kind == Kind::Event);
        let mut events: Vec<_> = events
            .map(|note| (note.rect.x, note.element.clone()))
            .collect();
        events.sort();
        events.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
    };
    let (near, far) = (columns(Level::Design), columns(Level::BigPicture));
    let place = |id: &ElementId| near.iter().position(|known| known == id);
    let first = |name: &str| far.iter().position(|id| id.name() == name).unwrap();
    assert_eq!(near.len(), far.len());
    assert!(first("OrderPlaced") < first("StockReserved"));
    assert!(first("StockReserved") < first("PaymentCaptured"));
    assert!(place(&far[0]) == Some(0));
}

#[test]
fn a_part_is_a_model_of_its_own_with_what_it_uses_of_others() {
    for seed in 0..30 {
        let model = generate::model(seed, 10);
        for context in model.of_kind(Kind::Context) {
            let part = model.part(&[context.id.name()]);
            assert_eq!(
                Model::from_json(&part.to_json()).unwrap(),
                part,
                "seed {seed}"
            );
            check::everything(&part, &part.board().scene());
            let own = model.elements().iter().filter(|element| {
                element.id.context() == Some(context.id.name()) && element.kind() != Kind::Hotspot
            });
            for element in own {
                assert_eq!(part.element(&element.id), Some(element), "seed {seed}");
            }
        }
    }
}

#[test]
fn what_a_part_uses_of_others_comes_from_outside() {
    let part = order_to_delivery().part(&["Shipping"]);
    let confirmed = part
        .element(&"Ordering/event/OrderConfirmed".parse().unwrap())
        .unwrap();
    assert!(confirmed.is_foreign());
    assert!(
        part.element(&"Ordering/command/ConfirmOrder".parse().unwrap())
            .is_none()
    );
    assert!(
        part.element(&"actor/WarehouseClerk".parse().unwrap())
            .is_some()
    );
    assert!(part.element(&"actor/Customer".parse().unwrap()).is_none());
}

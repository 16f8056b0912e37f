use std::collections::{BTreeMap, BTreeSet};

use eventstorming::{
    Model,
    layout::{Look, Sample, Scene},
    model::{ElementId, Kind},
};

use crate::{check, fixture::order_to_delivery, generate};

#[test]
fn the_order_model_is_drawn_soundly() {
    let model = order_to_delivery();
    for columns in 1..=10 {
        check::everything(&model, &model.board().columns(columns).scene());
    }
}

#[test]
fn generated_models_are_drawn_soundly() {
    for seed in 0..200 {
        let model = generate::model(seed, 12);
        let scene = model
            .board()
            .columns(1 + usize::try_from(seed % 6).unwrap())
            .scene();
        let checked = std::panic::catch_unwind(|| check::everything(&model, &scene));
        assert!(checked.is_ok(), "seed {seed}");
    }
}

#[test]
fn a_large_model_is_drawn_soundly() {
    let model = generate::process(1, 60);
    check::everything(&model, &model.board().scene());
    let chaos = generate::model(2, 120);
    check::everything(&chaos, &chaos.board().scene());
}

#[test]
fn models_of_any_size_up_to_300_elements_are_drawn_soundly_and_alike() {
    let mut sizes = Vec::new();
    for seed in 0..12 {
        let commands = 8 * (usize::try_from(seed).unwrap() + 1);
        for model in [
            generate::model(seed, commands),
            generate::process(seed, commands),
        ] {
            if model.elements().len() > 300 {
                continue;
            }
            sizes.push(model.elements().len());
            let scene = model.board().scene();
            let checked = std::panic::catch_unwind(|| check::everything(&model, &scene));
            assert!(checked.is_ok(), "seed {seed}, {commands} commands");
            assert_eq!(model.board().scene(), scene, "seed {seed}");
        }
    }
    let largest = sizes.iter().max().unwrap();
    assert!(sizes.len() >= 12 && *largest > 250, "{sizes:?}");
}

/// Of the pairs of notes that are on both boards, how many of a hundred still lie the same way to
/// each other: the one earlier, later or at the same time as the other, above, below or beside
/// it. It is what a reader keeps in mind, whatever the distances.
fn kept(before: &Scene, after: &Scene) -> usize {
    let places = |scene: &Scene| -> BTreeMap<ElementId, (usize, i32, i32)> {
        let notes = scene.notes().filter(|note| note.look != Look::Ghost);
        let places = notes.map(|note| {
            let above = scene.bands.iter().filter(|band| band.axis.y < note.rect.y);
            (
                note.element.clone(),
                (above.count(), note.rect.x, note.rect.y),
            )
        });
        places.collect()
    };
    let (old, new) = (places(before), places(after));
    let common: Vec<_> = old
        .iter()
        .filter_map(|(id, old)| Some((old, new.get(id)?)))
        .collect();
    let way =
        |a: &(usize, i32, i32), b: &(usize, i32, i32)| ((a.0, a.1).cmp(&(b.0, b.1)), a.2.cmp(&b.2));
    let (mut pairs, mut same) = (0, 0);
    for (index, (old, new)) in common.iter().enumerate() {
        for (other_old, other_new) in &common[..index] {
            pairs += 1;
            same += usize::from(way(old, other_old) == way(new, other_new));
        }
    }
    100 * same / pairs.max(1)
}

/// Takes each event and each policy away in turn, and says how many of a hundred pairs were kept:
/// in the middle, and at worst.
fn steadiness(model: &Model) -> (usize, usize) {
    let before = model.board().scene();
    let gone = model
        .elements()
        .iter()
        .filter(|element| matches!(element.kind(), Kind::Event | Kind::Policy));
    let mut stayed: Vec<usize> = gone
        .map(|gone| kept(&before, &model.without(&gone.id).board().scene()))
        .collect();
    stayed.sort_unstable();
    (stayed[stayed.len() / 2], stayed[0])
}

#[test]
fn a_small_change_moves_little() {
    let (middle, worst) = steadiness(&order_to_delivery());
    println!("the order model: {middle} of 100 pairs are kept, {worst} at worst");
    assert!(
        middle >= 90,
        "half of the changes keep {middle} of 100 pairs"
    );
    assert!(worst >= 45, "a change keeps {worst} of 100 pairs");
}

#[test]
fn an_empty_model_is_a_board_without_notes() {
    let scene = Model::default().board().scene();
    assert_eq!(scene.notes().count(), 0);
    check::everything(&Model::default(), &scene);
}

/// What is written on each note, wherever it is.
fn writing(scene: &Scene) -> BTreeSet<(ElementId, String)> {
    let notes = scene.notes();
    notes
        .map(|note| (note.element.clone(), note.lettering.lines.join(" ")))
        .collect()
}

fn lanes(scene: &Scene) -> Vec<&str> {
    scene.lanes.iter().map(|lane| lane.name.as_str()).collect()
}

#[test]
fn a_policy_that_is_removed_takes_only_its_note() {
    let whole = order_to_delivery();
    let before = whole.board().scene();
    for policy in whole.of_kind(Kind::Policy) {
        let after = whole.without(&policy.id).board().scene();
        let mut expected = writing(&before);
        expected.retain(|(id, _)| *id != policy.id);
        assert_eq!(writing(&after), expected, "without {}", policy.id);
    }
}

#[test]
fn lanes_keep_their_order_when_a_policy_is_removed() {
    let whole = order_to_delivery();
    let retry = "Shipping/policy/RetryDelivery".parse().unwrap();
    assert_eq!(
        lanes(&whole.without(&retry).board().scene()),
        lanes(&whole.board().scene())
    );
}

#[test]
fn a_hot_spot_goes_with_what_it_is_about() {
    let whole = order_to_delivery();
    let command = "Ordering/command/RejectOrder".parse().unwrap();
    let gone: BTreeSet<ElementId> = {
        let rest = writing(&whole.without(&command).board().scene());
        let left = |id: &ElementId| rest.iter().any(|(known, _)| known == id);
        let ids = whole.elements().iter().map(|element| element.id.clone());
        ids.filter(|id| id.kind() != Kind::Context && !left(id))
            .collect()
    };
    let expected = [
        "Ordering/command/RejectOrder",
        "Ordering/hotspot/command.RejectOrder.1",
    ];
    assert_eq!(gone, expected.map(|id| id.parse().unwrap()).into());
}

#[test]
fn time_folds_after_the_event_that_opens_a_phase() {
    let scene = order_to_delivery().board().opening("Checkout").scene();
    let bands: Vec<&str> = scene.bands.iter().map(|band| band.name.as_str()).collect();
    assert_eq!(bands, ["Checkout", "Fulfilment"]);
    let phases: Vec<&str> = scene
        .phases
        .iter()
        .map(|phase| phase.name.as_str())
        .collect();
    assert_eq!(phases, ["Reserve and pay"]);
}

#[test]
fn only_the_retry_leads_back() {
    let scene = order_to_delivery().board().scene();
    let loops = scene.edges.iter().filter(|edge| edge.looped);
    let loops: Vec<&str> = loops.map(|edge| edge.tooltip.as_str()).collect();
    assert_eq!(
        loops,
        ["Delivery Attempt Failed activates Delivery failed: try again, at most three times"]
    );
}

#[test]
fn the_legend_explains_what_is_on_the_board_and_no_more() {
    let samples = |model: &Model| -> Vec<Sample> {
        let legend = model.board().scene().legend;
        legend.iter().map(|item| item.sample).collect()
    };
    assert_eq!(samples(&Model::default()), []);
    let whole = samples(&order_to_delivery());
    assert!(whole.contains(&Sample::Loop) && whole.contains(&Sample::Ghost));
    assert!(!whole.contains(&Sample::Finding));
    let retry = "Shipping/policy/RetryDelivery".parse().unwrap();
    assert!(!samples(&order_to_delivery().without(&retry)).contains(&Sample::Loop));
}

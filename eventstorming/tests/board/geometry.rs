use std::collections::BTreeSet;

use eventstorming::{Model, layout::Note};

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
    for seed in [1, 2, 3] {
        let model = generate::model(seed, 120);
        check::everything(&model, &model.board().scene());
    }
}

#[test]
fn an_empty_model_is_a_board_without_notes() {
    let scene = Model::default().board().scene();
    assert_eq!(scene.notes().count(), 0);
    check::everything(&Model::default(), &scene);
}

#[test]
fn a_policy_that_is_removed_takes_only_its_note() {
    let whole = order_to_delivery();
    let policy = "Shipping/policy/RetryDelivery".parse().unwrap();
    let rest = whole.without(&policy);
    let (before, after) = (whole.board().scene(), rest.board().scene());
    let notes = |notes: &mut dyn Iterator<Item = &Note>| -> BTreeSet<(String, Vec<String>)> {
        notes
            .map(|note| (note.element.to_string(), note.lettering.lines.clone()))
            .collect()
    };
    let mut expected = notes(&mut before.notes());
    expected.retain(|(id, _)| *id != policy.to_string());
    assert_eq!(notes(&mut after.notes()), expected);
    let lanes = |scene: &eventstorming::layout::Scene| -> Vec<String> {
        scene.lanes.iter().map(|lane| lane.name.clone()).collect()
    };
    assert_eq!(lanes(&before), lanes(&after));
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

use eventstorming::{
    Model,
    model::{Ground, ModelError, Verb},
};

use crate::{
    fixture::{ORDER_TO_DELIVERY, order_to_delivery},
    generate,
};

#[test]
fn json_is_read_back_as_the_same_model() {
    assert_eq!(order_to_delivery().to_json(), ORDER_TO_DELIVERY);
    for seed in 0..100 {
        let model = generate::model(seed, 12);
        let json = model.to_json();
        let back = Model::from_json(&json).unwrap();
        assert_eq!(back, model, "seed {seed}");
        assert_eq!(back.to_json(), json);
        assert_eq!(back.board().svg(), model.board().svg());
    }
}

#[test]
fn a_model_is_of_its_published_schema() {
    let schema = serde_json::from_str(Model::json_schema()).unwrap();
    let check = |model: &Model| {
        let written = serde_json::from_str(&model.to_json()).unwrap();
        let wrong = eventstorming::contract::validate(&schema, &written);
        assert!(wrong.is_empty(), "{}", wrong[0]);
    };
    check(&order_to_delivery());
    for seed in 0..40 {
        check(&generate::model(seed, 12));
    }
    let strange =
        r#"{ "format": "aether.eventstorming/1", "elements": [], "relations": [], "x": 1 }"#;
    let strange = serde_json::from_str(strange).unwrap();
    assert_eq!(
        eventstorming::contract::validate(&schema, &strange).len(),
        1
    );
}

fn refused(elements: &str, relations: &str) -> ModelError {
    let json = format!(
        r#"{{ "format": "aether.eventstorming/1", "elements": [
            {{ "id": "context/C", "label": "C" }}, {elements}], "relations": [{relations}] }}"#
    );
    Model::from_json(&json).unwrap_err()
}

const ELEMENTS: &str = r#"{ "id": "C/event/E", "label": "E", "version": 1 },
    { "id": "C/event/F", "label": "F", "version": 1 },
    { "id": "C/command/D", "label": "D" }, { "id": "C/policy/P", "label": "P" }"#;

fn ground(relations: &str) -> Ground {
    let ModelError::Refused { ground, .. } = refused(ELEMENTS, relations) else {
        panic!("{relations} is refused for something else");
    };
    ground
}

#[test]
fn a_sentence_outside_of_the_grammar_names_its_rule() {
    let said = r#"{ "from": "C/event/E", "verb": "issues", "to": "C/command/D" }"#;
    assert_eq!(ground(said), Ground::Grammar(Verb::Issues));
    let text = refused(ELEMENTS, said).to_string();
    assert_eq!(
        text,
        "`C/event/E issues C/command/D` is refused: by the grammar, an actor, a policy or a \
         system issues a command"
    );
}

#[test]
fn the_grammar_is_closed() {
    use eventstorming::model::Kind;
    let sentences = Verb::ALL.into_iter().flat_map(|verb| {
        let pairs = Kind::ALL
            .into_iter()
            .flat_map(|from| Kind::ALL.map(|to| (from, to)));
        pairs.filter(move |(from, to)| verb.links(*from, *to))
    });
    // A hot spot may be on any of the nine other kinds; all other verbs have 16 sentences.
    assert_eq!(sentences.count(), 16 + 9);
}

#[test]
fn relations_are_refused_for_what_is_wrong_with_them() {
    let dangling = r#"{ "from": "C/event/E", "verb": "activates", "to": "C/policy/X" }"#;
    assert_eq!(
        ground(dangling),
        Ground::Dangling("C/policy/X".parse().unwrap())
    );
    let once = r#"{ "from": "C/event/E", "verb": "activates", "to": "C/policy/P" }"#;
    assert_eq!(ground(&format!("{once}, {once}")), Ground::Repeated);
    let counted =
        r#"{ "from": "C/event/E", "verb": "activates", "to": "C/policy/P", "cardinality": "one" }"#;
    assert_eq!(ground(counted), Ground::Cardinality);
    let upon =
        r#"{ "from": "C/policy/P", "verb": "issues", "to": "C/command/D", "upon": ["C/event/F"] }"#;
    assert_eq!(
        ground(&format!("{once}, {upon}")),
        Ground::Upon("C/event/F".parse().unwrap())
    );
}

#[test]
fn elements_are_refused_for_what_is_wrong_with_them() {
    let twice = r#"{ "id": "C/command/D", "label": "D" }, { "id": "C/command/D", "label": "D" }"#;
    assert!(matches!(
        refused(twice, ""),
        ModelError::DefinedTwice { .. }
    ));
    let stray = r#"{ "id": "X/command/D", "label": "D" }"#;
    assert!(matches!(refused(stray, ""), ModelError::UnknownContext(_)));
    let versioned = r#"{ "id": "C/command/D", "label": "D", "version": 2 }"#;
    assert!(matches!(
        refused(versioned, ""),
        ModelError::Misfit {
            field: "only an event has a `version`",
            ..
        }
    ));
    let unversioned = r#"{ "id": "C/event/D", "label": "D" }"#;
    assert!(matches!(
        refused(unversioned, ""),
        ModelError::Misfit { .. }
    ));
    let nameless = r#"{ "label": "D" }"#;
    assert!(matches!(refused(nameless, ""), ModelError::Json(_)));
}

#[test]
fn a_later_format_is_told_from_a_broken_one() {
    let later = r#"{ "format": "aether.eventstorming/2", "anything": [] }"#;
    assert_eq!(
        Model::from_json(later).unwrap_err().to_string(),
        "the format is `aether.eventstorming/2`, this reads `aether.eventstorming/1`"
    );
    assert!(matches!(Model::from_json("{"), Err(ModelError::Json(_))));
}

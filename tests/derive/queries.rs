//! Queries: what a projection is asked, and what the model says of it.

use aether::{
    domain::{Answer as _, Answered, Handlers, Projection as _, Query as _},
    eventstorming::{
        Model,
        meta::BoundedContext as _,
        model::{ElementId, Kind, Verb},
    },
    prelude::*,
};

/// Someone who counts.
#[derive(Persona)]
struct Clerk;

/// Something was counted.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Counted {
    by: u32,
}

/// How much there is, or more.
///
/// Hotspot: of what?
#[derive(Query)]
struct HowMuch {
    at_least: u32,
}

/// Whether there is anything.
#[derive(Query)]
#[query(name = "IsThereAny")]
struct Any;

/// What was counted.
#[derive(Projection, Default)]
struct Sums {
    sum: u32,
}

#[handlers]
impl Sums {
    #[apply]
    fn counted(&mut self, event: &Counted) {
        self.sum += event.by;
    }

    /// Never less.
    ///
    /// Note: seldom asked.
    #[answer(by(Clerk))]
    fn how_much(&self, query: HowMuch) -> Option<u32> {
        Some(self.sum.max(query.at_least)).filter(|sum| *sum > 0)
    }

    #[answer]
    fn is_any(&self, _: Any) -> bool {
        self.sum > 0
    }

    #[cfg(any())]
    #[answer]
    fn never(&self, _: NoSuchQuery) -> bool {
        false
    }
}

/// Where goods come from.
#[derive(ExternalSystem)]
#[external_system(emits(Counted))]
struct Supplier;

bounded_context! {
    /// Counts.
    Counting {
        projections: [Sums],
        external_systems: [Supplier],
    }
}

fn id(text: &str) -> ElementId {
    text.parse().expect("an id")
}

#[test]
fn a_query_is_answered_by_the_projection_whose_method_takes_it() {
    fn asked_of<Q: Answered<By = Sums>>(
        sums: &Sums,
        query: Q,
    ) -> <Sums as aether::domain::Answer<Q>>::Answer
    where
        Sums: aether::domain::Answer<Q>,
    {
        sums.answer(query)
    }
    let sums = Sums { sum: 3 };
    assert_eq!(asked_of(&sums, HowMuch { at_least: 5 }), Some(5));
    assert_eq!(sums.how_much(HowMuch { at_least: 1 }), Some(3));
    assert!(asked_of(&sums, Any) && !Sums::default().answer(Any));
}

#[test]
fn the_metadata_says_what_is_asked_by_whom_and_what_the_answer_is() {
    assert_eq!(Any::META.name.as_str(), "IsThereAny");
    let [much, any] = Sums::META.answers else {
        panic!("it answers two queries");
    };
    assert_eq!(
        (much.query.name.as_str(), much.answer),
        ("HowMuch", "Option<u32>")
    );
    assert_eq!(much.by[0].name, Clerk::META.name);
    assert_eq!(
        (any.answer, any.by.len(), Sums::ANSWERS.len()),
        ("bool", 0, 2)
    );
    assert_eq!(Counting::META.projections[0].answers.len(), 2);
}

#[test]
fn the_model_has_queries_between_those_who_ask_and_the_read_model() {
    let model = Model::of::<Counting>();
    let much = model
        .element(&id("Counting/query/HowMuch"))
        .expect("it is there");
    assert_eq!(
        (much.kind(), much.answer()),
        (Kind::Query, Some("Option<u32>"))
    );
    assert_eq!(
        (much.label.as_str(), much.notes.as_slice()),
        ("How Much", &["seldom asked.".to_owned()][..])
    );
    let says = |from: &str, verb: Verb, to: &str| {
        model
            .relations_from(&id(from))
            .any(|known| known.verb == verb && known.to == id(to))
    };
    assert!(says("actor/Clerk", Verb::Asks, "Counting/query/HowMuch"));
    assert!(says(
        "Counting/query/HowMuch",
        Verb::AnsweredBy,
        "Counting/read_model/Sums"
    ));
    assert!(says(
        "Counting/query/IsThereAny",
        Verb::AnsweredBy,
        "Counting/read_model/Sums"
    ));
    assert_eq!(model.subjects(&much.id, Verb::On).count(), 1);
    assert_eq!(
        Model::from_json(&model.to_json()).expect("it is a model"),
        model
    );
}

#[test]
fn queries_are_drawn_and_a_read_model_that_is_asked_is_of_use() {
    let model = Model::of::<Counting>();
    let svg = model.board().svg();
    assert!(
        svg.contains(r#"class="es-query""#) && svg.contains(">How Much<"),
        "{svg}"
    );
    assert!(svg.contains("answered with Option"), "{svg}");
    let chart = model.mermaid();
    assert!(
        chart.contains(r#"{"How Much"}:::query"#) && chart.contains("-->|answered by|"),
        "{chart}"
    );
    let findings = model.check();
    let found: Vec<_> = findings
        .findings()
        .map(|finding| format!("{finding:?}"))
        .collect();
    assert!(
        found.iter().all(|text| !text.contains("ReadModel")),
        "{found:?}"
    );
}

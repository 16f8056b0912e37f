//! Histories that nobody thought of: what they find in aggregates that are broken on purpose, and
//! how short a story they tell of it.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    convert::Infallible,
    fmt::Debug,
    panic,
};

use aether::{
    Timestamp,
    domain::{Readers, event_schemas},
    eventstorming::contract::validate,
    prelude::*,
    testing::arbitrary::{
        Outcome, Step, Story, events,
        proptest::{
            prelude::*,
            strategy::ValueTree as _,
            test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
        },
        released, stories,
    },
};

/// The same cases in each run, and no file of failures.
fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// The shortest case that breaks a property, as it is shown.
#[expect(clippy::panic, reason = "a helper of a test fails the test")]
fn broken<T: Debug>(
    strategy: &impl Strategy<Value = T>,
    property: impl Fn(T) -> Result<(), TestCaseError>,
) -> (String, T) {
    match runner(2_000).run(strategy, property) {
        Err(TestError::Fail(reason, least)) => (reason.to_string(), least),
        other => panic!("the property holds: {other:?}"),
    }
}

fn complaint(make: impl FnOnce() + panic::UnwindSafe) -> String {
    let panic = panic::catch_unwind(make).expect_err("it is made");
    *panic.downcast::<String>().expect("a message")
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Paid {
    cents: u32,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Spent {
    cents: u32,
}

#[derive(Command, Debug, Serialize, Deserialize, JsonSchema)]
struct Pay {
    #[command(id)]
    purse: u64,
    cents: u32,
}

#[derive(Command, Debug, Serialize, Deserialize, JsonSchema)]
struct Spend {
    cents: u32,
    #[command(id)]
    purse: u64,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("too little")]
struct TooLittle;

/// A purse that is right, and three that are each wrong in one way.
macro_rules! purse {
    (
        $purse:ident, $events:ident;
        fields { $($(#[$attr:meta])* $field:ident: $type:ty),+ }
        pay |$payer:ident, $pay:ident| $paying:block
        spend |$spender:ident, $spend:ident| $spending:block
        paid |$paid:ident, $by:ident| $fold:block
    ) => {
        #[derive(Aggregate, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[aggregate(events(Paid, Spent), event = $events, snapshot)]
        struct $purse { $($(#[$attr])* $field: $type),+ }

        #[handlers]
        impl $purse {
            #[handle]
            fn pay(&self, command: Pay) -> Result<Paid, Infallible> {
                let ($payer, $pay) = (self, command);
                $paying
            }

            #[handle]
            fn spend(&self, command: Spend) -> Result<Option<Spent>, TooLittle> {
                let ($spender, $spend) = (self, command);
                $spending
            }

            #[apply]
            fn paid(&mut self, event: &Paid) {
                let ($paid, $by) = (self, event);
                $fold
            }

            #[apply]
            fn spent(&mut self, event: &Spent) {
                self.cents -= i64::from(event.cents);
            }
        }
    };
}

purse! {
    Purse, PurseEvent;
    fields { cents: i64 }
    pay |_purse, command| { Ok(Paid { cents: command.cents }) }
    spend |purse, command| {
        let cents = command.cents;
        if purse.cents < i64::from(cents) {
            return Err(TooLittle);
        }
        Ok((cents > 0).then_some(Spent { cents }))
    }
    paid |purse, event| { purse.cents += i64::from(event.cents); }
}

purse! {
    // Looks whether there is anything, and not whether there is enough.
    Careless, CarelessEvent;
    fields { cents: i64 }
    pay |_purse, command| { Ok(Paid { cents: command.cents }) }
    spend |purse, command| {
        let cents = command.cents;
        if purse.cents == 0 {
            return Err(TooLittle);
        }
        Ok((cents > 0).then_some(Spent { cents }))
    }
    paid |purse, event| { purse.cents += i64::from(event.cents); }
}

purse! {
    // Its snapshots lose how often it was paid into.
    Forgetful, ForgetfulEvent;
    fields { cents: i64, #[serde(skip)] times: u32 }
    pay |_purse, command| { Ok(Paid { cents: command.cents }) }
    spend |_purse, _command| { Ok(None) }
    paid |purse, event| {
        purse.cents += i64::from(event.cents);
        purse.times += 1;
    }
}

purse! {
    // Cannot count far.
    Narrow, NarrowEvent;
    fields { cents: i64, filled: u8 }
    pay |purse, command| {
        let room = 200 - purse.filled;
        Ok(Paid { cents: command.cents.min(u32::from(room)) })
    }
    spend |_purse, _command| { Ok(None) }
    paid |purse, event| {
        purse.filled += u8::try_from(event.cents).unwrap() + 90;
    }
}

type Both = (Pay, Spend);

#[test]
fn a_purse_that_is_right_holds_what_is_said_of_it() {
    let (mut refused, mut spent, mut silent) = (0, 0, 0);
    let seen = std::cell::RefCell::new((&mut refused, &mut spent, &mut silent));
    let property = |story: Story<Purse>| {
        let history = story.play();
        let mut seen = seen.borrow_mut();
        for step in history.steps() {
            match step.outcome {
                Outcome::Refused(ref reason) => {
                    prop_assert_eq!(reason, "too little");
                    *seen.0 += 1;
                }
                Outcome::Done(0) => *seen.2 += 1,
                Outcome::Done(_) => {}
            }
        }
        let of_actor = |step: &Step| {
            let command: serde_json::Value = step.data.decode().unwrap();
            format!("Purse.{}", command["purse"])
        };
        let actors: HashSet<_> = history.steps().iter().map(of_actor).collect();
        prop_assert!(actors.len() <= 1, "{:?}", actors);
        let stored = history.stored().iter();
        prop_assert!(
            stored
                .clone()
                .all(|it| actors.contains(it.actor_id.as_str()))
        );
        let mut cents = 0;
        for event in history.events() {
            cents += match event {
                PurseEvent::Paid(Paid { cents }) => i64::from(cents),
                PurseEvent::Spent(Spent { cents }) => {
                    *seen.1 += 1;
                    -i64::from(cents)
                }
            };
            prop_assert!(cents >= 0);
        }
        prop_assert_eq!(history.state().cents, cents);
        let versions: Vec<_> = history
            .stored()
            .iter()
            .map(|it| it.version.as_u64())
            .collect();
        let count = versions.len() as u64;
        prop_assert_eq!(versions, (1..=count).collect::<Vec<_>>());
        history.verify();
        Ok(())
    };
    runner(256)
        .run(&stories::<Purse, Both>(0..12), property)
        .unwrap();
    // The stories are no idle ones.
    assert!(
        refused > 50 && spent > 50 && silent > 10,
        "{refused} {spent} {silent}"
    );
}

#[test]
fn a_rule_that_a_handler_forgets_is_broken_by_the_shortest_story() {
    let (_, story) = broken(&stories::<Careless, Both>(0..12), |story| {
        prop_assert!(story.play().state().cents >= 0);
        Ok(())
    });
    let told = format!("{story:?}");
    let (pay, spend) = (
        r#"after 0ns: Pay {"cents":1,"purse":0}"#,
        r#"after 0ns: Spend {"cents":2,"purse":0}"#,
    );
    assert_eq!(told, format!("Careless.0 is sent [{pay}, {spend}]"));
}

#[test]
fn a_snapshot_that_loses_a_part_is_found_by_one_event() {
    let (reason, story) = broken(&stories::<Forgetful, Both>(0..12), |story| {
        story.play().verify();
        Ok(())
    });
    assert!(
        reason.starts_with("kept in snapshots after every 1 events, the state is another one"),
        "{reason}"
    );
    assert_eq!(
        format!("{story:?}"),
        r#"Forgetful.0 is sent [after 0ns: Pay {"cents":0,"purse":0}]"#
    );
}

#[test]
fn a_fold_that_panics_is_found_and_the_story_of_it_is_short() {
    let (reason, story) = broken(&stories::<Narrow, Both>(0..12), |story| {
        let _history = story.play();
        Ok(())
    });
    assert!(reason.contains("overflow"), "{reason}");
    // 200 and 90 is too much at once; two times 90 are not.
    let told = format!("{story:?}");
    assert_eq!(told.matches("Pay").count(), 1, "{told}");
    assert!(told.contains(r#""cents":166"#), "{told}");
}

#[test]
fn a_kind_that_is_missing_or_of_another_aggregate_is_named() {
    let missing = complaint(|| drop(stories::<Purse, (Pay,)>(0..3)));
    assert_eq!(
        missing,
        "`Purse` handles `Spend` as well: list it, or the stories leave out what it does"
    );
    let stranger = complaint(|| drop(stories::<Purse, (Both, Wish)>(0..3)));
    assert_eq!(stranger, "`Purse` does not handle `Wish`");
}

/// Takes nothing that its schema allows.
#[derive(Command, Debug, Serialize, Deserialize, JsonSchema)]
struct Wish {
    #[command(id)]
    #[serde(deserialize_with = "never")]
    whose: String,
}

fn never<'de, D: serde::Deserializer<'de>>(_: D) -> Result<String, D::Error> {
    Err(serde::de::Error::custom("never"))
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Paid), event = WellEvent)]
struct Well;

#[handlers]
impl Well {
    #[handle]
    fn wish(&self, _: Wish) -> Result<Paid, Infallible> {
        Ok(Paid { cents: 1 })
    }

    #[apply]
    fn paid(&mut self, _: &Paid) {}
}

#[test]
fn a_schema_that_is_no_description_of_its_type_is_an_error() {
    let useless = complaint(|| drop(stories::<Well, (Wish,)>(0..3)));
    assert_eq!(
        useless,
        "`Wish` takes nothing of what its JSON Schema allows"
    );
}

/// Whatever schemas say.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Everything {
    at: Timestamp,
    choice: Choice,
    counts: BTreeMap<String, u8>,
    numbered: BTreeMap<u16, bool>,
    list: Vec<Option<i8>>,
    set: BTreeSet<u8>,
    pair: (u64, String),
    #[schemars(range(min = 3, max = 5))]
    few: u32,
    #[schemars(length(min = 2, max = 3))]
    short: String,
    #[schemars(regex(pattern = r"^[A-Z]{2}-[0-9]+$"))]
    code: String,
    ratio: f64,
    tree: Tree,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
enum Choice {
    /// It lies in itself.
    Again(Box<Self>),
    Nothing,
    One(i64),
    Both {
        left: bool,
        right: u16,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Tree {
    branches: Vec<Self>,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
enum Several {
    First { number: u32 },
    Second,
    Third { everything: Box<Everything> },
}

#[test]
fn events_are_what_their_schema_says_and_every_kind_comes() {
    let schemas = event_schemas::<Everything>();
    let schema = schemas["Everything"].as_value();
    let mut kinds = HashSet::new();
    let mut runner = runner(1);
    let (one, several) = (events::<Everything>(), events::<Several>());
    for _ in 0..300 {
        let event = one.new_tree(&mut runner).unwrap().current();
        let value = serde_json::to_value(&event).unwrap();
        let violations = validate(schema, &value);
        assert!(violations.is_empty(), "{value}: {violations:?}");
        assert!((3..=5).contains(&event.few), "{event:?}");
        assert!((2..=3).contains(&event.short.chars().count()), "{event:?}");
        let (letters, digits) = event.code.split_once('-').unwrap();
        assert!(
            letters.len() == 2 && digits.parse::<f64>().is_ok(),
            "{event:?}"
        );
        let event = several.new_tree(&mut runner).unwrap().current();
        kinds.insert(std::mem::discriminant(&event));
    }
    assert_eq!(kinds.len(), 3);
}

#[test]
fn every_released_form_is_made_and_upcasters_that_do_not_read_it_are_found() {
    use crate::contracts::{forgetful, locked, second};
    let folder = tempfile::tempdir().unwrap();
    locked(folder.path());
    let read = |readers: Readers| {
        runner(50).run(&released(folder.path()), move |(event, version, data)| {
            let now = readers.rewrite(&event, version, &data);
            let now = now.map_err(|err| TestCaseError::fail(err.to_string()))?;
            // What was brought up to date stays as it is.
            let again = readers.rewrite(&event, 2, &now);
            prop_assert_eq!(again.ok(), Some(now));
            Ok(())
        })
    };
    read(Readers::of::<second::Sales>()).unwrap();
    let err = read(Readers::of::<forgetful::Sales>()).unwrap_err();
    assert!(err.to_string().contains("it cannot be read"), "{err}");
    let empty = tempfile::tempdir().unwrap();
    let path = empty.path().to_owned();
    let message = complaint(move || drop(released(path)));
    assert!(
        message.starts_with("no form of an event is locked in "),
        "{message}"
    );
}

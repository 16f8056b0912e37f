//! One test for each row of the table of rules.
//!
//! Each row holds two Rust types, and what is said of them is tried out with serde: if the new
//! form is said to read the old one, every sample of the old form is read; if not, one is refused.

use Verdict::{Break, Loss, Ok};
use eventstorming::contract::{Change, Rule, Verdict, compare, samples};
use schemars::{JsonSchema, schema_for};
use serde::de::DeserializeOwned;

fn reads_all<T: DeserializeOwned>(samples: &[serde_json::Value]) -> bool {
    samples
        .iter()
        .all(|sample| serde_json::from_value::<T>(sample.clone()).is_ok())
}

fn worst(changes: &[Change], verdict: impl Fn(&Change) -> Verdict) -> Verdict {
    changes.iter().map(verdict).max().unwrap_or(Ok)
}

/// That the change is of a kind, with these verdicts, and that serde agrees.
fn check<Old, New>(expected: &[(Rule, &str)], backward: Verdict, forward: Verdict)
where
    Old: JsonSchema + DeserializeOwned,
    New: JsonSchema + DeserializeOwned,
{
    let (old, new) = (schema_for!(Old).to_value(), schema_for!(New).to_value());
    let changes = compare(&old, &new);
    let found: Vec<(Rule, &str)> = changes
        .iter()
        .map(|change| (change.rule, change.path.as_str()))
        .collect();
    assert_eq!(found, expected, "{changes:#?}");
    assert_eq!(
        worst(&changes, |change| change.backward),
        backward,
        "backward: {changes:#?}"
    );
    assert_eq!(
        worst(&changes, |change| change.forward),
        forward,
        "forward: {changes:#?}"
    );
    let written = samples(&old);
    assert!(
        !written.is_empty() && reads_all::<Old>(&written),
        "{written:#?}"
    );
    let truly = reads_all::<New>(&written);
    assert_eq!(
        truly,
        backward != Break,
        "serde says otherwise of {written:#?}"
    );
}

/// Two types of one name, each in a place of its own, and the check of a row.
macro_rules! row {
    ($name:ident: { $($old:item)+ } => { $($new:item)+ } is $expected:expr, $backward:expr, $forward:expr) => {
        #[test]
        fn $name() {
            mod old {
                $(#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)] $old)+
            }
            mod new {
                $(#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)] $new)+
            }
            check::<old::E, new::E>($expected, $backward, $forward);
        }
    };
}

row!(an_optional_field_is_added:
    { pub(super) struct E { a: u32 } } => { pub(super) struct E { a: u32, b: Option<u32> } }
    is &[(Rule::OptionalFieldAdded, "b")], Ok, Ok);

row!(a_field_with_a_default_is_added:
    { pub(super) struct E { a: u32 } } => { pub(super) struct E { a: u32, #[serde(default)] b: u32 } }
    is &[(Rule::OptionalFieldAdded, "b")], Ok, Ok);

row!(a_required_field_is_added:
    { pub(super) struct E { a: u32 } } => { pub(super) struct E { a: u32, b: u32 } }
    is &[(Rule::RequiredFieldAdded, "b")], Break, Ok);

row!(an_optional_field_becomes_required:
    { pub(super) struct E { a: Option<u32> } } => { pub(super) struct E { a: u32 } }
    is &[(Rule::FieldNowRequired, "a"), (Rule::CaseRemoved, "a")], Break, Ok);

row!(a_field_loses_its_default:
    { pub(super) struct E { #[serde(default)] a: u32 } } => { pub(super) struct E { a: u32 } }
    is &[(Rule::FieldNowRequired, "a")], Break, Ok);

row!(a_field_is_removed:
    { pub(super) struct E { a: u32, b: u32 } } => { pub(super) struct E { a: u32 } }
    is &[(Rule::FieldRemoved, "b")], Loss, Break);

row!(an_optional_field_is_removed:
    { pub(super) struct E { a: u32, b: Option<u32> } } => { pub(super) struct E { a: u32 } }
    is &[(Rule::FieldRemoved, "b")], Loss, Ok);

row!(a_field_is_removed_and_unknown_fields_are_refused:
    { #[serde(deny_unknown_fields)] pub(super) struct E { a: u32, b: u32 } }
    => { #[serde(deny_unknown_fields)] pub(super) struct E { a: u32 } }
    is &[(Rule::FieldRemoved, "b")], Break, Break);

row!(a_field_is_renamed:
    { pub(super) struct E { a: u32 } } => { pub(super) struct E { b: u32 } }
    is &[(Rule::FieldRemoved, "a"), (Rule::RequiredFieldAdded, "b")], Break, Break);

row!(a_field_is_renamed_with_an_alias:
    { pub(super) struct E { a: u32 } }
    => { pub(super) struct E { #[serde(alias = "a")] #[schemars(extend("x-aliases" = ["a"]))] b: u32 } }
    is &[(Rule::FieldAliased, "a")], Ok, Break);

row!(an_integer_is_widened:
    { pub(super) struct E { a: u32 } } => { pub(super) struct E { a: u64 } }
    is &[(Rule::Widened, "a")], Ok, Break);

row!(an_integer_is_narrowed:
    { pub(super) struct E { a: u32 } } => { pub(super) struct E { a: u8 } }
    is &[(Rule::Narrowed, "a")], Break, Ok);

row!(an_integer_loses_its_sign:
    { pub(super) struct E { a: i32 } } => { pub(super) struct E { a: u32 } }
    is &[(Rule::Narrowed, "a")], Break, Ok);

row!(a_field_becomes_optional:
    { pub(super) struct E { a: u32 } } => { pub(super) struct E { a: Option<u32> } }
    is &[(Rule::FieldNowOptional, "a"), (Rule::CaseAdded, "a")], Ok, Break);

row!(an_integer_becomes_a_float:
    { pub(super) struct E { a: u64 } } => { pub(super) struct E { a: f64 } }
    is &[(Rule::IntegerNowFloat, "a")], Loss, Break);

row!(a_float_becomes_an_integer:
    { pub(super) struct E { a: f64 } } => { pub(super) struct E { a: u64 } }
    is &[(Rule::TypeChanged, "a")], Break, Break);

row!(a_type_changes:
    { pub(super) struct E { a: u32 } } => { pub(super) struct E { a: String } }
    is &[(Rule::TypeChanged, "a")], Break, Break);

row!(a_value_becomes_a_list:
    { pub(super) struct E { a: u32 } } => { pub(super) struct E { a: Vec<u32> } }
    is &[(Rule::TypeChanged, "a")], Break, Break);

row!(the_items_of_a_list_change:
    { struct I { p: u32 } pub(super) struct E { a: Vec<I> } }
    => { struct I { p: String } pub(super) struct E { a: Vec<I> } }
    is &[(Rule::TypeChanged, "a[].p")], Break, Break);

row!(the_keys_of_a_map_change:
    { pub(super) struct E { a: std::collections::BTreeMap<String, u32> } } => { pub(super) struct E { a: std::collections::BTreeMap<u32, u32> } }
    is &[(Rule::MapChanged, "a{}")], Break, Break);

row!(the_values_of_a_map_change:
    { pub(super) struct E { a: std::collections::BTreeMap<String, u32> } } => { pub(super) struct E { a: std::collections::BTreeMap<String, bool> } }
    is &[(Rule::TypeChanged, "a{}")], Break, Break);

row!(a_map_becomes_a_struct:
    { pub(super) struct E { a: std::collections::BTreeMap<String, u32> } }
    => { struct I { p: u32 } pub(super) struct E { a: I } }
    is &[(Rule::RequiredFieldAdded, "a.p"), (Rule::MapChanged, "a")], Break, Break);

row!(a_tuple_gains_a_member:
    { pub(super) struct E { a: (u32, u32) } } => { pub(super) struct E { a: (u32, u32, u32) } }
    is &[(Rule::ArityChanged, "a")], Break, Break);

row!(a_member_of_a_tuple_changes:
    { pub(super) struct E { a: (u32, u32) } } => { pub(super) struct E { a: (u32, String) } }
    is &[(Rule::TypeChanged, "a.1")], Break, Break);

row!(a_list_becomes_a_tuple:
    { pub(super) struct E { a: Vec<u32> } } => { pub(super) struct E { a: (u32, u32) } }
    is &[(Rule::TypeChanged, "a")], Break, Break);

row!(a_value_is_added_to_an_enum:
    { enum K { A, B } pub(super) struct E { a: K } } => { enum K { A, B, C } pub(super) struct E { a: K } }
    is &[(Rule::CaseAdded, "a")], Ok, Break);

row!(a_value_is_removed_from_an_enum:
    { enum K { A, B, C } pub(super) struct E { a: K } } => { enum K { A, B } pub(super) struct E { a: K } }
    is &[(Rule::CaseRemoved, "a")], Break, Ok);

row!(a_value_of_an_enum_is_renamed:
    { enum K { A, B } pub(super) struct E { a: K } } => { enum K { A, C } pub(super) struct E { a: K } }
    is &[(Rule::CaseRemoved, "a"), (Rule::CaseAdded, "a")], Break, Break);

row!(a_case_with_fields_is_added:
    { enum K { A { x: u32 }, B } pub(super) struct E { a: K } }
    => { enum K { A { x: u32 }, B, C { y: u32 } } pub(super) struct E { a: K } }
    is &[(Rule::CaseAdded, "a")], Ok, Break);

row!(a_case_with_fields_is_removed:
    { enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    => { enum K { A { x: u32 } } pub(super) struct E { a: K } }
    is &[(Rule::CaseRemoved, "a")], Break, Ok);

row!(a_field_of_a_case_changes:
    { #[serde(tag = "t")] enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    => { #[serde(tag = "t")] enum K { A { x: bool }, B { y: u32 } } pub(super) struct E { a: K } }
    is &[(Rule::TypeChanged, "a.x")], Break, Break);

row!(the_tag_of_an_enum_changes:
    { #[serde(tag = "t")] enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    => { #[serde(tag = "k")] enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    is &[(Rule::RepresentationChanged, "a")], Break, Break);

row!(an_enum_is_tagged_inside_in_place_of_outside:
    { enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    => { #[serde(tag = "k")] enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    is &[(Rule::RepresentationChanged, "a")], Break, Break);

row!(an_enum_gets_its_content_apart:
    { #[serde(tag = "t")] enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    => { #[serde(tag = "t", content = "c")] enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    is &[
        (Rule::FieldRemoved, "a.x"), (Rule::RequiredFieldAdded, "a.c"),
        (Rule::FieldRemoved, "a.y"), (Rule::RequiredFieldAdded, "a.c"),
    ], Break, Break);

row!(the_values_of_an_enum_are_spelt_otherwise:
    { enum K { FirstOne, SecondOne } pub(super) struct E { a: K } }
    => { #[serde(rename_all = "snake_case")] enum K { FirstOne, SecondOne } pub(super) struct E { a: K } }
    is &[(Rule::RepresentationChanged, "a")], Break, Break);

row!(an_enum_becomes_untagged:
    { enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    => { #[serde(untagged)] enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    is &[(Rule::RepresentationChanged, "a")], Break, Break);

row!(an_enum_becomes_text:
    { enum K { A, B } pub(super) struct E { a: K } } => { pub(super) struct E { a: String } }
    is &[(Rule::Widened, "a"), (Rule::Widened, "a")], Ok, Break);

row!(text_becomes_an_enum:
    { pub(super) struct E { a: String } } => { enum K { A, B } pub(super) struct E { a: K } }
    is &[(Rule::CaseRemoved, "a"), (Rule::CaseAdded, "a"), (Rule::CaseAdded, "a")], Break, Break);

row!(text_becomes_a_character:
    { pub(super) struct E { a: String } } => { pub(super) struct E { a: char } }
    is &[(Rule::Narrowed, "a")], Break, Ok);

row!(a_character_becomes_text:
    { pub(super) struct E { a: char } } => { pub(super) struct E { a: String } }
    is &[(Rule::Widened, "a")], Ok, Break);

row!(a_list_becomes_a_set:
    { pub(super) struct E { a: Vec<u32> } } => { pub(super) struct E { a: std::collections::BTreeSet<u32> } }
    is &[(Rule::Narrowed, "a")], Loss, Ok);

row!(a_list_gets_a_length:
    { pub(super) struct E { a: Vec<u32> } } => { pub(super) struct E { a: [u32; 2] } }
    is &[(Rule::Narrowed, "a")], Break, Ok);

row!(a_float_has_fewer_digits:
    { pub(super) struct E { a: f64 } } => { pub(super) struct E { a: f32 } }
    is &[(Rule::FloatNowShorter, "a")], Loss, Ok);

row!(a_float_has_more_digits:
    { pub(super) struct E { a: f32 } } => { pub(super) struct E { a: f64 } }
    is &[], Ok, Ok);

row!(nothing_is_no_longer_among_the_integers:
    { pub(super) struct E { a: u32 } } => { pub(super) struct E { a: std::num::NonZeroU32 } }
    is &[(Rule::Narrowed, "a")], Break, Ok);

row!(a_set_becomes_a_list:
    { pub(super) struct E { a: std::collections::BTreeSet<u32> } } => { pub(super) struct E { a: Vec<u32> } }
    is &[(Rule::Widened, "a")], Ok, Loss);

row!(a_value_of_an_enum_is_renamed_with_an_alias:
    { enum K { A, B } pub(super) struct E { a: K } }
    => { enum K { #[serde(alias = "A")] #[schemars(extend("x-aliases" = ["A"]))] Z, B } pub(super) struct E { a: K } }
    is &[(Rule::CaseAliased, "a")], Ok, Break);

row!(a_case_with_fields_is_renamed_with_an_alias_and_its_fields_are_compared:
    { enum K { A { x: u32 }, B } pub(super) struct E { a: K } }
    => { enum K { #[serde(alias = "A")] #[schemars(extend("x-aliases" = ["A"]))] Z { x: u64 }, B } pub(super) struct E { a: K } }
    is &[(Rule::CaseAliased, "a"), (Rule::Widened, "a.Z.x")], Ok, Break);

row!(a_case_with_fields_is_renamed_with_an_alias_and_its_fields_break:
    { enum K { A { x: u32 }, B } pub(super) struct E { a: K } }
    => { enum K { #[serde(alias = "A")] #[schemars(extend("x-aliases" = ["A"]))] Z { x: bool }, B } pub(super) struct E { a: K } }
    is &[(Rule::CaseAliased, "a"), (Rule::TypeChanged, "a.Z.x")], Break, Break);

row!(a_tagged_case_is_renamed_with_an_alias:
    { #[serde(tag = "t")] enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    => { #[serde(tag = "t")] enum K { #[serde(alias = "A")] #[schemars(extend("x-aliases" = ["A"]))] Z { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    is &[(Rule::CaseAliased, "a")], Ok, Break);

row!(a_value_that_is_gone_is_read_as_the_one_that_stands_for_all_others:
    { enum K { A, B } pub(super) struct E { a: K } }
    => { enum K { A, #[serde(other)] #[schemars(extend("x-other" = true))] Else } pub(super) struct E { a: K } }
    is &[(Rule::CaseAbsorbed, "a")], Loss, Break);

row!(a_tagged_case_that_is_gone_is_read_as_the_one_that_stands_for_all_others:
    { #[serde(tag = "t")] enum K { A { x: u32 }, B { y: u32 } } pub(super) struct E { a: K } }
    => { #[serde(tag = "t")] enum K { A { x: u32 }, #[serde(other)] #[schemars(extend("x-other" = true))] Else } pub(super) struct E { a: K } }
    is &[(Rule::CaseAbsorbed, "a")], Loss, Break);

row!(a_branch_is_added_to_a_union:
    { #[serde(untagged)] enum K { A(u32), B(Vec<u32>) } pub(super) struct E { a: K } }
    => { #[serde(untagged)] enum K { A(u32), B(Vec<u32>), C(bool) } pub(super) struct E { a: K } }
    is &[(Rule::CaseAdded, "a")], Ok, Break);

row!(a_branch_is_removed_from_a_union:
    { #[serde(untagged)] enum K { A(u32), B(Vec<u32>), C(bool) } pub(super) struct E { a: K } }
    => { #[serde(untagged)] enum K { A(u32), B(Vec<u32>) } pub(super) struct E { a: K } }
    is &[(Rule::CaseRemoved, "a")], Break, Ok);

row!(what_is_personal_is_still_read:
    { pub(super) struct E { a: String } } => { pub(super) struct E { a: super::Personal } }
    is &[(Rule::CaseAdded, "a")], Ok, Break);

row!(what_is_personal_is_no_longer_so:
    { pub(super) struct E { a: super::Personal } } => { pub(super) struct E { a: String } }
    is &[(Rule::CaseRemoved, "a")], Break, Ok);

/// As `aether::Personal` is written: the value itself, or that it is forgotten.
#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
enum Personal {
    Known(String),
    Forgotten(Forgotten),
}

#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
struct Forgotten {
    #[serde(rename = "$forgotten")]
    forgotten: bool,
}

/// What two schemas of one field give.
fn verdicts(old: &serde_json::Value, new: &serde_json::Value) -> Vec<(Rule, Verdict, Verdict)> {
    let of = |schema: &serde_json::Value| serde_json::json!({ "type": "object", "properties": { "a": schema }, "required": ["a"] });
    let changes = compare(&of(old), &of(new));
    let told = changes.iter();
    told.map(|one| (one.rule, one.backward, one.forward))
        .collect()
}

/// Sterner than serde, which reads a list of two as well: what is meant by the places is lost.
#[test]
fn a_tuple_becomes_a_list() {
    let tuple = schema_for!((u32, u32)).to_value();
    let list = schema_for!(Vec<u32>).to_value();
    assert_eq!(verdicts(&tuple, &list), [(Rule::TypeChanged, Break, Break)]);
}

/// Bounds and lengths that a schema says and serde does not look at: a reader may.
#[test]
fn a_bound_that_is_tightened_breaks_and_one_that_is_loosened_does_not() {
    let bounds = [
        serde_json::json!({ "type": "integer", "minimum": 1 }),
        serde_json::json!({ "type": "integer", "maximum": 99 }),
        serde_json::json!({ "type": "number", "exclusiveMinimum": 0 }),
        serde_json::json!({ "type": "number", "exclusiveMaximum": 1 }),
        serde_json::json!({ "type": "integer", "format": "unix-time" }),
        serde_json::json!({ "type": "array", "items": true, "minItems": 1 }),
        serde_json::json!({ "type": "array", "items": true, "maxItems": 9 }),
    ];
    for tight in bounds {
        let mut loose = tight.clone();
        let fields = loose.as_object_mut().unwrap();
        fields.retain(|key, _| key == "type" || key == "items");
        assert_eq!(verdicts(&tight, &tight), [], "{tight}");
        assert_eq!(
            verdicts(&loose, &tight),
            [(Rule::Narrowed, Break, Ok)],
            "{tight}"
        );
        assert_eq!(
            verdicts(&tight, &loose),
            [(Rule::Widened, Ok, Break)],
            "{tight}"
        );
    }
    let (with, without) = (
        serde_json::json!({ "type": "number", "minimum": 0 }),
        serde_json::json!({ "type": "number", "exclusiveMinimum": 0 }),
    );
    assert_eq!(verdicts(&with, &without), [(Rule::Narrowed, Break, Ok)]);
    assert_eq!(verdicts(&without, &with), [(Rule::Widened, Ok, Break)]);
}

/// What says that an old name is still read is believed, and the samples show whether it is true.
#[test]
fn an_alias_that_another_case_has_is_none() {
    let old = serde_json::json!({ "enum": ["A", "B"] });
    let new = serde_json::json!({ "oneOf": [{ "const": "B", "x-aliases": ["C"] }] });
    assert_eq!(verdicts(&old, &new), [(Rule::CaseRemoved, Break, Ok)]);
}

/// Sterner than serde: what else an earlier build may have stored is not known.
#[test]
fn unknown_fields_are_refused() {
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Open {
        a: u32,
    }
    #[derive(JsonSchema)]
    #[schemars(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Closed {
        a: u32,
    }
    let (open, closed) = (schema_for!(Open).to_value(), schema_for!(Closed).to_value());
    let found: Vec<_> = compare(&open, &closed)
        .iter()
        .map(|one| (one.rule, one.backward))
        .collect();
    assert_eq!(found, [(Rule::FieldsNowClosed, Break)]);
    assert_eq!(compare(&closed, &open), []);
}

row!(anything_is_taken:
    { pub(super) struct E { a: u32 } } => { pub(super) struct E { a: serde_json::Value } }
    is &[(Rule::Widened, "a")], Ok, Break);

row!(docs_and_the_order_of_fields_do_not_count:
    { /** One. */ pub(super) struct E { /** First. */ a: u32, b: bool } }
    => { /** Another. */ pub(super) struct E { b: bool, /** Last. */ a: u32 } }
    is &[], Ok, Ok);

row!(a_type_that_holds_itself_is_compared_once:
    { struct N { v: u32, next: Vec<Self> } pub(super) struct E { a: N } }
    => { struct N { v: u64, next: Vec<Self> } pub(super) struct E { a: N } }
    is &[(Rule::Widened, "a.v")], Ok, Break);

row!(what_is_flattened_is_compared:
    { struct I { p: u32 } pub(super) struct E { #[serde(flatten)] i: I, a: u32 } }
    => { struct I { p: bool } pub(super) struct E { #[serde(flatten)] i: I, a: u32 } }
    is &[(Rule::TypeChanged, "p")], Break, Break);

row!(an_optional_struct_gains_a_field:
    { struct I { p: u32 } pub(super) struct E { a: Option<I> } }
    => { struct I { p: u32, q: u32 } pub(super) struct E { a: Option<I> } }
    is &[(Rule::RequiredFieldAdded, "a.q")], Break, Ok);

/// Constraints that a schema says and serde does not look at: a reader may.
#[test]
fn a_constraint_on_text_that_is_tightened_breaks_and_one_that_is_loosened_does_not() {
    let text = |constraint: serde_json::Value| {
        let mut text = serde_json::json!({ "type": "string" });
        text.as_object_mut()
            .unwrap()
            .extend(constraint.as_object().unwrap().clone());
        serde_json::json!({ "type": "object", "properties": { "a": text }, "required": ["a"] })
    };
    let plain = text(serde_json::json!({}));
    let tighter = [
        serde_json::json!({ "pattern": "^A" }),
        serde_json::json!({ "format": "uuid" }),
        serde_json::json!({ "minLength": 1 }),
        serde_json::json!({ "maxLength": 9 }),
    ];
    for constraint in tighter {
        let tight = text(constraint.clone());
        let verdicts = |old, new| {
            let found = compare(old, new);
            found
                .iter()
                .map(|one| (one.rule, one.backward, one.forward))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            verdicts(&plain, &tight),
            [(Rule::Narrowed, Break, Ok)],
            "{constraint}"
        );
        assert_eq!(
            verdicts(&tight, &plain),
            [(Rule::Widened, Ok, Break)],
            "{constraint}"
        );
    }
}

use eventstorming::contract::reading::{Alternative, Form, Range, Schema, alternatives};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    strategy::Union,
};
use serde_json::{Map, Value, json};

use super::texts;

/// How deep a value goes before lists stay empty and optional fields stay away.
const DEPTH: usize = 6;

/// How many items a list has at most, beyond those that it must have.
const ITEMS: usize = 4;

type Values = BoxedStrategy<Value>;

/// Values that a schema describes. They shrink towards the simplest of them.
///
/// Where nothing is described, or only what goes deeper and deeper, it is `null`, which no type
/// takes whose schema does not say so.
pub(super) fn values(schema: &Value) -> Values {
    let made = of_schema(&Schema::new(schema), DEPTH);
    made.unwrap_or_else(|| Just(Value::Null).boxed())
}

/// None if there is no value that is not deeper.
fn of_schema(schema: &Schema<'_>, depth: usize) -> Option<Values> {
    let mut all = alternatives(schema);
    // Shrinking goes towards the first: nothing is simpler than `null`.
    all.sort_by_key(|alternative| alternative.form != Form::Null);
    let weight = |form: &Form| if *form == Form::Null { 1 } else { 3 };
    let weighted = all.iter().filter_map(|alternative| {
        let made = of_alternative(alternative, depth)?;
        Some((weight(&alternative.form), made))
    });
    let weighted: Vec<_> = weighted.collect();
    (!weighted.is_empty()).then(|| Union::new_weighted(weighted).boxed())
}

fn of_alternative(alternative: &Alternative<'_>, depth: usize) -> Option<Values> {
    let schema = &alternative.schema;
    Some(match &alternative.form {
        Form::Any => anything(),
        Form::Null => Just(Value::Null).boxed(),
        Form::Boolean => any::<bool>().prop_map(Value::Bool).boxed(),
        Form::Integer => integers(schema),
        Form::Number => numbers(schema),
        Form::Text => texts::texts(schema).prop_map(Value::String).boxed(),
        Form::List => return lists(schema, depth),
        Form::Tuple => return tuples(schema, depth),
        Form::Object => return objects(schema, depth),
        Form::Value(value) => Just(value.clone()).boxed(),
    })
}

fn anything() -> Values {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-3..100_i64).prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::String),
        vec((0..3_i64).prop_map(Value::from), 0..3).prop_map(Value::Array),
    ]
    .boxed()
}

/// Mostly small ones, now and then the ends of the range or anything between.
fn integers(schema: &Schema<'_>) -> Values {
    let (least, most) = bounds(schema);
    let step = schema.number("multipleOf").map_or(1, i128::from).max(1);
    let near = 0.clamp(least, most);
    let small = (0..10_i128).prop_map(move |number| (near + number * step).min(most));
    let close = (-1_000..1_000_i128).prop_map(move |number| near + number * step);
    let close = close.prop_map(move |number| number.clamp(least, most));
    let ends = prop_oneof![Just(least), Just(most)];
    prop_oneof![12 => small, 4 => close, 1 => least..=most, 1 => ends]
        .prop_map(move |number| integer(number - number % step))
        .boxed()
}

/// As far as JSON carries integers.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float becomes the nearest integer there is"
)]
fn bounds(schema: &Schema<'_>) -> (i128, i128) {
    let range = Range::of(schema);
    let least = range
        .least
        .map_or(i128::from(i64::MIN), |least| least.ceil() as i128);
    let most = range
        .most
        .map_or(i128::from(i64::MAX), |most| most.floor() as i128);
    let least = least.clamp(i128::from(i64::MIN), i128::from(u64::MAX));
    (least, most.clamp(least, i128::from(u64::MAX)))
}

fn integer(number: i128) -> Value {
    let unsigned = || u64::try_from(number).map(Value::from);
    i64::try_from(number)
        .map(Value::from)
        .or_else(|_| unsigned())
        .unwrap_or_default()
}

/// In quarters, or in sixteenths of the range, which text carries exactly.
fn numbers(schema: &Schema<'_>) -> Values {
    let Range { least, most, .. } = Range::of(schema);
    match (least, most) {
        (Some(least), Some(most)) => (0..=16_i32)
            .prop_map(move |part| json!(least + (most - least) * f64::from(part) / 16.0))
            .boxed(),
        _ => (0..1_000_i32, any::<bool>())
            .prop_map(move |(quarters, negative)| {
                let number = f64::from(if negative { -quarters } else { quarters }) / 4.0;
                let number = least.map_or(number, |least| least + number.abs());
                json!(most.map_or(number, |most| most - number.abs()))
            })
            .boxed(),
    }
}

fn lists(schema: &Schema<'_>, depth: usize) -> Option<Values> {
    let count = |keyword| {
        let count = schema.number(keyword);
        count.and_then(|it| usize::try_from(it).ok())
    };
    let least = count("minItems").unwrap_or(0);
    let most = count("maxItems").unwrap_or(usize::MAX).min(least + ITEMS);
    let node = schema.get("items").cloned().unwrap_or(Value::Bool(true));
    let Some(items) = deeper(&schema.at(&node), depth) else {
        return (least == 0).then(|| Just(Value::Array(Vec::new())).boxed());
    };
    let lists = vec(items, least..=most.max(least));
    if schema.get("uniqueItems") != Some(&Value::Bool(true)) {
        return Some(lists.prop_map(Value::Array).boxed());
    }
    let distinct = lists
        .prop_map(distinct)
        .prop_filter("too few distinct items", move |items| items.len() >= least);
    Some(distinct.prop_map(Value::Array).boxed())
}

/// What lies in another value.
fn deeper(schema: &Schema<'_>, depth: usize) -> Option<Values> {
    of_schema(schema, depth.checked_sub(1)?)
}

fn distinct(items: Vec<Value>) -> Vec<Value> {
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

fn tuples(schema: &Schema<'_>, depth: usize) -> Option<Values> {
    let items = schema.list("prefixItems").iter();
    let items = items.map(|node| deeper(&schema.at(node), depth));
    let items: Vec<_> = items.collect::<Option<_>>()?;
    Some(items.prop_map(Value::Array).boxed())
}

/// A field of an object, if it is there.
type Field = BoxedStrategy<Option<(String, Value)>>;

/// Fields, of which those that may be left out sometimes are, and what a map holds beside them.
fn objects(schema: &Schema<'_>, depth: usize) -> Option<Values> {
    let fields = schema.properties().filter_map(|(name, property)| {
        let is_required = schema.requires(name);
        match deeper(&property, depth) {
            Some(values) => Some(Some(field(name, is_required, values))),
            None if is_required => Some(None),
            None => None,
        }
    });
    let fields: Vec<_> = fields.collect::<Option<_>>()?;
    let made = (fields, entries(schema, depth))
        .prop_map(|(fields, entries)| entries.into_iter().chain(fields.into_iter().flatten()))
        .prop_map(|all| Value::Object(all.collect::<Map<_, _>>()));
    Some(made.boxed())
}

fn field(name: &str, is_required: bool, values: Values) -> Field {
    let name = name.to_owned();
    let is_kept = if is_required {
        Just(true).boxed()
    } else {
        any::<bool>().boxed()
    };
    (is_kept, values)
        .prop_map(move |(is_kept, value)| is_kept.then(|| (name.clone(), value)))
        .boxed()
}

/// What a map holds.
fn entries(schema: &Schema<'_>, depth: usize) -> BoxedStrategy<Vec<(String, Value)>> {
    let made = schema.map_values().and_then(|(pattern, values)| {
        let keys = texts::keys(pattern);
        Some(btree_map(keys, deeper(&values, depth)?, 0..=ITEMS))
    });
    match made {
        Some(entries) => entries
            .prop_map(|entries| entries.into_iter().collect())
            .boxed(),
        None => Just(Vec::new()).boxed(),
    }
}

//! Samples of a schema: one that is typical, and one for each choice that the schema leaves.

use serde_json::{Map, Value, json};

use super::{
    alternative::{Alternative, Form, alternatives},
    number::{EXACT, Range},
    schema::Schema,
    validate,
};

/// How deep a sample goes before lists stay empty and optional fields stay away.
const DEPTH: usize = 8;

/// The most samples of one schema.
const MOST: usize = 64;

/// A typical value of a schema: the first example it gives, or else one that is made up.
pub fn sample(schema: &Value) -> Value {
    samples(schema).into_iter().next().unwrap_or(Value::Null)
}

/// A typical value, and then, one choice at a time, what else a value may be: each case of each
/// enum, each optional field left out, each `null`, an empty list, the ends of each range.
///
/// The same schema gives the same samples. There are at most 64.
pub fn samples(schema: &Value) -> Vec<Value> {
    let mut all = variations(&Schema::new(schema), DEPTH);
    all.retain(|value| validate(schema, value).is_empty());
    let mut distinct: Vec<Value> = Vec::new();
    for value in all {
        if !distinct.contains(&value) && distinct.len() < MOST {
            distinct.push(value);
        }
    }
    distinct
}

/// The typical value first.
fn variations(schema: &Schema<'_>, depth: usize) -> Vec<Value> {
    let schema = schema.clone().resolved();
    let mut found: Vec<Value> = schema.list("examples").to_vec();
    let mut alternatives = alternatives(&schema);
    // `null` is the exception.
    alternatives.sort_by_key(|alternative| alternative.form == Form::Null);
    let of_each: Vec<Vec<Value>> = alternatives
        .iter()
        .map(|alternative| of_alternative(alternative, depth))
        .collect();
    found.extend(of_each.iter().filter_map(|values| values.first()).cloned());
    found.extend(
        of_each
            .iter()
            .flat_map(|values| values.iter().skip(1))
            .cloned(),
    );
    found
}

fn of_alternative(alternative: &Alternative<'_>, depth: usize) -> Vec<Value> {
    let schema = &alternative.schema;
    match &alternative.form {
        Form::Any => vec![json!({})],
        Form::Null => vec![Value::Null],
        Form::Boolean => vec![json!(true), json!(false)],
        Form::Integer => integers(schema),
        Form::Number => vec![json!(1.5), json!(0.0)],
        Form::Text => texts(schema),
        Form::List => lists(schema, depth),
        Form::Tuple => combined(
            schema.list("prefixItems"),
            |node| variations(&schema.at(node), depth),
            Value::Array,
        ),
        Form::Object => objects(schema, depth),
        Form::Value(value) => vec![value.clone()],
    }
}

/// A small number, and the ends of the range as far as JSON carries them everywhere.
fn integers(schema: &Schema<'_>) -> Vec<Value> {
    let Range { least, most, .. } = Range::of(schema);
    let bound = |number: f64| number.clamp(-EXACT, EXACT);
    let ends = [least.map(bound), most.map(bound)];
    let typical = [3.0, least.unwrap_or(3.0).max(3.0).min(most.unwrap_or(3.0))];
    let numbers = typical.into_iter().chain(ends.into_iter().flatten());
    numbers.map(whole).collect()
}

/// A float that is whole, as the integer it is.
fn whole(number: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it was clamped to what an integer holds"
    )]
    let integer = number as i64;
    json!(integer)
}

fn texts(schema: &Schema<'_>) -> Vec<Value> {
    let text = match schema.text("format").unwrap_or_default() {
        "uuid" => "01890a5d-ac96-774b-bcce-b302099a8057",
        "date-time" => "2026-03-14T15:09:26Z",
        "partial-date-time" => "2026-03-14T15:09:26",
        "date" => "2026-03-14",
        "time" => "15:09:26Z",
        "partial-time" => "15:09:26",
        "duration" => "PT1H30M",
        "email" => "someone@example.org",
        "uri" | "iri" => "https://example.org/",
        "hostname" => "example.org",
        "ipv4" | "ip" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        _ => return plain_texts(schema),
    };
    vec![json!(text)]
}

fn plain_texts(schema: &Schema<'_>) -> Vec<Value> {
    let length = |keyword: &str| {
        schema
            .number(keyword)
            .and_then(|length| usize::try_from(length).ok())
    };
    let (least, most) = (
        length("minLength").unwrap_or(0),
        length("maxLength").unwrap_or(4),
    );
    let typical: String = "text"
        .chars()
        .cycle()
        .take(least.max(4).min(most.max(least)))
        .collect();
    let shortest: String = "text".chars().cycle().take(least).collect();
    vec![json!(typical), json!(shortest)]
}

fn lists(schema: &Schema<'_>, depth: usize) -> Vec<Value> {
    let count = |keyword: &str| {
        schema
            .number(keyword)
            .and_then(|count| usize::try_from(count).ok())
    };
    let (least, most) = (
        count("minItems").unwrap_or(0),
        count("maxItems").unwrap_or(usize::MAX),
    );
    let empty = Value::Array(Vec::new());
    if depth == 0 && least == 0 {
        return vec![empty];
    }
    let items = schema.get("items").map_or_else(
        || vec![json!({})],
        |items| variations(&schema.at(items), depth.saturating_sub(1)),
    );
    let repeated = least.max(1).min(most);
    let mut lists: Vec<Value> = items
        .into_iter()
        .map(|item| Value::Array(vec![item; repeated]))
        .collect();
    lists.push(empty);
    lists
}

fn objects(schema: &Schema<'_>, depth: usize) -> Vec<Value> {
    let inner = depth.saturating_sub(1);
    let fields: Vec<(&str, Schema<'_>)> = schema
        .properties()
        .filter(|(name, _)| depth > 0 || schema.requires(name))
        .collect();
    let build = |values: Vec<Value>| {
        let names = fields.iter().map(|(name, _)| (*name).to_owned());
        Value::Object(names.zip(values).collect::<Map<String, Value>>())
    };
    let mut found = combined(&fields, |(_, property)| variations(property, inner), build);
    if let (Some((pattern, values)), true) = (schema.map_values(), depth > 0) {
        let key = if pattern.is_some() { "1" } else { "key" };
        let of_values = variations(&values, inner).into_iter();
        let maps = of_values.map(|value| json!({ key: value }));
        found = maps.chain(found).collect();
    }
    if let Some(Value::Object(typical)) = found.first().cloned() {
        let optional = fields.iter().filter(|(name, _)| !schema.requires(name));
        found.extend(optional.map(|(name, _)| {
            let mut without = typical.clone();
            without.remove(*name);
            Value::Object(without)
        }));
    }
    found
}

/// All parts in their typical form, then one part after another in each of its other forms.
fn combined<T>(
    parts: &[T],
    variations: impl Fn(&T) -> Vec<Value>,
    build: impl Fn(Vec<Value>) -> Value,
) -> Vec<Value> {
    let of_parts: Vec<Vec<Value>> = parts.iter().map(variations).collect();
    let Some(typical) = of_parts
        .iter()
        .map(|values| values.first().cloned())
        .collect::<Option<Vec<_>>>()
    else {
        return Vec::new();
    };
    let mut found = vec![build(typical.clone())];
    for (at, values) in of_parts.iter().enumerate() {
        for value in values.iter().skip(1) {
            let mut one = typical.clone();
            if let Some(slot) = one.get_mut(at) {
                slot.clone_from(value);
            }
            found.push(build(one));
        }
    }
    found
}

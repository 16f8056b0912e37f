//! What a value may be: each of the alternatives that a schema leaves.

use serde_json::{Value, json};

use super::schema::Schema;

/// How many unions may lie in one another before they are taken to go in a circle.
const DEPTH: usize = 16;

/// One of the things that a value may be.
#[derive(Debug, Clone)]
pub struct Alternative<'a> {
    /// What is said about it.
    pub schema: Schema<'a>,
    /// What kind of value it is.
    pub form: Form,
}

/// What kind of JSON value it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Any value.
    Any,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A string.
    Text,
    /// An array of items of one kind.
    List,
    /// An array whose items have a kind each.
    Tuple,
    /// An object.
    Object,
    /// This value and no other.
    Value(Value),
}

impl Form {
    fn of_type(word: &str, schema: &Schema<'_>) -> Option<Self> {
        Some(match word {
            "null" => Self::Null,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::Text,
            "array" if schema.get("prefixItems").is_some() => Self::Tuple,
            "array" => Self::List,
            "object" => Self::Object,
            _ => return None,
        })
    }

    /// What a reader calls it.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Any => "anything".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Boolean => "a boolean".to_owned(),
            Self::Integer => "an integer".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Text => "a string".to_owned(),
            Self::List => "a list".to_owned(),
            Self::Tuple => "a tuple".to_owned(),
            Self::Object => "an object".to_owned(),
            Self::Value(value) => value.to_string(),
        }
    }
}

impl Form {
    /// Whether one is told from the other by a tag alone: both are values, or both are objects.
    pub(super) const fn is_tagged_like(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Value(_), Self::Value(_)) | (Self::Object, Self::Object)
        )
    }
}

impl Alternative<'_> {
    /// The name of the case that it is in a union: a value itself, the tag of an object, or the
    /// only field that is always there.
    pub(super) fn case(&self) -> Option<Value> {
        if let Form::Value(value) = &self.form {
            return Some(value.clone());
        }
        if self.form != Form::Object {
            return None;
        }
        match self.tag() {
            Some((_, tag)) => Some(tag),
            None => self.only_field().map(Value::from),
        }
    }

    /// Its schema with another name of the case; nothing if it has no fields that could differ.
    pub(super) fn renamed(&self, case: &Value) -> Option<Value> {
        let mut node = self.schema.node().clone();
        let properties = node.get_mut("properties")?.as_object_mut()?;
        if let Some((field, _)) = self.tag() {
            properties.insert(field, json!({ "const": case }));
            return Some(node);
        }
        let (before, now) = (self.only_field()?, case.as_str()?);
        let inner = properties.remove(&before)?;
        properties.insert(now.to_owned(), inner);
        node.as_object_mut()?
            .insert("required".to_owned(), json!([now]));
        Some(node)
    }

    /// The field that is always there with one value, and the value.
    fn tag(&self) -> Option<(String, Value)> {
        self.schema.properties().find_map(|(name, property)| {
            let value = constant(&property).filter(|_| self.schema.requires(name))?;
            Some((name.to_owned(), value))
        })
    }

    fn only_field(&self) -> Option<String> {
        let names: Vec<&str> = self.schema.properties().map(|(name, _)| name).collect();
        match names.as_slice() {
            [only] if self.schema.requires(only) => Some((*only).to_owned()),
            _ => None,
        }
    }

    /// By which one finds it again in another schema: of an object in a union, its tag.
    pub(super) fn key(&self) -> String {
        if self.form != Form::Object {
            return self.form.title();
        }
        match (self.tag(), self.only_field()) {
            (Some((name, value)), _) => format!("{name}: {value}"),
            (None, Some(only)) => format!("{only}: .."),
            (None, None) => self.form.title(),
        }
    }
}

fn constant(schema: &Schema<'_>) -> Option<Value> {
    let only = match schema.list("enum") {
        [only] => Some(only),
        _ => None,
    };
    schema.get("const").or(only).cloned()
}

/// Everything that a value of the schema may be.
pub fn alternatives<'a>(schema: &Schema<'a>) -> Vec<Alternative<'a>> {
    within(&schema.clone().resolved(), DEPTH)
}

fn within<'a>(schema: &Schema<'a>, depth: usize) -> Vec<Alternative<'a>> {
    let alternative = |form| Alternative {
        schema: schema.clone(),
        form,
    };
    if *schema.node() == Value::Bool(false) || depth == 0 {
        return Vec::new();
    }
    if let Some(branches) = schema.branches() {
        return branches
            .iter()
            .flat_map(|branch| within(branch, depth - 1))
            .collect();
    }
    if let Some(value) = schema.get("const") {
        return vec![alternative(Form::Value(value.clone()))];
    }
    if schema.get("enum").is_some() {
        let values = schema.list("enum").iter().cloned();
        return values
            .map(|value| alternative(Form::Value(value)))
            .collect();
    }
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ if schema.get("properties").is_some() => vec!["object"],
        _ => return vec![alternative(Form::Any)],
    };
    types
        .into_iter()
        .filter_map(|word| Form::of_type(word, schema))
        .map(alternative)
        .collect()
}

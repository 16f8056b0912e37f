//! What a value may be: each of the alternatives that a schema leaves.

use serde_json::Value;

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

impl Alternative<'_> {
    /// By which one finds it again in another schema: of an object in a union, its tag.
    pub(super) fn key(&self) -> String {
        if self.form != Form::Object {
            return self.form.title();
        }
        let fixed = self.schema.properties().find_map(|(name, property)| {
            let value = constant(&property).filter(|_| self.schema.requires(name))?;
            Some(format!("{name}: {value}"))
        });
        let names: Vec<&str> = self.schema.properties().map(|(name, _)| name).collect();
        match (fixed, names.as_slice()) {
            (Some(tag), _) => tag,
            (None, [only]) if self.schema.requires(only) => format!("{only}: .."),
            (None, _) => self.form.title(),
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

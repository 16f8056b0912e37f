use schemars::{JsonSchema, schema_for};
use serde_json::Value;

use crate::{Payload, domain::Command};

/// The commands of an aggregate, as a tuple of their types; tuples may lie in one another.
///
/// ```
/// use aether::{prelude::*, testing::arbitrary::Commands};
///
/// #[derive(Command, Serialize, Deserialize, JsonSchema)]
/// pub struct Deposit { #[command(id)] pub account: String, pub cents: u32 }
/// #[derive(Command, Serialize, Deserialize, JsonSchema)]
/// pub struct Withdraw { #[command(id)] pub account: String, pub cents: u32 }
///
/// let names: Vec<_> = <(Deposit, Withdraw)>::kinds().iter().map(|kind| kind.name()).collect();
/// assert_eq!(names, ["Deposit", "Withdraw"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a command nor a tuple of commands that have a JSON Schema",
    note = "add `JsonSchema` to the derives of each command"
)]
pub trait Commands {
    /// One for each command.
    fn kinds() -> Vec<Kind>;
}

/// A kind of command, with its type forgotten.
#[derive(Debug, Clone)]
pub struct Kind {
    pub(super) name: &'static str,
    pub(super) schema: Value,
    key: fn(&Payload) -> Option<String>,
}

impl Kind {
    /// The name it travels under.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The key of the instance that it is addressed to, if the type takes the value.
    pub(super) fn key(&self, value: &Value) -> Option<String> {
        Payload::of(value).ok().and_then(|data| (self.key)(&data))
    }

    /// The field that the key comes from: the one whose exchange gives another key.
    ///
    /// There is none if two values have the same key, or their field is not one of its own.
    pub(super) fn id_field(&self, value: &Value, other: &Value) -> Option<String> {
        let (value, other) = (value.as_object()?, other.as_object()?);
        let key = self.key(&Value::Object(value.clone()))?;
        let changes_it = |name: &&String| {
            let mut exchanged = value.clone();
            let Some(field) = other.get(*name) else {
                return false;
            };
            exchanged.insert((*name).clone(), field.clone());
            let now = self.key(&Value::Object(exchanged));
            now.is_some_and(|now| now != key)
        };
        value.keys().find(changes_it).cloned()
    }
}

impl<C: Command + JsonSchema> Commands for C {
    fn kinds() -> Vec<Kind> {
        vec![Kind {
            name: C::META.name.as_str(),
            schema: schema_for!(C).to_value(),
            key: |data| data.decode::<C>().ok().map(|command| command.key()),
        }]
    }
}

macro_rules! tuples {
    ($($($member:ident)+;)+) => {$(
        impl<$($member: Commands),+> Commands for ($($member,)+) {
            fn kinds() -> Vec<Kind> {
                let mut kinds = Vec::new();
                $(kinds.extend($member::kinds());)+
                kinds
            }
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}

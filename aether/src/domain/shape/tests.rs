#![expect(dead_code, reason = "only the shapes of the types matter")]

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    net::IpAddr,
    num::NonZeroU32,
};

use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use super::*;
use crate::Timestamp;

fn shape<T: DeserializeOwned>() -> String {
    let shape = Shape::of::<T>();
    assert_eq!(shape.unseen(), [] as [&str; 0], "{}", shape.as_str());
    shape.as_str().to_owned()
}

#[derive(Deserialize)]
#[serde(rename = "Order")]
struct Order {
    lines: Vec<Line>,
    status: Status,
    paid: Option<u64>,
}

#[derive(Deserialize)]
struct Line {
    sku: Sku,
    quantity: NonZeroU32,
}

#[derive(Deserialize)]
struct Sku(String);

#[derive(Deserialize)]
enum Status {
    Open,
    Shipped { at: Timestamp },
    Returned(u8),
    Lost(u8, String),
}

#[test]
fn a_shape_says_all_that_serde_is_asked_for() {
    assert_eq!(
        shape::<Order>(),
        concat!(
            r#"struct "Order"{lines:list "a sequence"<struct "Line"{"#,
            r#"sku:newtype "Sku"<str "a string">,quantity:u32 "a nonzero u32"}>,"#,
            r#"status:enum "Status"[Open unit,Shipped struct{at:str "a string"},"#,
            r#"Returned newtype<u8 "u8">,Lost tuple(u8 "u8",str "a string")],"#,
            r#"paid:option "option"<u64 "u64">}"#,
        )
    );
}

/// The module `$name` has an `Order` with the fields that are given.
macro_rules! order {
    ($name:ident { $($body:tt)* } $($more:item)*) => {
        mod $name {
            use super::*;

            #[derive(Deserialize)]
            pub(super) struct Order { $($body)* }
            $($more)*
        }
    };
}

order!(first { id: Uuid, state: State, lines: Vec<Line> }
    #[derive(Deserialize)] pub(super) enum State { Open, Closed { by: String } }
    #[derive(Deserialize)] pub(super) struct Line { sku: String, price: (u32, String) });
order!(moved {
    /// It has docs now.
    id: Uuid, state: elsewhere::State, lines: Vec<elsewhere::Line>
}
    mod elsewhere {
        use super::*;
        #[derive(Deserialize)] pub(super) enum State { Open, Closed { by: String } }
        /// So does this.
        #[derive(Deserialize)] pub(super) struct Line { sku: String, price: (u32, String) }
    });

#[test]
fn neither_the_module_nor_the_docs_of_a_type_matter() {
    assert_eq!(shape::<first::Order>(), shape::<moved::Order>());
}

order!(added { id: Uuid, state: first::State, lines: Vec<first::Line>, note: String });
order!(removed {
    id: Uuid,
    state: first::State
});
order!(renamed { key: Uuid, state: first::State, lines: Vec<first::Line> });
order!(retyped { id: Timestamp, state: first::State, lines: Vec<first::Line> });
order!(widened { id: Uuid, state: first::State, lines: Option<Vec<first::Line>> });
order!(inside { id: Uuid, state: first::State, lines: Vec<Line> }
    #[derive(Deserialize)] pub(super) struct Line { sku: String, price: (u64, String) });
order!(behind { id: Uuid, state: first::State, lines: Vec<Line> }
    #[derive(Deserialize)] pub(super) struct Line { sku: String, price: (u32, char) });
order!(variant { id: Uuid, state: State, lines: Vec<first::Line> }
    #[derive(Deserialize)] pub(super) enum State { Open, Closed { by: String }, Lost });
order!(variant_renamed { id: Uuid, state: State, lines: Vec<first::Line> }
    #[derive(Deserialize)] pub(super) enum State { Opened, Closed { by: String } });
order!(variant_field { id: Uuid, state: State, lines: Vec<first::Line> }
    #[derive(Deserialize)] pub(super) enum State { Open, Closed { by: u8 } });
order!(variant_form { id: Uuid, state: State, lines: Vec<first::Line> }
    #[derive(Deserialize)] pub(super) enum State { Open, Closed(String) });

#[test]
fn every_change_of_a_field_or_a_variant_anywhere_is_another_shape() {
    let shapes = [
        shape::<first::Order>(),
        shape::<added::Order>(),
        shape::<removed::Order>(),
        shape::<renamed::Order>(),
        shape::<retyped::Order>(),
        shape::<widened::Order>(),
        shape::<inside::Order>(),
        shape::<behind::Order>(),
        shape::<variant::Order>(),
        shape::<variant_renamed::Order>(),
        shape::<variant_field::Order>(),
        shape::<variant_form::Order>(),
    ];
    let different: HashSet<_> = shapes.iter().collect();
    assert_eq!(different.len(), shapes.len(), "{shapes:#?}");
}

#[test]
fn what_is_written_alike_is_told_apart_by_what_the_type_expects() {
    let texts = [
        shape::<String>(),
        shape::<Uuid>(),
        shape::<IpAddr>(),
        shape::<char>(),
    ];
    let different: HashSet<_> = texts.iter().collect();
    assert_eq!(different.len(), texts.len(), "{texts:#?}");
    assert_ne!(shape::<usize>(), shape::<u64>());
    assert_ne!(shape::<[u8; 3]>(), shape::<[u8; 4]>());
}

/// A tree.
#[derive(Deserialize)]
struct Tree {
    name: String,
    children: Vec<Self>,
    twin: Option<Box<Self>>,
}

#[test]
fn a_type_that_holds_itself_has_a_shape() {
    assert_eq!(
        shape::<Tree>(),
        concat!(
            r#"struct "Tree"{name:str "a string",children:list "a sequence"<again 2>,"#,
            r#"twin:option "option"<again 2>}"#,
        )
    );
}

/// Refuses whatever it is given.
struct Choosy;

impl<'de> Deserialize<'de> for Choosy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(serde::de::Error::custom(format!("never `{text}`")))
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Positive(#[serde(deserialize_with = "positive")] u8);

fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let number = u8::deserialize(deserializer)?;
    (number > 0)
        .then_some(number)
        .ok_or_else(|| serde::de::Error::custom("zero"))
}

#[test]
fn a_type_that_checks_its_values_is_no_obstacle() {
    #[derive(Deserialize)]
    struct State {
        choosy: Choosy,
        map: HashMap<Choosy2, Box<Choosy>>,
        queue: VecDeque<(Positive, Uuid, Timestamp, bool)>,
    }
    #[derive(Deserialize, PartialEq, Eq, Hash)]
    struct Choosy2(Uuid);
    assert_eq!(
        shape::<State>(),
        concat!(
            r#"struct "State"{choosy:str "a string","#,
            r#"map:map "a map"<key:newtype "Choosy2"<str "a formatted UUID string">,value:str "a string">,"#,
            r#"queue:list "a sequence"<tuple "a tuple of size 4"(u8 "u8",str "a formatted UUID string","#,
            r#"str "a string",bool "a boolean")>}"#,
        )
    );
}

/// Asks for nothing, and panics.
struct Wild;

impl<'de> Deserialize<'de> for Wild {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("not made for this")
    }
}

#[derive(Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    A { a: u8 },
    B,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Untagged {
    A(u8),
    B(String),
}

#[derive(Deserialize)]
struct Flat {
    amount: u8,
    #[serde(flatten)]
    more: BTreeMap<String, u8>,
}

#[test]
fn what_cannot_be_seen_is_said() {
    #[derive(Deserialize)]
    struct State {
        good: u8,
        wild: Wild,
        value: Vec<serde_json::Value>,
        raw: Box<serde_json::value::RawValue>,
        tagged: Tagged,
        untagged: Option<Untagged>,
        flat: Flat,
        behind: (Choosy, u8),
    }
    let shape = Shape::of::<State>();
    let unseen = [
        "wild",
        "value",
        "raw",
        "tagged",
        "untagged",
        "flat.key",
        "flat.value",
        "behind.1",
    ];
    assert_eq!(shape.unseen(), unseen, "{}", shape.as_str());
    assert_eq!(Shape::of::<Wild>().unseen(), ["the state itself"]);
    let trusted = shape.clone().trusted();
    assert_eq!(trusted.unseen(), [] as [&str; 0]);
    assert_eq!(trusted.as_str(), shape.as_str());
}

/// Holds another type at each level.
#[derive(Deserialize)]
struct Deep<T>(T);

type Four<T> = Deep<Deep<Deep<Deep<T>>>>;
type Sixteen<T> = Four<Four<Four<Four<T>>>>;

#[test]
fn what_lies_too_deep_is_not_seen() {
    let deep = Shape::of::<Sixteen<Sixteen<Sixteen<u8>>>>();
    assert_eq!(deep.unseen(), [] as [&str; 0]);
    let deeper = Shape::of::<Sixteen<Sixteen<Sixteen<Sixteen<Deep<u8>>>>>>();
    assert_eq!(deeper.unseen(), ["the state itself"]);
}

//! Ids, to text and back.

use std::{fmt::Display, str::FromStr};

use aether::prelude::*;
use serde_json::json;
use uuid::Uuid;

use crate::shop::{OrderId, ParcelId};

/// Its value has a name.
#[derive(Id, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Shelf {
    r#type: String,
}

/// So may that of a generic one.
#[derive(Id, Debug, PartialEq)]
struct Tagged<T: Display + FromStr> {
    value: T,
}

#[test]
fn an_id_reads_what_it_displays() {
    let parcel = ParcelId::from(Uuid::from_u128(7));
    let text = parcel.to_string();
    assert_eq!(text, "00000000-0000-0000-0000-000000000007");
    assert_eq!(text.parse(), Ok(parcel));
    let padded = format!("{:>4}", OrderId::from("7"));
    assert_eq!(padded, "   7");
    assert_eq!("7".parse(), Ok(OrderId::from("7".to_owned())));
}

#[test]
fn a_malformed_id_is_the_error_of_what_it_wraps() {
    let malformed: Result<ParcelId, uuid::Error> = "seven".parse();
    let expected = Uuid::parse_str("seven").expect_err("it is no id");
    assert_eq!(malformed, Err(expected));
}

#[test]
fn the_value_of_an_id_may_have_a_name() {
    let shelf = Shelf::from("A");
    assert_eq!(
        (shelf.to_string(), "A".parse()),
        ("A".to_owned(), Ok(shelf.clone()))
    );
    assert_eq!(json!(shelf), json!("A"));
    assert_eq!("7".parse(), Ok(Tagged::from(7_u8)));
}

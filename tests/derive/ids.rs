//! Ids, to text and back.

use crate::shop::{OrderId, ParcelId};
use uuid::Uuid;

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

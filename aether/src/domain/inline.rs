//! Events written as enum variants with fields of their own, through the enum's own serde impls:
//! the variant is chosen by index, and the data is written and read without a tag.

use serde::{
    Deserialize, Serialize, Serializer,
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, IntoDeserializer,
        VariantAccess, Visitor, value::U32Deserializer,
    },
    ser::{Impossible, SerializeStruct, SerializeStructVariant},
};
use serde_json::Error;

use super::{DecodeError, Stored};
use crate::InvalidPayload;

fn not_an_enum<T>() -> Result<T, Error> {
    Err(serde::ser::Error::custom(
        "not an enum in serde's default representation",
    ))
}

/// Writes the fields of an enum's variant as a JSON object.
///
/// # Errors
/// If a field cannot be written as JSON.
pub fn encode_variant<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Result<(), InvalidPayload> {
    let mut json = serde_json::Serializer::new(out);
    Ok(value.serialize(Fields(&mut json))?)
}

/// Reads the fields of an enum's variant from a JSON object. Variants count from 0.
///
/// # Errors
/// If the data has another shape.
pub fn decode_variant<T: DeserializeOwned>(
    index: u32,
    stored: Stored<'_>,
) -> Result<T, DecodeError> {
    let mut json = serde_json::Deserializer::from_slice(stored.data);
    T::deserialize(Variant {
        index,
        json: &mut json,
    })
    .and_then(|value| json.end().map(|()| value))
    .map_err(|source| DecodeError::payload(stored, source))
}

/// Serialises the fields of a variant, and nothing else.
struct Fields<T>(T);

type Json<'a, 'b> = &'a mut serde_json::Serializer<&'b mut Vec<u8>>;
type Never = Impossible<(), Error>;

macro_rules! refused {
    ($($method:ident($($argument:ty),*) -> $answer:ty;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$answer, Error> {
            not_an_enum()
        }
    )*};
}

impl<'a, 'b> Serializer for Fields<Json<'a, 'b>> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Fields<<Json<'a, 'b> as Serializer>::SerializeStruct>;

    fn serialize_unit_variant(self, _: &str, _: u32, _: &str) -> Result<(), Error> {
        SerializeStruct::end(self.0.serialize_struct("", 0)?)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self.0)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        self.0.serialize_struct("", len).map(Fields)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, _: &T) -> Result<(), Error> {
        not_an_enum()
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &str, _: &T) -> Result<(), Error> {
        not_an_enum()
    }

    refused! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct(&'static str, usize) -> Never;
    }
}

impl<S: SerializeStruct> SerializeStructVariant for Fields<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: ?Sized + Serialize>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        self.0.serialize_field(key, value)
    }

    fn skip_field(&mut self, key: &'static str) -> Result<(), S::Error> {
        self.0.skip_field(key)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

/// Tells the enum which variant it is, and hands the JSON to the variant.
struct Variant<'a, R> {
    index: u32,
    json: &'a mut serde_json::Deserializer<R>,
}

impl<'de, R: serde_json::de::Read<'de>> Deserializer<'de> for Variant<'_, R> {
    type Error = Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        not_an_enum()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de, R: serde_json::de::Read<'de>> EnumAccess<'de> for Variant<'_, R> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let index: U32Deserializer<Error> = self.index.into_deserializer();
        Ok((seed.deserialize(index)?, self))
    }
}

impl<'de, R: serde_json::de::Read<'de>> VariantAccess<'de> for Variant<'_, R> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        IgnoredAny::deserialize(self.json).map(drop)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.json)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.json.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.json.deserialize_struct("", fields, visitor)
    }
}

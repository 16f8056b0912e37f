use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, SeqAccess, VariantAccess, Visitor,
    value::StrDeserializer,
};

use super::trace::Stop;

/// Texts that some type or other takes.
const TEXTS: [&str; 8] = [
    "a",
    "1",
    "00000000-0000-7000-8000-000000000001",
    "2000-01-02T03:04:05Z",
    "2000-01-02",
    "03:04:05",
    "127.0.0.1",
    "https://example.org/",
];

/// How many samples there are to try.
pub(super) const SAMPLES: usize = TEXTS.len();
/// How deep a sample may be: of a type that holds itself there may be none.
const DEPTH: usize = 32;

/// Makes up a small value of whatever is asked for.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    number: usize,
    depth: usize,
}

impl Sample {
    pub(super) const fn of(number: usize) -> Self {
        Self { number, depth: 0 }
    }

    fn text(self) -> &'static str {
        TEXTS.get(self.number).copied().unwrap_or_default()
    }

    const fn deeper(self) -> Result<Self, Stop> {
        if self.depth == DEPTH {
            return Err(Stop);
        }
        Ok(Self {
            number: self.number,
            depth: self.depth + 1,
        })
    }

    fn parts<'de, V: Visitor<'de>>(self, count: usize, visitor: V) -> Result<V::Value, Stop> {
        let sample = self.deeper()?;
        visitor.visit_seq(Parts { sample, count })
    }
}

macro_rules! values {
    ($($method:ident $visit:ident($($value:expr)?))+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
            visitor.$visit($($value)?)
        }
    )+};
}

impl<'de> Deserializer<'de> for Sample {
    type Error = Stop;

    values! {
        deserialize_any visit_unit()
        deserialize_bool visit_bool(false)
        deserialize_i8 visit_i8(1)
        deserialize_i16 visit_i16(1)
        deserialize_i32 visit_i32(1)
        deserialize_i64 visit_i64(1)
        deserialize_i128 visit_i128(1)
        deserialize_u8 visit_u8(1)
        deserialize_u16 visit_u16(1)
        deserialize_u32 visit_u32(1)
        deserialize_u64 visit_u64(1)
        deserialize_u128 visit_u128(1)
        deserialize_f32 visit_f32(1.0)
        deserialize_f64 visit_f64(1.0)
        deserialize_char visit_char('a')
        deserialize_bytes visit_bytes(&[])
        deserialize_byte_buf visit_bytes(&[])
        deserialize_option visit_none()
        deserialize_unit visit_unit()
        deserialize_ignored_any visit_unit()
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_str(self.text())
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_str(self.text())
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_str(self.text())
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        visitor.visit_newtype_struct(self.deeper()?)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.parts(0, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Stop> {
        self.parts(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.parts(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let none = std::iter::empty::<((), ())>();
        visitor.visit_map(serde::de::value::MapDeserializer::new(none))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.parts(fields.len(), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let sample = self.deeper()?;
        let number = self.number.checked_rem(variants.len()).ok_or(Stop)?;
        let name = variants.get(number).copied().ok_or(Stop)?;
        visitor.visit_enum(SomeVariant { sample, name })
    }
}

struct Parts {
    sample: Sample,
    count: usize,
}

impl<'de> SeqAccess<'de> for Parts {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        let Some(left) = self.count.checked_sub(1) else {
            return Ok(None);
        };
        self.count = left;
        seed.deserialize(self.sample).map(Some)
    }
}

struct SomeVariant {
    sample: Sample,
    name: &'static str,
}

impl<'de> EnumAccess<'de> for SomeVariant {
    type Error = Stop;
    type Variant = Sample;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Sample), Stop> {
        let variant = seed.deserialize(StrDeserializer::<Stop>::new(self.name))?;
        Ok((variant, self.sample))
    }
}

impl<'de> VariantAccess<'de> for Sample {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Stop> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Stop> {
        self.parts(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.parts(fields.len(), visitor)
    }
}

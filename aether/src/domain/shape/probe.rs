use serde::de::{Deserializer, Visitor};

use super::{
    access::{OneElement, OneEntry, OneField, OneVariant},
    leaf::{asked, named},
    sample::Sample,
    trace::{Node, Step, Stop, Trace},
};

/// Walks into a type: never gives a value.
#[derive(Clone, Copy)]
pub(super) struct Probe<'a> {
    pub(super) trace: &'a Trace<'a>,
    pub(super) depth: usize,
}

impl<'a> Probe<'a> {
    pub(super) const fn at_start(trace: &'a Trace<'a>) -> Self {
        Self { trace, depth: 0 }
    }

    pub(super) const fn deeper(self) -> Self {
        Self {
            trace: self.trace,
            depth: self.depth + 1,
        }
    }

    /// A sample for a place beside this one.
    pub(super) fn beside(self, step: Step) -> Sample {
        self.trace.sample(self.depth.saturating_sub(1), step)
    }

    fn leaf<'de, V: Visitor<'de>>(self, what: &str, visitor: &V) -> Stop {
        let node = || Node::Leaf(asked(what, visitor));
        self.trace.leaf(self.depth, node)
    }

    pub(super) fn unseen(self) -> Stop {
        self.trace.leaf(self.depth, || Node::Unseen)
    }

    pub(super) fn elements<'de, V: Visitor<'de>>(
        self,
        (what, count): (String, usize),
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let node = || Node::Elements(what, count);
        match self.trace.step::<V>(self.depth, node)? {
            Step::Element(wanted) => visitor.visit_seq(OneElement::of(self.deeper(), wanted)),
            Step::Inner | Step::Key | Step::Value | Step::Field(_) | Step::Variant(_) => Err(Stop),
        }
    }

    pub(super) fn fields<'de, V: Visitor<'de>>(
        self,
        (what, names): (String, &'static [&'static str]),
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let node = || Node::Fields(what, names);
        match self.trace.step::<V>(self.depth, node)? {
            Step::Field(name) => visitor.visit_map(OneField::of(self.deeper(), name)),
            Step::Inner | Step::Key | Step::Value | Step::Element(_) | Step::Variant(_) => {
                Err(Stop)
            }
        }
    }
}

macro_rules! leaves {
    ($($method:ident $what:literal)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
            Err(self.leaf($what, &visitor))
        }
    )+};
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Stop;

    leaves! {
        deserialize_bool "bool"
        deserialize_i8 "i8"
        deserialize_i16 "i16"
        deserialize_i32 "i32"
        deserialize_i64 "i64"
        deserialize_i128 "i128"
        deserialize_u8 "u8"
        deserialize_u16 "u16"
        deserialize_u32 "u32"
        deserialize_u64 "u64"
        deserialize_u128 "u128"
        deserialize_f32 "f32"
        deserialize_f64 "f64"
        deserialize_char "char"
        deserialize_str "str"
        deserialize_string "str"
        deserialize_bytes "bytes"
        deserialize_byte_buf "bytes"
        deserialize_unit "unit"
        deserialize_ignored_any "ignored"
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Stop> {
        Err(self.unseen())
    }

    /// Only a map whose keys are the fields of a struct asks for it here, and does not say which
    /// they are.
    fn deserialize_identifier<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Stop> {
        Err(self.unseen())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let node = || Node::Inner(asked("option", &visitor));
        self.trace.step::<V>(self.depth, node)?;
        visitor.visit_some(self.deeper())
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: V,
    ) -> Result<V::Value, Stop> {
        let node = || Node::Leaf(named("unit struct", name));
        Err(self.trace.leaf(self.depth, node))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        // A format's own wish to a type of its own, such as text that is JSON already.
        if name.starts_with('$') {
            return Err(self.unseen());
        }
        let node = || Node::Inner(named("newtype", name));
        self.trace.step::<V>(self.depth, node)?;
        visitor.visit_newtype_struct(self.deeper())
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let node = || Node::Inner(asked("list", &visitor));
        self.trace.step::<V>(self.depth, node)?;
        visitor.visit_seq(OneElement::of(self.deeper(), 0))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Stop> {
        self.elements((asked("tuple", &visitor), len), visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.elements((named("tuple struct", name), len), visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let node = || Node::Map(asked("map", &visitor));
        let step = self.trace.step::<V>(self.depth, node)?;
        visitor.visit_map(OneEntry::of(self.deeper(), step))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.fields((named("struct", name), fields), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let node = || Node::Variants(named("enum", name), variants);
        match self.trace.step::<V>(self.depth, node)? {
            Step::Variant(name) => visitor.visit_enum(OneVariant::of(self.deeper(), name)),
            Step::Inner | Step::Key | Step::Value | Step::Element(_) | Step::Field(_) => Err(Stop),
        }
    }
}

use std::cmp::Ordering;

use serde::de::{
    DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
    value::StrDeserializer,
};

use super::{
    probe::Probe,
    trace::{Node, Step, Stop},
};

/// A list or tuple of which one element is looked at; those before it are made up.
pub(super) struct OneElement<'a> {
    probe: Probe<'a>,
    wanted: usize,
    next: usize,
}

impl<'a> OneElement<'a> {
    pub(super) const fn of(probe: Probe<'a>, wanted: usize) -> Self {
        Self {
            probe,
            wanted,
            next: 0,
        }
    }
}

impl<'de> SeqAccess<'de> for OneElement<'_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        let index = self.next;
        self.next += 1;
        match index.cmp(&self.wanted) {
            Ordering::Less => {
                let sample = self.probe.beside(Step::Element(index));
                seed.deserialize(sample).map(Some)
            }
            Ordering::Equal => seed.deserialize(self.probe).map(Some),
            Ordering::Greater => Ok(None),
        }
    }
}

/// A struct with one field.
pub(super) struct OneField<'a> {
    probe: Probe<'a>,
    name: Option<&'static str>,
}

impl<'a> OneField<'a> {
    pub(super) const fn of(probe: Probe<'a>, name: &'static str) -> Self {
        let name = Some(name);
        Self { probe, name }
    }
}

impl<'de> MapAccess<'de> for OneField<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Stop> {
        let Some(name) = self.name.take() else {
            return Ok(None);
        };
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Stop> {
        seed.deserialize(self.probe)
    }
}

/// A map with one entry, of which the key or the value is looked at.
pub(super) struct OneEntry<'a> {
    probe: Probe<'a>,
    wanted: Step,
    is_done: bool,
}

impl<'a> OneEntry<'a> {
    pub(super) const fn of(probe: Probe<'a>, wanted: Step) -> Self {
        Self {
            probe,
            wanted,
            is_done: false,
        }
    }
}

impl<'de> MapAccess<'de> for OneEntry<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Stop> {
        if self.is_done {
            return Ok(None);
        }
        self.is_done = true;
        if self.wanted == Step::Key {
            return seed.deserialize(self.probe).map(Some);
        }
        seed.deserialize(self.probe.beside(Step::Key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Stop> {
        seed.deserialize(self.probe)
    }

    /// Needs no key to look at the value.
    fn next_entry_seed<K: DeserializeSeed<'de>, V: DeserializeSeed<'de>>(
        &mut self,
        key: K,
        value: V,
    ) -> Result<Option<(K::Value, V::Value)>, Stop> {
        // Neither gives a value.
        if self.wanted == Step::Key {
            key.deserialize(self.probe)?;
        } else {
            value.deserialize(self.probe)?;
        }
        Ok(None)
    }
}

/// An enum that is in one of its variants.
pub(super) struct OneVariant<'a> {
    probe: Probe<'a>,
    name: &'static str,
}

impl<'a> OneVariant<'a> {
    pub(super) const fn of(probe: Probe<'a>, name: &'static str) -> Self {
        Self { probe, name }
    }
}

impl<'a, 'de> EnumAccess<'de> for OneVariant<'a> {
    type Error = Stop;
    type Variant = Content<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Content<'a>), Stop> {
        let variant = seed.deserialize(StrDeserializer::<Stop>::new(self.name))?;
        Ok((variant, Content(self.probe)))
    }
}

/// What a variant holds.
pub(super) struct Content<'a>(Probe<'a>);

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        let node = || Node::Leaf("unit".to_owned());
        Err(self.0.trace.leaf(self.0.depth, node))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Stop> {
        let node = || Node::Inner("newtype".to_owned());
        self.0.trace.step::<T>(self.0.depth, node)?;
        seed.deserialize(self.0.deeper())
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Stop> {
        self.0.elements(("tuple".to_owned(), len), visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.0.fields(("struct".to_owned(), fields), visitor)
    }
}

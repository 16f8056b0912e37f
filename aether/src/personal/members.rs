use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The members of a JSON object, in the order written, each with its value as text.
///
/// So that one value can be replaced, and the bytes of the others stay what they are.
#[derive(Debug)]
pub(super) struct Members<'a>(Vec<(String, Member<'a>)>);

#[derive(Debug)]
enum Member<'a> {
    Same(&'a RawValue),
    Other(Box<RawValue>),
}

impl Member<'_> {
    fn value(&self) -> &RawValue {
        match self {
            Self::Same(value) => value,
            Self::Other(value) => value,
        }
    }
}

impl<'a> Members<'a> {
    pub(super) fn of(json: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// The value of a member. Of two with one name, the last.
    pub(super) fn get(&self, name: &str) -> Option<&RawValue> {
        let mut found = self.0.iter().rev().filter(|(known, _)| known == name);
        found.next().map(|(_, member)| member.value())
    }

    /// Puts another value in the place of each member with this name.
    pub(super) fn replace(&mut self, name: &str, value: &RawValue) {
        for (known, member) in &mut self.0 {
            if known == name {
                *member = Member::Other(value.to_owned());
            }
        }
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let length =
            |(name, member): &(String, Member<'_>)| name.len() + member.value().get().len() + 4;
        let mut out = Vec::with_capacity(2 + self.0.iter().map(length).sum::<usize>());
        let mut before = b'{';
        for (name, member) in &self.0 {
            out.push(before);
            serde_json::to_writer(&mut out, name)?;
            out.push(b':');
            out.extend_from_slice(member.value().get().as_bytes());
            before = b',';
        }
        if self.0.is_empty() {
            out.push(b'{');
        }
        out.push(b'}');
        Ok(out)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Object(PhantomData))
    }
}

struct Object<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for Object<'a> {
    type Value = Members<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'a>, A::Error> {
        let mut members = Vec::with_capacity(map.size_hint().unwrap_or(8));
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            members.push((name, Member::Same(value)));
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_replaced_and_the_others_stay_byte_for_byte() {
        let json = br#"{ "b" : 1.50, "a\n":[ 1,{"a":2}], "c":null }"#;
        let mut members = Members::of(json).unwrap();
        assert_eq!(members.get("a\n").unwrap().get(), r#"[ 1,{"a":2}]"#);
        assert!(members.get("a").is_none());
        members.replace("c", &RawValue::from_string("7".to_owned()).unwrap());
        let written = String::from_utf8(members.to_json().unwrap()).unwrap();
        assert_eq!(written, r#"{"b":1.50,"a\n":[ 1,{"a":2}],"c":7}"#);
        assert_eq!(Members::of(b"{ }").unwrap().to_json().unwrap(), b"{}");
        assert!(Members::of(b"[]").is_err());
    }
}

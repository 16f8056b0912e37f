use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    attribute::{Attribute, Text},
    error::Problem,
};

/// A CloudEvents document as it was read: which attributes are there, and where its data lies.
///
/// What is wrong with an attribute is kept as a [`Problem`], for an error of the reader of JSON
/// could only be a text.
#[derive(Default)]
pub(super) struct Document<'a> {
    known: [Option<Cow<'a, str>>; KNOWN.len()],
    data: Option<&'a RawValue>,
    data_base64: bool,
    pub(super) extensions: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    pub(super) problem: Option<Problem>,
}

/// The attributes that become parts of an event, rather than metadata of the user's own.
const KNOWN: [&str; 18] = [
    "specversion",
    "id",
    "type",
    "source",
    "subject",
    "time",
    "datacontenttype",
    "schemaversion",
    "actorversion",
    "correlationid",
    "causationid",
    "commandid",
    "traceparent",
    "aethersession",
    "aetherkind",
    "commandkey",
    "timerkey",
    "due",
];

impl<'a> Document<'a> {
    /// The text of an attribute; none if it is not there or `null`.
    pub(super) fn take(&mut self, name: &str) -> Option<Cow<'a, str>> {
        let index = KNOWN.iter().position(|known| *known == name)?;
        self.known.get_mut(index)?.take()
    }

    /// The text of an attribute that must be there.
    pub(super) fn require(&mut self, name: &'static str) -> Result<Cow<'a, str>, Problem> {
        self.take(name).ok_or(Problem::Missing(name))
    }

    /// The JSON of the data; none if there is none.
    pub(super) fn data(&self) -> Result<Option<&'a str>, Problem> {
        if self.data_base64 {
            return Err(Problem::NotJson("data_base64".to_owned()));
        }
        Ok(self.data.map(RawValue::get))
    }

    fn insert(&mut self, name: Cow<'a, str>, value: Attribute<'a>) -> Result<(), Problem> {
        let value = match value {
            Attribute::Text(value) => value,
            Attribute::Null => return Ok(()),
            Attribute::Structured => return Err(Problem::Structured(name.into_owned())),
        };
        match KNOWN.iter().position(|known| *known == name) {
            Some(index) => self.insert_known(index, value),
            None => self.insert_extension(name, value),
        }
    }

    fn insert_known(&mut self, index: usize, value: Cow<'a, str>) -> Result<(), Problem> {
        let (Some(slot), Some(name)) = (self.known.get_mut(index), KNOWN.get(index)) else {
            return Ok(());
        };
        match slot.replace(value) {
            Some(_) => Err(Problem::Duplicate((*name).to_owned())),
            None => Ok(()),
        }
    }

    fn insert_extension(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) -> Result<(), Problem> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if name.is_empty() || !name.bytes().all(allowed) {
            return Err(Problem::Name(name.into_owned()));
        }
        if self.extensions.iter().any(|(other, _)| *other == name) {
            return Err(Problem::Duplicate(name.into_owned()));
        }
        self.extensions.push((name, value));
        Ok(())
    }

    fn read<A: MapAccess<'a>>(&mut self, name: Text<'a>, map: &mut A) -> Result<(), A::Error> {
        let read = match &*name.0 {
            "data" => match self.data.replace(map.next_value()?) {
                Some(_) => Err(Problem::Duplicate("data".to_owned())),
                None => Ok(()),
            },
            "data_base64" => {
                let value = map.next_value::<Attribute<'a>>()?;
                self.data_base64 |= !matches!(value, Attribute::Null);
                Ok(())
            }
            _ => {
                let value = map.next_value()?;
                self.insert(name.0, value)
            }
        };
        if let Err(problem) = read {
            self.problem.get_or_insert(problem);
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Document<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DocumentVisitor)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CloudEvents document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut document = Document::default();
        while let Some(name) = map.next_key::<Text<'de>>()? {
            document.read(name, &mut map)?;
        }
        Ok(document)
    }
}

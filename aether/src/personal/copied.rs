use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::members::Members;
use crate::{Event, Payload};

/// The type of the events in which a process manager keeps copies of what it has received.
const RECEIVED: &str = "aether.received";

/// The member that the data of the copied event is.
const DATA: &str = "data";

/// An event that lies within another one.
#[derive(Debug)]
pub(super) struct Copied {
    pub(super) event_type: String,
    actor_id: String,
    pub(super) data: Payload,
}

#[derive(Deserialize)]
struct Form<'a> {
    #[serde(rename = "type", borrow)]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    actor: Cow<'a, str>,
    #[serde(borrow)]
    data: &'a RawValue,
}

impl Copied {
    /// None if the event is no copy.
    pub(super) fn of(event: &Event) -> Result<Option<Self>, serde_json::Error> {
        if event.event_type != RECEIVED {
            return Ok(None);
        }
        let form = serde_json::from_slice::<Form<'_>>(event.data.as_bytes())?;
        let data = event.data.as_bytes().slice_ref(form.data.get().as_bytes());
        Ok(Some(Self {
            event_type: form.event_type.into_owned(),
            actor_id: form.actor.into_owned(),
            data: Payload::from_checked(data),
        }))
    }

    /// The key of the actor whose event it is.
    pub(super) fn key(&self) -> Option<&str> {
        self.actor_id.split_once('.').map(|(_, key)| key)
    }
}

/// The data of an event that has a copy within, with other data of the copy.
pub(super) fn with_data(outer: &Payload, copied: &Payload) -> Result<Payload, serde_json::Error> {
    let mut members = Members::of(outer.as_bytes())?;
    let copied = serde_json::from_slice::<&RawValue>(copied.as_bytes())?;
    members.replace(DATA, copied);
    Ok(Payload::from_checked(members.to_json()?.into()))
}

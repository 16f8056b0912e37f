use eventstorming::meta;
use serde_json::{Value, value::RawValue};

use super::{
    KeyStore, PersonalError,
    copied::{Copied, with_data},
    envelope::{Envelope, is_sealed},
    members::Members,
    plan::Plan,
    value::FORGOTTEN_JSON,
    vault::{Opened, Vault},
};
use crate::{
    ActorId, Commit, DataSubject, Event, InvalidId, Namespace, OutgoingCommand, Payload, Timer,
    TimerChange, fence::Fence,
};

/// The extension attribute that says which members of an event's data are encrypted.
const ATTRIBUTE: &str = "personaldata";

/// Encrypts the personal fields of commits, and decrypts them.
#[derive(Debug)]
pub(super) struct Sealer<K> {
    pub(super) namespace: Namespace,
    pub(super) vault: Vault<K>,
    pub(super) plan: Plan,
}

/// An event's or a command's data, and where it lies.
struct Item<'a> {
    /// What it is called in an error.
    name: String,
    /// What its values are bound to, but for the field.
    place: Vec<&'a str>,
    /// The key of the actor, or of the instance that a command is addressed to.
    key: Option<&'a str>,
    data: &'a Payload,
}

impl<K: KeyStore> Sealer<K> {
    /// The commit as it is to be stored; none if that is as it is.
    pub(super) async fn seal(&self, commit: &Commit) -> Result<Option<Commit>, PersonalError> {
        if !self.concerns(commit)? {
            return Ok(None);
        }
        let actor_id = commit.actor_id();
        let mut events = Vec::with_capacity(commit.events().len());
        for event in commit.events() {
            events.push(self.seal_event(event).await?);
        }
        let mut outgoing = Vec::with_capacity(commit.outgoing().len());
        for command in commit.outgoing() {
            outgoing.push(self.seal_command(actor_id, command).await?);
        }
        let mut timers = Vec::with_capacity(commit.timers().len());
        for change in commit.timers() {
            timers.push(match change {
                TimerChange::Set(timer) => TimerChange::Set(Timer {
                    command: self.seal_command(actor_id, &timer.command).await?,
                    ..timer.clone()
                }),
                TimerChange::Cancel(key) => TimerChange::Cancel(key.clone()),
            });
        }
        let sealed = commit.clone().with_contents(events, outgoing, timers);
        Ok(Some(sealed))
    }

    /// Whether a commit has anything personal. All of its types have to be known.
    fn concerns(&self, commit: &Commit) -> Result<bool, PersonalError> {
        let mut concerns = false;
        for event in commit.events() {
            concerns |= !self.fields(event)?.is_empty();
        }
        for command in asked(commit) {
            let fields = self.plan.command(&command.command);
            concerns |= !fields.ok_or_else(|| unknown(&command.command))?.is_empty();
        }
        Ok(concerns)
    }

    /// The personal fields of an event, or of the event of which it has a copy; none if they are
    /// not known.
    fn fields(&self, event: &Event) -> Result<&'static [meta::Personal], PersonalError> {
        if event.event_type == Fence::EVENT_TYPE {
            return Ok(&[]);
        }
        let copied = copied(event)?;
        let event_type = copied
            .as_ref()
            .map_or(&*event.event_type, |it| &it.event_type);
        let fields = self.plan.event(event_type);
        fields.ok_or_else(|| unknown(event_type))
    }

    async fn seal_event(&self, event: &Event) -> Result<Event, PersonalError> {
        let fields = self.fields(event)?;
        if fields.is_empty() {
            return Ok(event.clone());
        }
        let mut event = event.clone();
        let sealed_before = event.metadata.take(ATTRIBUTE).unwrap_or_default();
        let sealed_before: Vec<_> = sealed_before.split(',').collect();
        let (id, copied) = (event.id.to_string(), copied(&event)?);
        let item = self.event(&event, copied.as_ref(), &id);
        let (data, sealed) = self.seal_fields(&item, fields, &sealed_before).await?;
        event.data = put(&event, copied.is_some(), data)?;
        if !sealed.is_empty() {
            event.metadata.keep(ATTRIBUTE.to_owned(), sealed.join(","));
        }
        Ok(event)
    }

    async fn seal_command(
        &self,
        actor_id: &ActorId,
        command: &OutgoingCommand,
    ) -> Result<OutgoingCommand, PersonalError> {
        let fields = self.plan.command(&command.command).unwrap_or_default();
        let mut command = command.clone();
        if !fields.is_empty() {
            let id = command.id.to_string();
            let item = self.command(actor_id, &command, &id);
            let names: Vec<_> = fields.iter().map(|field| field.field).collect();
            (command.data, _) = self.seal_fields(&item, fields, &names).await?;
        }
        Ok(command)
    }

    /// What is encrypted already, as in what was exported, stays as it is.
    async fn seal_fields(
        &self,
        item: &Item<'_>,
        fields: &[meta::Personal],
        sealed_before: &[&str],
    ) -> Result<(Payload, Vec<&'static str>), PersonalError> {
        let mut members = members(item)?;
        let mut sealed = Vec::new();
        for field in fields {
            let Some(value) = to_seal(item, &members, field)? else {
                continue;
            };
            if !(sealed_before.contains(&field.field) && is_sealed(value)) {
                let subject = subject(item, &members, field)?;
                let place = item.place_of(field.field);
                let value = value.get().as_bytes();
                let key = self.vault.current(&subject).await?;
                let value = self.vault.seal(&subject, &key, &place, value)?;
                members.replace(field.field, &value);
            }
            sealed.push(field.field);
        }
        Ok((item.written(&members)?, sealed))
    }

    pub(super) async fn open(&self, commit: Commit) -> Result<Commit, PersonalError> {
        let is_sealed = |event: &Event| event.metadata.custom().contains_key(ATTRIBUTE);
        if !commit.events().iter().any(is_sealed) && !self.asks_sealed(&commit) {
            return Ok(commit);
        }
        let mut events = Vec::with_capacity(commit.events().len());
        for event in commit.events() {
            events.push(self.open_event(event).await?);
        }
        let mut outgoing = Vec::with_capacity(commit.outgoing().len());
        for command in commit.outgoing() {
            outgoing.push(self.open_command(commit.actor_id(), command).await?);
        }
        let mut timers = Vec::with_capacity(commit.timers().len());
        for change in commit.timers() {
            timers.push(match change {
                TimerChange::Set(timer) => TimerChange::Set(Timer {
                    command: self.open_command(commit.actor_id(), &timer.command).await?,
                    ..timer.clone()
                }),
                TimerChange::Cancel(key) => TimerChange::Cancel(key.clone()),
            });
        }
        Ok(commit.with_contents(events, outgoing, timers))
    }

    /// Whether a commit asks for a command that may be encrypted.
    fn asks_sealed(&self, commit: &Commit) -> bool {
        asked(commit).any(|command| {
            let fields = self.plan.command(&command.command).unwrap_or_default();
            !fields.is_empty()
        })
    }

    async fn open_event(&self, event: &Event) -> Result<Event, PersonalError> {
        let mut event = event.clone();
        if let Some(sealed) = event.metadata.take(ATTRIBUTE) {
            let (id, copied) = (event.id.to_string(), copied(&event)?);
            let item = self.event(&event, copied.as_ref(), &id);
            let names: Vec<_> = sealed.split(',').collect();
            let data = self.open_fields(&item, &names).await?;
            event.data = put(&event, copied.is_some(), data)?;
        }
        Ok(event)
    }

    async fn open_command(
        &self,
        actor_id: &ActorId,
        command: &OutgoingCommand,
    ) -> Result<OutgoingCommand, PersonalError> {
        let fields = self.plan.command(&command.command).unwrap_or_default();
        let mut command = command.clone();
        if !fields.is_empty() {
            let id = command.id.to_string();
            let item = self.command(actor_id, &command, &id);
            let known = members(&item)?;
            let is_sealed = |name: &&str| known.get(name).is_some_and(is_sealed);
            let names: Vec<_> = fields
                .iter()
                .map(|field| field.field)
                .filter(is_sealed)
                .collect();
            command.data = self.open_fields(&item, &names).await?;
        }
        Ok(command)
    }

    async fn open_fields(&self, item: &Item<'_>, names: &[&str]) -> Result<Payload, PersonalError> {
        let mut members = members(item)?;
        for name in names {
            let tampered = || PersonalError::Tampered {
                field: (*name).to_owned(),
            };
            let envelope = members.get(name).and_then(Envelope::from_json);
            let envelope = envelope.ok_or_else(tampered)?;
            let envelope = envelope.map_err(|source| PersonalError::Unreadable {
                field: (*name).to_owned(),
                source,
            })?;
            let value = match self.vault.open(&envelope, &item.place_of(name)).await? {
                Opened::Forgotten => Some(FORGOTTEN_JSON.to_owned()),
                Opened::Known(plain) => String::from_utf8(plain.to_vec()).ok(),
            };
            let value = value.and_then(|value| RawValue::from_string(value).ok());
            let value = value.ok_or_else(tampered)?;
            members.replace(name, &value);
        }
        item.written(&members)
    }

    fn event<'a>(&'a self, event: &'a Event, copied: Option<&'a Copied>, id: &'a str) -> Item<'a> {
        let (actor, kind) = (event.actor_id.as_str(), &*event.event_type);
        let own = (event.actor_id.key(), &event.data);
        let (key, data) = copied.map_or(own, |copied| (copied.key(), &copied.data));
        Item {
            name: format!("{kind} {} of {actor}", event.version),
            place: vec![self.namespace.as_str(), "event", actor, id, kind],
            key,
            data,
        }
    }

    fn command<'a>(
        &'a self,
        actor_id: &'a ActorId,
        command: &'a OutgoingCommand,
        id: &'a str,
    ) -> Item<'a> {
        let (namespace, kind) = (self.namespace.as_str(), &*command.command);
        let place = vec![
            namespace,
            "command",
            actor_id.as_str(),
            id,
            kind,
            command.key.as_str(),
        ];
        Item {
            name: format!("{kind} to {}", command.key),
            place,
            key: Some(&command.key),
            data: &command.data,
        }
    }
}

impl<'a> Item<'a> {
    fn place_of<'b>(&self, field: &'b str) -> Vec<&'b str>
    where
        'a: 'b,
    {
        let mut place: Vec<&'b str> = self.place.clone();
        place.push(field);
        place
    }

    fn written(&self, members: &Members<'_>) -> Result<Payload, PersonalError> {
        let json = members.to_json().map_err(|source| self.no_object(source))?;
        Ok(Payload::from_checked(json.into()))
    }

    fn no_object(&self, source: serde_json::Error) -> PersonalError {
        PersonalError::NoObject {
            item: self.name.clone(),
            source,
        }
    }
}

fn members<'a>(item: &Item<'a>) -> Result<Members<'a>, PersonalError> {
    Members::of(item.data.as_bytes()).map_err(|source| item.no_object(source))
}

fn copied(event: &Event) -> Result<Option<Copied>, PersonalError> {
    Copied::of(event).map_err(|source| no_copy(event, source))
}

/// The data of an event, of which these fields, or those of the copy within, are other ones now.
fn put(event: &Event, is_copy: bool, data: Payload) -> Result<Payload, PersonalError> {
    if is_copy {
        with_data(&event.data, &data).map_err(|source| no_copy(event, source))
    } else {
        Ok(data)
    }
}

fn no_copy(event: &Event, source: serde_json::Error) -> PersonalError {
    PersonalError::NoObject {
        item: format!(
            "{} {} of {}",
            event.event_type, event.version, event.actor_id
        ),
        source,
    }
}

/// The commands that a commit asks for, now or later.
fn asked(commit: &Commit) -> impl Iterator<Item = &OutgoingCommand> {
    let later = commit.timers().iter().filter_map(|change| match change {
        TimerChange::Set(timer) => Some(&timer.command),
        TimerChange::Cancel(_) => None,
    });
    commit.outgoing().iter().chain(later)
}

/// The value that is to be encrypted; none if there is nothing that could be.
fn to_seal<'m>(
    item: &Item<'_>,
    members: &'m Members<'_>,
    field: &meta::Personal,
) -> Result<Option<&'m RawValue>, PersonalError> {
    match members.get(field.field) {
        Some(value) if value.get() == FORGOTTEN_JSON => Ok(None),
        Some(value) if field.optional && value.get() == "null" => Ok(None),
        Some(value) => Ok(Some(value)),
        None if field.optional => Ok(None),
        None => Err(PersonalError::NoField {
            item: item.name.clone(),
            field: field.field,
        }),
    }
}

/// Whom a field is about.
fn subject(
    item: &Item<'_>,
    members: &Members<'_>,
    field: &meta::Personal,
) -> Result<DataSubject, PersonalError> {
    let named = match field.subject {
        meta::Subject::Actor => item.key.map(str::to_owned),
        meta::Subject::Field(path) => text_at(members, path),
    };
    let named = named.ok_or_else(|| PersonalError::NoSubject {
        item: item.name.clone(),
        field: field.field,
        path: match field.subject {
            meta::Subject::Actor => "the key".to_owned(),
            meta::Subject::Field(path) => path.join("."),
        },
    })?;
    DataSubject::new(named).map_err(|source: InvalidId| PersonalError::BadSubject {
        item: item.name.clone(),
        field: field.field,
        source,
    })
}

/// The text or number at the end of a path.
fn text_at(members: &Members<'_>, path: &[&str]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let mut value: Value = serde_json::from_str(members.get(first)?.get()).ok()?;
    for name in rest {
        value = value.get_mut(*name)?.take();
    }
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn unknown(item: &str) -> PersonalError {
    PersonalError::UnknownType {
        item: item.to_owned(),
    }
}

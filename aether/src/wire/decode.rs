use std::{borrow::Cow, str::FromStr, sync::Arc};

use bytes::Bytes;

use super::{
    CANCELLED_TIMER, COMMAND, TIMER,
    contents::Contents,
    document::Document,
    error::{DecodeError, Problem},
    own,
};
use crate::{ActorId, Event, Metadata, OutgoingCommand, Payload, Timer, TimerChange, Version};

/// Reads a commit: one document, or a batch of them.
///
/// The bytes are read once, and the events' data are slices of them.
///
/// # Errors
/// If the bytes are not JSON, or one of the documents is not a `CloudEvent` that says whose event
/// it is and which version it has. The error says which document and which attribute.
pub fn decode(body: &Bytes) -> Result<Contents, DecodeError> {
    match own::events(body, None, |json| body.slice_ref(json.as_bytes())) {
        Some(events) => Ok(Contents {
            events: events.into_vec(),
            ..Contents::default()
        }),
        None => decode_any(body),
    }
}

/// Reads a commit in whatever form CloudEvents allows.
pub(crate) fn decode_any(body: &Bytes) -> Result<Contents, DecodeError> {
    let json = |err| DecodeError::whole(Problem::Json(err));
    let mut contents = Contents::default();
    if body.trim_ascii_start().first() == Some(&b'{') {
        let document = serde_json::from_slice(body).map_err(json)?;
        take(document, body, &mut contents).map_err(|problem| DecodeError::of(0, problem))?;
        return Ok(contents);
    }
    let documents: Vec<Document<'_>> = serde_json::from_slice(body).map_err(json)?;
    if documents.is_empty() {
        return Err(DecodeError::whole(Problem::Empty));
    }
    for (index, document) in documents.into_iter().enumerate() {
        take(document, body, &mut contents).map_err(|problem| DecodeError::of(index, problem))?;
    }
    Ok(contents)
}

/// Reads a document as what its kind says it is: without one, it is an event.
fn take(mut document: Document<'_>, body: &Bytes, contents: &mut Contents) -> Result<(), Problem> {
    if let Some(problem) = document.problem.take() {
        return Err(problem);
    }
    check_envelope(&mut document)?;
    match document.take("aetherkind").as_deref() {
        None => contents.events.push(event(document, body)?),
        Some(COMMAND) => contents.outgoing.push(command(&mut document, body)?),
        Some(TIMER) => {
            let due = parsed("due", &document.require("due")?, "a moment in RFC 3339")?;
            let key = document.require("timerkey")?.into_owned();
            let command = command(&mut document, body)?;
            contents
                .timers
                .push(TimerChange::Set(Timer { key, due, command }));
        }
        Some(CANCELLED_TIMER) => {
            let key = document.require("timerkey")?.into_owned();
            contents.timers.push(TimerChange::Cancel(key));
        }
        Some(found) => return Err(wrong("aetherkind", found, "a kind that is known here")),
    }
    Ok(())
}

fn command(document: &mut Document<'_>, body: &Bytes) -> Result<OutgoingCommand, Problem> {
    Ok(OutgoingCommand {
        id: parsed("id", &document.require("id")?, "a UUID")?,
        command: document.require("type")?.into_owned().into(),
        key: document.require("commandkey")?.into_owned(),
        data: data(document, body)?,
    })
}

fn event(mut document: Document<'_>, body: &Bytes) -> Result<Event, Problem> {
    let subject = document.require("subject")?;
    let actor_id = ActorId::new(&subject)
        .map_err(|_too_long_or_empty| wrong("subject", &subject, "the id of an actor"))?;
    let event_type = document.require("type")?.into_owned();
    if event_type.is_empty() {
        return Err(wrong("type", "", "the type of an event"));
    }
    let version: u64 = parsed("actorversion", &document.require("actorversion")?, NUMBER)?;
    let schema_version = match document.take("schemaversion") {
        Some(text) => parsed("schemaversion", &text, NUMBER)?,
        None => 1,
    };
    let id = parsed("id", &document.require("id")?, "a UUID")?;
    let timestamp = parsed("time", &document.require("time")?, "a moment in RFC 3339")?;
    Ok(Event {
        id,
        event_type: event_type.into(),
        actor_id,
        version: Version::new(version),
        schema_version,
        data: data(&document, body)?,
        metadata: metadata(document)?,
        timestamp,
    })
}

const NUMBER: &str = "a whole number";

fn check_envelope(document: &mut Document<'_>) -> Result<(), Problem> {
    let specversion = document.require("specversion")?;
    if specversion != "1.0" {
        return Err(Problem::SpecVersion(specversion.into_owned()));
    }
    if document.require("source")?.is_empty() {
        return Err(wrong("source", "", "a URI reference"));
    }
    match document.take("datacontenttype") {
        Some(found) if !is_json(&found) => Err(Problem::NotJson(found.into_owned())),
        _ => Ok(()),
    }
}

/// Whether a media type is `application/json`, or any that ends in `+json`.
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}

fn data(document: &Document<'_>, body: &Bytes) -> Result<Payload, Problem> {
    let json = document.data()?;
    Ok(Payload::from_checked(json.map_or_else(
        || Bytes::from_static(b"null"),
        |json| body.slice_ref(json.as_bytes()),
    )))
}

fn metadata(mut document: Document<'_>) -> Result<Metadata, Problem> {
    let command_id = document.take("commandid");
    let mut metadata = Metadata::new();
    metadata.command_id = command_id
        .map(|text| parsed("commandid", &text, "a UUID"))
        .transpose()?;
    metadata.correlation_id = document.take("correlationid").map(Cow::into_owned);
    metadata.causation_id = document.take("causationid").map(Cow::into_owned);
    metadata.traceparent = document.take("traceparent").map(Cow::into_owned);
    let session = document.take("aethersession");
    metadata.session = session
        .map(|text| parsed("aethersession", &text, "a place in a session").map(Arc::new))
        .transpose()?;
    for (key, value) in document.extensions {
        metadata.keep(key.into_owned(), value.into_owned());
    }
    Ok(metadata)
}

fn parsed<T: FromStr>(
    attribute: &'static str,
    text: &str,
    wanted: &'static str,
) -> Result<T, Problem> {
    text.parse()
        .map_err(|_the_problem_says_more| wrong(attribute, text, wanted))
}

fn wrong(attribute: &'static str, found: &str, wanted: &'static str) -> Problem {
    let found = found.to_owned();
    Problem::Value {
        attribute,
        found,
        wanted,
    }
}

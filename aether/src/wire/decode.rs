use std::{borrow::Cow, str::FromStr};

use bytes::Bytes;

use super::{
    document::Document,
    error::{DecodeError, Problem},
};
use crate::{ActorId, Event, Metadata, Payload, Version};

/// Reads the events of a commit: one document, or a batch of them.
///
/// The bytes are read once, and the events' data are slices of them.
///
/// # Errors
/// If the bytes are not JSON, or one of the events is not a `CloudEvent` that says whose event it
/// is and which version it has. The error says which event and which attribute.
pub fn decode(body: &Bytes) -> Result<Vec<Event>, DecodeError> {
    let json = |err| DecodeError::whole(Problem::Json(err));
    if body.trim_ascii_start().first() == Some(&b'{') {
        let document = serde_json::from_slice(body).map_err(json)?;
        return Ok(vec![event(document, 0, body)?]);
    }
    let documents: Vec<Document<'_>> = serde_json::from_slice(body).map_err(json)?;
    if documents.is_empty() {
        return Err(DecodeError::whole(Problem::Empty));
    }
    let numbered = documents.into_iter().enumerate();
    numbered
        .map(|(index, document)| event(document, index, body))
        .collect()
}

fn event(document: Document<'_>, index: usize, body: &Bytes) -> Result<Event, DecodeError> {
    read(document, body).map_err(|problem| DecodeError::of(index, problem))
}

fn read(mut document: Document<'_>, body: &Bytes) -> Result<Event, Problem> {
    if let Some(problem) = document.problem.take() {
        return Err(problem);
    }
    check_envelope(&mut document)?;
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
    let data = data(&document, body)?;
    let event = Event::recorded(actor_id, Version::new(version), event_type, data);
    Ok(event
        .with_id(id)
        .at(timestamp)
        .with_schema_version(schema_version)
        .with_metadata(metadata(document)?))
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

//! The AsyncAPI documents say how events really travel: each as the wire writes it.

use aether::{
    Commit, Event, Namespace,
    domain::event_schemas,
    eventstorming::{
        Model,
        contract::{samples, validate},
        model::{Kind, Verb},
    },
    wire,
};
use aether_examples::order_fulfilment::Shop;
use serde_json::Value;

/// The messages of a context with their names.
fn messages(model: &Model, context: &str) -> Vec<(String, Value)> {
    let text = model.async_api(context).expect("there is such a context");
    let document: Value = serde_json::from_str(&text).expect("it is JSON");
    let messages = document["components"]["messages"].as_object();
    let messages = messages.expect("it has messages").iter();
    messages
        .map(|(key, message)| {
            // The payload by itself, so that its references lead through it.
            let within = format!("#/components/messages/{key}/payload");
            let payload = message["payload"].to_string().replace(&within, "#");
            let payload = serde_json::from_str(&payload).expect("it is JSON still");
            (
                message["name"].as_str().expect("a name").to_owned(),
                payload,
            )
        })
        .collect()
}

/// A sample of an event as it is written.
fn written(model: &Model, name: &str) -> Vec<Value> {
    let mut events = model.of_kind(Kind::Event);
    let element = events.find(|event| event.id.name() == name);
    let element = element.expect("it is in the model");
    let home = model.objects(&element.id, Verb::AppliedBy).next();
    let actor = format!("{}.7", home.map_or("Nobody", |home| home.id.name()));
    let schema = model.schema(&element.id).expect("it has a schema");
    let events = samples(schema).into_iter().map(|data| {
        let event = Event::new(actor.as_str(), 3, name.to_owned(), &data).expect("an event");
        let event = event.with_schema_version(element.version().expect("events have one"));
        let commit = Commit::new([event]).expect("a commit");
        let namespace = Namespace::new("shop/ü").expect("a namespace");
        serde_json::from_slice(&wire::encode(&commit, &namespace)).expect("it is JSON")
    });
    events.collect()
}

#[test]
fn every_event_of_the_shop_travels_as_its_document_says() {
    let model = Model::of::<Shop>().with_schemas(event_schemas::<Shop>());
    let mut seen = 0;
    for context in model.of_kind(Kind::Context) {
        for (name, payload) in messages(&model, context.id.name()) {
            for event in written(&model, &name) {
                let wrong = validate(&payload, &event);
                assert!(wrong.is_empty(), "{name}: {}: {event}", wrong[0]);
                let said = payload["properties"].as_object().expect("fields");
                let attributes = event.as_object().expect("fields").keys();
                for attribute in attributes {
                    assert!(said.contains_key(attribute), "{name} has `{attribute}`");
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen} events");
}
